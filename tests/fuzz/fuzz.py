"""Feed mutated inputs to everything that reads files, and report what breaks.

    python tests/fuzz/fuzz.py --seconds 60
    python tests/fuzz/fuzz.py --targets pictures --inputs 1000000

A finding is an exception other than ValueError and OSError, a crash, more than 5 seconds of the
processor or 30 by the clock, or more than 1 GB of memory beyond what the program takes when
idle. Its input is kept in --keep.
"""

import argparse
import contextlib
import os
import random
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from mutation import mutate
from targets import TARGETS, Target

HANGS, MEMORY = 30.0, 2**30

CLOCKS = {signal.ITIMER_PROF: signal.SIGPROF, signal.ITIMER_REAL: signal.SIGALRM}
"""Of the processor, which other programs do not hold up; and of the wall, for what waits."""


class TooSlow(BaseException):
    """An input took too long."""


def _alarm(number: int, frame: object) -> None:
    raise TooSlow


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def work(
    name: str, corpus: list[bytes], first: int, last: int, end: float, seed: int, pipe
) -> None:
    """Try inputs first … last - 1 of a target; tell the pipe of each finding, and how many."""
    for each in CLOCKS.values():
        signal.signal(each, _alarm)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # libraries write their own complaints there
    target, counts = TARGETS[name], Counter()
    with TemporaryDirectory() as folder:
        for data in corpus:  # as they are they must be read; and imports are not what is measured
            target.call(data, Path(folder))
        idle = _peak()
        for number in range(first, last):
            if time.monotonic() > end:
                break
            chance = random.Random(f"{seed} {name} {number}")
            data = mutate(chance.choice(corpus), chance)
            pipe.send(("try", data))
            what = attempt(target, data, Path(folder))
            if _peak() - idle > MEMORY:
                what, idle = f"{(_peak() - idle) / 2**20:.0f} MiB of memory", _peak()
            counts["refused" if what == "refused" else "read" if what == "" else "found"] += 1
            if what not in ("", "refused"):
                pipe.send(("found", what))
    pipe.send(("done", counts))


def attempt(target: Target, data: bytes, folder: Path) -> str:
    """What became of an input: "" if it was read, "refused", or what is wrong."""
    signal.setitimer(signal.ITIMER_PROF, target.seconds)
    signal.setitimer(signal.ITIMER_REAL, HANGS)
    try:
        target.call(data, folder)
    except (ValueError, OSError):
        return "refused"
    except TooSlow:
        return f"more than {target.seconds:g} s of the processor, or {HANGS:g} s"
    except BaseException:
        return traceback.format_exc(limit=-3)
    finally:
        for clock in CLOCKS:
            signal.setitimer(clock, 0)
    return ""


def fuzz(
    name: str, seconds: float, inputs: int, seed: int, keep: Path, workers: int
) -> tuple[Counter, list[str]]:
    """Run workers on one target; returns the counts of inputs, and the findings."""
    context = get_context("fork")
    with context.Pool(1) as pool:  # torch and Numba start threads, which do not survive a fork
        corpus = pool.apply(TARGETS[name].corpus)
    end, counts, findings = time.monotonic() + seconds, Counter(), []
    edges = [inputs * part // workers for part in range(workers + 1)]
    pending = [list(each) for each in pairwise(edges)]
    running = []
    while pending or running:
        while pending and len(running) < workers:
            first, last = pending.pop()
            ours, theirs = context.Pipe()
            process = context.Process(
                target=work, args=(name, corpus, first, last, end, seed, theirs)
            )
            process.start()
            theirs.close()
            running.append([process, ours, b"", first, last])
        for one in list(running):
            process, pipe, _, _, last = one
            try:
                while pipe.poll(0.01):
                    kind, value = pipe.recv()
                    if kind == "try":
                        one[2], one[3] = value, one[3] + 1
                    elif kind == "found":
                        findings.append(_kept(keep, name, one[2], value))
                    else:
                        counts += value
            except EOFError:
                process.join()
                running.remove(one)
                if process.exitcode:
                    findings.append(_kept(keep, name, one[2], f"died with {process.exitcode}"))
                    counts["found"] += 1
                    if one[3] < last and time.monotonic() < end:
                        pending.append([one[3], last])
    return counts, findings


def _kept(keep: Path, name: str, data: bytes, what: str) -> str:
    keep.mkdir(parents=True, exist_ok=True)
    path = keep / f"{name}-{random.Random(data).getrandbits(48):012x}"
    with contextlib.suppress(OSError):
        path.write_bytes(data)
    return f"{path}: {what}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--targets", default=",".join(TARGETS))
    parser.add_argument("--seconds", type=float, default=20.0, help="for each target")
    parser.add_argument("--inputs", type=int, default=10**9, help="for each target, at most")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", type=Path, default=Path("runs/fuzz"))
    arguments = parser.parse_args()
    bad = 0
    for name in arguments.targets.split(","):
        start = time.monotonic()
        counts, findings = fuzz(
            name,
            arguments.seconds,
            arguments.inputs,
            arguments.seed,
            arguments.keep,
            arguments.workers,
        )
        took = time.monotonic() - start
        total = sum(counts.values())
        print(f"{name:<12}{total:>9} inputs in {took:5.0f} s: {dict(counts)}")
        for finding in findings[:20]:
            print(f"  {finding}")
        bad += len(findings)
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()

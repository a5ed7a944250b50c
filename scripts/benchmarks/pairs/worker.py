"""One contestant and its pairs, a process each: a crash or a hang costs one answer.

    python -m benchmarks.pairs.worker CONTESTANT FOLDER LIMIT JOBS

reads from its input a line for each pair, its name and what is to be kept with the answer, and
prints the names as they are answered. A server process imports the contestant once and does
nothing else; each pair is answered by a copy of it.
"""

import multiprocessing
import resource
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.pairs.storing import read_question, write_json
from handconv.cli import one_line

HANG = 30  # times the limit, in seconds by the clock: then a process is ended that does nothing
MEGABYTE = 2**20 if sys.platform == "darwin" else 2**10  # in the units of ru_maxrss


def answer(contestant: str, folder: Path, name: str, limit: int, code: str) -> None:
    """Answer one pair in this process, and write what came of it."""
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
    start, found, failed = time.process_time(), None, None
    try:
        question = read_question(folder / "pairs" / f"{name}.npz")
        find = import_module(f"benchmarks.pairs.contestants.{contestant}").find
        start = time.process_time()
        found = asdict(find(question))
    except Exception as error:  # whatever a library raises costs this answer alone
        failed = f"{type(error).__name__}: {one_line(error)}"[:200]
    seconds = time.process_time() - start
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE
    came = {"seconds": seconds, "megabytes": most, "failed": failed, "answer": found}
    write_json(folder / "answers" / contestant / f"{name}.json", {"code": code, **came})


def in_a_process(
    context: Any, contestant: str, folder: Path, name: str, limit: int, code: str
) -> str:
    """Likewise in a process of its own; a line for one that ended before it wrote anything."""
    path = folder / "answers" / contestant / f"{name}.json"
    path.unlink(missing_ok=True)
    process = context.Process(target=answer, args=(contestant, folder, name, limit, code))
    process.start()
    process.join(HANG * limit)
    if process.is_alive():
        process.kill()
        process.join()
    if not path.exists():
        late = process.exitcode in (-signal.SIGXCPU, -signal.SIGKILL)
        failed = f"took more than {limit} s" if late else f"ended with status {process.exitcode}"
        nothing = {"seconds": None, "megabytes": None, "failed": failed, "answer": None}
        write_json(path, {"code": code, **nothing})
    return name


def main() -> None:
    contestant, folder, limit, jobs = sys.argv[1:]
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([f"benchmarks.pairs.contestants.{contestant}"])
    with ThreadPoolExecutor(int(jobs)) as pool:
        told = (context, contestant, Path(folder))
        lines = [line.split() for line in sys.stdin]
        waiting = [pool.submit(in_a_process, *told, name, int(limit), code) for name, code in lines]
        for done in as_completed(waiting):
            print(done.result(), flush=True)


if __name__ == "__main__":
    main()

"""The whole benchmark: make the pairs, let everyone answer, keep the answers, count."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks.pairs.entering import fingerprint
from benchmarks.pairs.records import Pair
from benchmarks.pairs.scoring import Score, score
from benchmarks.pairs.storing import read_answer, write_pair
from handconv.files import read_whole

LARGEST_ANSWER = 2**24  # bytes


def write_pairs(out: Path, pairs: Sequence[Pair]) -> None:
    """Where contestants, and people, find them."""
    (out / "pairs").mkdir(parents=True, exist_ok=True)
    for pair in pairs:
        write_pair(out / "pairs", pair)


def answers(
    out: Path, contestant: str, pairs: Sequence[Pair], limit: int, jobs: int
) -> list[Score]:
    """Let one contestant answer, and score the answers.

    Those that are there, to the same question by the same code within the same limit, are kept.
    """
    (out / "answers" / contestant).mkdir(parents=True, exist_ok=True)
    codes = {pair.name: _code(contestant, pair, limit) for pair in pairs}
    missing = {
        name: code for name, code in codes.items() if _kept(out, contestant, name, code) is None
    }
    if missing:
        _work(out, contestant, missing, limit, jobs)
    return [
        scored(pair, contestant, _kept(out, contestant, pair.name, codes[pair.name]))
        for pair in pairs
    ]


def _code(contestant: str, pair: Pair, limit: int) -> str:
    whole = f"{fingerprint(contestant)} {pair.digest()} {limit}"
    return hashlib.sha256(whole.encode()).hexdigest()


def _kept(out: Path, contestant: str, name: str, code: str) -> dict[str, Any] | None:
    """What was answered before; None where that is missing, damaged, or of other code."""
    path = out / "answers" / contestant / f"{name}.json"
    try:
        came = json.loads(read_whole(path, LARGEST_ANSWER))
    except ValueError:
        return None
    return came if isinstance(came, dict) and came.get("code") == code else None


def _work(out: Path, contestant: str, missing: dict[str, str], limit: int, jobs: int) -> None:
    """Start the worker, and show how far it is. One thread for each answer."""
    threads = {f"{each}_NUM_THREADS": "1" for each in ("OMP", "MKL", "OPENBLAS", "NUMBA")}
    paths = os.pathsep.join([str(Path(__file__).parents[2]), *filter(None, sys.path)])
    module = ["-m", "benchmarks.pairs.worker"]
    with (
        TemporaryFile("w+", encoding="utf-8", errors="replace") as said,
        subprocess.Popen(
            [sys.executable, *module, contestant, str(out), str(limit), str(jobs)],
            env={**os.environ, **threads, "PYTHONPATH": paths},
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            start_new_session=True,  # so that it ends with the processes that it started
        ) as worker,
    ):
        assert worker.stdin is not None
        assert worker.stdout is not None
        try:
            worker.stdin.write("".join(f"{name} {code}\n" for name, code in missing.items()))
            worker.stdin.close()
            for _ in tqdm(worker.stdout, contestant, total=len(missing), disable=None):
                pass
        except BaseException:
            os.killpg(worker.pid, signal.SIGKILL)
            raise
        if worker.wait():
            said.seek(0)
            last = (said.read().strip().splitlines() or ["nothing on stderr"])[-1]
            raise ValueError(f"The worker of {contestant} ended with {worker.returncode}: {last}")


def scored(pair: Pair, contestant: str, came: dict[str, Any] | None) -> Score:
    """One answer as it came, or why there is none."""
    failed = "not answered" if came is None else came["failed"]
    if came is None or failed is not None:
        error = None if pair.truth is None else np.inf
        result = Score(pair.name, "", pair.split, error, failed=failed)
    else:
        result = score(pair, read_answer(came["answer"]))
    spent = came or {"seconds": None, "megabytes": None}
    seconds, megabytes = spent["seconds"], spent["megabytes"]
    return replace(result, contestant=contestant, seconds=seconds, megabytes=megabytes)

"""Kill programs at random moments while they learn or write; then look at what is left.

    python tests/fuzz/kills.py --kills 1000

Training (sgd, newton, the finish) is killed and resumed until it is done: its kernels must be those
of a run that was never killed, to the last bit. `export` and `recover` are killed while they write: their
files must be whole, or not there. Nothing may be left beside them.
"""

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from safetensors.numpy import load_file

ROOT = Path(__file__).parents[2]
TRAIN = {
    "sgd": ["train.optimizer='sgd'", "train.batch_size=2", "train.crop=32", "train.steps=60"],
    "newton": ["train.optimizer='newton'", "target='uint8'"],
    "finish": ["train.optimizer='newton'", "target='uint8'", "train.finish='chebyshev'"],
}
CONFIG = (
    'kernels = ["sobel_x", "sharpen"]\nphotos = ["skimage:cell", "skimage:coins"]\n'
    "[train]\ncheckpoint_every = 1\n"
)
WARM = """
import os, signal, sys
import torchvision.transforms.v2, learned.experiment.run, learned.experiment.export, learned.recovery.figure
import onnx, runpy
from learned.solve.gram import load_loops
load_loops()
for line in sys.stdin:
    folder, *arguments = eval(line)
    child = os.fork()
    if child == 0:
        os.chdir(folder); sys.argv = arguments
        sys.stdout = sys.stderr = open(os.devnull, "w")
        try:
            runpy.run_path(arguments[0], run_name="__main__"); os._exit(0)
        except SystemExit as error:
            os._exit(int(error.code or 0))
        except BaseException:
            os._exit(99)
    print(child, flush=True)
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
"""


class Server:
    """A process with all imports done, which forks one that runs a script."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", WARM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        )

    def run(self, folder: Path, script: str, *arguments: str, kill_after: float | None) -> int:
        """Run a script; the exit status, negative where it was killed."""
        line = (str(folder), str(ROOT / "scripts" / f"{script}.py"), *arguments)
        self.process.stdin.write(f"{line!r}\n")
        self.process.stdin.flush()
        child = int(self.process.stdout.readline())
        if kill_after is not None:
            time.sleep(kill_after)
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        return int(self.process.stdout.readline())


def unharmed(server: Server, folder: Path, way: str, done: dict) -> dict:
    """Let a program run to its end, after what it needs: of trainings, the kernels."""
    found = {}
    for each in ["sgd", way] if way.startswith("export") else [way]:
        if each in done:
            continue
        command = WRITERS.get(each) or ("train", "config.toml", *TRAIN[each], "--out", each)
        assert server.run(folder, *command, kill_after=None) == 0, command
        trained = each in TRAIN
        found[each] = load_file(folder / each / "kernels.safetensors") if trained else {}
    return found


def left_beside(folder: Path, expected: set[str]) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")} - expected


def work(seed: int, kills: int) -> tuple[int, list[str]]:
    chance, server, done, findings = random.Random(seed), Server(), 0, []
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "config.toml").write_text(CONFIG)
        whole, before = {}, set()
        while done < kills:
            way = chance.choice([*TRAIN, *WRITERS])
            if way not in whole:
                whole |= unharmed(server, folder, way, whole)
                before = {str(path.relative_to(folder)) for path in folder.rglob("*")}
            if way in TRAIN:
                command = ["train", "config.toml", *TRAIN[way], "--out", "killed", "--resume"]
            else:
                command = list(WRITERS[way])
            longest = 0.05
            while True:
                moment = chance.uniform(0, longest)
                status = server.run(folder, *command, kill_after=moment)
                done += status < 0
                if status > 0:
                    findings.append(f"{way}: exit status {status} after {done} kills")
                if status >= 0:
                    break
                longest *= 1.15
                findings += whole_or_not(folder, way)
            findings += [f"{way}: left {each}" for each in left_beside(folder, before | KILLED)]
            if way in TRAIN:
                found = load_file(folder / "killed" / "kernels.safetensors")
                same = all(np.array_equal(found[key], whole[way][key]) for key in whole[way])
                findings += [] if same else [f"{way}: other digits after {done} kills"]
                for path in (folder / "killed").iterdir():
                    path.unlink()
                (folder / "killed").rmdir()
    server.process.kill()
    return done, findings


WRITERS = {
    "export": ("export", "sgd", "--to", "npz", "--out", "kernels.npz"),
    "export to opencv": ("export", "sgd", "--to", "opencv", "--out", "kernels.yml"),
    "recover": ("recover", "skimage:cell", "skimage:cell", "--json", "f.json", "--figure", "f.png"),
}
KILLED = {"killed"} | {
    f"killed/{name}"
    for name in (
        *("config.toml", "kernels.safetensors", "metrics.json", "history.jsonl", "kernels.png"),
        *("convergence.png", "outputs.png", "bounds.png"),
    )
}


def whole_or_not(folder: Path, way: str) -> list[str]:
    """What a kill has left: files that are not whole."""
    findings = []
    for path in (folder / "kernels.npz", folder / "f.json"):
        if not path.exists():
            continue
        try:
            if path.suffix == ".npz":
                np.load(path).close()
            else:
                json.loads(path.read_text())
        except Exception as error:
            findings.append(f"{way}: {path.name} is not whole ({error!r})")
    if (folder / "killed").exists() and not (folder / "killed" / "metrics.json").exists():
        findings.append(f"{way}: half a run folder")
    return findings


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    with ThreadPoolExecutor(arguments.workers) as pool:
        share = -(-arguments.kills // arguments.workers)
        seeds = range(arguments.seed, arguments.seed + arguments.workers)
        results = list(pool.map(work, seeds, [share] * arguments.workers))
    kills, findings = sum(done for done, _ in results), [f for _, found in results for f in found]
    for finding in findings[:40]:
        print(finding)
    print(f"{kills} kills, {len(findings)} findings")
    sys.exit(bool(findings))


if __name__ == "__main__":
    main()

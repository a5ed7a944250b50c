"""Several processes find what one finds; real ones, started by torchrun."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from running import ROOT, result
from safetensors.numpy import load_file

from handconv.pictures import skimage_photo
from learned.experiment.config_file import load_config
from learned.experiment.run import run_experiment
from learned.solve.predict import Samples, predict
from learned.train import parallel

EXACT, CLOSE = 1e-9, 1e-4  # of the largest tap; sgd and adam count in float32
WAYS = {
    "newton": (["kernels=['small_blur']"], EXACT),
    "rows": (["photos=['photos/0.png']"], EXACT),  # fewer photos than processes
    "bits": (["target=uint8", "train.checkpoint_every=1"], EXACT),
    "adam": (["train.optimizer=adam", "train.steps=300", "train.checkpoint_every=5"], CLOSE),
    "crops": (
        ["train.optimizer=sgd", "train.steps=20", "train.batch_size=3", "train.crop=32"],
        CLOSE,
    ),
    "whitened": (["train.optimizer=lbfgs", "train.precondition=whiten"], EXACT),
}


def torchrun(*arguments, cwd):
    """Start a script twice, one thread each."""
    return subprocess.Popen(
        [sys.executable, "-m", "torch.distributed.run", "--standalone", *map(str, arguments)],
        cwd=cwd, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A config and five photos of different sizes, one of them broken; and two processes' runs."""
    folder = tmp_path_factory.mktemp("parallel")
    (folder / "photos").mkdir()
    for i in range(5):
        crop = skimage_photo("camera")[50 * i : 50 * i + 60 + i, 90 * i : 90 * i + 80]
        cv2.imwrite(str(folder / "photos" / f"{i}.png"), np.ascontiguousarray(crop))
    broken = folder / "photos" / "3.png"
    broken.write_bytes(broken.read_bytes()[:900])
    (folder / "a.toml").write_text("kernels = ['sharpen']\nphotos = ['photos']\n")
    ways = json.dumps({way: overrides for way, (overrides, _) in WAYS.items()})
    process = torchrun(
        "--nproc-per-node", 2, ROOT / "tests/help/together.py", "a.toml", ways, cwd=folder
    )
    with process:
        try:
            _, stderr = process.communicate(timeout=120)
        finally:
            process.terminate()  # and with it those that it has started
    assert process.returncode == 0, stderr
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_two_processes_find_what_one_finds(way, folder, monkeypatch):
    monkeypatch.chdir(folder)
    overrides, tolerance = WAYS[way]
    alone = run_experiment(load_config("a.toml", overrides), Path("alone") / way)
    together = load_file(folder / way / "kernels.safetensors")
    for name, kernel in alone.kernels.items():
        assert np.abs(together[name] - kernel).max() <= tolerance * np.abs(kernel).max(), name
    metrics = json.loads((folder / way / "metrics.json").read_text())
    assert metrics["processes"] == 2
    assert metrics["photos"] == alone.metrics["photos"]
    assert list(metrics["photos"]["skipped"]) == (["photos/3.png"] if way != "rows" else [])
    (one,), (two,) = metrics["kernels"].values(), alone.metrics["kernels"].values()
    assert one["loss"] == pytest.approx(two["loss"], rel=1e-3, abs=1e-18)
    # L-BFGS stops where the loss is at its rounding errors, which the order of the sums decides
    assert abs(one["steps"] - two["steps"]) <= (way == "whitened")


@pytest.mark.slow
def test_torchrun_starts_killed_processes_again(folder):
    """First process 0 is killed; then, of those that went on, process 1."""
    checkpoint, seen = folder / "again.checkpoint", 0
    process = torchrun(
        *("--nproc-per-node", 2, "--max-restarts", 2, ROOT / "scripts/train.py", "a.toml"),
        *(*WAYS["adam"][0], "--out", "again"),
        cwd=folder,
    )
    with process:
        try:
            for victim in (0, 1):
                while not (checkpoint.exists() and checkpoint.stat().st_mtime_ns > seen):
                    assert process.poll() is None, process.stderr.read()
                    time.sleep(0.01)
                os.kill(children(process.pid)[victim], signal.SIGKILL)
                seen = checkpoint.stat().st_mtime_ns
            stdout, stderr = process.communicate(timeout=120)
        finally:
            process.terminate()  # and with it those that it has started
    assert process.returncode == 0, stderr
    assert stderr.count("exitcode: -9") == 2  # torchrun noticed
    assert "Traceback" not in stderr
    errors = [line for line in stderr.splitlines() if line.startswith("error: ")]
    assert all("has lost another process" in line for line in errors)
    assert stdout.count("Wrote again") == 1  # one process alone speaks
    assert result(folder / "again") == result(folder / "adam")
    assert not checkpoint.exists()


def children(parent):
    """The processes that a process has started, oldest first."""
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True, check=True
    )
    return sorted(map(int, listed.stdout.split()))


@pytest.mark.parametrize("processes", [2, 3, 5])
def test_rows_are_shared_without_gap_or_overlap(processes, monkeypatch):
    rng = np.random.default_rng(0)
    image, kernel = rng.normal(size=(2, 19, 12)), rng.normal(size=(2, 5, 4))
    target = predict(image, kernel)
    parts = []
    for rank in range(processes):
        monkeypatch.setattr(parallel, "processes", lambda: processes)
        monkeypatch.setattr(parallel, "rank", lambda rank=rank: rank)
        part = parallel.own_rows(Samples(image, target, target))
        np.testing.assert_array_equal(predict(part.image, kernel), part.lower)
        parts.append(part.lower)
    np.testing.assert_array_equal(np.concatenate(parts), target)

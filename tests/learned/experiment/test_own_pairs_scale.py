"""Many pairs of one's own: in memory that does not grow, and shared by processes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from running import ROOT
from safetensors.numpy import load_file

from handconv.pictures import skimage_photo
from learned.experiment.config_file import load_config
from learned.experiment.run import run_experiment

KERNEL = np.array([[1, 2, 0], [-3, 5, 1], [0, -2, 4]]) / 8
CONFIG = "size = [3, 3]\nbefore = 'before'\nafter = 'after'\n"
SIDE = 256  # 200 pairs held in memory, with two bounds for each pixel, would take 300 MB
PROGRAM = """
import resource
from pathlib import Path
from learned.experiment.config_file import load_config
from learned.experiment.run import run_experiment
run = run_experiment(load_config("a.toml"), Path("out"))
print("found", run.metrics["pairs"], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def write_pairs(folder, count, side):
    rng, photo = np.random.default_rng(0), skimage_photo("camera")
    for name in ("before", "after"):
        (folder / name).mkdir(parents=True)
    for number in range(count):
        y, x = rng.integers(0, 512 - side, 2)
        crop = np.ascontiguousarray(photo[y : y + side, x : x + side])
        cv2.imwrite(str(folder / "before" / f"{number}.png"), crop)
        cv2.imwrite(str(folder / "after" / f"{number}.png"), cv2.filter2D(crop, -1, KERNEL))
    (folder / "a.toml").write_text(CONFIG, encoding="utf-8")


@pytest.mark.slow
def test_memory_does_not_grow_with_the_pairs(tmp_path):
    peaks = {}
    for count in (10, 200):
        write_pairs(tmp_path / str(count), count, SIDE)
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            cwd=tmp_path / str(count), capture_output=True, encoding="utf-8", check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        pairs, peak = done.stdout.split("found ")[1].split()
        assert int(pairs) == count
        kernel = load_file(tmp_path / str(count) / "out" / "kernels.safetensors")
        np.testing.assert_allclose(kernel["learned/own_pairs"], KERNEL, atol=5e-3)
        peaks[count] = int(peak) / 1024  # MB
    assert peaks[200] - peaks[10] < 100, peaks


WAYS = {
    "newton": ([], 1e-9),
    "finish": (["train.finish=chebyshev", "train.bias=true"], 1e-9),
    "adam": (["train.optimizer=adam", "train.steps=100"], 1e-4),
}


@pytest.mark.slow
def test_two_processes_find_what_one_finds(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_pairs(tmp_path, 5, 64)
    ways = json.dumps({way: overrides for way, (overrides, _) in WAYS.items()})
    done = subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2",
         ROOT / "tests/help/together.py", "a.toml", ways],
        cwd=tmp_path, capture_output=True, encoding="utf-8", check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for way, (overrides, tolerance) in WAYS.items():
        alone = run_experiment(load_config("a.toml", overrides), Path("alone") / way)
        metrics = json.loads((tmp_path / way / "metrics.json").read_text(encoding="utf-8"))
        assert (metrics["processes"], alone.metrics["processes"]) == (2, 1)
        assert metrics["pairs"] == alone.metrics["pairs"] == 5
        together = load_file(tmp_path / way / "kernels.safetensors")
        for name, kernel in alone.kernels.items():
            assert np.abs(together[name] - kernel).max() <= tolerance * np.abs(kernel).max(), way

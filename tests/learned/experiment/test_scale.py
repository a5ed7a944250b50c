"""A thousand photos need no more memory than ten."""

import subprocess
import sys

import cv2
import numpy as np
import pytest

from handconv.pictures import skimage_photo

PROGRAM = """
import resource, sys
from pathlib import Path
from learned.experiment.config_file import load_config
from learned.experiment.run import run_experiment
run = run_experiment(load_config("a.toml", [f"photos={sys.argv[1:]}"]), Path("out"))
print(run.metrics["kernels"]["sharpen"]["relative_error"], run.metrics["photos"]["used"])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def write_crops(folder, count):
    folder.mkdir()
    rng, photo = np.random.default_rng(0), skimage_photo("camera")
    for number in range(count):
        y, x = rng.integers(0, 512 - 128, 2)
        crop = np.ascontiguousarray(photo[y : y + 128, x : x + 128])
        cv2.imwrite(str(folder / f"{number}.png"), crop)


@pytest.mark.slow
def test_memory_does_not_grow_with_the_photos(tmp_path):
    (tmp_path / "a.toml").write_text("kernels = ['sharpen']\n")
    peaks = {}
    for count in (10, 1000):  # held in memory, the thousand would take half a GB
        write_crops(tmp_path / str(count), count)
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(count)],
            cwd=tmp_path, capture_output=True, text=True, timeout=200, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        error, used, peak = done.stdout.split()
        assert float(error) < 1e-9
        assert int(used) == count
        peaks[count] = int(peak) / 1024  # MB
    assert peaks[1000] - peaks[10] < 100, peaks

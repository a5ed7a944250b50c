"""The engine in processes that are spawned, as on Windows and macOS, not forked."""

import os
import subprocess
import sys

import pytest
from running import ROOT

PROGRAM = """
import multiprocessing
import numpy as np
from handconv import correlate
from handconv.reference import correlate_loop

IMAGE = np.random.default_rng(0).integers(0, 256, (40, 50)).astype(np.float32)
KERNEL = np.arange(15.0).reshape(3, 5)

def filtered(number):
    return correlate(IMAGE + number, KERNEL)

if __name__ == "__main__":
    expected = [correlate_loop(IMAGE + number, KERNEL) for number in range(3)]
    filtered(0)  # the parent's threads are at work already
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        for found, truth in zip(pool.map(filtered, range(3)), expected, strict=True):
            np.testing.assert_allclose(found, truth, rtol=1e-5)
    print("all alike")
"""


@pytest.mark.slow
def test_a_spawned_process_filters(tmp_path):
    (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "program.py"],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "all alike\n", "")

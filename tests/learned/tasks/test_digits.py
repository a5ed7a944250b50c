"""A small network on labelled pictures: what its filters look like, and a run."""

import json

import cv2
import numpy as np
import pytest
from inside import run_here

from handconv.kernels import named
from learned.tasks import digits


@pytest.mark.parametrize("name", ["sobel_x", "scharr_y", "laplacian", "gabor(5, 1.5, 30, 4)"])
def test_a_filter_looks_like_the_kernel_it_is(name):
    kernel = named(name)
    taps = -0.3 * np.pad(kernel[::-1], (5 - len(kernel)) // 2)
    likeness = digits.nearest(taps)
    assert likeness.correlation == pytest.approx(1)
    assert likeness.name[:5] == name[:5]  # scharr_x turned is scharr_y


def test_noise_looks_like_nothing():
    rng = np.random.default_rng(0)
    assert max(digits.nearest(rng.normal(size=(5, 5))).correlation for _ in range(20)) < 0.9


@pytest.mark.slow
@pytest.mark.parametrize("data", ["digits", "faces"])
def test_true_labels_teach_and_shuffled_ones_do_not(data, tmp_path):
    if data == "digits":
        pytest.importorskip("sklearn")
    (tmp_path / "a.toml").write_text(f'task = "digits"\ndata = "{data}"\nruns = 1\n')
    done = run_here("train", "a.toml", "--out", "run", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert metrics["true labels"]["accuracy"]["mean"] > 0.93
    assert metrics["shuffled labels"]["accuracy"]["mean"] < 0.7
    assert metrics["shuffled labels"]["filters"] == 8
    assert cv2.imread(str(tmp_path / "run" / "digits.png")).std() > 10


def test_bad_input_is_one_line(tmp_path):
    (tmp_path / "a.toml").write_text('task = "digits"\n')
    for change, says in (("data=digit", "Did you mean digits?"), ("epochs=0", "epochs")):
        done = run_here("train", "a.toml", change, "--out", "none", cwd=tmp_path)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert says in done.stderr
    assert not (tmp_path / "none").exists()

"""scripts/benchmark.py --learning: everyone learns, or says how far they came, or is left out."""

import json
import sys

import numpy as np
import pytest
import torch
from benchmarks import learning
from benchmarks.learning import LSTSQ, OURS, SCIKIT_LEARN, as_text, contestants, dots, measure
from running import assert_one_line, run_script

from handconv.kernels import named
from handconv.pictures import skimage_photo
from learned.pairs import made_pair

FACE = skimage_photo("camera")[100:164, 200:250]


@pytest.fixture
def results(monkeypatch):
    """Of everyone, on a small photo."""
    monkeypatch.setattr(learning, "skimage_photo", lambda name: FACE)
    monkeypatch.setattr(learning, "REST", 0.0)
    able, _ = contestants()
    list(measure("sobel_x", {OURS: able[OURS]}, 1, 60))  # what has to be compiled is compiled
    return [*measure("sobel_x", able, 2, 0.5), *measure("small_blur", able, 2, 0.5)]


def test_everyone_learns_the_same_kernel(results):
    errors = {(one.kernel, one.contestant): one.error for one in results}
    rounds = {(one.kernel, one.contestant): one.rounds for one in results}
    able, _ = contestants()
    assert len(errors) == len(results) == 2 * len(able)
    for name in {OURS, LSTSQ, SCIKIT_LEARN} & able.keys():
        assert errors["sobel_x", name] < 1e-12
        assert errors["small_blur", name] < 1e-9
        assert rounds["sobel_x", name] == 2
    assert rounds["small_blur", "torch SGD"] == 1  # the time was over
    assert 1e-6 < errors["small_blur", "torch SGD"] < np.inf
    assert as_text(results).count("\n") == len(results)
    panels = [axis.get_title() for axis in dots(results, "a test").axes]
    assert panels == ["sobel_x", "small_blur"]


def test_torch_stops_when_it_is_there():
    hand = named("sobel_x")
    samples = made_pair(FACE[None] / 1.0, hand[None]).samples((3, 3))
    problem = learning.Problem(samples, hand, 60, torch.device("cpu"))
    able, _ = contestants()
    assert problem.error(able["torch LBFGS"](problem)) <= learning.GOAL


def test_patches_are_what_the_kernel_sees():
    image = np.arange(30.0).reshape(1, 5, 6)
    matrix, values = learning._patches(learning.Samples(image, np.ones((4, 4)), np.ones((4, 4))))
    assert values.shape == (16,)
    assert matrix.shape == (16, 6)
    assert matrix[5].tolist() == [7, 8, 9, 13, 14, 15]  # of the pixel in row 1, column 1


def test_without_scikit_learn_it_is_left_out_and_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)
    able, skipped = contestants()
    assert SCIKIT_LEARN not in able
    assert "pip install scikit-learn" in skipped[SCIKIT_LEARN]


@pytest.mark.slow
def test_the_script_writes_figure_and_numbers(tmp_path):
    done = run_script(
        *("benchmark", "--learning", "--quick", "--limit", "0.3", "--rounds", "1"), cwd=tmp_path
    )
    assert (done.returncode, done.stderr) == (0, "")
    out = tmp_path / "runs" / "benchmark_learning"
    saved = json.loads((out / "benchmark.json").read_text())
    assert saved["conditions"]["limit"] == 0.3
    assert {one["kernel"] for one in saved["results"]} == {"small_blur", "sobel_x"}
    for name in saved["skipped"]:
        assert f"left out: {name}" in done.stdout
    assert (out / "benchmark.png").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--learning", "--threads", "1"], "Set OMP_NUM_THREADS=1 instead"),
        (["--learning", "--without", "torch"], "which needs torch"),
        (["--learning", "--limit", "0"], "--limit is 0.0; it must be more than 0 seconds"),
        (["--learning", "--rounds", "0"], "--rounds is 0; it must be at least 1"),
        (["--limit", "5"], "--limit is for --learning"),
    ],
)
def test_bad_arguments_end_with_one_line(arguments, message, tmp_path):
    done = run_script("benchmark", *arguments, cwd=tmp_path)
    assert_one_line(done, message, tmp_path)

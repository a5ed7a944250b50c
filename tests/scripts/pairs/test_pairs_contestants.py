"""Every contestant finds an easy kernel in floating point, and says nothing that it cannot know."""

from importlib import import_module

import numpy as np
import pytest
from benchmarks.pairs import entering
from benchmarks.pairs.contestants.patches import middle, patches
from benchmarks.pairs.records import Question
from scipy import ndimage

KERNEL = np.array([[0.1, 0.2, -0.3], [0, 0.5, 0.1], [0.05, 0, 0.3]])
BEFORE = np.random.default_rng(0).uniform(0, 255, (64, 72))
NEAR = {"photutils_kernel": 0.05, "torch_adam": 0.2}  # of the largest tap; 0.01 else
SLOW = ("torch_adam", "torch_lbfgs", "sfft_kernel", "photutils_kernel", "simpleitk_deconvolution")


@pytest.mark.filterwarnings("ignore")  # of libraries of others
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.slow if name in SLOW else [])
        for name in entering.contestants()
    ],
)
def test_everyone_finds_an_easy_kernel(name):
    if not entering.is_installed(name):
        pytest.skip(f"needs {', '.join(entering.needs(name))}")
    after = ndimage.correlate(BEFORE, KERNEL, mode="wrap")
    found = import_module(f"benchmarks.pairs.contestants.{name}").find(
        Question(BEFORE, after, KERNEL.shape)
    )
    assert found.kernel.shape == KERNEL.shape
    assert np.abs(found.kernel - KERNEL).max() <= NEAR.get(name, 0.01) * 0.5


@pytest.mark.parametrize("name", ["least_squares", "minimax", "ours"])
def test_mixed_channels_are_found(name):
    before = np.random.default_rng(1).integers(0, 256, (40, 44, 3)).astype(np.float64)
    matrix = np.array([[0.3, 0.6, 0.1]])
    question = Question(before, (before @ matrix.T)[..., 0], (1, 3, 1, 1))
    found = import_module(f"benchmarks.pairs.contestants.{name}").find(question)
    assert np.allclose(found.kernel, matrix[..., None, None], rtol=0, atol=1e-9)


def test_clipped_pixels_are_left_out():
    before = np.random.default_rng(2).integers(0, 256, (64, 64), dtype=np.uint8)
    sums = ndimage.correlate(before.astype(np.float64), 3 * KERNEL, mode="wrap")
    question = Question(before, np.rint(sums).clip(0, 255).astype(np.uint8), (3, 3))
    plain, unclipped, bounds = (
        import_module(f"benchmarks.pairs.contestants.{name}").find(question).kernel - 3 * KERNEL
        for name in ("least_squares", "unclipped_least_squares", "minimax")
    )
    assert np.abs(plain).max() > 0.1
    assert np.abs(unclipped).max() < 0.01
    assert np.abs(bounds).max() < np.abs(unclipped).max()


def test_patches_are_what_the_kernel_sees():
    image = np.arange(30.0).reshape(5, 6)
    known = patches(Question(image, image + 100, (3, 3)))
    assert known.seen.shape == (12, 9)
    assert known.seen[5].tolist() == [7, 8, 9, 13, 14, 15, 19, 20, 21]
    assert known.after[5].tolist() == [114]
    some = patches(Question(image, image + 100, (3, 3)), most=4)
    assert (some.seen[:, 4] + 100 == some.after[:, 0]).all()
    assert len(some.seen) == 4
    colour = np.dstack([image, image + 50])
    mixed = patches(Question(colour, image, (1, 2, 1, 3)))
    assert mixed.seen[0].tolist() == [0, 1, 2, 50, 51, 52]


def test_the_middle_of_a_convolution_kernel_is_turned():
    whole = np.arange(35.0).reshape(5, 7)
    assert middle(whole, (1, 3)).tolist() == [[18, 17, 16]]


def test_contestants_are_files_with_a_function():
    names = entering.contestants()
    assert names[0] == "ours"
    assert {"minimax", "least_squares", "sfft_kernel"} <= set(names)
    assert "patches" not in names
    assert entering.needs("sfft_kernel") == ("sfft",)
    assert "scipy" in entering.versions("minimax")
    with pytest.raises(ValueError, match="Did you mean minimax"):
        entering.chosen(["minmax"])

"""The sums by torch, on a GPU where there is one, against those of `learned.solve.gram`."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from learned.net import FilterNet
from learned.solve import gram
from learned.solve.predict import Samples
from learned.train import gpu, newton
from learned.train.loop import train
from learned.train.options import TrainConfig

BY_TORCH = gpu.Statistics(torch.device("cuda" if torch.cuda.is_available() else "cpu"))
SHAPES = st.tuples(st.integers(1, 3), st.integers(1, 5), st.integers(1, 5))


def some_samples(shape, extra, seed, clipped=True):
    """Random samples for kernels of ``shape`` = (channels, M, N), some clipped, some exact."""
    rng = np.random.default_rng(seed)
    channels, rows, columns = shape
    image = rng.integers(0, 256, (channels, rows + extra[0], columns + extra[1])).astype(float)
    middle = rng.normal(0, 300, (extra[0] + 1, extra[1] + 1))
    wide = rng.choice([0.0, 0.5, 100.0], middle.shape)
    lower, upper = middle - wide, middle + wide
    if clipped:
        lower[middle < -300], upper[middle > 300] = -np.inf, np.inf
    return Samples(image, lower, upper), rng.normal(size=shape)


def assert_close(found, expected):
    assert found.shape == expected.shape
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-11 * np.abs(expected).max())


@given(SHAPES, st.tuples(st.integers(0, 9), st.integers(0, 9)), st.integers(0, 2**32))
def test_torch_evaluates_as_the_compiled_loops(shape, extra, seed):
    samples, kernel = some_samples(shape, extra, seed)
    found, expected = BY_TORCH.evaluate(samples, kernel), gram.evaluate(samples, kernel)
    assert_close(found.residual, expected.residual)
    assert_close(found.moments, expected.moments)
    assert found.square == pytest.approx(expected.square, rel=1e-11)


@given(SHAPES, st.tuples(st.integers(0, 9), st.integers(0, 9)), st.integers(0, 2**32))
def test_torch_makes_the_gram_matrix_of_the_patches(shape, extra, seed):
    (image, *_), _ = some_samples(shape, extra, seed)
    windows = np.lib.stride_tricks.sliding_window_view(image, shape[1:], axis=(1, 2))
    patches = windows.transpose(1, 2, 0, 3, 4).reshape(-1, np.prod(shape))
    found = BY_TORCH.gram_matrix(image, shape[1:])
    assert_close(found, patches.T @ patches)
    assert_close(found, gram.gram_matrix(image, shape[1:]))
    np.testing.assert_array_equal(found, found.T)


@pytest.mark.parametrize("band", [1, 2**24])
@given(
    SHAPES,
    st.tuples(st.integers(0, 9), st.integers(0, 9)),
    st.integers(0, 2**32),
    st.sampled_from([0.0, 0.3, 1.0]),
)
def test_torch_makes_the_gram_matrix_of_the_chosen_pixels(band, shape, extra, seed, share):
    (image, lower, _), _ = some_samples(shape, extra, seed)
    mask = np.random.default_rng(seed).random(lower.shape) < share
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gpu, "PATCHES", band)  # in one band, and row by row
        found = BY_TORCH.masked_gram(image, mask, shape[1:])
    assert_close(found, gram.masked_gram(image, mask, shape[1:]))


@pytest.mark.parametrize("clipped", [False, True])
def test_newton_finds_the_same_kernel_by_the_sums_of_torch(clipped, monkeypatch):
    samples, kernel = some_samples((2, 3, 3), (40, 50), seed=1, clipped=clipped)
    learned = []
    for work in (gram, BY_TORCH):
        monkeypatch.setattr(newton, "cpu", work)
        net = FilterNet((3, 3), 2)
        net.kernel = kernel
        steps = list(train(net, [samples], TrainConfig(steps=5)))
        assert len(steps) >= 3
        learned.append((net.kernel, steps[0].loss, steps[1].loss, steps[-1].loss))
    for found, expected in zip(*learned, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-8)

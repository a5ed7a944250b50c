"""Gaussian blurs of OpenCV in 8 bits: each pass has taps of whole 256ths, and all are found."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recover_pairs import assert_counted, photo
from scipy import ndimage

from handconv import correlate
from learned import recover
from learned.recovery.names import known_blurs


@pytest.mark.parametrize(
    ("side", "sigma"),
    [(9, 1.5), (15, 2.5), pytest.param(21, 3.0, marks=pytest.mark.slow)],
)
def test_every_tap_of_a_blur_of_opencv(side, sigma):
    before = photo("camera")
    after = cv2.GaussianBlur(before, (side, side), sigma)
    found = recover(before, after)
    assert (found.verdict, found.exact_pixels) == ("linear", 1)
    assert 65536 % found.rational["denominator"] == 0
    impulse = np.zeros((64, 64), np.uint8)
    impulse[32, 32] = 255
    np.testing.assert_array_equal(
        found.apply(impulse), cv2.GaussianBlur(impulse, (side, side), sigma)
    )
    assert_counted(found, before, after)


SIGMAS = st.sampled_from([0.55, 0.8, 1.0, 1.23, 1.7, 2.0, 2.45, 3.0])
PHOTOS = st.sampled_from(["camera", "coins", "cat"])


@given(SIGMAS, st.sampled_from([(0, 0), (0, 1), (1, 0)]), PHOTOS)
@settings(max_examples=10)
def test_gaussians_of_scipy_are_found_to_the_last_digit(sigma, order, name):
    if sum(order):
        sigma = float(f"{sigma:.1g}")  # a third digit of a slope's drowns in rounding
    before = photo(name)
    signed = 128 * bool(sum(order))  # a slope is brought into the middle of the grey levels
    sums = ndimage.gaussian_filter(before.astype(float), sigma, order, mode="nearest")
    after = np.clip(np.rint(sums + signed), 0, 255).astype(np.uint8)
    found = recover(before, after)
    assert (found.verdict, found.exact_pixels) == ("linear", 1)
    impulse = np.zeros((101, 101))
    impulse[50, 50] = 1
    expected = ndimage.gaussian_filter(impulse, sigma, order)[::-1, ::-1]
    sides = zip(found.anchor, found.kernel.shape, strict=True)
    rows, columns = (slice(50 - at, 50 - at + n) for at, n in sides)
    placed = np.zeros((101, 101))
    placed[rows, columns] = found.kernel
    # SciPy's outermost taps are 3e-4 of the largest: a bell without them may reproduce all, too
    np.testing.assert_allclose(placed, expected, atol=1e-3 * np.abs(expected).max())


@pytest.mark.parametrize("name", ["moon", "brick"])
@pytest.mark.parametrize("taps", [[1, 2, 1], [1, 4, 6, 4, 1], [3, 4, 3], [1, 6, 15, 20, 15, 6, 1]])
def test_fractions_that_look_like_a_bell_stay_fractions(taps, name):
    kernel = np.outer(taps, taps) / sum(taps) ** 2
    before = photo(name)
    after = np.rint(correlate(before.astype(float), kernel)).astype(np.uint8)
    found = recover(before, after)
    np.testing.assert_allclose(found.kernel, kernel, rtol=1e-12)


@given(st.integers(0, 2**32))
@settings(max_examples=5)
def test_what_only_looks_like_a_bell_is_not_taken_for_one(seed):
    rng = np.random.default_rng(seed)
    line = cv2.getGaussianKernel(9, 1.5).ravel() * rng.uniform(0.97, 1.03, 9)
    kernel = np.outer(line, line)
    before = photo("camera")[:200, :200]
    after = np.clip(np.rint(correlate(before.astype(float), kernel)), 0, 255).astype(np.uint8)
    found = recover(before, after)
    assert found.verdict == "linear"
    np.testing.assert_allclose(found.kernel, kernel, atol=5e-3 * kernel.max())


def test_what_adds_up_to_nothing_is_no_blur():
    assert list(known_blurs(np.outer([1.0, 2.0, 1.0], [-1.0, 0.0, 1.0]))) == []

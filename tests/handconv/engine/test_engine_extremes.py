"""Numbers at the ends of their range: right, or refused, never silently wrong."""

import warnings

import numpy as np
import pytest
from scipy import ndimage

from handconv import correlate, correlate_loop, explain


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("bad", [-3.4e38, 1e12, -1e30])
def test_a_huge_pixel_spoils_only_what_it_touches(bad, dtype):
    rng = np.random.default_rng(0)
    image = rng.uniform(0, 255, (140, 150)).astype(dtype)
    image[70, 60] = bad
    kernel = rng.normal(size=(41, 41))
    assert explain(kernel, image).startswith("fft")
    ours = correlate(image, kernel)
    clean = image.copy()
    clean[70, 60] = 0
    far = np.ones(image.shape, bool)
    far[50:91, 40:81] = False
    expected = correlate(clean.astype(np.float64), kernel)[far]
    assert np.abs(ours[far] - expected).max() <= 1e-4 * np.abs(expected).max()


def test_pixels_without_data_do_not_spoil_the_few_that_have_some():
    rng = np.random.default_rng(0)
    image = np.full((600, 620), -3.4e38, np.float32)
    image[20:90, 30:100] = rng.uniform(0, 255, (70, 70))
    kernel = rng.normal(size=(31, 31))
    assert explain(kernel, image).startswith("fft")
    found = correlate(image, kernel)[35:75, 45:85]
    expected = correlate_loop(image[20:90, 30:100].astype(np.float64), kernel)[15:55, 15:55]
    assert np.abs(found - expected).max() <= 1e-6 * np.abs(expected).max()


def test_a_large_pixel_in_float64_costs_no_digits_elsewhere():
    rng = np.random.default_rng(0)
    image, kernel = rng.uniform(1, 255, (140, 150)), rng.normal(size=(41, 41))
    expected = correlate(image, kernel)[:49]
    image[70, 60] = 1e8
    assert explain(kernel, image).startswith("fft")
    assert np.abs(correlate(image, kernel)[:49] - expected).max() <= 1e-12 * np.abs(expected).max()


def test_spectra_that_overflow_are_not_used():
    image, kernel = np.full((140, 150), 1e300), np.random.default_rng(0).normal(size=(41, 41))
    assert explain(kernel, image).startswith("fft")
    np.testing.assert_allclose(correlate(image, kernel), 1e300 * kernel.sum(), rtol=1e-9)


def test_whole_sums_of_a_transform_are_exact_up_to_2_to_the_53():
    rng = np.random.default_rng(1)
    image = rng.integers(2**36 - 99, 2**36, (300, 280))
    kernel = rng.integers(0, 101, (41, 41))
    assert 2**52 < kernel.sum() * 2**36 < 2**53
    assert explain(kernel, image).startswith("fft")
    expected = ndimage.correlate(image, kernel, mode="nearest")  # of integers
    np.testing.assert_array_equal(correlate(image, kernel), expected)


def test_sums_of_bools_are_exact_beyond_float32():
    image = np.ones((40, 50), bool)
    assert correlate(image, [[2**24, 1, -(2**24)]])[5, 5] == 1


@pytest.mark.parametrize("dtype", ["int64", "float64"])
def test_taps_near_the_end_of_float64_raise_no_warning(dtype):
    image = np.ones((40, 50), dtype)
    for kernel in (np.full((3, 3), 1e308), np.full((33, 35), 1e307)):
        explain(kernel, image)
        assert np.isposinf(correlate(image, kernel)).all()


@pytest.mark.parametrize("tap", [1e307, -1e300, 1e154])
def test_huge_taps_are_added_up_in_float64_or_refused(tap):
    image = np.random.default_rng(0).uniform(0, 1, (40, 50))
    kernel = np.outer([1, 2, 1], [tap, 0, -tap])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        expected = correlate_loop(image / 4, kernel / 4) * 16 if abs(tap) < 1e300 else None
        ours = correlate(image, kernel)
        if expected is not None:
            np.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-9 * abs(tap))
        with pytest.raises(ValueError, match="beyond the range of float32"):
            correlate(image.astype(np.float32), kernel)


def test_taps_too_small_for_float32_are_refused_not_lost():
    image = np.random.default_rng(0).uniform(0, 255, (20, 20))
    kernel = np.array([[1e-320, 2e-320, 1e-320]])
    with pytest.raises(ValueError, match="too small for float32"):
        correlate(image.astype(np.float32), kernel)
    small = np.array([[1e-300, 0, -1e-300]])
    np.testing.assert_allclose(correlate(image, small), correlate_loop(image, small), rtol=1e-9)


@pytest.mark.parametrize(
    ("dtype", "tap", "exact"),
    [("uint8", 3, True), ("int32", 3, True), ("int32", 2**23, False), ("int64", 1, False)],
)
def test_exact_is_said_only_of_sums_that_float64_holds(dtype, tap, exact):
    image = np.zeros((30, 30), dtype)
    assert ("exact" in explain(np.full((1, 3), tap), image)) == exact

"""Numbers at the ends of their range: right, or refused, never silently wrong."""

import warnings

import numpy as np
import pytest

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

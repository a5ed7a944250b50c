import numpy as np
import pytest
from filtered import photo
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal

from learned.solve.predict import (
    Samples,
    all_patches,
    bands,
    bounds_at,
    patches,
    predict,
    violation,
    worst,
)


@pytest.mark.parametrize("shape", [(1, 1), (3, 4), (7, 2), (8, 8), (21, 21), (31, 5)])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_prediction_is_scipys_correlation(shape, dtype):
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (2, 70, 83)).astype(dtype)
    kernel = rng.normal(size=(2, *shape))
    oracle = sum(
        signal.correlate(plane.astype(float), taps, mode="valid", method="direct")
        for plane, taps in zip(image, kernel, strict=True)
    )
    np.testing.assert_allclose(predict(image, kernel), oracle, atol=1e-9)


@pytest.mark.parametrize("shape", [(3, 3), (15, 15)])
def test_bands_join_without_a_seam(shape, monkeypatch):
    image, kernel = photo("camera")[None, :200, :300], np.random.default_rng(0).normal(size=shape)
    whole = predict(image, kernel[None])
    monkeypatch.setattr("learned.solve.predict.BAND_PIXELS", 40 * 300)
    pieces = list(bands(image, kernel[None]))
    assert len(pieces) > 1
    np.testing.assert_allclose(np.concatenate([band for _, band in pieces]), whole, atol=1e-9)


def two_samples(seed=0):
    rng = np.random.default_rng(seed)
    made = []
    for height, width in [(9, 7), (5, 11)]:
        image = rng.integers(0, 256, (2, height + 2, width + 1)).astype(np.uint8)
        lower = rng.uniform(0, 255, (height, width))
        lower[0, 0] = -np.inf
        upper = lower + 1
        upper[1, :2] = np.inf
        upper[0, 0] = 3.0
        made.append(Samples(image, lower, upper))
    return made


@given(st.integers(0, 100), st.integers(1, 200))
def test_the_worst_pixels_are_those_of_the_whole_map(seed, count):
    samples = two_samples(seed)
    kernel = np.random.default_rng(seed).normal(size=(2, 3, 2))
    flat = np.concatenate([violation(each, kernel, 4.0).ravel() for each in samples])
    largest, pixels = worst(samples, kernel, 4.0, count, above=-50.0)
    assert largest == flat.max()
    expected = np.sort(np.argsort(flat)[::-1][: min(count, int((flat > -50).sum()))])
    np.testing.assert_array_equal(pixels, expected)


def test_violation_is_zero_on_the_bound_and_counts_open_sides():
    image = np.array([[[0.0, 1.0, 2.0, 3.0]]])
    samples = Samples(
        image, np.array([[0, -np.inf, 5, -np.inf]]), np.array([[1, 4, np.inf, np.inf]])
    )
    found = violation(samples, np.ones((1, 1, 1)))
    assert found.tolist() == [[0, -3, 3, -np.inf]]


def test_patches_by_number_and_in_bands_agree_with_the_prediction():
    samples = two_samples()
    kernel = np.random.default_rng(3).normal(size=(2, 3, 2))
    predicted = np.concatenate([predict(each.image, kernel).ravel() for each in samples])
    pixels = np.array([0, 3, 62, 63, 70, 117])
    np.testing.assert_allclose(patches(samples, pixels) @ kernel.ravel(), predicted[pixels])
    numbers, seen = zip(*all_patches(samples), strict=True)
    np.testing.assert_array_equal(np.concatenate(numbers), np.arange(len(predicted)))
    np.testing.assert_allclose(np.concatenate(seen) @ kernel.ravel(), predicted)
    lower, upper = bounds_at(samples, pixels)
    assert lower[0] == -np.inf
    assert upper[0] == 3.0
    assert lower[3] == -np.inf  # pixel 63 is the first of the second image

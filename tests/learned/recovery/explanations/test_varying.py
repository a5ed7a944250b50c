"""Gains and kernels that change slowly over the picture are told, with their code."""

import cv2
import numpy as np
import pytest
from recover_pairs import photo

from learned.recovery.explanations import varying
from learned.recovery.reading import read


def told(before, after):
    seen = read(before, after)
    (found,) = varying.explain(seen)
    names = {"before": before}
    exec(found.code(seen), names)
    np.testing.assert_array_equal(names["after"], found.apply(seen.before)[0])
    return found, float(np.mean(names["after"] == after))


def squared_radius(shape):
    y, x = (np.linspace(-1, 1, length) for length in shape)
    return np.add.outer(y**2, x**2) / 2


def stored(level):
    return np.clip(np.rint(level), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("name", ["camera", pytest.param("coins", marks=pytest.mark.slow)])
@pytest.mark.parametrize("corner", [0.4, 0.8])
def test_a_vignette(name, corner):
    before = photo(name)
    radius = squared_radius(before.shape)
    found, share = told(before, stored(before * (1 - (1 - corner) * radius)))
    assert share > 0.97
    assert found.parameters["name"] == "gain"
    gains = np.array(found.parameters["gains"])
    np.testing.assert_allclose(gains[::2, ::2], corner, atol=0.02)
    assert gains[1, 1] == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("name", ["camera", "brick"])
def test_a_blur_that_grows_towards_the_rim(name):
    before = photo(name)
    weight = squared_radius(before.shape)
    blurred = cv2.blur(before.astype(float), (3, 3), borderType=cv2.BORDER_REPLICATE)
    found, share = told(before, stored((1 - weight) * before + weight * blurred))
    assert share > 0.97
    assert found.parameters["name"] == "kernel"
    middle, corner = (np.array(found.parameters["kernels"])[i, i] for i in (1, 0))
    np.testing.assert_allclose(middle, [[0, 0, 0], [0, 1, 0], [0, 0, 0]], atol=0.02)
    np.testing.assert_allclose(corner, 1 / 9, atol=0.03)


@pytest.mark.parametrize(
    "other",
    [
        lambda x: cv2.medianBlur(x, 5),
        lambda x: cv2.createCLAHE(2.0, (8, 8)).apply(x),
        lambda x: cv2.fastNlMeansDenoising(x, h=8),
        cv2.equalizeHist,
    ],
)
def test_other_filters_are_none(other):
    before = photo("camera")
    assert list(varying.explain(read(before, other(before)))) == []

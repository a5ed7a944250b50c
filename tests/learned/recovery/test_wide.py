"""Kernels of one or two numbers are found to the last digit, also beyond the window searched."""

import cv2
import numpy as np
import pytest
from scipy import ndimage
from skimage import data, filters

from learned import recover


def stored(level):
    return np.clip(np.rint(level), 0, 255).astype(np.uint8)


def disc(radius):
    place = np.arange(-radius, radius + 1) ** 2
    mask = np.add.outer(place, place) <= radius**2
    return mask / mask.sum()


WIDE = {
    "gaussian(65, 8)": lambda x: ndimage.gaussian_filter(x, 8),
    "unsharp(41, 5, 1)": lambda x: 255 * filters.unsharp_mask(x / 255, 5, 1),
    "unsharp(25, 3, 0.5)": lambda x: 255 * filters.unsharp_mask(x / 255, 3, 0.5),
    "box(41, 41)": lambda x: cv2.blur(x, (41, 41)),
    "laplacian_of_gaussian(21, 2.5)": lambda x: 128 - 5 * ndimage.gaussian_laplace(x, 2.5),
}


@pytest.mark.parametrize("name", WIDE)
@pytest.mark.parametrize("photo", ["camera", pytest.param("moon", marks=pytest.mark.slow)])
def test_named_kernels(name, photo):
    before = getattr(data, photo)()
    found = recover(before, stored(WIDE[name](before.astype(np.float64))))
    assert found.verdict == "linear"
    assert found.exact_pixels > 0.999
    assert found.matches[0]["name"] == name


@pytest.mark.parametrize("radius", [12, 20])
def test_a_disc(radius):
    before = data.camera()
    found = recover(before, stored(cv2.filter2D(before.astype(np.float64), -1, disc(radius))))
    assert found.verdict == "linear"
    np.testing.assert_allclose(found.kernel, disc(radius), rtol=0, atol=1e-12)

"""Unsharp masks with a threshold are told: sigma, amount, threshold."""

import cv2
import numpy as np
import pytest
from PIL import Image, ImageFilter
from recover_pairs import photo
from scipy import ndimage

from learned.recovery.explanations import unsharp
from learned.recovery.reading import read


def told(before, after):
    """The mask that is found, and the share of the pixels that it reproduces."""
    seen = read(before, after)
    (found,) = unsharp.explain(seen, None)
    names = {"before": before}
    exec(found.code(seen), names)
    np.testing.assert_array_equal(names["after"], found.apply(seen.before)[0])
    return found.parameters, float(np.mean(names["after"] == after))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "sigma", "percent", "threshold"),
    [("camera", 2, 150, 3), ("coins", 1, 200, 5), ("grass", 3, 80, 8), ("brick", 1.5, 120, 2)],
)
def test_masks_of_pillow(name, sigma, percent, threshold):
    before = photo(name)
    after = Image.fromarray(before).filter(ImageFilter.UnsharpMask(sigma, percent, threshold))
    found, share = told(before, np.array(after))
    assert share > 0.99
    assert (found["sigma"], found["amount"], found["threshold"]) == (sigma, percent / 100, threshold)  # fmt: skip
    assert found["blur"] == "boxes"


def test_a_mask_in_floating_point():
    before = photo("camera")
    level = before.astype(float)
    mask = level - ndimage.gaussian_filter(level, 1.5, mode="nearest")
    sharpened = np.clip(np.rint(level + 1.2 * mask), 0, 255)
    after = np.where(np.abs(mask) > 4, sharpened, level).astype(np.uint8)
    found, share = told(before, after)
    assert share > 0.99
    assert (found["sigma"], found["amount"], found["blur"]) == (1.5, 1.2, "gaussian")
    assert found["threshold"] == pytest.approx(4, abs=0.2)


@pytest.mark.slow
@pytest.mark.parametrize(
    "make",
    [
        lambda x: cv2.medianBlur(x, 5),
        lambda x: cv2.bilateralFilter(x, 7, 40, 3),
        lambda x: cv2.GaussianBlur(x, (0, 0), 1),
    ],
)
def test_what_smooths_is_no_mask(make):
    before = photo("camera")
    assert list(unsharp.explain(read(before, make(before)), None)) == []

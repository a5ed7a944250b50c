"""Openings, closings, top-hats and gradients are named with their footprint."""

import cv2
import numpy as np
import pytest
from explained import best, explain
from recover_pairs import photo
from scipy import ndimage
from skimage import morphology


@pytest.mark.parametrize(
    ("name", "size", "make"),
    [
        ("opening", [5, 5], lambda x: cv2.morphologyEx(x, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))),
        ("closing", [3, 7], lambda x: ndimage.grey_closing(x, (3, 7))),
        ("top-hat", [9, 9], lambda x: morphology.white_tophat(x, morphology.disk(4))),
        ("black-hat", [5, 5], lambda x: cv2.morphologyEx(x, cv2.MORPH_BLACKHAT, cv2.getStructuringElement(cv2.MORPH_CROSS, (5, 5)))),
        ("gradient", [3, 3], lambda x: ndimage.morphological_gradient(x, 3)),
        ("inner gradient", [5, 5], lambda x: x - cv2.erode(x, np.ones((5, 5), np.uint8))),
        ("outer gradient", [3, 3], lambda x: cv2.dilate(x, np.ones((3, 3), np.uint8)) - x),
    ],
)  # fmt: skip
@pytest.mark.parametrize("of", ["camera", "coins"])
def test_operations_of_libraries(of, name, size, make):
    found = best(photo(of), make(photo(of)))
    assert (found.kind, found.parameters["name"], found.parameters["size"]) == ("morphology", name, size)  # fmt: skip
    assert found.exact_pixels == 1


def test_in_colour():
    before = photo("coffee", colour=True)
    after = cv2.morphologyEx(before, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    assert best(before, after).exact_pixels == 1


def test_an_opening_by_area_is_not_claimed():
    before = photo("camera").copy()
    after = morphology.area_opening(before, 40)
    assert all(each.exact_pixels < 0.99 for each in explain(before, after))

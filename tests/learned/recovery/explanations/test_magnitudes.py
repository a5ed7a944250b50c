"""Magnitudes of derivatives are named with kernels, way, scale and border."""

import cv2
import numpy as np
import pytest
from explained import best, explain
from hypothesis import example, given, settings
from hypothesis import strategies as st
from recover_pairs import photo, stored
from scipy import ndimage
from thorough import examples

WAYS = {
    "sum": lambda x, y: np.abs(x) + np.abs(y),
    "root": np.hypot,
    "largest magnitude": lambda x, y: np.maximum(np.abs(x), np.abs(y)),
}


@settings(max_examples=examples(10))
@given(
    name=st.sampled_from(["camera", "brick", "grass", "coins"]),
    kernels=st.sampled_from([("sobel", cv2.Sobel), ("scharr", cv2.Scharr)]),
    way=st.sampled_from(sorted(WAYS)),
    scale=st.floats(0.04, 1.0),
    floor=st.booleans(),
    inverted=st.booleans(),
)
@example(
    name="grass",
    kernels=("scharr", cv2.Scharr),
    way="root",
    scale=0.6813003915595639,
    floor=True,
    inverted=False,
)
def test_any_scale(name, kernels, way, scale, floor, inverted):
    before = photo(name)
    x, y = (kernels[1](before, cv2.CV_64F, *of) for of in ((1, 0), (0, 1)))
    level = scale * WAYS[way](x, y)
    level = np.clip(255 - level if inverted else level, 0, 255)
    after = np.floor(level + (0 if floor else 0.5)).astype(np.uint8)
    found = best(before, after)
    assert found.exact_pixels > 0.999
    assert (found.kind, found.parameters["kernels"], found.parameters["way"]) == ("magnitude", kernels[0], way)  # fmt: skip
    assert found.parameters["scale"] == pytest.approx(-scale if inverted else scale, rel=0.02)
    assert found.parameters["border"] == "reflect_101"


def added(x):
    """As OpenCV's tutorial adds gradients: each clipped to 8 bits, then half of both."""
    down, across = (cv2.convertScaleAbs(cv2.Sobel(x, cv2.CV_16S, *of)) for of in ((0, 1), (1, 0)))
    return cv2.addWeighted(across, 0.5, down, 0.5, 0)


def kirsch(x):
    ring = [(0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0)]
    responses = []
    for turn in range(8):
        kernel = np.full((3, 3), -3.0)
        kernel[1, 1] = 0
        for place in range(3):
            kernel[ring[(place + turn) % 8]] = 5
        responses.append(ndimage.correlate(x.astype(float), kernel, mode="nearest"))
    return stored(np.max(responses, axis=0) / 15)


@pytest.mark.parametrize(
    ("kernels", "way", "make"),
    [
        ("sobel", "sum of clipped", added),
        ("kirsch", "largest", kirsch),
        ("laplacian", "sum", lambda x: cv2.convertScaleAbs(cv2.Laplacian(x, cv2.CV_16S))),
        ("prewitt", "root", lambda x: stored(np.hypot(*(ndimage.prewitt(x.astype(float), axis) for axis in (0, 1))) / 3)),
    ],
)  # fmt: skip
def test_detectors_of_libraries(kernels, way, make):
    before = photo("camera")
    found = best(before, make(before))
    assert (found.parameters["kernels"], found.parameters["way"]) == (kernels, way)
    assert found.exact_pixels > 0.999


@pytest.mark.parametrize(
    "make",
    [
        lambda x: cv2.Canny(x, 80, 160),
        lambda x: cv2.absdiff(x, cv2.GaussianBlur(x, (0, 0), 3)),
        lambda x: cv2.morphologyEx(x, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)),
    ],
)
def test_what_is_no_magnitude_is_not_called_one(make):
    found = explain(photo("camera"), make(photo("camera")))
    assert all(each.kind != "magnitude" for each in found)

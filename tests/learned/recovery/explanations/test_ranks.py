"""Medians, minima, maxima and percentiles are named with footprint, rank and border."""

import cv2
import numpy as np
import pytest
from explained import best, explain
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter
from recover_pairs import photo, stored
from scipy import ndimage
from skimage import morphology
from thorough import examples

MODES = {"replicate": "nearest", "reflect": "reflect", "reflect_101": "mirror", "constant": "constant", "wrap": "wrap"}  # fmt: skip


@settings(max_examples=examples(15))
@given(
    name=st.sampled_from(["camera", "moon", "grass", "coins"]),
    size=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    share=st.floats(0, 1),
    border=st.sampled_from(sorted(MODES)),
)
@example(name="moon", size=(1, 7), share=0.5, border="reflect_101")
@example(name="moon", size=(1, 7), share=0.5, border="constant")
def test_any_rank_over_any_rectangle(name, size, share, border):
    assume(size[0] * size[1] > 2)
    rank = round(share * (size[0] * size[1] - 1))
    before = photo(name)
    after = ndimage.rank_filter(before, rank, size=size, mode=MODES[border])
    assume(np.any(after != before))  # the median of three changes nothing of moon's rows
    exact = [each for each in explain(before, after) if each.exact_pixels == 1]
    # of moon's rows, the medians of five and of seven are the same but at some borders
    assert ("rank", list(size), rank) in [
        (each.kind, each.parameters["size"], each.parameters["rank"]) for each in exact
    ]


@pytest.mark.parametrize(
    ("name", "shape", "make"),
    [
        ("median", "rectangle", lambda x: cv2.medianBlur(x, 7)),
        ("median", "disc", lambda x: ndimage.median_filter(x, footprint=morphology.disk(3))),
        ("minimum", "rectangle", lambda x: np.array(Image.fromarray(x).filter(ImageFilter.MinFilter(5)))),
        ("maximum", "cross", lambda x: cv2.dilate(x, cv2.getStructuringElement(cv2.MORPH_CROSS, (5, 5)))),
        ("maximum", "diamond", lambda x: ndimage.grey_dilation(x, footprint=morphology.diamond(3))),
        ("percentile", "rectangle", lambda x: ndimage.percentile_filter(x, 30, (3, 7))),
    ],
)  # fmt: skip
def test_footprints_of_libraries(name, shape, make):
    before = photo("camera")
    found = best(before, make(before))
    assert (found.parameters["name"], found.parameters["shape"]) == (name, shape)
    assert found.exact_pixels == 1


def test_colour_and_sixteen_bits():
    before = photo("coffee", colour=True)
    assert best(before, cv2.medianBlur(before, 5)).exact_pixels == 1
    before = photo("camera").astype(np.uint16) * 250 + np.arange(320, dtype=np.uint16) % 97
    found = best(before, ndimage.median_filter(before, (3, 5), mode="nearest"))
    assert (found.parameters["size"], found.exact_pixels) == ([3, 5], 1)


@pytest.mark.parametrize(
    "make",
    [
        lambda x: cv2.blur(x, (3, 3)),
        lambda x: cv2.bilateralFilter(x, 5, 30, 2),
        lambda x: stored(x + np.random.default_rng(0).normal(0, 2, x.shape)),
        lambda x: cv2.fastNlMeansDenoising(x, h=6),
    ],
)
def test_what_is_no_rank_is_not_called_one(make):
    found = explain(photo("camera"), make(photo("camera")))
    assert all(each.kind != "rank" for each in found)


def test_pictures_without_detail_are_no_trouble():
    flat = np.full((60, 70), 9, np.uint8)
    assert explain(flat, photo("camera", 60, 70)) == []
    assert explain(photo("camera", 60, 70), flat)[0].kind == "curve"
    assert explain(photo("camera", 5, 4), photo("moon", 5, 4)) == []

"""What was done to a part of the picture is told: where, and what inside and outside of it."""

import cv2
import numpy as np
import pytest
from PIL import Image, ImageFilter
from recover_pairs import photo

from learned.recovery.explanations import local
from learned.recovery.reading import read

SHARPEN = np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]])
PART = np.s_[70:150, 60:170]


def told(before, after):
    """The explanation, and the share of the pixels that its code reproduces."""
    seen = read(before, after)
    (found,) = local.explain(seen)
    names = {"before": before}
    exec(found.code(seen), names)
    np.testing.assert_array_equal(names["after"], found.apply(seen.before)[0])
    return found, float(np.mean(names["after"] == after))


@pytest.mark.parametrize("name", ["camera", pytest.param("brick", marks=pytest.mark.slow)])
@pytest.mark.parametrize("level", [90, 255, pytest.param(0, marks=pytest.mark.slow)])
def test_a_box_over_a_sharpened_picture(name, level):
    before = photo(name)
    after = cv2.filter2D(before, -1, SHARPEN)
    after[20:200, 30:240] = level
    found, share = told(before, after)
    assert share == 1
    assert found.parameters["region"] == [20, 200, 30, 240]
    assert "sharpen" in found.parameters["outside"]
    assert found.parameters["inside"] == f"filled with {level}"


@pytest.mark.parametrize(("name", "side"), [("camera", 5), ("coins", 9)])
@pytest.mark.parametrize("apart", [False, True])
def test_a_blur_in_a_part(name, side, apart):
    before = photo(name)
    after = before.copy()
    cut = before[PART].copy() if apart else before
    after[PART] = cv2.blur(cut, (side, side)) if apart else cv2.blur(cut, (side, side))[PART]
    found, share = told(before, after)
    assert share > 0.999
    assert found.parameters["outside"] == "left as it was"
    assert f"{side} × {side} taps" in found.parameters["inside"]


def test_an_ellipse():
    before, mask = photo("camera"), np.zeros(photo("camera").shape, np.uint8)
    cv2.ellipse(mask, (120, 110), (60, 80), 0, 0, 360, 1, -1)
    after = np.where(mask > 0, cv2.blur(before, (7, 7)), before)
    found, share = told(before, after)
    assert share > 0.999
    assert found.parameters["shape"] == "ellipse"


def test_two_halves_and_a_frame():
    before = photo("brick")
    after = cv2.blur(before, (3, 3))
    after[:, 100:] = cv2.filter2D(before, -1, SHARPEN)[:, 100:]
    assert told(before, after)[1] == 1
    after = np.pad(cv2.blur(before, (3, 3))[15:-15, 15:-15], 15, constant_values=40)
    found, share = told(before, after)
    assert share == 1
    assert found.parameters["outside"] == "filled with 40"


def test_where_nobody_knows_what_was_done_the_rest_is_told():
    before, rng = photo("camera"), np.random.default_rng(0)
    after = cv2.blur(before, (3, 3))
    after[60:180, 40:200] = rng.integers(0, 256, (120, 160))
    found, share = told(before, after)
    assert found.parameters["inside"] is None
    assert found.parameters["region"] == [60, 180, 40, 200]
    assert share == pytest.approx(1 - 120 * 160 / before.size, abs=0.002)


@pytest.mark.parametrize(
    "other",
    [
        lambda x: cv2.medianBlur(x, 5),
        lambda x: cv2.createCLAHE(2.0, (8, 8)).apply(x),
        lambda x: cv2.fastNlMeansDenoising(x, h=8),
        lambda x: cv2.filter2D(x, -1, SHARPEN),
    ],
)
def test_nothing_is_told_of_filters_of_the_whole_picture(other):
    before = photo("camera")
    assert list(local.explain(read(before, other(before)))) == []


@pytest.mark.parametrize("radius", [6, pytest.param(2, marks=pytest.mark.slow)])
def test_a_part_blurred_by_pillow(radius):
    before = photo("camera")
    picture = Image.fromarray(before)
    picture.paste(picture.crop((60, 50, 240, 200)).filter(ImageFilter.BoxBlur(radius)), (60, 50))
    found, share = told(before, np.array(picture))
    assert share == 1
    assert f"box blur of radius {radius}" in found.parameters["inside"]

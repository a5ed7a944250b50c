"""Pictures that were moved, mirrored, turned or cropped are told, whatever their size."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recover_pairs import photo
from thorough import examples

from learned import recover
from learned.recovery.figure import figure
from learned.recovery.report import report


def framed(before, after):
    """The frame that recover finds; its code was run."""
    found = recover(before, after)
    best = found.explanations[0]
    names = {"before": before}
    exec(best.code(found.reading), names)
    np.testing.assert_array_equal(names["after"], after)
    assert (best.kind, best.exact_pixels) == ("frame", 1)
    return best.parameters


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("turn", lambda x: np.rot90(x)),
        ("turn", lambda x: np.rot90(x, 3)),
        ("mirror", lambda x: x.T),
        ("mirror", lambda x: x[::-1, ::-1].T),
    ],
)
def test_turns_that_change_the_size(name, make):
    before = photo("camera")
    after = np.ascontiguousarray(make(before))
    assert framed(before, after)["name"] == name
    assert framed(np.dstack([before] * 3), np.dstack([after] * 3))["name"] == name


@pytest.mark.parametrize("make", [np.rot90, lambda x: x[:, ::-1], lambda x: x[20:90, 31:], lambda x: x[1::2, ::2]])  # fmt: skip
@pytest.mark.parametrize("colour", [False, True])
def test_floating_point_is_moved_too(make, colour):
    photo_in_bits = photo("coffee", colour=colour)
    noise = np.random.default_rng(0).normal(0, 0.01, photo_in_bits.shape)
    before = (photo_in_bits / 255 + noise).astype(np.float32)
    framed(before, np.ascontiguousarray(make(before)))


@settings(max_examples=examples(20))
@given(data=st.data(), colour=st.booleans())
def test_every_second_or_third_pixel(data, colour):
    """Not from the first one on, where a resizer may do the same."""
    before = photo("cat", colour=colour)
    down, across = data.draw(st.tuples(st.integers(1, 9), st.integers(2, 9)))
    top, left = data.draw(st.integers(0, down - 1)), data.draw(st.integers(1, across - 1))
    found = framed(before, np.ascontiguousarray(before[top::down, left::across]))
    assert found == {"name": "steps", "top": top, "left": left, "down": down, "across": across}


@settings(max_examples=examples(20))
@given(data=st.data(), colour=st.booleans())
def test_a_part_anywhere(data, colour):
    before = photo("coffee", colour=colour)
    top, left = data.draw(st.integers(0, 200)), data.draw(st.integers(0, 250))
    height = data.draw(st.integers(40, 256 - top))
    width = data.draw(st.integers(40, 319 - left))
    after = before[top : top + height, left : left + width].copy()
    found = framed(before, after)
    assert (found["name"], found["top"], found["left"]) == ("crop", top, left)


@pytest.mark.parametrize(
    ("name", "wanted", "make"),
    [
        ("mirror", {}, lambda x: x[:, ::-1]),
        ("turn", {}, lambda x: x[::-1, ::-1]),
        ("roll", {"shift": [-40, 77]}, lambda x: np.roll(x, (-40, 77), (0, 1))),
        ("shift", {"shift": [25, -30], "border": "constant"}, lambda x: cv2.warpAffine(x, np.float32([[1, 0, -30], [0, 1, 25]]), x.shape[::-1])),
        ("shift", {"shift": [-21, 35], "border": "replicate"}, lambda x: cv2.warpAffine(x, np.float32([[1, 0, 35], [0, 1, -21]]), x.shape[::-1], borderMode=cv2.BORDER_REPLICATE)),
    ],
)  # fmt: skip
def test_moves_that_keep_the_size(name, wanted, make):
    before = photo("camera", 160, 200)
    found = framed(before, np.ascontiguousarray(make(before)))
    assert found["name"] == name
    assert {key: found[key] for key in wanted} == wanted


def test_report_and_figure_say_it():
    before = photo("camera")
    found = recover(before, before[30:150, 41:242])
    text = report(found)
    assert "a part of the picture: 120 × 201 pixels from row 30, column 41 on" in text
    assert "crop(planes, top=30, left=41, height=120, width=201)" in text
    assert "a part of the picture" in figure(found).get_suptitle()


def test_a_part_of_another_picture_is_refused():
    with pytest.raises(ValueError, match="a filter keeps the size"):
        recover(photo("camera"), photo("moon")[20:121, 30:131])

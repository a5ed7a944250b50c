"""Pictures given in the wrong order are pointed out; those given in the right one never are."""

import cv2
import numpy as np
import pytest
from recover_pairs import photo

from learned import recover

SAID = "wrong order"


def says(before, after):
    return any(SAID in each for each in recover(before, after, max_size=7).findings)


@pytest.mark.slow
@pytest.mark.parametrize(
    "blur",
    [lambda x: cv2.blur(x, (3, 3)), lambda x: (x // 2 + 30).astype(np.uint8)],
    ids=["blur", "half the contrast"],
)
def test_a_filter_given_the_other_way_round_is_pointed_out(blur):
    before = photo("camera", 128, 128)
    after = blur(before)
    assert says(after, before)
    assert not says(before, after)


def test_grey_made_of_colour_is_pointed_out():
    colour = photo("coffee", 96, 96, colour=True)
    grey = np.rint(colour @ np.array([0.25, 0.5, 0.25])).astype(np.uint8)
    assert says(grey, colour)


def test_what_was_counted_is_said():
    """The emboss of Pillow leaves the rim: given the other way round, only the rest was counted."""
    before = photo("camera", 96, 96)
    after = before.copy()
    after[1:-1, 1:-1] = cv2.blur(before, (3, 3))[1:-1, 1:-1] // 2
    (said,) = [each for each in recover(after, before, max_size=7).findings if SAID in each]
    assert "100.00%" not in said
    assert "of the pixels" in said


@pytest.mark.slow
@pytest.mark.parametrize(
    "make",
    [
        lambda x: cv2.medianBlur(x, 3),
        lambda x: np.clip(x + np.random.default_rng(0).normal(0, 5, x.shape), 0, 255).astype("u1"),
        lambda x: cv2.createCLAHE(3.0).apply(x),
    ],
    ids=["median", "noise", "local contrast"],
)
def test_what_is_no_filter_in_either_order_is_not(make):
    before = photo("camera", 128, 128)
    assert not says(before, make(before))
    assert not says(make(before), before)


def test_flat_pictures_say_nothing():
    """A kernel of zeros and a bias make a flat one of any picture."""
    before = np.full((64, 64), 100, np.uint8)
    assert not says(before, photo("camera", 64, 64))


@pytest.mark.slow
def test_a_picture_of_black_and_white_says_nothing():
    """Any steep kernel makes clipped pixels."""
    before = np.where(photo("camera", 128, 128) > 100, 255, 0).astype(np.uint8)
    assert not says(before, cv2.blur(before, (3, 3)))
    assert not says(before, np.random.default_rng(0).permuted(before))

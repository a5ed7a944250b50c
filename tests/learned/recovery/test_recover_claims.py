"""Whatever recover claims of the pixels, its code does: no more, no less."""

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from recover_pairs import assert_counted, photo, stored
from scipy import ndimage
from thorough import examples

from handconv.kernels import named
from learned import recover


def blurred(before):
    """The 3 × 3 mean, its sums exact."""
    return ndimage.correlate(before.astype(np.int64), np.ones((3, 3), int), mode="mirror") / 9


PAIRS = {  # after, and whether a filter does all of it
    "last bit cleared": (lambda b: b & 0xFE, True),
    "last bit set": (lambda b: b | 1, False),
    "noise of 0 and 1 taken off": (
        lambda b: np.where(np.random.default_rng(0).random(b.shape) < 0.5, b, np.fmax(b, 1) - 1),
        False,
    ),
    "a bias cut off": (lambda b: np.floor(b / 4 + 0.9), True),
    "a blur with a bias cut off": (lambda b: np.floor(blurred(b) + 10.75).clip(0, 255), True),
    "sums just under whole numbers": (lambda b: np.floor(b * 0.7), False),
    "halves to even": (lambda b: np.rint(b / 2), True),
    "halves up": (lambda b: np.floor(b / 2 + 0.5), True),
    "halves down": (lambda b: b // 2, True),
    "a bias of one half, to even": (lambda b: np.rint(b * 0.5 + 0.5), True),
}


@pytest.mark.slow
@pytest.mark.parametrize("picture", ["camera", "coffee"])
@pytest.mark.parametrize("name", PAIRS)
def test_what_is_claimed_is_what_the_code_does(name, picture):
    make, exact = PAIRS[name]
    before = photo(picture)
    after = make(before).astype(np.uint8)
    found = recover(before, after)
    assert_counted(found, before, after)
    assert (found.exact_pixels == 1) == exact
    if not exact and found.rounding:
        assert any("rounding errors decide" in finding for finding in found.findings)


def test_what_is_said_of_the_rim_is_true_of_every_channel():
    """Even where the rim is less than a hundredth of the pixels."""
    before = photo("coffee", 300, 320, colour=True)
    after = cv2.blur(before, (3, 3))
    rim = np.ones(before.shape[:2], bool)
    rim[1:-1, 1:-1] = False
    for channels, known in (([0], False), ([0, 1, 2], True)):
        made = after.copy()
        for channel in channels:
            made[rim, channel] = before[rim, channel]
        found = recover(before, made, max_size=5)
        assert any("leaves its rim unfiltered" in each for each in found.findings) == known
        assert (found.whole, found.exact_pixels) == (known, 1)
        assert not any("rounding errors decide" in each for each in found.findings)
        assert_counted(found, before, made)


def test_a_few_pixels_are_not_called_none():
    before = photo("coffee", 300, 320)
    after = cv2.blur(before, (3, 3))
    after[100, 100] += 2
    found = recover(before, after, max_size=5)
    assert found.exact_pixels == 1 - 1 / after.size
    (finding,) = (each for each in found.findings if "do not fit" in each)
    assert finding.startswith("Less than 0.01% of the pixels")


STORED = {
    "nearest": stored,
    "up": lambda level: np.floor(level + 0.5).clip(0, 255).astype(np.uint8),
    "floor": lambda level: np.floor(level).clip(0, 255).astype(np.uint8),
}


@settings(max_examples=examples(60))
@example(seed=0, sides=(1, 4), denominator=10, bias=0.9, storing="up", noise=0)
@given(
    seed=st.integers(0, 2**32 - 1),
    sides=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    denominator=st.sampled_from([0, 1, 2, 3, 6, 7, 10, 16, 49]),
    bias=st.sampled_from([0, 0.25, 0.5, 0.9, 10.75, -7, 128]),
    storing=st.sampled_from(sorted(STORED)),
    noise=st.sampled_from([0, 0, 0, 0, 1, 3]),
)
def test_no_random_filter_is_claimed_beyond_its_code(
    seed, sides, denominator, bias, storing, noise
):
    rng = np.random.default_rng(seed)
    kernel = rng.normal(size=sides) / np.sqrt(sides[0] * sides[1])
    if denominator:
        kernel = rng.integers(-3, 6, sides) / denominator
    before = photo(("camera", "cat", "grass")[seed % 3], 96, 112)
    level = ndimage.correlate(before.astype(np.float64), kernel, mode="reflect") + bias
    after = STORED[storing](level + noise * rng.normal(size=level.shape))
    found = recover(before, after, max_size=7)
    assert_counted(found, before, after)


def test_a_whole_bias_is_preferred_where_it_does_as_well():
    before = photo("grass")
    level = ndimage.correlate(before.astype(np.float64), named("box(3, 3)"), mode="mirror")
    found = recover(before, np.floor(level + 20 + 1e-9).clip(0, 255).astype(np.uint8))
    assert (found.bias, found.rounding, found.exact_pixels) == (20, ["floor"], 1)


def stamped(before):
    after = cv2.blur(before, (3, 3))
    after[4:30, 200:280] = 30  # away from the middle
    return after


LARGE = {
    "a blur": (lambda b: cv2.blur(b, (5, 3)), "linear", 1),
    "a stamp": (stamped, "linear", 0.95),
    "a median": (lambda b: cv2.medianBlur(b, 5), "not linear", 0),
    "noise": (
        lambda b: stored(cv2.blur(b, (3, 3)) + np.random.default_rng(0).normal(0, 3, b.shape)),
        "linear",
        0,
    ),
    "another filter in the middle": (
        lambda b: np.where(np.indices(b.shape)[1] > 210, cv2.blur(b, (3, 3)), b),
        "not linear",
        0,
    ),
}


@pytest.mark.parametrize("name", LARGE)
def test_of_large_pictures_the_middle_is_tried_first(name, monkeypatch):
    monkeypatch.setattr("learned.recovery.thresholds.LARGE_SIDE", 100)
    make, verdict, least = LARGE[name]
    before = photo("coffee")
    after = make(before)
    found = recover(before, after, max_size=9)
    assert found.verdict == verdict
    assert least <= found.exact_pixels
    assert_counted(found, before, after)

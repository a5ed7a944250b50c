"""What is refuted on a part has no kernel; whatever has one is never refuted."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recover_pairs import photo
from scipy import ndimage
from thorough import examples

from learned.recovery.problem import step_of
from learned.recovery.reading import groups_of, read
from learned.recovery.refute import refuted
from learned.window import Window


def is_refuted(before, after, side):
    pairs = groups_of([read(before, after)], "pooled")[0]
    return refuted(pairs, Window.centred(side, side), step_of(pairs))


@settings(max_examples=examples(15))
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([(1, 1), (3, 3), (5, 2), (11, 11), (13, 1)]),
    st.sampled_from([np.rint, np.floor]),
    st.sampled_from(["camera", "coins", "page", "text"]),
)
def test_no_filter_is_refuted(seed, sides, store, name):
    rng = np.random.default_rng(seed)
    before = photo(name, 160, 150)
    kernel = rng.normal(size=sides)
    kernel *= rng.uniform(0.5, 2) / np.abs(kernel).sum()
    level = ndimage.correlate(before.astype(float), kernel) + rng.uniform(-40, 140)
    after = store(level).clip(0, 255).astype(np.uint8)
    assert not is_refuted(before, after, 13)


@pytest.mark.parametrize(
    "make",
    [
        lambda x: cv2.medianBlur(x, 3),
        lambda x: cv2.erode(x, np.ones((3, 3))),
        lambda x: cv2.bilateralFilter(x, 7, 60, 3),
        lambda x: np.rint(255 * (x / 255.0) ** 0.5).astype(np.uint8),
    ],
    ids=["median", "minimum", "bilateral", "gamma"],
)
def test_what_has_no_kernel_is_refuted(make):
    before = photo("camera", 200, 200)
    assert is_refuted(before, make(before), 13)


def test_too_small_a_picture_and_exact_ones_are_left_to_others():
    before = photo("camera", 32, 32)
    assert not is_refuted(before, cv2.medianBlur(before, 3), 13)
    large = photo("camera", 160, 160)
    assert not is_refuted(large, cv2.medianBlur(large, 3).astype(np.float32), 13)

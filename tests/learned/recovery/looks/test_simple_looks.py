"""Looks that are no more than curves and a matrix are named."""

import re

import numpy as np
import pytest
from PIL import Image, ImageEnhance
from thorough import slow_except

from handconv.pictures import skimage_photo
from learned.recovery.looks import find_look

PHOTO = skimage_photo("coffee")[100:228, 200:360]
MATRIX = np.array([[0.9, 0.15, -0.02], [0.05, 0.85, 0.03], [-0.04, 0.1, 0.99]])


def decoded(level):
    return np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)


def encoded(light):
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


LOOKS = {
    "nothing was changed": lambda x: x,
    "one curve for all channels: gamma": lambda x: x**0.8,
    "red gamma.* green unchanged, blue gamma": lambda x: x ** np.array([0.8, 1, 1.25]),
    r"a matrix and an offset \(red 0.9": lambda x: x @ MATRIX.T,
    "a matrix and an offset in the light": lambda x: encoded(np.clip(decoded(x) @ MATRIX.T, 0, 1)),
    "a power of each channel, then a m": lambda x: x ** np.array([1.3, 1.2, 1.1]) @ MATRIX.T + 0.01,
    "a matrix and an offset, then a p": lambda x: np.maximum(x @ MATRIX.T + 0.01, 0) ** 0.8,
}


@pytest.mark.parametrize("words", slow_except(LOOKS, *list(LOOKS)[:4]))
def test_it_is_named_and_its_table_is_near(words):
    after = np.rint(255 * np.clip(LOOKS[words](PHOTO / 255), 0, 1)).astype(np.uint8)
    look = find_look([PHOTO], [after], 33)
    assert look.simple is not None
    assert look.simple.exact_pixels > 0.995  # of the matrix some values lie on a bound
    assert re.search(words, look.simple.sentence), look.simple.sentence
    assert np.abs(look.apply(PHOTO).astype(int) - after).max() <= 8  # sRGB is steep near black


def test_exponents_are_told():
    after = np.rint(255 * (PHOTO / 255) ** np.array([1.3, 1.2, 1.1]) @ np.eye(3)).astype(np.uint8)
    assert "1.3" in find_look([PHOTO], [after], 17).simple.sentence


def test_one_curve_that_has_no_name():
    before = skimage_photo("coffee")[100:180, 200:300]
    after = np.asarray(ImageEnhance.Contrast(Image.fromarray(before)).enhance(1.3))
    found = find_look([before], [after], size=17).simple
    assert found.sentence == "one curve for all channels: without a name"


def test_a_small_picture_that_was_not_changed():
    before = skimage_photo("coffee")[:10, :10]
    assert find_look([before], [before], size=17).simple.sentence == "nothing was changed"

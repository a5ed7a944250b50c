"""Gaussian blurs of OpenCV in 8 bits: each pass has taps of whole 256ths, and all are found."""

import cv2
import numpy as np
import pytest
from recover_pairs import assert_counted, photo

from learned import recover


@pytest.mark.parametrize(
    ("side", "sigma"),
    [(9, 1.5), (15, 2.5), pytest.param(21, 3.0, marks=pytest.mark.slow)],
)
def test_every_tap_of_a_blur_of_opencv(side, sigma):
    before = photo("camera")
    after = cv2.GaussianBlur(before, (side, side), sigma)
    found = recover(before, after)
    assert (found.verdict, found.exact_pixels) == ("linear", 1)
    assert 65536 % found.rational["denominator"] == 0
    impulse = np.zeros((64, 64), np.uint8)
    impulse[32, 32] = 255
    np.testing.assert_array_equal(
        found.apply(impulse), cv2.GaussianBlur(impulse, (side, side), sigma)
    )
    assert_counted(found, before, after)

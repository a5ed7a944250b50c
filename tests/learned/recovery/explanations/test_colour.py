"""Changes of one channel of a colour space are told: the space, the channel, what was done."""

import cv2
import numpy as np
import pytest
from PIL import Image, ImageFilter
from skimage import data

from learned.recovery.explanations import colour
from learned.recovery.reading import read

PHOTOS = [data.chelsea, pytest.param(data.astronaut, marks=pytest.mark.slow)]


def told(before, after):
    seen = read(before, after)
    (found,) = colour.explain(seen)
    names = {"before": before}
    exec(found.code(seen), names)
    np.testing.assert_array_equal(names["after"], found.apply(seen.before).transpose(1, 2, 0))
    return found.parameters, float(np.mean(names["after"] == after))


def through(picture, space, channel, change):
    """The picture with one channel of a colour space of OpenCV's changed."""
    there, back = (getattr(cv2, f"COLOR_{way}") for way in (f"RGB2{space}", f"{space}2RGB"))
    channels = cv2.cvtColor(picture, there)
    channels[..., channel] = change(np.ascontiguousarray(channels[..., channel]))
    return cv2.cvtColor(channels, back)


def times(factor):
    return lambda plane: np.clip(plane * factor, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("photo", PHOTOS)
@pytest.mark.parametrize(
    ("space", "channel", "name", "change", "expected"),
    [
        ("YCrCb", 0, "Y", cv2.equalizeHist, {"change": "equalised"}),
        ("HSV", 1, "S", times(1.5), {"change": "linear", "factor": 1.5}),
        ("HSV", 0, "H", lambda h: (h.astype(int) + 40) % 180, {"change": "shift", "by": 40}),
        ("Lab", 0, "L", times(1.2), {"change": "linear", "factor": 1.2}),
        ("HLS", 2, "S", times(0.7), {"change": "linear", "factor": 0.7}),
    ],
)
def test_a_curve_of_one_channel(photo, space, channel, name, change, expected):
    before = photo()
    found, share = told(before, through(before, space, channel, change))
    assert share > 0.99
    assert found["space"] == f"{space} (OpenCV)"
    assert found["channels"].pop(name).items() >= expected.items()
    assert all(other == {"change": "unchanged"} for other in found["channels"].values())


@pytest.mark.parametrize("photo", PHOTOS)
def test_the_value_of_pillow(photo):
    before = photo()
    hue, saturation, value = Image.fromarray(before).convert("HSV").split()
    after = Image.merge("HSV", (hue, saturation, value.point(lambda level: level // 2)))
    found, share = told(before, np.array(after.convert("RGB")))
    assert share == 1
    assert found["space"] == "HSV (Pillow)"


@pytest.mark.parametrize("photo", PHOTOS)
def test_the_brightness_sharpened(photo):
    before = photo()
    bright, blue, red = Image.fromarray(before).convert("YCbCr").split()
    after = Image.merge("YCbCr", (bright.filter(ImageFilter.SHARPEN), blue, red)).convert("RGB")
    found, share = told(before, np.array(after))
    assert share == 1
    assert found["space"] == "YCbCr (Pillow)"
    assert found["channels"]["Y"]["denominator"] == 8


@pytest.mark.parametrize(
    "other",
    [
        lambda x: cv2.medianBlur(x, 3),
        lambda x: cv2.blur(x, (3, 3)),
        lambda x: np.random.default_rng(0).integers(0, 256, x.shape, np.uint8),
        lambda x: cv2.cvtColor(cv2.cvtColor(x, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB),
    ],
)
def test_what_is_no_change_of_colour_is_not_told_as_one(other):
    before = data.chelsea()
    assert list(colour.explain(read(before, other(before)))) == []

"""Whether a picture was a JPEG, told from its pixels alone."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image
from skimage import data

from handconv.pictures.jpeg_traces import standard_steps, stored_behind


def decoded(picture, **options):
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", **options)
    image = Image.open(file)
    return np.asarray(image), np.reshape(image.quantization[0], (8, 8))


def planes(picture):
    return picture[None] if picture.ndim == 2 else picture.transpose(2, 0, 1)


@pytest.mark.parametrize("quality", [1, 10, 49, 50, 51, 75, 90, 97, 100])
def test_standard_steps_are_those_that_pillow_writes(quality):
    _, steps = decoded(data.moon()[:16, :16], quality=quality)
    np.testing.assert_array_equal(standard_steps(quality), steps)


@pytest.mark.parametrize("quality", [40, 60, 85, 96])
@pytest.mark.parametrize("photo", ["camera", "brick", "astronaut"])
def test_the_steps_of_a_decoded_picture_are_told(photo, quality):
    picture, steps = decoded(getattr(data, photo)()[:320, :320], quality=quality)
    found = stored_behind(planes(picture))
    assert (found.steps == steps)[found.known.any(axis=(0, 1))].all()
    assert found.known.mean() > 0.6


def test_steps_of_no_standard_are_told_one_by_one():
    table = [3 + place // 4 for place in range(64)]
    picture, steps = decoded(data.camera(), qtables=[table])
    found = stored_behind(picture[None])
    assert (found.steps == steps)[found.known.any(axis=(0, 1))].all()
    assert found.known.any(axis=(0, 1)).sum() > 30


@pytest.mark.parametrize("photo", ["camera", "moon", "brick", "grass"])
@pytest.mark.parametrize("sigma", [0, 1, 3])
def test_other_pictures_show_no_steps(photo, sigma):
    picture = getattr(data, photo)()[3:323, 5:325]
    if sigma:
        picture = cv2.GaussianBlur(picture, (0, 0), sigma)
    assert stored_behind(picture[None]) is None


def test_blocks_that_begin_elsewhere_and_small_pictures_show_none():
    picture, _ = decoded(data.camera(), quality=70)
    assert stored_behind(picture[None, 3:, 2:]) is None
    assert stored_behind(picture[None, :7, :7]) is None
    assert stored_behind(picture[None].astype(np.uint16)) is None

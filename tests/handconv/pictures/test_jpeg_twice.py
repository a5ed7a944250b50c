"""Two compressions are told from one, with the quality of the first."""

import io

import numpy as np
import pytest
from PIL import Image, features
from thorough import slow_except

from handconv.pictures import skimage_photo
from handconv.pictures.jpeg import decoder_of, stored_in
from handconv.pictures.jpeg_twice import quality_before

PHOTOS = ["camera", "coffee", "brick", "moon", "cat", "astronaut", "text", "page"]
VARIED = slow_except(PHOTOS, "camera", "coffee")


def compressed(picture, quality, **options):
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality, **options)
    return file.getvalue()


@pytest.mark.parametrize("name", VARIED)
@pytest.mark.parametrize("colours", [0, 2])
@pytest.mark.parametrize(("first", "second"), [(30, 75), (30, 90), (50, 90), (50, 95), (70, 95)])
def test_an_earlier_compression_is_told(name, first, second, colours):
    once = compressed(skimage_photo(name), first, subsampling=colours)
    again = compressed(np.asarray(Image.open(io.BytesIO(once))), second, subsampling=colours)
    assert first - 10 <= quality_before(stored_in(again)) <= first


@pytest.mark.parametrize("name", VARIED[:-1])
@pytest.mark.parametrize("quality", [30, 50, 75, 90, 95, 100])
def test_one_compression_is_not_two(name, quality):
    assert quality_before(stored_in(compressed(skimage_photo(name), quality))) is None


def test_a_picture_that_was_a_jpeg_once_shows_it():
    """scikit-image's page is a PNG with the steps of quality 62."""
    assert 52 <= quality_before(stored_in(compressed(skimage_photo(PHOTOS[-1]), 100))) <= 62


@pytest.mark.parametrize("level", [0, 17, 255])
def test_flat_and_clipped_pictures_tell_nothing(level):
    flat = compressed(np.full((40, 48), level, np.uint8), 90)
    assert quality_before(stored_in(flat)) is None


def test_the_decoder_is_named(tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(compressed(skimage_photo("camera"), 90))
    assert decoder_of(path) == f"libjpeg-turbo {features.version('libjpeg_turbo')}"
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert decoder_of(tmp_path / "photo.png") == decoder_of("skimage:camera") == ""

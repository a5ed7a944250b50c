"""How encoders round: what they store is told from the picture that they were given."""

import io
import shutil
import subprocess

import cv2
import numpy as np
import pytest
from PIL import Image
from skimage import data

from handconv.pictures.jpeg import stored_in
from handconv.pictures.jpeg_encoders import ENCODERS

LIBJPEG, FAST, FFMPEG = ENCODERS
CONVERT, FFMPEG_PROGRAM = shutil.which("convert"), shutil.which("ffmpeg")


def share(encoder, picture, content):
    """Of the stored numbers other than zero, those that the encoder would store."""
    stored = stored_in(content)
    numbers = encoder.numbers(encoder.coefficients(picture), stored.steps)
    wanted = stored.numbers
    mask = stored.known & ((numbers != 0) | (wanted != 0))
    return (numbers == wanted)[mask].mean()


def pillow(picture, quality, folder):
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality)
    return file.getvalue()


def imagemagick(picture, quality, folder):
    cv2.imwrite(str(folder / "a.png"), picture)
    command = [CONVERT, folder / "a.png", "-quality", str(quality), folder / "a.jpg"]
    subprocess.run(command, check=True)
    return (folder / "a.jpg").read_bytes()


def ffmpeg(picture, quality, folder):
    cv2.imwrite(str(folder / "a.png"), picture)
    scale = str(max(2, (100 - quality) // 4))
    pixels = ["-pix_fmt", "yuvj420p", "-q:v", scale, folder / "a.jpg"]
    subprocess.run([FFMPEG_PROGRAM, "-v", "error", "-i", folder / "a.png", *pixels], check=True)
    return (folder / "a.jpg").read_bytes()


needs_imagemagick = pytest.mark.skipif(not CONVERT, reason="needs ImageMagick")
needs_ffmpeg = pytest.mark.skipif(not FFMPEG_PROGRAM, reason="needs FFmpeg")


@pytest.mark.parametrize(
    ("encoder", "store", "quality"),
    [
        (LIBJPEG, pillow, 55),
        (LIBJPEG, pillow, 92),
        pytest.param(FAST, imagemagick, 60, marks=needs_imagemagick),
        pytest.param(FAST, imagemagick, 90, marks=needs_imagemagick),
        pytest.param(LIBJPEG, imagemagick, 91, marks=needs_imagemagick),
        pytest.param(FFMPEG, ffmpeg, 55, marks=needs_ffmpeg),
        pytest.param(FFMPEG, ffmpeg, 92, marks=needs_ffmpeg),
    ],
)
def test_nearly_all_numbers_are_as_the_encoder_is_said_to_round(encoder, store, quality, tmp_path):
    picture = data.coins()[:160, :200] // 2 + 60  # far from being clipped
    content = store(picture, quality, tmp_path)
    shares = {each.name: share(each, picture, content) for each in ENCODERS}
    assert shares[encoder.name] > 0.98
    assert max(shares, key=shares.get) == encoder.name


@pytest.mark.parametrize("encoder", ENCODERS, ids=lambda each: each.name)
def test_numbers_lie_within_their_bounds(encoder):
    rng = np.random.default_rng(2)
    picture = cv2.GaussianBlur(rng.integers(0, 256, (96, 96), dtype=np.uint8), (0, 0), 1)
    steps = rng.integers(3, 40, (8, 8)).astype(np.float64)
    exact = LIBJPEG.coefficients(picture)
    numbers = encoder.numbers(encoder.coefficients(picture), steps)
    places = np.broadcast_to(np.arange(64).reshape(8, 8), numbers.shape)
    lower, upper = encoder.bounds(numbers, places, steps)
    off = np.maximum(lower - exact, exact - upper)
    assert np.quantile(off, 0.99) < (1.0 if encoder is FAST else 1e-6)  # few bits, grey levels

"""Pictures in: files that one need not trust, photos that need no download, grey."""

import sys
from functools import cache
from pathlib import Path

import numpy as np

from handconv.arrays import Array, Floats
from handconv.files import read_whole
from handconv.pictures.decode import decode
from handconv.pictures.headers import Refusal
from handconv.words import did_you_mean

SKIMAGE_PREFIX = "skimage:"

SKIMAGE_PHOTOS: tuple[str, ...] = (
    *("astronaut", "brick", "camera", "cat", "cell", "checkerboard", "chelsea", "clock", "coffee"),
    *("coins", "colorwheel", "grass", "gravel", "horse", "hubble_deep_field"),
    *("immunohistochemistry", "logo", "microaneurysms", "moon", "motorcycle", "page", "phantom"),
    *("retina", "rocket", "text"),
)
"""The photos that lie in scikit-image's wheel."""

SKIMAGE_FUNCTIONS = {"motorcycle": "stereo_motorcycle", "phantom": "shepp_logan_phantom"}

STANDARD_INPUT = "-"

LARGEST_FILE = 2**31 - 1  # bytes; OpenCV takes no more

LUMA = (299, 587, 114)
"""Thousandths of red, green and blue in grey: ITU-R BT.601, as ``cv2.cvtColor`` and Pillow."""


def read_picture(path: str | Path, grey: bool = False) -> Array:
    """Read a picture file, or a photo of scikit-image as ``"skimage:camera"``.

    Parameters
    ----------
    path : a PNG, TIFF, JPEG, WebP, BMP or ``.npy`` file; what it is, its content decides;
        "-" is standard input
    grey : whether to turn colour to grey, see `to_grey`

    Returns (rows, columns), or (rows, columns, 3 or 4) in the order red, green, blue, alpha; uint8,
    uint16, float32 or float64. Palettes become RGB, grey with alpha RGBA, black and white 0 and
    255. It is turned as its EXIF orientation says. Values are those in the file.

    Raises ``ValueError`` naming the file, what is wrong with it and what to do: missing, empty, not
    a picture, cut short, above 150 megapixels or 512 MiB of pixels, several pictures in one (of
    a phone's JPEG of several, MPO, the first is read), CMYK, colours multiplied by alpha, NaN.
    """
    if isinstance(path, str) and path.startswith(SKIMAGE_PREFIX):
        pixels = skimage_photo(path.removeprefix(SKIMAGE_PREFIX))
    else:
        try:
            piped = path == STANDARD_INPUT
            pixels = decode(_standard_input() if piped else read_whole(path, LARGEST_FILE))
        except Refusal as refusal:
            raise ValueError(f"{path} {refusal}") from None
    return to_grey(pixels) if grey else pixels


@cache
def _standard_input() -> bytes:
    """All of it, read once: it cannot be read again."""
    content = sys.stdin.buffer.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise ValueError(f"standard input has more than {LARGEST_FILE} bytes; that is not read.")
    return content


def skimage_photo(name: str) -> Array:
    """A photo that comes with scikit-image, so that examples need no download.

    Returns (rows, columns) or (rows, columns, 3 or 4) uint8. Raises ``ValueError`` for a name that
    is not one of `SKIMAGE_PHOTOS`, with the nearest known one.

    >>> skimage_photo("camera").shape
    (512, 512)
    """
    if name not in SKIMAGE_PHOTOS:
        meant = did_you_mean(name, SKIMAGE_PHOTOS, most=1)
        raise ValueError(f"photo {SKIMAGE_PREFIX}{name} is not known. {meant}")
    import skimage.data  # here, as it takes long

    photo = getattr(skimage.data, SKIMAGE_FUNCTIONS.get(name, name))()
    if isinstance(photo, tuple):  # the motorcycle from the left, from the right, and its depth
        photo = photo[0]
    if photo.dtype != np.uint8:  # black and white, or from 0 to 1
        photo = np.rint(photo * np.float64(255)).astype(np.uint8)
    return np.ascontiguousarray(photo)


def to_grey(image: Array) -> Array:
    """Colour to grey: 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601), of the image's dtype.

    Integers are rounded, halves up, exactly; OpenCV works with coarser weights and may be off by
    1 (uint8) or 2 (uint16). Where red, green and blue are equal that is the result, to the last
    digit. Alpha is dropped. Grey images come back as they are.

    ``image`` is (rows, columns), or (rows, columns, 1, 3 or 4) red, green, blue, alpha; uint8,
    uint16 or floating point. Returns (rows, columns).

    >>> to_grey(np.array([[[255, 0, 0], [7, 7, 7]]], np.uint8))
    array([[76,  7]], dtype=uint8)
    """
    if image.ndim == 2:
        return image
    if image.ndim != 3 or image.shape[2] not in (1, 3, 4):
        raise ValueError(
            f"image has shape {image.shape}; pass (rows, columns), or (rows, columns, 3 or 4)."
        )
    if image.shape[2] == 1:
        return image[:, :, 0]
    real = image.dtype.kind == "f"
    if not real and image.dtype not in (np.uint8, np.uint16):
        raise ValueError(f"image has dtype {image.dtype}; pass uint8, uint16 or floating point.")
    colours = np.moveaxis(image[..., :3], 2, 0).astype(np.float64 if real else np.uint32)
    total = LUMA[0] * colours[0] + LUMA[1] * colours[1] + LUMA[2] * colours[2]
    grey: Array
    if real:
        grey = np.where((colours == colours[0]).all(axis=0), colours[0], total / 1000)
    else:
        grey = (total + 500) // 1000
    return grey.astype(image.dtype)


def to_grey_levels(picture: Array) -> Floats:
    """A picture as grey levels, 0 … 255; alpha is left out.

    ``picture`` is (rows, columns) or (rows, columns, 3 or 4); uint8, uint16, or floating point in
    grey levels. Returns (rows, columns) or (rows, columns, 3) float64, a new contiguous array.

    >>> to_grey_levels(np.array([[0, 65535]], np.uint16))
    array([[  0., 255.]])
    """
    colours = picture if picture.ndim == 2 else picture[..., :3]
    scale = 255 / 65535 if picture.dtype == np.uint16 else 1.0
    return np.ascontiguousarray(colours * np.float64(scale))

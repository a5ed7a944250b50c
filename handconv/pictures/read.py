"""Pictures in: files that one need not trust, photos that need no download, grey."""

import os
import stat
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handconv.pictures.decode import Refusal, decode

Pixels = NDArray[Any]

SKIMAGE_PREFIX = "skimage:"

SKIMAGE_PHOTOS: tuple[str, ...] = (
    *("astronaut", "brick", "camera", "cat", "cell", "checkerboard", "chelsea", "clock", "coffee"),
    *("coins", "colorwheel", "grass", "gravel", "horse", "hubble_deep_field"),
    *("immunohistochemistry", "logo", "microaneurysms", "moon", "motorcycle", "page", "phantom"),
    *("retina", "rocket", "text"),
)
"""The photos that lie in scikit-image's wheel."""

SKIMAGE_FUNCTIONS = {"motorcycle": "stereo_motorcycle", "phantom": "shepp_logan_phantom"}

LARGEST_FILE = 2**31 - 1  # bytes; OpenCV takes no more

LUMA = (299, 587, 114)
"""Thousandths of red, green and blue in grey: ITU-R BT.601, as ``cv2.cvtColor`` and Pillow."""


def read_picture(path: str | Path, grey: bool = False) -> Pixels:
    """Read a picture file, or a photo of scikit-image as ``"skimage:camera"``.

    Parameters
    ----------
    path : a PNG, TIFF, JPEG, WebP, BMP or ``.npy`` file; what it is, its content decides
    grey : whether to turn colour to grey, see `to_grey`

    Returns
    -------
    (rows, columns), or (rows, columns, 3 or 4) in the order red, green, blue, alpha; uint8, uint16,
    float32 or float64. Palettes become RGB, grey with alpha RGBA, black and white 0 and 255. The
    EXIF orientation is honoured. Values are those in the file.

    Raises
    ------
    ValueError
        naming the file, what is wrong with it and the mend: missing, empty, not a picture, cut
        short, above 150 megapixels, several pictures in one, CMYK, NaN.
    """
    if isinstance(path, str) and path.startswith(SKIMAGE_PREFIX):
        pixels = skimage_photo(path.removeprefix(SKIMAGE_PREFIX))
    else:
        try:
            pixels = decode(_read_bytes(path))
        except Refusal as refusal:
            raise ValueError(f"{path} {refusal}") from None
    return to_grey(pixels) if grey else pixels


def skimage_photo(name: str) -> Pixels:
    """A photo that comes with scikit-image, so that examples need no download.

    Returns
    -------
    (rows, columns) or (rows, columns, 3 or 4) uint8

    Raises
    ------
    ValueError
        for a name that is not one of `SKIMAGE_PHOTOS`, with the nearest known one.

    >>> skimage_photo("camera").shape
    (512, 512)
    """
    if name not in SKIMAGE_PHOTOS:
        close = get_close_matches(name.lower(), SKIMAGE_PHOTOS, n=1)
        hint = f"Did you mean {close[0]}?" if close else f"Known are {', '.join(SKIMAGE_PHOTOS)}."
        raise ValueError(f"photo {SKIMAGE_PREFIX}{name} is not known. {hint}")
    import skimage.data  # here: nobody else needs to wait for it

    photo = getattr(skimage.data, SKIMAGE_FUNCTIONS.get(name, name))()
    if isinstance(photo, tuple):  # the motorcycle from the left, from the right, and its depth
        photo = photo[0]
    if photo.dtype != np.uint8:  # black and white, or from 0 to 1
        photo = np.rint(photo * np.float64(255)).astype(np.uint8)
    return np.ascontiguousarray(photo)


def to_grey(image: Pixels) -> Pixels:
    """Colour to grey: 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601), of the image's dtype.

    Integers are rounded, halves up, exactly; OpenCV works with coarser weights and may be off by
    1 (uint8) or 2 (uint16). Where red, green and blue are equal that is the result, to the last
    digit. Alpha is dropped. Grey images come back as they are.

    Parameters
    ----------
    image : (rows, columns), or (rows, columns, 1, 3 or 4) red, green, blue, alpha; uint8, uint16
        or floating point

    Returns
    -------
    (rows, columns)

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
    if image.dtype.kind == "f":
        red, green, blue = np.moveaxis(image[..., :3], 2, 0).astype(np.float64)
        mixed = (LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue) / 1000
        equal = (red == green) & (green == blue)
        grey: Pixels = np.where(equal, red, mixed)
        return grey.astype(image.dtype)
    if image.dtype not in (np.uint8, np.uint16):
        raise ValueError(f"image has dtype {image.dtype}; pass uint8, uint16 or floating point.")
    red, green, blue = np.moveaxis(image[..., :3], 2, 0).astype(np.uint32)
    rounded: Pixels = (LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue + 500) // 1000
    return rounded.astype(image.dtype)


def _read_bytes(path: str | Path) -> bytes:
    try:
        found = os.stat(path)
        if stat.S_ISDIR(found.st_mode):
            raise Refusal("is a folder. Name a picture file in it.")
        if not stat.S_ISREG(found.st_mode):
            raise Refusal("is not a regular file. Name a picture file.")
        if found.st_size > LARGEST_FILE:
            raise Refusal(f"has {found.st_size} bytes; at most {LARGEST_FILE} are read.")
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise Refusal("does not exist. Check the name and the folder.") from None
    except OSError as error:
        raise Refusal(f"cannot be read: {error.strerror}.") from None

"""The photos of the page: some that are always there, and those that a person brings."""

from functools import cache, lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from handconv.arrays import Array
from handconv.pictures import SKIMAGE_PREFIX, read_picture, skimage_photo, to_grey, to_grey_levels
from handconv.pictures.show import Bytes

GALLERY = (
    *("camera", "astronaut", "coffee", "cat", "moon", "coins"),
    *("page", "text", "brick", "grass", "rocket", "motorcycle"),
)
"""Photos of scikit-image to choose from; the first is shown at first."""
FIRST = SKIMAGE_PREFIX + GALLERY[0]

MOST_PIXELS = 2**24
"""Of an upload: what can be filtered while a person waits."""

THUMBNAIL = 96  # pixels a side


def read_upload(source: str) -> Array:
    """A photo as `read_picture` gives it; raises ``ValueError`` for too many pixels."""
    picture = read_picture(source)
    rows, columns = picture.shape[:2]
    if rows * columns > MOST_PIXELS:
        raise ValueError(
            f"{source} has {rows} × {columns} pixels; this page takes up to {MOST_PIXELS:,}. "
            f"Scale it down or crop it, or use the scripts."
        )
    return picture


@lru_cache(maxsize=4)
def grey_levels(source: str, colour: bool) -> NDArray[np.float32]:
    """A photo of the gallery, ``"skimage:camera"``, or the file of an upload.

    Returns (rows, columns), or (rows, columns, 3) where it is in colour and that is asked for;
    read-only float32 grey levels, 0 … 255.

    Raises ``ValueError`` naming the file: see `read_picture`; or for too many pixels.
    """
    picture = read_upload(source)
    photo = to_grey_levels(picture if colour else to_grey(picture)).astype(np.float32)
    photo.flags.writeable = False
    return photo


@cache
def thumbnail(name: str) -> Bytes:
    """A square from the middle of a photo of the gallery, scaled down: (96, 96) or (96, 96, 3)."""
    photo = skimage_photo(name)
    side = min(photo.shape[:2])
    top, left = (photo.shape[0] - side) // 2, (photo.shape[1] - side) // 2
    square = photo[top : top + side, left : left + side, ...]
    small = cv2.resize(square, (THUMBNAIL, THUMBNAIL), interpolation=cv2.INTER_AREA)
    return small.astype(np.uint8, copy=False)

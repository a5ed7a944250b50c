"""Filtered images as 8-bit pictures to look at.

A filter gives real numbers: 137.25, -80, 300. Three ways to show them:

===================== ============================== =====================================
`to_uint8`            clip to 0 … 255, and round     as OpenCV and Pillow save
`to_uint8_floor`      clip to 0 … 255, and truncate  as the tutorial saves
`to_uint8_stretched`  0 becomes mid-grey             for slopes, which are negative by half
===================== ============================== =====================================
"""

import numpy as np
from numpy.typing import NDArray

from handconv.arrays import Array

Bytes = NDArray[np.uint8]


def to_uint8(image: Array) -> Bytes:
    """Clip to 0 … 255 and round to the nearest integer, halves to the even one.

    ``image`` holds real grey levels and has any shape; infinities are clipped like any other
    number. Raises ``ValueError`` where a pixel is NaN, which is no grey level.

    >>> to_uint8(np.array([-80.0, 0.5, 1.5, 137.49, 300.0]))
    array([  0,   0,   2, 137, 255], dtype=uint8)
    """
    rounded: Array = np.rint(_clipped(image))
    return rounded.astype(np.uint8)


def to_uint8_floor(image: Array) -> Bytes:
    """Clip to 0 … 255 and cut the fraction off, as the tutorial does.

    The tutorial writes ``rescale_intensity(image, in_range=(0, 255)) * 255`` and then
    ``astype("uint8")``. Arguments as `to_uint8`.

    >>> to_uint8_floor(np.array([-80.0, 0.5, 1.5, 137.99, 300.0]))
    array([  0,   0,   1, 137, 255], dtype=uint8)
    """
    return _clipped(image).astype(np.uint8)


def to_uint8_stretched(image: Array) -> Bytes:
    """Stretch around mid-grey: 0 becomes 128, the largest magnitude 1 or 255.

    One factor for all values, so that equal steps up and down look equal. An image of nothing but
    0 becomes all 128. ``image`` is real and has any shape; raises ``ValueError`` where a pixel is
    NaN or infinite.

    >>> to_uint8_stretched(np.array([-80.0, 0.0, 20.0]))
    array([  1, 128, 160], dtype=uint8)
    """
    values = np.asarray(image).astype(np.float64)  # also keeps abs(-128) of an int8 from wrapping
    if not np.isfinite(values).all():
        raise ValueError("image holds NaN or infinite values, which no grey level can show.")
    largest = np.abs(values).max(initial=0)
    if largest == 0:
        return np.full(values.shape, 128, np.uint8)
    stretched: Array = np.rint(128 + 127 * (values / largest))
    return stretched.astype(np.uint8)


def _clipped(image: Array) -> Array:
    image = np.asarray(image)
    if np.isnan(image).any():
        raise ValueError("image holds NaN, which no grey level can show.")
    if image.dtype.kind != "f":  # NumPy clips integers only to limits that their dtype holds
        image = image.astype(np.float64)
    return image.clip(0, 255)

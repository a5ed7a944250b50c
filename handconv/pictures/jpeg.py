"""What a JPEG file stores of a picture's brightness: whole multiples of steps, not pixels.

The entropy-coded numbers themselves are not read. A decoder's pixels are those numbers times their
steps, transformed and rounded, so the transform of the pixels gives the numbers back; where
rounding or clipping leaves a doubt, a number is marked as not known.
"""

import io
import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, features
from scipy.fft import dctn, idctn

from handconv.arrays import Array, Floats, Integers, Mask
from handconv.files import read_whole
from handconv.pictures.headers import check_size
from handconv.pictures.quiet import quiet_libraries

SIDE = 8  # pixels of a block
GREY = 128  # grey level that is taken off before the transform
LARGEST_FILE = 2**31 - 1  # bytes
START = b"\xff\xd8\xff"
ORIENTATION = 0x0112  # the EXIF tag
ROUNDED = 0.75  # grey levels between a decoder's pixel and the exact one: rounding, and its sums
NEAR = 0.35  # steps from a multiple, and
SURE = 1.3  # grey levels: farther off, rounded pixels may belong to another multiple
COARSE = 4  # grey levels; from such steps on rounded pixels always belong to the nearest


class Stored(NamedTuple):
    """The brightness of a JPEG picture, block by block.

    Attributes
    ----------
    numbers : (block rows, block columns, 8, 8) the multiples
    steps : (8, 8) grey levels: a coefficient is its number times its step
    known : shaped as ``numbers``, where they are certain
    """

    numbers: Integers
    steps: Floats
    known: Mask


def decoder_of(path: str | Path) -> str:
    """What `read_picture` decodes a file with, and its version, if it is a JPEG; else nothing."""
    path = Path(path)
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        if file.read(len(START)) != START:
            return ""
    version = features.version("libjpeg_turbo")
    return f"libjpeg-turbo {version}" if version else f"libjpeg {features.version('jpg')}"


def read_stored(path: str | Path) -> Stored | None:
    """What a JPEG file stores of its brightness; None for other files, and for turned pictures.

    Blocks that the picture does not fill are left out. Raises ``OSError`` where the file cannot be
    read, and ``ValueError`` where it is too large; what else is wrong with it `read_picture` says.
    """
    path = Path(path)
    if not path.is_file():
        return None
    return stored_in(read_whole(path, LARGEST_FILE))


def stored_in(data: bytes) -> Stored | None:
    """Likewise, of the bytes of a file."""
    if not data.startswith(START):
        return None
    try:
        return _read(data)
    except (
        Exception
    ):  # decoders raise all kinds of errors on broken files; `read_picture` says which
        return None


def _read(data: bytes) -> Stored | None:
    with warnings.catch_warnings(), quiet_libraries():
        warnings.simplefilter("ignore")
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
            check_size(image.height, image.width, 3)
            tables = getattr(image, "quantization", {})
            if image.getexif().get(ORIENTATION, 1) != 1 or image.mode not in ("L", "RGB"):
                return None
            if image.mode == "RGB":
                image.draft("YCbCr", image.size)  # as it is stored, before it is turned to colours
            pixels = np.asarray(image)
            if image.mode not in ("L", "YCbCr") or 0 not in tables:
                return None
    steps = np.reshape(tables[0], (SIDE, SIDE)).astype(np.float64)
    return numbers_in(pixels if pixels.ndim == 2 else pixels[..., 0], steps)


def blocks(plane: Array) -> Array:
    """(rows, columns) as (block rows, block columns, 8, 8), without blocks that are not full."""
    rows, columns = (length // SIDE for length in plane.shape)
    cut = plane[: rows * SIDE, : columns * SIDE]
    return cut.reshape(rows, SIDE, columns, SIDE).swapaxes(1, 2)


def transform(plane: Array) -> Floats:
    """The discrete cosine transform of each block, orthonormal as in JPEG (ITU-T T.81, A.3.3)."""
    found: Floats = dctn(blocks(plane), axes=(2, 3), norm="ortho")
    return found


def numbers_in(pixels: Array, steps: Floats) -> Stored:
    """What a JPEG stored, of (rows, columns) pixels of 8 bits decoded with (8, 8) steps."""
    coefficients = transform(pixels.astype(np.float64) - GREY)
    numbers = np.rint(coefficients / steps)
    again = idctn(numbers * steps, axes=(2, 3), norm="ortho") + GREY
    seen = blocks(pixels)
    whole = (np.abs(again - seen) < ROUNDED) & (seen > 0) & (seen < np.iinfo(pixels.dtype).max)
    off = np.abs(coefficients - numbers * steps)
    known = (off < np.minimum(NEAR * steps, SURE)) | (steps >= COARSE)
    known &= np.asarray(whole.all(axis=(2, 3)))[..., None, None]
    return Stored(numbers.astype(np.int64), steps, known)

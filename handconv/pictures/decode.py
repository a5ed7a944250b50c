"""The bytes of a picture file, to be trusted in nothing, as an array.

The header is read first, and says no before any pixel is decoded. Pillow decodes all that has 8
bits, and is strict about files cut short; OpenCV the 16-bit and floating-point ones, which Pillow
would narrow to 8 bits or does not know.
"""

import io
import warnings
from typing import Any

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError
from PIL import TiffImagePlugin as tiff

from handconv.arrays import Array
from handconv.pictures.headers import (
    AT_MOST,
    COPY_AGAIN,
    Refusal,
    check_bmp,
    check_frames,
    check_png,
    check_size,
    check_tiff,
)
from handconv.pictures.quiet import quiet_libraries

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TIFF")
DTYPES = ("uint8", "uint16", "float32", "float64")
SHAPES = {1: "(rows, columns)", 3: "(rows, columns, 3)", 4: "(rows, columns, 4)"}

# What Pillow's modes become. Transparent palettes become RGBA, see _by_pillow.
MODES = {mode: "RGB" for mode in ("P", "RGB", "RGBX", "YCbCr")}
MODES |= {"1": "L", "L": "L", "LA": "RGBA", "PA": "RGBA", "RGBA": "RGBA"}
CHANNELS = {"1": 1, "L": 1, "I": 1, "I;16": 1, "LA": 4, "PA": 4, "RGBA": 4}  # else 3

TIFF_STARTS = (b"II*\0", b"MM\0*", b"II+\0")
NUMPY_START = b"\x93NUMPY"
ORIENTATION = 0x0112  # the EXIF and TIFF tag


def decode(data: bytes) -> Array:
    """The picture in the bytes of a PNG, JPEG, WebP, BMP, TIFF or ``.npy`` file.

    Returns (rows, columns) or (rows, columns, 3 or 4) in the order red, green, blue, alpha; uint8,
    uint16, float32 or float64; turned as its EXIF orientation says. Values are those in the file:
    no colour profile or gamma is applied. Raises `Refusal` for whatever is wrong with the bytes,
    and never another exception.
    """
    if not data:
        raise Refusal(f"is empty (0 bytes). {COPY_AGAIN}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what matters of them is raised below
            with quiet_libraries():
                pixels = _decode(data)
    except Refusal:
        raise
    except Image.DecompressionBombError:
        raise Refusal(f"is too large; {AT_MOST}") from None
    except MemoryError:
        raise Refusal("needs more memory than there is. Scale it down.") from None
    except Exception as error:  # decoders raise all kinds of errors on broken files
        # the first line of the decoder's own words, or the kind of error where it has none
        reason = str(error).strip().split("\n")[0][:80] or type(error).__name__
        raise Refusal(f"is damaged or cut short ({reason}). {COPY_AGAIN}") from None
    if pixels.dtype.kind == "f" and not np.isfinite(pixels).all():
        raise Refusal("holds NaN or infinite values. Replace them by grey levels.")
    return pixels


def _decode(data: bytes) -> Array:
    if data.startswith(NUMPY_START):
        return _decode_npy(data)
    if data.startswith(TIFF_STARTS):
        return _decode_tiff(data)
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError:
        raise Refusal(
            f"is not a picture in a known format; it begins with {data[:8]!r}. "
            f"Save it as PNG, TIFF, JPEG, WebP, BMP or .npy."
        ) from None
    rows, columns, channels = image.height, image.width, CHANNELS.get(image.mode, 3)
    deep = image.format == "PNG" and data[24] == 16  # bits per channel, after width and height
    check_size(rows, columns, channels * (1 + deep))
    if image.format == "PNG":
        check_png(data, (rows, columns))
        with Image.open(io.BytesIO(data), formats=FORMATS) as again:
            again.verify()  # every checksum, up to the end of the file
    if image.format in ("PNG", "WEBP"):
        check_frames(getattr(image, "n_frames", 1))
    if image.format == "BMP":
        check_bmp(data)
    if deep:
        return _turned(_by_opencv(data, (rows, columns, channels), np.uint16), image)
    return _turned(_by_pillow(image), image)


def _decode_tiff(data: bytes) -> Array:
    """TIFF; its header is read here, as Pillow refuses those of floating-point colour."""
    tags = tiff.ImageFileDirectory_v2(data[: 16 if data[2] == 43 else 8])  # BigTIFF's is longer
    file = io.BytesIO(data)
    file.seek(tags.next)
    tags.load(file)
    shape = tags[tiff.IMAGELENGTH], tags[tiff.IMAGEWIDTH], tags.get(tiff.SAMPLESPERPIXEL, 1)
    bits, kinds = set(tags.get(tiff.BITSPERSAMPLE, (1,))), set(tags.get(tiff.SAMPLEFORMAT, (1,)))
    check_size(*shape[:2], shape[2] * max(1, max(bits) // 8))
    check_frames(2 if tags.next else 1)
    check_tiff(data, tags)
    if max(bits) <= 8 and kinds == {1}:
        with Image.open(io.BytesIO(data), formats=("TIFF",)) as image:
            return _by_pillow(image)  # already turned
    known = {(16, 1): np.uint16, (32, 3): np.float32, (64, 3): np.float64}
    dtype = known.get((max(bits), max(kinds)))
    interleaved = tags.get(tiff.PLANAR_CONFIGURATION, 1) == 1
    meaning = tags[tiff.PHOTOMETRIC_INTERPRETATION], shape[2]
    usual = meaning in ((1, 1), (2, 3), (2, 4))  # grey from black to white, RGB, RGBA
    if dtype is None or not (len(bits) == len(kinds) == 1 and usual and interleaved):
        raise Refusal(
            f"is a TIFF of a rare kind ({shape[2]} channels of {max(bits)} bits). Save it as "
            f"grey, RGB or RGBA of 8 or 16 bits, or of floating point, with channels interleaved."
        )
    if tags.get(ORIENTATION, 1) >= 5:  # OpenCV turns TIFFs as their orientation says
        shape = shape[1], shape[0], shape[2]
    pixels = _by_opencv(data, shape, dtype)
    # A fourth channel that is not alpha is left out, as Pillow does with 8 bits.
    return pixels[..., :3].copy() if tags.get(tiff.EXTRASAMPLES) == (0,) else pixels


def _decode_npy(data: bytes) -> Array:
    file = io.BytesIO(data)
    version = np.lib.format.read_magic(file)
    if version == (1, 0):
        shape, _, dtype = np.lib.format.read_array_header_1_0(file)
    elif version == (2, 0):
        shape, _, dtype = np.lib.format.read_array_header_2_0(file)
    else:
        raise Refusal(f"is a .npy file of version {version}. Save it with numpy.save.")
    if dtype.name not in DTYPES:
        raise Refusal(f"has dtype {dtype}. Save it as one of {', '.join(DTYPES)}.")
    if len(shape) not in (2, 3) or (len(shape) == 3 and shape[2] not in SHAPES):
        raise Refusal(
            f"has shape {shape}; a picture has (rows, columns), or (rows, columns, 3 or 4)."
        )
    rows, columns, *channels = shape
    check_size(rows, columns, dtype.itemsize * (channels or [1])[0])
    expected = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    held = len(data) - file.tell()
    if held != expected:
        raise Refusal(f"holds {held} bytes of pixels where its header says {expected}.")
    pixels = np.load(io.BytesIO(data), allow_pickle=False)
    pixels = np.ascontiguousarray(pixels, dtype.newbyteorder("="))
    return pixels[..., 0] if shape[2:] == (1,) else pixels


def _by_pillow(image: Image.Image) -> Array:
    if image.mode not in MODES:
        raise Refusal(f"has the colour mode {image.mode}. Convert it to grey or RGB first.")
    mode = MODES[image.mode]
    if image.mode == "P" and "transparency" in image.info:
        mode = "RGBA"
    return np.array(image.convert(mode))


def _by_opencv(data: bytes, shape: tuple[int, int, int], dtype: type[Any]) -> Array:
    """Decode, and hold the result against the header's ``shape`` and ``dtype``."""
    pixels: Array | None = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise Refusal(f"is damaged or cut short. {COPY_AGAIN}")
    pixels = np.atleast_3d(pixels)[..., : shape[2]]  # a PNG's transparent colour adds a channel
    if pixels.shape != shape or pixels.dtype != dtype:
        raise Refusal(
            f"is damaged: it holds {pixels.shape} {pixels.dtype} where its header says "
            f"{shape} {np.dtype(dtype)}. {COPY_AGAIN}"
        )
    if shape[2] == 1:
        return pixels[..., 0]
    pixels = np.ascontiguousarray(pixels)
    blue = pixels[..., 0].copy()  # BGR to RGB, in place for large pictures
    pixels[..., 0] = pixels[..., 2]
    pixels[..., 2] = blue
    return pixels


def _turned(pixels: Array, image: Image.Image) -> Array:
    """The pixels as the EXIF orientation says that they should be looked at."""
    orientation = image.getexif().get(ORIENTATION, 1)
    if orientation in (5, 6, 7, 8):
        pixels = pixels.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)

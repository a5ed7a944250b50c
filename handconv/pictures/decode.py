"""The bytes of a picture file, to be trusted in nothing, as an array.

The header is read first, and says no before any pixel is decoded. Pillow decodes all that has 8
bits, and is strict about files cut short; OpenCV the 16-bit and floating-point ones, which Pillow
would narrow to 8 bits or does not know.
"""

import io
import os
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError
from PIL import TiffImagePlugin as tiff

from handconv.arrays import Array

PIXEL_LIMIT = 150_000_000
"""The largest picture that is read, rows × columns: that of the largest camera backs."""
AT_MOST = f"at most {PIXEL_LIMIT // 1_000_000} megapixels are read. Scale it down."
BYTE_LIMIT = 2**29
"""The most that its pixels may take in memory."""
COPY_AGAIN = "Copy it again from where it came."

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TIFF")
DTYPES = ("uint8", "uint16", "float32", "float64")
SHAPES = {1: "(rows, columns)", 3: "(rows, columns, 3)", 4: "(rows, columns, 4)"}

# What Pillow's modes become. Transparent palettes become RGBA, see _by_pillow.
MODES = {mode: "RGB" for mode in ("P", "RGB", "RGBX", "YCbCr")}
MODES |= {"1": "L", "L": "L", "LA": "RGBA", "PA": "RGBA", "RGBA": "RGBA"}

TIFF_STARTS = (b"II*\0", b"MM\0*", b"II+\0")
NUMPY_START = b"\x93NUMPY"
ORIENTATION = 0x0112  # the EXIF and TIFF tag


class Refusal(ValueError):
    """Why a file is not read, said of the file: "is empty. …", "has 60000 × 60000 pixels; …"."""


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
            with _quiet():
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
    _check_size(image.height, image.width, 3)
    if image.format == "PNG":
        _check_png_stream(data)
        with Image.open(io.BytesIO(data), formats=FORMATS) as again:
            again.verify()  # every checksum, up to the end of the file
    if image.format in ("PNG", "WEBP"):
        _check_frames(getattr(image, "n_frames", 1))
    if image.format == "PNG" and data[24] == 16:  # bits per channel, after width and height
        mode_channels = {"L": 1, "I": 1, "I;16": 1, "LA": 4, "RGB": 3, "RGBA": 4}
        shape = (image.height, image.width, mode_channels[image.mode])
        _check_size(*shape[:2], 2 * shape[2])
        return _turned(_by_opencv(data, shape, np.uint16), image)
    return _turned(_by_pillow(image), image)


def _decode_tiff(data: bytes) -> Array:
    """TIFF; its header is read here, as Pillow refuses those of floating-point colour."""
    tags = tiff.ImageFileDirectory_v2(data[: 16 if data[2] == 43 else 8])  # BigTIFF's is longer
    file = io.BytesIO(data)
    file.seek(tags.next)
    tags.load(file)
    shape = tags[tiff.IMAGELENGTH], tags[tiff.IMAGEWIDTH], tags.get(tiff.SAMPLESPERPIXEL, 1)
    bits, kinds = set(tags.get(tiff.BITSPERSAMPLE, (1,))), set(tags.get(tiff.SAMPLEFORMAT, (1,)))
    _check_size(*shape[:2], shape[2] * max(1, max(bits) // 8))
    _check_frames(2 if tags.next else 1)
    if tiff.SAMPLESPERPIXEL not in tags and tags.get(tiff.PHOTOMETRIC_INTERPRETATION, 1) == 2:
        raise Refusal(f"is a colour TIFF that does not say how many channels it has. {COPY_AGAIN}")
    if 1 in tags.get(tiff.EXTRASAMPLES, ()):
        raise Refusal("has colours multiplied by alpha. Save it with plain alpha, or without.")
    if tiff.STRIPOFFSETS in tags:
        offsets, lengths = tags[tiff.STRIPOFFSETS], tags[tiff.STRIPBYTECOUNTS]
    else:
        offsets, lengths = tags[tiff.TILEOFFSETS], tags[tiff.TILEBYTECOUNTS]
    ends = [start + size for start, size in zip(offsets, lengths, strict=True)]
    if not ends or max(ends) > len(data):
        raise Refusal(f"is cut short: {len(data)} of {max(ends, default=0)} bytes. {COPY_AGAIN}")
    needed = shape[0] * -(-shape[1] * shape[2] * max(bits) // 8)
    plain = tags.get(tiff.COMPRESSION, 1) == 1
    if min(offsets) < 8:
        raise Refusal(f"is damaged: its pixels begin in its header. {COPY_AGAIN}")
    if len(ends) != _tiff_parts(tags, shape) or (plain and sum(lengths) < needed):
        raise Refusal(f"is damaged: it holds fewer pixels than its header says. {COPY_AGAIN}")
    if max(bits) <= 8 and kinds == {1}:
        with Image.open(io.BytesIO(data), formats=("TIFF",)) as image:
            return _by_pillow(image)  # already turned
    known = {(16, 1): np.uint16, (32, 3): np.float32, (64, 3): np.float64}
    dtype = known.get((max(bits), max(kinds)))
    interleaved = tags.get(tiff.PLANAR_CONFIGURATION, 1) == 1
    black_is_0 = tags.get(tiff.PHOTOMETRIC_INTERPRETATION, 1) in (1, 2)  # grey or RGB
    uniform = len(bits) == len(kinds) == 1
    if dtype is None or not (uniform and shape[2] in SHAPES and interleaved and black_is_0):
        raise Refusal(
            f"is a TIFF of a rare kind ({shape[2]} channels of {max(bits)} bits). Save it as "
            f"grey, RGB or RGBA of 8 or 16 bits, or of floating point, with channels interleaved."
        )
    if tags.get(ORIENTATION, 1) >= 5:  # OpenCV turns TIFFs as their orientation says
        shape = shape[1], shape[0], shape[2]
    return _by_opencv(data, shape, dtype)


def _tiff_parts(tags: Any, shape: tuple[int, int, int]) -> int:
    """How many strips or tiles a TIFF of (rows, columns, channels) has."""
    rows, columns, channels = shape
    if tiff.STRIPOFFSETS in tags:
        parts = -(-rows // min(rows, tags.get(tiff.ROWSPERSTRIP, rows)))
    else:
        parts = -(-rows // tags[tiff.TILELENGTH]) * -(-columns // tags[tiff.TILEWIDTH])
    return int(parts * (channels if tags.get(tiff.PLANAR_CONFIGURATION, 1) == 2 else 1))


ADAM_7 = (
    (0, 8, 0, 8),
    (0, 8, 4, 8),
    (4, 8, 0, 4),
    (0, 4, 2, 4),
    (2, 4, 0, 2),
    (0, 2, 1, 2),
    (1, 2, 0, 1),
)
"""First row, step, first column and step of each pass of an interlaced PNG."""


def _check_png_stream(data: bytes) -> None:
    """Refuse a PNG whose stream of pixels ends before its last row: decoders leave those black."""
    columns, rows, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", data[16:29])
    bits = depth * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[kind]
    needed = 0
    for top, down, left, across in ADAM_7 if interlaced else ((0, 1, 0, 1),):
        height, width = -(-(rows - top) // down), -(-(columns - left) // across)
        if height > 0 and width > 0:
            needed += height * (1 + -(-width * bits // 8))
    stream, held, at = zlib.decompressobj(), 0, 8
    while at + 8 <= len(data) and held < needed:
        (length,) = struct.unpack(">I", data[at : at + 4])
        rest = data[at + 8 : at + 8 + length] if data[at + 4 : at + 8] == b"IDAT" else b""
        while rest and held < needed and not stream.eof:
            held += len(stream.decompress(rest, 2**20))
            rest = stream.unconsumed_tail
        at += 12 + length
    if held < needed:
        raise Refusal(f"is cut short: {held} of {needed} bytes of pixels. {COPY_AGAIN}")


_quiet_lock, _quiet_depth, _real_stderr = threading.Lock(), 0, -1


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep libraries in C from writing to the terminal; several threads may be here at once."""
    global _quiet_depth, _real_stderr
    with _quiet_lock:
        if _quiet_depth == 0:
            try:
                _real_stderr = os.dup(2)
                null = os.open(os.devnull, os.O_WRONLY)
                os.dup2(null, 2)
                os.close(null)
            except OSError:  # there is none
                _real_stderr = -1
        _quiet_depth += 1
    try:
        yield
    finally:
        with _quiet_lock:
            _quiet_depth -= 1
            if _quiet_depth == 0 and _real_stderr >= 0:
                os.dup2(_real_stderr, 2)
                os.close(_real_stderr)


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
    _check_size(rows, columns, dtype.itemsize * (channels or [1])[0])
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
    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        pixels: Array | None = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    finally:
        cv2.utils.logging.setLogLevel(level)
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
    return np.ascontiguousarray(pixels[..., [2, 1, 0, 3][: shape[2]]])  # BGR to RGB


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


def _check_size(rows: int, columns: int, pixel_bytes: int) -> None:
    if not (rows >= 1 and columns >= 1):
        raise Refusal(f"has {rows} × {columns} pixels; a picture needs at least one.")
    if rows * columns > PIXEL_LIMIT:
        raise Refusal(f"has {rows} × {columns} pixels; {AT_MOST}")
    if rows * columns * pixel_bytes > BYTE_LIMIT:
        raise Refusal(
            f"has {rows} × {columns} pixels of {pixel_bytes} bytes; at most "
            f"{BYTE_LIMIT // 2**20} MiB are read. Scale it down."
        )


def _check_frames(count: int) -> None:
    if count > 1:
        raise Refusal("holds more than one picture. Save the one you mean as a file of its own.")

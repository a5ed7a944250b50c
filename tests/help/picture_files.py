"""The bytes of picture files, made by other programs or by hand, and with wrong headers."""

import io
import struct
import zlib
from typing import Any

import cv2
import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image


def by_pillow(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def by_tifffile(pixels: NDArray[Any], **options: Any) -> bytes:
    buffer = io.BytesIO()
    if pixels.ndim == 3:
        options = {"photometric": "rgb", **options}
        if 4 in pixels.shape:
            options["extrasamples"] = ["unassalpha"]
    tifffile.imwrite(buffer, pixels, **options)
    return buffer.getvalue()


def by_opencv(pixels: NDArray[Any], suffix: str) -> bytes:
    if pixels.ndim == 3:
        pixels = np.ascontiguousarray(pixels[..., [2, 1, 0, 3][: pixels.shape[2]]])
    done, data = cv2.imencode(suffix, pixels)
    assert done
    return data.tobytes()


def by_numpy(pixels: NDArray[Any]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, pixels)
    return buffer.getvalue()


def png(chunks: list[tuple[bytes, bytes]]) -> bytes:
    """A PNG file put together by hand."""
    parts = [
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def png_header(
    columns: int, rows: int, bits: int = 8, colour: int = 0, interlaced: bool = False
) -> tuple[bytes, bytes]:
    return b"IHDR", struct.pack(">IIBBBBB", columns, rows, bits, colour, 0, 0, interlaced)


def png_of(lines: bytes, *header: Any, **options: Any) -> bytes:
    """A PNG of these lines of pixels, filter bytes included."""
    image = (b"IDAT", zlib.compress(lines))
    return png([png_header(*header, **options), image, (b"IEND", b"")])


TIFF_TYPES = {1: "B", 3: "H", 4: "I", 16: "Q"}


def with_tags(data: bytes, changes: dict[int, int | None]) -> bytes:
    """A little-endian TIFF with other values of one number in its tags; None takes a tag away."""
    big, changed = data[2] == 43, bytearray(data)
    (start,) = struct.unpack_from("<Q" if big else "<I", data, 8 if big else 4)
    (number,) = struct.unpack_from("<Q" if big else "<H", data, start)
    size, first = (20, start + 8) if big else (12, start + 2)
    found = set()
    for at in range(first, first + number * size, size):
        tag, kind = struct.unpack_from("<HH", data, at)
        if tag not in changes:
            continue
        found.add(tag)
        value = changes[tag]
        if value is None:
            struct.pack_into("<H", changed, at, 65000)  # a private tag, which says nothing
        else:
            struct.pack_into("<" + TIFF_TYPES[kind], changed, at + size - (8 if big else 4), value)
    assert found == set(changes)
    return bytes(changed)


PASSES = ["16462646", "77777777", "56565656", "77777777"]
PASSES += ["36463646", "77777777", "56565656", "77777777"]


def interlaced(pixels: NDArray[Any]) -> bytes:
    """The lines of an interlaced PNG; pixels of (rows, columns, channels), big-endian."""
    lines = []
    for step in "1234567":
        for y, row in enumerate(pixels):
            those = [x for x in range(len(row)) if PASSES[y % 8][x % 8] == step]
            if those:
                lines.append(b"\0" + row[those].tobytes())
    return b"".join(lines)

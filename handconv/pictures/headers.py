"""What the header of a picture promises, held against the bytes of the file.

Decoders fill what is missing with black, or with what else lies in the file.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from PIL import TiffImagePlugin as tiff

PIXEL_LIMIT = 150_000_000
"""The largest picture that is read, rows × columns: that of the largest camera backs."""
AT_MOST = f"at most {PIXEL_LIMIT // 1_000_000} megapixels are read. Scale it down."
BYTE_LIMIT = 2**29
"""The most that its pixels may take in memory."""
TILE_LIMIT = 2**26
"""The most bytes that a tile of a TIFF may take, as it may be far larger than the picture."""
COPY_AGAIN = "Copy it again from where it came."

# What each kind of PNG has of channels, and each photometric interpretation of TIFF at least.
PNG_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
TIFF_CHANNELS = {0: 1, 1: 1, 2: 3, 3: 1, 5: 4, 6: 3, 8: 3}

TIFF_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
TIFF_BYTES |= {16: 8, 17: 8, 18: 8}  # a value of each type of tag

WHOLE = [(0, 1, 0, 1)]
ADAM_7 = [(0, 8, 0, 8), (0, 8, 4, 8), (4, 8, 0, 4), (0, 4, 2, 4), (2, 4, 0, 2), (0, 2, 1, 2)]
ADAM_7 += [(1, 2, 0, 1)]
"""First row, step, first column and step of each pass of an interlaced PNG."""


class Refusal(ValueError):
    """Why a file is not read, said of the file: "is empty. …", "has 60000 × 60000 pixels; …"."""


def check_size(rows: int, columns: int, pixel_bytes: int) -> None:
    """Refuse pictures of no pixels, of too many, or that take too much memory."""
    if not (rows >= 1 and columns >= 1):
        raise Refusal(f"has {rows} × {columns} pixels; a picture needs at least one.")
    if rows * columns > PIXEL_LIMIT:
        raise Refusal(f"has {rows} × {columns} pixels; {AT_MOST}")
    if rows * columns * pixel_bytes > BYTE_LIMIT:
        raise Refusal(
            f"has {rows} × {columns} pixels of {pixel_bytes} bytes; at most "
            f"{BYTE_LIMIT // 2**20} MiB are read. Scale it down."
        )


def check_frames(count: int) -> None:
    """Refuse files of several pictures."""
    if count > 1:
        raise Refusal("holds more than one picture. Save the one you mean as a file of its own.")


def check_png(data: bytes, shape: tuple[int, int]) -> None:
    """Refuse a PNG whose pixels end before its last row, or whose first chunk is not the header.

    ``shape`` is (rows, columns) as the decoder has them.
    """
    columns, rows, depth, kind, _, _, interlaced = struct.unpack_from(">IIBBBBB", data, 16)
    if data[12:16] != b"IHDR" or (rows, columns) != shape:
        raise Refusal(f"is damaged: it does not begin with its header. {COPY_AGAIN}")
    needed, bits = 0, depth * PNG_CHANNELS[kind]
    for top, down, left, across in ADAM_7 if interlaced else WHOLE:
        height, width = len(range(top, rows, down)), len(range(left, columns, across))
        needed += height * (1 + -(-width * bits // 8)) if width else 0
    stream, held = zlib.decompressobj(), 0
    for piece in _image_data(data):
        held += len(stream.decompress(piece))
        if held >= needed:
            return
    raise Refusal(f"is cut short: {held} of {needed} bytes of pixels. {COPY_AGAIN}")


def _image_data(data: bytes, most: int = 1 << 14) -> Iterator[bytes]:
    """The bytes of the first IDAT chunks in a row, as decoders stop there; ``most`` at a time,
    which become 16 MB at most."""
    at, begun = 8, False
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"IDAT":
            begun, end = True, min(at + 8 + length, len(data))
            for start in range(at + 8, end, most):
                yield data[start : min(start + most, end)]
        elif begun:
            return
        at += 12 + length


def check_bmp(data: bytes) -> None:
    """Refuse a BMP whose pixels begin in its header or palette."""
    begin, size = struct.unpack_from("<II", data, 10)
    end = 14 + size
    if size >= 40:  # else a kind of the eighties, whose palette is told otherwise
        (depth,), (colours,) = (
            struct.unpack_from("<H", data, 28),
            struct.unpack_from("<I", data, 46),
        )
        end += 4 * (colours or 1 << depth) if depth <= 8 else 0
    if begin < end:
        raise Refusal(f"is damaged: its pixels lie in its header. {COPY_AGAIN}")


def check_tiff(data: bytes, tags: Any) -> None:
    """Refuse a TIFF whose strips or tiles are not what its tags promise."""
    rows, columns = tags[tiff.IMAGELENGTH], tags[tiff.IMAGEWIDTH]
    channels = tags.get(tiff.SAMPLESPERPIXEL, 1)
    _check_meaning(tags, channels)
    striped = tiff.STRIPOFFSETS in tags
    starts = tags[tiff.STRIPOFFSETS if striped else tiff.TILEOFFSETS]
    held = tags[tiff.STRIPBYTECOUNTS if striped else tiff.TILEBYTECOUNTS]
    ends = [start + size for start, size in zip(starts, held, strict=True)]
    if not ends or max(ends) > len(data):
        raise Refusal(f"is cut short: {len(data)} of {max(ends, default=0)} bytes. {COPY_AGAIN}")
    if striped:
        height, width = min(rows, tags.get(tiff.ROWSPERSTRIP, rows)), columns
    else:
        height, width = tags[tiff.TILELENGTH], tags[tiff.TILEWIDTH]
    bits = tags.get(tiff.BITSPERSAMPLE, (1,))
    planes = channels if tags.get(tiff.PLANAR_CONFIGURATION, 1) == 2 else 1
    row = -(-width * max(bits) * channels // planes // 8)  # bytes
    if not striped and height * row > TILE_LIMIT:
        raise Refusal(
            f"has tiles of {height} × {width} pixels; at most {TILE_LIMIT // 2**20} MiB of a tile "
            f"are read. Save it with smaller ones."
        )
    down, across = -(-rows // height), -(-columns // width)
    if len(ends) != down * across * planes:
        raise Refusal(
            f"is damaged: it holds {len(ends)} strips or tiles of pixels where its header says "
            f"{down * across * planes}. {COPY_AGAIN}"
        )
    if tags.get(tiff.COMPRESSION, 1) == 1:
        needed = np.full((planes, down, across), height * row)
        if striped:
            needed[:, -1] = (rows - (down - 1) * height) * row
        more = np.array(held) - needed.ravel()
        if more.min() < 0 or ((more >= row) & (held != np.int64(height * row))).any():
            raise Refusal(
                f"is damaged: it holds {sum(held)} bytes of pixels where its header says "
                f"{needed.sum()}. {COPY_AGAIN}"
            )
    if min(starts) < 0 or _any_overlap(starts, ends, _header_parts(data)):
        raise Refusal(f"is damaged: its pixels lie in its header. {COPY_AGAIN}")


def _check_meaning(tags: Any, channels: int) -> None:
    """Refuse a TIFF whose channels are not what its colours need, or that are multiplied."""
    meaning, depths = tags.get(tiff.PHOTOMETRIC_INTERPRETATION), tags.get(tiff.BITSPERSAMPLE, (1,))
    if meaning is None:
        raise Refusal(f"is damaged: it does not say what its pixels mean. {COPY_AGAIN}")
    if channels < TIFF_CHANNELS.get(meaning, 1) or len(depths) not in (1, channels):
        raise Refusal(
            f"is damaged: its header says {channels} channels of {len(depths)} depths, of kind "
            f"{meaning}. {COPY_AGAIN}"
        )
    if 1 in tags.get(tiff.EXTRASAMPLES, ()):
        raise Refusal("has colours multiplied by alpha. Save it with plain alpha, or without.")


def _header_parts(data: bytes) -> list[tuple[int, int]]:
    """From where to where the header of a TIFF lies, with its tags and their values."""
    order, big = "<" if data[:1] == b"I" else ">", 43 in data[2:4]
    size, place, count = (20, "Q", "Q") if big else (12, "I", "H")
    room = struct.calcsize(place)
    (start,) = struct.unpack_from(order + place, data, room)
    (number,) = struct.unpack_from(order + count, data, start)
    first = start + struct.calcsize(count)
    parts = [(0, 2 * room), (start, first + number * size + room)]
    for at in range(first, first + number * size, size):
        kind, values = struct.unpack_from(f"{order}H{place}", data, at + 2)
        length = values * TIFF_BYTES.get(kind, 0)
        if length > room:
            (begin,) = struct.unpack_from(order + place, data, at + size - room)
            parts.append((begin, begin + length))
    return parts


def _any_overlap(starts: list[int], ends: list[int], parts: list[tuple[int, int]]) -> bool:
    """Whether any part has bytes between a start and its end."""
    order = np.argsort(starts)
    first, reach = np.array(starts)[order], np.maximum.accumulate(np.array(ends)[order])
    begin, end = np.array(parts).T
    before = np.searchsorted(first, end)  # how many start before the end of each part
    return bool((reach[np.maximum(before, 1) - 1] > begin)[before > 0].any())

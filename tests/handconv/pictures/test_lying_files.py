"""Files whose headers promise what is not there: refused in one line, and nothing on stderr."""

import io
import os
import struct
import subprocess
import sys
import zlib

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from handconv.pictures.decode import Refusal, decode

GREY = np.random.default_rng(0).integers(0, 256, (100, 30), np.uint8)
COLOUR = np.random.default_rng(1).integers(0, 256, (40, 30, 3), np.uint8)


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(rows, columns, stream, depth=8, kind=0, interlaced=0):
    head = struct.pack(">IIBBBBB", columns, rows, depth, kind, 0, 0, interlaced)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(stream)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def lines(image):
    return b"".join(b"\0" + row.tobytes() for row in image)


def tiff(image, **options):
    file = io.BytesIO()
    tifffile.imwrite(file, image, **options)
    return file.getvalue()


def with_tag(data, tag, value):
    """The same little-endian TIFF, another number in the tag."""
    data = bytearray(data)
    (at,) = struct.unpack("<I", data[4:8])
    (count,) = struct.unpack("<H", data[at : at + 2])
    for entry in range(at + 2, at + 2 + 12 * count, 12):
        if struct.unpack("<H", data[entry : entry + 2]) == (tag,):
            (kind,) = struct.unpack("<H", data[entry + 2 : entry + 4])
            data[entry + 8 : entry + 12] = struct.pack("<I" if kind == 4 else "<Hxx", value)
    return bytes(data)


def without_tag(data, tag):
    """The tag called by a number that nobody knows."""
    data = bytearray(data)
    (at,) = struct.unpack("<I", data[4:8])
    (count,) = struct.unpack("<H", data[at : at + 2])
    for entry in range(at + 2, at + 2 + 12 * count, 12):
        if struct.unpack("<H", data[entry : entry + 2]) == (tag,):
            data[entry : entry + 2] = struct.pack("<H", tag + 50000 - 277)
    return bytes(data)


LYING = {
    "10 of 100 rows": png(100, 30, lines(GREY[:10])),
    "a few bytes for a huge picture": png(17, 8_388_621, b"\0" * 700),
    "16 bits, half the rows": png(100, 30, lines(GREY[:50].astype(">u2")), depth=16),
    "interlaced, one pass": png(64, 64, b"\0" * 9 * 8, interlaced=1),
    "TIFF, length raised": with_tag(tiff(GREY), 257, 300),
    "TIFF, width raised": with_tag(tiff(GREY), 256, 60),
    "TIFF, both raised": with_tag(with_tag(tiff(GREY), 257, 300), 278, 300),
    "16-bit TIFF, length raised": with_tag(tiff(GREY.astype(np.uint16)), 257, 300),
    "deflated TIFF, length raised": with_tag(
        with_tag(tiff(GREY.astype(np.uint16), compression="zlib"), 257, 300), 278, 300
    ),
    "RGB TIFF without a number of channels": without_tag(tiff(COLOUR, photometric="rgb"), 277),
    "premultiplied alpha, 8 bits": tiff(
        np.dstack([COLOUR, COLOUR[..., 0]]), photometric="rgb", extrasamples=["assocalpha"]
    ),
    "premultiplied alpha, 16 bits": tiff(
        np.dstack([COLOUR, COLOUR[..., 0]]).astype(np.uint16),
        photometric="rgb",
        extrasamples=["assocalpha"],
    ),
    "1.7 GB": tiff(np.zeros((1, 1, 4)), photometric="rgb"),
}
LYING["1.7 GB"] = with_tag(with_tag(LYING["1.7 GB"], 257, 7500), 256, 7500)


@pytest.mark.parametrize("name", LYING)
def test_what_is_promised_and_not_there_is_refused(name):
    with pytest.raises(Refusal):
        decode(LYING[name])


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
@pytest.mark.parametrize("size", [(1, 1), (1, 9), (7, 2), (13, 11)])
def test_whole_pngs_of_every_kind_are_read(mode, size, interlaced):
    rng = np.random.default_rng(0)
    if interlaced:  # which Pillow does not write: all pixels 0
        columns, rows = size
        depth, kind = {"1": (1, 0), "L": (8, 0), "LA": (8, 4), "RGB": (8, 2), "RGBA": (8, 6)}.get(
            mode, (16, 0)
        )
        bits = depth * {0: 1, 2: 3, 4: 2, 6: 4}[kind]
        stream = b""
        for first, down, left, across in (
            *((0, 8, 0, 8), (0, 8, 4, 8), (4, 8, 0, 4), (0, 4, 2, 4)),
            *((2, 4, 0, 2), (0, 2, 1, 2), (1, 2, 0, 1)),
        ):
            height, width = len(range(first, rows, down)), len(range(left, columns, across))
            stream += bytes(height * (1 + -(-width * bits // 8)) if width else 0)
        data = png(rows, columns, stream, depth, kind, interlaced=1)
        assert not decode(data).any()
        with pytest.raises(Refusal, match="cut short"):
            decode(png(rows, columns, stream[:-1], depth, kind, interlaced=1))
        return
    image = Image.fromarray(rng.integers(0, 256, (*size[::-1], 4), np.uint8)).convert(
        "I" if mode == "I;16" else mode
    )
    file = io.BytesIO()
    (image.convert("I;16") if mode == "I;16" else image).save(file, "PNG")
    assert decode(file.getvalue()).shape[:2] == size[::-1]


@pytest.mark.parametrize("kind", ["tiled", "planar", "big", "strips"])
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_whole_tiffs_of_every_kind_are_read(kind, dtype):
    options = {
        "tiled": {"tile": (16, 16)},
        "planar": {"planarconfig": "separate"},
        "big": {"bigtiff": True},
        "strips": {"rowsperstrip": 7},
    }[kind]
    image = COLOUR.astype(dtype)
    stored = image.transpose(2, 0, 1) if kind == "planar" else image
    data = tiff(stored, photometric="rgb", **options)
    if kind == "planar" and dtype == "uint16":
        with pytest.raises(Refusal, match="rare kind"):
            decode(data)
    else:
        np.testing.assert_array_equal(decode(data), image)


def test_a_phone_photo_of_two_pictures_shows_the_first():
    file = io.BytesIO()
    first, second = (Image.fromarray(each) for each in (COLOUR, COLOUR[::-1]))
    first.save(file, "MPO", save_all=True, append_images=[second])
    assert decode(file.getvalue()).shape == COLOUR.shape


def test_cmyk_and_animations_are_refused():
    for mode, kind, options in (
        ("CMYK", "JPEG", {}),
        ("RGB", "PNG", {"save_all": True}),
        ("RGB", "WEBP", {"save_all": True}),
    ):
        file = io.BytesIO()
        pictures = [Image.fromarray(each).convert(mode) for each in (COLOUR, 255 - COLOUR)]
        more = {"append_images": pictures[1:]} if options else {}
        pictures[0].save(file, kind, **options, **more)
        with pytest.raises(Refusal, match=r"colour mode CMYK|more than one picture"):
            decode(file.getvalue())


def test_libraries_do_not_write_beside_our_line(tmp_path):
    damaged = bytearray(tiff(COLOUR.astype(np.uint16), compression="zlib", photometric="rgb"))
    damaged[200:-300] = bytes(len(damaged) - 500)
    half = cv2.imencode(".png", COLOUR.astype(np.uint16))[1].tobytes()[:-300]
    for number, data in enumerate((bytes(damaged), half, LYING["TIFF, width raised"])):
        (tmp_path / f"{number}.png").write_bytes(data)
        program = "from handconv.pictures import read_picture\ntry: read_picture('{}.png')\n"
        program += "except ValueError as error: print(error)"
        done = subprocess.run(
            [sys.executable, "-c", program.format(number)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
            env=dict(os.environ),
        )
        assert done.stderr == ""
        assert len(done.stdout.splitlines()) == 1

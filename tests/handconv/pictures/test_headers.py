"""What the header of a picture promises, its bytes must hold: or else part of it is invented."""

import io
import struct
import tracemalloc
import zlib
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from picture_files import (
    by_numpy,
    by_opencv,
    by_pillow,
    by_tifffile,
    interlaced,
    png,
    png_header,
    png_of,
    with_tags,
)
from PIL import Image

from handconv.pictures.decode import decode
from handconv.pictures.headers import ADAM_7, BYTE_LIMIT, Refusal

RNG = np.random.default_rng(6)
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of each colour type of PNG
COLUMNS, ROWS, STRIP, SAMPLES = 256, 257, 278, 277  # tags of TIFF
BITS, MEANING, EXTRA = 258, 262, 338


def noise(shape: tuple[int, ...], dtype: str = "uint8") -> NDArray[Any]:
    return (RNG.random(shape) * 250).astype(dtype)


# --- PNG --------------------------------------------------------------------------------------


def test_a_png_whose_pixels_end_early_is_refused() -> None:
    """However its checksums are right: decoders leave the rest black."""
    for bits, colour in [(1, 0), (8, 0), (8, 2), (8, 4), (8, 6), (16, 0), (16, 2), (16, 6)]:
        line = b"\0" + bytes(-(-13 * bits * CHANNELS[colour] // 8))
        assert decode(png_of(100 * line, 13, 100, bits, colour)).shape[:2] == (100, 13)
        for lines in (10 * line, 100 * line[:-1], (100 * line)[:-1], b""):
            with pytest.raises(Refusal, match=r"is cut short: \d+ of \d+ bytes of pixels"):
                decode(png_of(lines, 13, 100, bits, colour))


def test_a_small_png_does_not_become_a_huge_one() -> None:
    data = png_of(bytes(200_000), 8_388_621, 17, 8, 0)
    assert len(data) < 1000
    with pytest.raises(Refusal, match=r"is cut short: 200000 of 142606574 bytes"):
        decode(data)


@given(st.integers(1, 20), st.integers(1, 20), st.sampled_from([1, 3, 4]), st.booleans())
def test_interlaced_png(rows: int, columns: int, channels: int, deep: bool) -> None:
    pixels = noise((rows, columns, channels), ">u2" if deep else "u1")
    header = columns, rows, 16 if deep else 8, {1: 0, 3: 2, 4: 6}[channels]
    lines = interlaced(pixels)
    read = decode(png_of(lines, *header, interlaced=True))
    np.testing.assert_array_equal(read, pixels[..., 0] if channels == 1 else pixels)
    with pytest.raises(Refusal, match="is cut short"):
        decode(png_of(lines[:-1], *header, interlaced=True))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
@pytest.mark.parametrize("size", [(1, 1), (1, 9), (7, 2), (13, 11)])
def test_whole_pngs_of_every_kind_are_read(mode: str, size: tuple[int, int]) -> None:
    image = Image.fromarray(noise((*size, 4))).convert("I" if mode == "I;16" else mode)
    image = image.convert(mode)
    assert decode(by_pillow(image, "PNG")).shape[:2] == size
    bits, colour = {"1": (1, 0), "LA": (8, 4)}.get(mode, (2, 3))
    if colour == 3:
        return
    lines = b""
    for top, down, left, across in ADAM_7:
        rows, columns = len(range(top, size[0], down)), len(range(left, size[1], across))
        if columns:
            lines += rows * (b"\0" + bytes(-(-columns * bits * CHANNELS[colour] // 8)))
    header = size[1], size[0], bits, colour
    assert not decode(png_of(lines, *header, interlaced=True)).any()
    with pytest.raises(Refusal, match="cut short"):
        decode(png_of(lines[:-1], *header, interlaced=True))


def test_pixels_after_another_chunk_do_not_count() -> None:
    """Decoders stop at the first chunk of another kind."""
    stream = zlib.compress(bytes(noise((20, 21)).tobytes()))
    halves = [(b"IDAT", stream[:200]), (b"tEXt", b"a\0b"), (b"IDAT", stream[200:])]
    with pytest.raises(Refusal, match=r"is cut short|is damaged"):
        decode(png([png_header(20, 20), *halves, (b"IEND", b"")]))


def test_a_png_must_begin_with_its_header() -> None:
    """Else 16 bits would pass for 8."""
    lines = b"".join(b"\0" + row.tobytes() for row in noise((5, 6, 3), ">u2"))
    chunks = [(b"tEXt", b"a\0b"), png_header(6, 5, 16, 2), (b"IDAT", zlib.compress(lines))]
    with pytest.raises(Refusal, match="is damaged"):
        decode(png([*chunks, (b"IEND", b"")]))
    two = [png_header(6, 5, 8, 2), png_header(6, 50, 8, 2), (b"IDAT", zlib.compress(lines))]
    with pytest.raises(Refusal, match="is damaged"):
        decode(png([*two, (b"IEND", b"")]))


# --- TIFF -------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize(
    "options", [{}, {"bigtiff": True}, {"rowsperstrip": 5}, {"compression": "zlib"}], ids=str
)
def test_a_tiff_does_not_show_its_header_as_pixels(
    dtype: str, channels: int, options: dict[str, Any]
) -> None:
    pixels = noise((20, 16, channels) if channels > 1 else (20, 16), dtype)
    data = by_tifffile(pixels, **options)
    np.testing.assert_array_equal(decode(data), pixels)
    raised = [{ROWS: 40}, {ROWS: 21}, {COLUMNS: 32}, {ROWS: 40, STRIP: 40}]
    lowered = [{ROWS: 10}, {COLUMNS: 8}, {STRIP: 1}]
    for changes in raised + (lowered if "compression" not in options else []):
        with pytest.raises(Refusal, match=r"is (damaged|cut short)"):
            decode(with_tags(data, changes))


@pytest.mark.parametrize("options", [{}, {"compression": "zlib"}], ids=str)
def test_tiff_tiles_must_cover_the_picture(options: dict[str, Any]) -> None:
    data = by_tifffile(noise((40, 50, 3)), tile=(16, 32), **options)
    for changes in ({ROWS: 70}, {ROWS: 20}, {COLUMNS: 90}, {322: 16}, {323: 48}):
        with pytest.raises(Refusal, match=r"is damaged"):
            decode(with_tags(data, changes))


def test_a_small_tiff_does_not_have_huge_tiles() -> None:
    """Decoders hold a whole tile in memory, however little of it is picture."""
    data = by_tifffile(noise((9, 13, 3)), tile=(16, 16), compression="zlib")
    with pytest.raises(Refusal, match=r"has tiles of 16 × 33554448 pixels; at most 64 MiB"):
        decode(with_tags(data, {322: 2**25 + 16}))


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("options", [{}, {"compression": "zlib"}, {"bigtiff": True}], ids=str)
def test_tiff_pixels_do_not_lie_in_the_header(dtype: str, options: dict[str, Any]) -> None:
    data = by_tifffile(noise((6, 7), dtype), **options)
    whole = by_pillow(Image.fromarray(noise((6, 7))), "TIFF")  # its pixels lie behind
    for place in (0, 3, 8, 16, 60):
        with pytest.raises(Refusal, match=r"is damaged: its pixels lie in its header"):
            decode(with_tags(data, {273: place}))
        with pytest.raises(Refusal, match=r"is damaged: its pixels lie in its header"):
            decode(with_tags(whole, {273: place}))


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_a_tiff_without_its_number_of_channels_is_not_grey(dtype: str) -> None:
    data = by_tifffile(noise((9, 14, 3), dtype))
    for changes in ({SAMPLES: None}, {SAMPLES: 1}, {SAMPLES: 2}, {SAMPLES: 4}, {MEANING: None}):
        with pytest.raises(Refusal, match=r"is (damaged|cut short|a TIFF of a rare kind)"):
            decode(with_tags(data, changes))
    grey = noise((9, 14), dtype)
    read = decode(with_tags(by_tifffile(grey), {SAMPLES: None}))
    np.testing.assert_array_equal(read, grey)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_alpha_is_read_alike_at_every_depth(dtype: str) -> None:
    pixels = noise((9, 14, 4), dtype)
    data = by_tifffile(pixels)
    np.testing.assert_array_equal(decode(data), pixels)
    unspecified = decode(with_tags(data, {EXTRA: 0}))  # a fourth number, which is not alpha
    np.testing.assert_array_equal(unspecified, pixels[..., :3])
    with pytest.raises(Refusal, match=r"has colours multiplied by alpha"):
        decode(with_tags(data, {EXTRA: 1}))


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_a_grey_tiff_of_three_channels_is_not_rgb(dtype: str) -> None:
    data = by_tifffile(noise((9, 14, 3), dtype), photometric="minisblack", planarconfig="contig")
    with pytest.raises(Refusal, match=r"is (a TIFF of a rare kind|damaged)"):
        decode(data)


def test_planar_tiff_of_8_bits() -> None:
    pixels = noise((9, 14, 3))
    data = by_tifffile(np.moveaxis(pixels, 2, 0), planarconfig="separate")
    np.testing.assert_array_equal(decode(data), pixels)
    with pytest.raises(Refusal, match="is damaged"):
        decode(with_tags(data, {ROWS: 18}))


# --- BMP --------------------------------------------------------------------------------------


def test_bmp_pixels_do_not_lie_in_the_header() -> None:
    for pixels in (noise((6, 8)), noise((6, 8, 3))):
        data = bytearray(by_pillow(Image.fromarray(pixels), "BMP"))
        np.testing.assert_array_equal(decode(bytes(data)), pixels)
        palette = 1024 if pixels.ndim == 2 else 0
        assert data[10:14] == struct.pack("<I", 54 + palette)
        for place in (0, 14, 53 + palette):
            data[10:14] = struct.pack("<I", place)
            with pytest.raises(Refusal, match=r"is damaged: its pixels lie in its header"):
                decode(bytes(data))


# --- memory and words -------------------------------------------------------------------------


def test_bytes_in_memory_are_limited_not_only_pixels() -> None:
    side = int((BYTE_LIMIT / 32) ** 0.5) + 100
    npy = by_numpy(noise((4, 4, 4), "float64"))
    header = npy.replace(b"(4, 4, 4)", f"({side}, {side}, 4)".encode())
    shorter = len(header) - len(npy)
    deep = int((BYTE_LIMIT / 8) ** 0.5) + 100
    tiff = by_tifffile(noise((4, 4, 4), "float64"), compression="zlib")
    for data in (
        header.replace(b" " * shorter + b"\n", b"\n", 1),
        with_tags(tiff, {ROWS: side, COLUMNS: side}),
        png_of(b"", deep, deep, 16, 6),
    ):
        tracemalloc.start()
        with pytest.raises(Refusal, match=r"pixels of \d+ bytes; at most 512 MiB are read"):
            decode(data)
        assert tracemalloc.get_traced_memory()[1] < 2**20
        tracemalloc.stop()


def test_libraries_write_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """Of bad files there is one line, and it is ours."""
    tiff8 = by_pillow(Image.fromarray(noise((20, 16, 3))), "TIFF", compression="tiff_lzw")
    tiff16 = by_opencv(noise((20, 16, 3), "uint16"), ".tiff")
    deep = by_opencv(noise((20, 16, 3), "uint16"), ".png")
    broken = [data[:-40] + bytes(40) for data in (tiff8, tiff16)]
    broken += [tiff8.replace(tiff8[100:120], bytes(20)), tiff16[:40] + bytes(60) + tiff16[100:]]
    broken.append(png([png_header(16, 20, 16, 9), (b"IDAT", zlib.compress(deep)), (b"IEND", b"")]))
    noisy = with_tags(by_tifffile(noise((9, 14), "uint16")), {305: None})  # an unknown tag
    for data in [*broken, noisy]:
        try:
            decode(data)
        except Refusal:
            continue
    assert capfd.readouterr() == ("", "")
    cv2.imdecode(np.frombuffer(noisy, np.uint8), cv2.IMREAD_UNCHANGED)
    assert "TIFF" in capfd.readouterr().err  # which shows that this test can fail


def test_a_phone_jpeg_of_several_pictures_is_its_first() -> None:
    first, second = (Image.fromarray(noise((32, 40, 3))) for _ in range(2))
    buffer = io.BytesIO()
    first.save(buffer, "MPO", save_all=True, append_images=[second])
    expected = decode(by_pillow(first, "JPEG"))
    assert Image.open(buffer).format == "MPO"
    np.testing.assert_array_equal(decode(buffer.getvalue()), expected)


def test_cmyk_is_refused_in_every_format() -> None:
    cmyk = Image.fromarray(noise((9, 14, 3))).convert("CMYK")
    for kind in ("JPEG", "TIFF"):
        with pytest.raises(Refusal, match="has the colour mode CMYK"):
            decode(by_pillow(cmyk, kind))

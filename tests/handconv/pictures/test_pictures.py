"""Pictures in and out, of every kind and from hostile files.

Files are made by Pillow, tifffile and NumPy; the pixels that went in are the truth.
"""

import io
import os
import warnings
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import skimage.data
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from picture_files import by_numpy, by_opencv, by_pillow, by_tifffile, png, png_header, with_tags
from PIL import Image, ImageOps

from handconv.pictures import (
    SKIMAGE_PHOTOS,
    read_picture,
    skimage_photo,
    to_grey,
    write_picture,
)
from handconv.pictures.decode import DTYPES, Refusal, decode
from handconv.pictures.write import WRITABLE

RNG = np.random.default_rng(5)
GREY = RNG.integers(0, 256, (9, 14), np.uint8)
RGB = RNG.integers(0, 256, (9, 14, 3), np.uint8)
RGBA = RNG.integers(0, 256, (9, 14, 4), np.uint8)
GREY16 = RNG.integers(0, 65536, (9, 14), np.uint16)
RGB16 = RNG.integers(0, 65536, (9, 14, 3), np.uint16)
RGBA16 = RNG.integers(0, 65536, (9, 14, 4), np.uint16)


# --- every kind of picture --------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP", "WEBP"])
@pytest.mark.parametrize("pixels", [GREY, RGB, RGBA], ids=["grey", "rgb", "rgba"])
def test_8_bits_without_loss(kind: str, pixels: NDArray[np.uint8]) -> None:
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    expected = pixels
    if kind == "BMP" and pixels is RGBA:
        pytest.skip("Pillow writes no alpha into BMP")
    if kind == "WEBP" and pixels is GREY:
        expected = np.dstack([GREY] * 3)
    read = decode(by_pillow(Image.fromarray(pixels), kind, **options))
    np.testing.assert_array_equal(read, expected)
    assert read.dtype == np.uint8


@pytest.mark.parametrize("pixels", [GREY, RGB], ids=["grey", "rgb"])
def test_jpeg_is_what_pillow_decodes(pixels: NDArray[np.uint8]) -> None:
    data = by_pillow(Image.fromarray(pixels), "JPEG", quality=90)
    np.testing.assert_array_equal(decode(data), np.asarray(Image.open(io.BytesIO(data))))


@pytest.mark.parametrize("suffix", [".png", ".tiff"])
@pytest.mark.parametrize("pixels", [GREY16, RGB16, RGBA16], ids=["grey", "rgb", "rgba"])
def test_16_bits_stay_16_bits(suffix: str, pixels: NDArray[np.uint16]) -> None:
    read = decode(by_opencv(pixels, suffix))
    np.testing.assert_array_equal(read, pixels)
    assert read.dtype == np.uint16


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"byteorder": ">"},
        {"compression": "zlib"},
        {"tile": (16, 16)},
        {"rowsperstrip": 2},
        {"bigtiff": True},
    ],
    ids=str,
)
def test_tiff_of_every_make(channels: int, dtype: str, options: dict[str, Any]) -> None:
    shape = (9, 14) if channels == 1 else (9, 14, channels)
    pixels = (RNG.random(shape) * (60000 if dtype == "uint16" else 255)).astype(dtype)
    read = decode(by_tifffile(pixels, **options))
    np.testing.assert_array_equal(read, pixels)
    assert read.dtype == dtype


@pytest.mark.parametrize("dtype", [*DTYPES, ">u2", ">f4", ">f8"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_npy(dtype: str, order: Any) -> None:
    pixels = np.array(RNG.random((9, 14, 3)) * 255, dtype, order=order)
    read = decode(by_numpy(pixels))
    np.testing.assert_array_equal(read, pixels)
    assert read.dtype == np.dtype(dtype).newbyteorder("=")
    assert read.flags.c_contiguous
    assert read.flags.writeable


def test_npy_of_one_channel_is_grey() -> None:
    np.testing.assert_array_equal(decode(by_numpy(GREY[..., None])), GREY)


def test_black_and_white_grey_with_alpha_and_palettes() -> None:
    bilevel = np.where(GREY > 127, 255, 0).astype(np.uint8)
    for kind in ("PNG", "TIFF", "BMP"):
        image = Image.fromarray(bilevel).convert("1", dither=Image.Dither.NONE)
        np.testing.assert_array_equal(decode(by_pillow(image, kind)), bilevel)
    with_alpha = decode(by_pillow(Image.fromarray(np.dstack([GREY, RGB[..., 0]]), "LA"), "PNG"))
    np.testing.assert_array_equal(with_alpha, np.dstack([GREY, GREY, GREY, RGB[..., 0]]))
    np.testing.assert_array_equal(to_grey(with_alpha), GREY)
    palette = Image.fromarray(RGB).quantize(16)
    expected = np.asarray(palette.convert("RGB"))
    for kind in ("PNG", "TIFF", "BMP"):
        np.testing.assert_array_equal(decode(by_pillow(palette, kind)), expected)
    transparent = decode(by_pillow(palette, "PNG", transparency=3))
    np.testing.assert_array_equal(transparent[..., 3] == 0, np.asarray(palette) == 3)


def test_16_bit_png_of_rare_kinds() -> None:
    """Grey with alpha; and a colour that means transparent, which is no alpha channel."""
    raw = np.dstack([GREY16, RGB16[..., 0]]).astype(">u2")
    lines = b"".join(b"\0" + row.tobytes() for row in raw)
    header = png_header(14, 9, 16, colour=4)
    data = png([header, (b"IDAT", zlib.compress(lines)), (b"IEND", b"")])
    np.testing.assert_array_equal(decode(data), np.dstack([GREY16, GREY16, GREY16, RGB16[..., 0]]))
    lines = b"".join(b"\0" + row.tobytes() for row in RGB16.astype(">u2"))
    colour_key = (b"tRNS", RGB16[0, 0].astype(">u2").tobytes())
    chunks = [png_header(14, 9, 16, 2), colour_key, (b"IDAT", zlib.compress(lines)), (b"IEND", b"")]
    np.testing.assert_array_equal(decode(png(chunks)), RGB16)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP", "JPEG", "PNG16", "TIFF16"])
def test_exif_orientation(kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    options: dict[str, Any] = {"lossless": True} if kind == "WEBP" else {}
    pixels = GREY16 if kind.endswith("16") else RGB
    data = by_pillow(Image.fromarray(pixels), kind.removesuffix("16"), exif=exif, **options)
    if kind == "JPEG":
        pixels = np.asarray(Image.open(io.BytesIO(data)))
    upright = {
        1: pixels,
        2: np.fliplr(pixels),
        3: np.rot90(pixels, 2),
        4: np.flipud(pixels),
        5: np.rot90(np.fliplr(pixels)),
        6: np.rot90(pixels, -1),
        7: np.rot90(np.fliplr(pixels), -1),
        8: np.rot90(pixels),
    }[orientation]
    np.testing.assert_array_equal(decode(data), upright)
    if kind == "JPEG":  # and Pillow agrees with this table
        turned = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
        np.testing.assert_array_equal(np.asarray(turned), upright)


@pytest.mark.parametrize("orientation", [3, 6])
def test_exif_orientation_of_floating_point_tiff(orientation: int) -> None:
    pixels = RNG.random((9, 14, 3)).astype(np.float32)
    data = by_tifffile(pixels, extratags=[(274, "H", 1, orientation, True)])
    turns = {3: 2, 6: -1}[orientation]
    np.testing.assert_array_equal(decode(data), np.rot90(pixels, turns))


# --- files that are not to be trusted ----------------------------------------------------------


def bomb() -> bytes:
    return png([png_header(60000, 60000), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")])


def tiff_bomb() -> bytes:
    return with_tags(by_tifffile(np.zeros((4, 4), np.float32)), {256: 60000, 257: 60000})


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", r"is empty \(0 bytes\)"),
        (b"Dear sir or madam,", r"is not a picture in a known format; it begins with b'Dear sir'"),
        (b"GIF89a" + bytes(50), r"is not a picture in a known format.* Save it as PNG, TIFF"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", r"is not a picture in a known format"),
        (b"\x89PNG\r\n\x1a\n", r"is not a picture|is damaged or cut short"),
        (bomb(), r"is too large; at most 150 megapixels are read|has 60000 × 60000 pixels"),
        (tiff_bomb(), r"has 60000 × 60000 pixels; at most 150 megapixels are read"),
        (
            png([png_header(15_000, 10_001), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]),
            r"has 10001 × 15000 pixels; at most 150 megapixels are read",
        ),
        (b"II*\0", r"is damaged or cut short"),
        (by_tifffile(RGB)[:-1], r"is cut short: \d+ of \d+ bytes"),
        (b"II*\0\x08\0\0\0", r"is damaged or cut short"),
        (by_pillow(Image.fromarray(RGB).convert("CMYK"), "JPEG"), r"has the colour mode CMYK"),
        (by_pillow(Image.fromarray(RGB).convert("LAB"), "TIFF"), r"has the colour mode LAB"),
        (by_tifffile(GREY.astype(np.int32)), r"is a TIFF of a rare kind \(1 channels of 32 bits"),
        (by_tifffile(GREY.astype(np.int8)), r"is a TIFF of a rare kind \(1 channels of 8 bits"),
        (
            by_tifffile(np.moveaxis(RGB16, 2, 0), planarconfig="separate"),
            r"is a TIFF of a rare kind .*channels interleaved",
        ),
        (by_tifffile(GREY16, photometric="miniswhite"), r"is a TIFF of a rare kind"),
        (by_tifffile(np.stack([GREY] * 3), photometric="minisblack"), r"holds more than one pict"),
        (
            by_pillow(
                Image.fromarray(RGB),
                "WEBP",
                save_all=True,
                append_images=[Image.fromarray(RGB[::-1])],
            ),
            r"holds more than one picture\. Save the one you mean",
        ),
        (
            by_pillow(
                Image.fromarray(RGB),
                "PNG",
                save_all=True,
                append_images=[Image.fromarray(RGB[::-1])],
            ),
            r"holds more than one picture",
        ),
        (by_numpy(np.array([[0.0, np.nan]])), r"holds NaN or infinite values"),
        (by_tifffile(np.array([[0, np.inf]], np.float32)), r"holds NaN or infinite values"),
        (by_numpy(np.arange(3)), r"has dtype int64\. Save it as one of uint8, uint16, float32"),
        (by_numpy(np.ones((2, 2), bool)), r"has dtype bool"),
        (by_numpy(np.ones((2, 2), complex)), r"has dtype complex128"),
        (by_numpy(np.array([[None]])), r"has dtype object"),
        (by_numpy(np.ones(3)), r"has shape \(3,\); a picture has \(rows, columns\)"),
        (by_numpy(np.ones((2, 2, 2))), r"has shape \(2, 2, 2\)"),
        (by_numpy(np.ones((0, 2))), r"has 0 × 2 pixels; a picture needs at least one"),
        (by_numpy(GREY)[:-1], r"holds 125 bytes of pixels where its header says 126"),
        (by_numpy(GREY) + b"\0", r"holds 127 bytes of pixels where its header says 126"),
        (by_numpy(GREY).replace(b"(9, 14)", b"(90000, 90000)")[:200], r"damaged|90000 × 90000"),
        (b"\x93NUMPY\x09\x00\x00\x00", r"is a \.npy file of version \(9, 0\)|damaged"),
        (b"\x93NUMPY", r"is damaged or cut short"),
        (b"\x93NUMPY\x01\x00\x05\x00(((((", r"is damaged or cut short"),
    ],
)
def test_files_that_are_refused(data: bytes, message: str) -> None:
    with pytest.raises(Refusal, match=message):
        decode(data)


INTACT = {
    "png": by_pillow(Image.fromarray(RGB), "PNG"),
    "png16": by_opencv(RGB16, ".png"),
    "png palette": by_pillow(Image.fromarray(RGB).quantize(16), "PNG"),
    "jpeg": by_pillow(Image.fromarray(RGB), "JPEG"),
    "jpeg progressive": by_pillow(Image.fromarray(RGB), "JPEG", progressive=True),
    "webp": by_pillow(Image.fromarray(RGB), "WEBP", lossless=True),
    "webp lossy": by_pillow(Image.fromarray(RGBA), "WEBP"),
    "bmp": by_pillow(Image.fromarray(RGB), "BMP"),
    "tiff": by_tifffile(RGB),
    "tiff lzw": by_opencv(RGB, ".tiff"),
    "tiff16 lzw": by_opencv(RGB16, ".tiff"),
    "tiff float": by_tifffile(RGB.astype(np.float32), compression="zlib", rowsperstrip=2),
    "npy": by_numpy(RGB.astype(np.float64)),
}


@pytest.mark.parametrize("kind", INTACT)
@given(data=st.data())
@settings(deadline=None, max_examples=60)
def test_a_file_cut_short_is_refused_or_whole(kind: str, data: st.DataObject) -> None:
    intact = INTACT[kind]
    length = data.draw(st.integers(0, len(intact) - 1))
    try:
        read = decode(intact[:length])
    except Refusal:
        return
    np.testing.assert_array_equal(read, decode(intact))


@pytest.mark.parametrize("kind", INTACT)
def test_half_a_file_is_refused(kind: str) -> None:
    with pytest.raises(Refusal):
        decode(INTACT[kind][: len(INTACT[kind]) // 2])


@pytest.mark.parametrize("kind", INTACT)
@given(data=st.data())
@settings(deadline=None, max_examples=60)
def test_a_file_with_a_wrong_byte_gives_pixels_or_a_refusal(kind: str, data: st.DataObject) -> None:
    broken = bytearray(INTACT[kind])
    place = data.draw(st.integers(0, len(broken) - 1))
    broken[place] ^= data.draw(st.integers(1, 255))
    try:
        read = decode(bytes(broken))
    except Refusal:
        return
    assert read.ndim in (2, 3)
    assert read.dtype.name in DTYPES


@pytest.mark.parametrize("kind", ["png", "png16", "png palette"])
def test_png_checksums_are_checked(kind: str) -> None:
    whole = decode(INTACT[kind])
    for place in range(len(INTACT[kind])):
        broken = bytearray(INTACT[kind])
        broken[place] ^= 0x10
        try:
            read = decode(bytes(broken))
        except Refusal:
            continue
        np.testing.assert_array_equal(read, whole)


@given(st.sampled_from(sorted(INTACT)), st.binary(max_size=60))
@settings(deadline=None)
def test_garbage_after_a_true_beginning(kind: str, garbage: bytes) -> None:
    with pytest.raises(Refusal):
        decode(INTACT[kind][:12] + garbage)


# --- files on disk ----------------------------------------------------------------------------


def test_paths_that_are_no_pictures(tmp_path: Path) -> None:
    cases = {
        tmp_path / "absent.png": r"absent\.png does not exist\. Check the name and the folder",
        tmp_path: r" is a folder\. Name a file in it",
        tmp_path / "text.png": r"text\.png is not a picture in a known format",
    }
    (tmp_path / "text.png").write_text("Dear sir or madam,")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        cases[tmp_path / "pipe"] = r"pipe is not a regular file"
    for path, message in cases.items():
        with pytest.raises(ValueError, match=message):
            read_picture(path)


def test_the_content_decides_not_the_name(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(INTACT["png"])
    np.testing.assert_array_equal(read_picture(str(tmp_path / "photo.jpg")), RGB)
    np.testing.assert_array_equal(read_picture(tmp_path / "photo.jpg", grey=True), to_grey(RGB))


@pytest.mark.parametrize("suffix", [s for s in WRITABLE if s not in (".jpg", ".jpeg")])
@given(data=st.data())
@settings(deadline=None, max_examples=25)
def test_what_is_written_is_read_back(
    suffix: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    dtypes, channels = WRITABLE[suffix]
    shape = data.draw(st.tuples(st.integers(1, 6), st.integers(1, 6)))
    count = data.draw(st.sampled_from(channels))
    image = data.draw(
        arrays(data.draw(st.sampled_from(dtypes)), shape if count == 1 else (*shape, count))
        .filter(lambda drawn: bool(np.isfinite(drawn).all()))
    )  # fmt: skip
    path = tmp_path_factory.mktemp("written") / f"picture{suffix.upper()}"
    write_picture(path, image[::-1, ::-1])  # not contiguous
    read = read_picture(path)
    np.testing.assert_array_equal(read, image[::-1, ::-1])
    assert read.dtype == image.dtype


@pytest.mark.parametrize("suffix", [".png", ".tif", ".npy"])
def test_foreign_byte_order_is_written(suffix: str, tmp_path: Path) -> None:
    write_picture(tmp_path / f"a{suffix}", RGB16.astype(">u2"))
    np.testing.assert_array_equal(read_picture(tmp_path / f"a{suffix}"), RGB16)


def test_jpeg_loses_little(tmp_path: Path) -> None:
    photo = skimage_photo("astronaut")
    write_picture(tmp_path / "photo.jpg", photo)
    difference = read_picture(tmp_path / "photo.jpg").astype(float) - photo
    assert np.sqrt((difference**2).mean()) < 4


@pytest.mark.parametrize(
    ("name", "image", "message"),
    [
        ("a.gif", GREY, r"a\.gif ends in '\.gif'; name a file that ends in \.png, \.tif"),
        ("a", GREY, r"a ends in ''"),
        ("a.png", GREY / 1.0, r"image has dtype float64; \.png holds uint8 or uint16\. Convert it"),
        ("a.png", GREY.astype(np.int64), r"image has dtype int64; \.png holds"),
        ("a.JPG", GREY16, r"image has dtype uint16; \.JPG holds uint8"),
        ("a.jpg", RGBA, r"image has shape \(9, 14, 4\); \.jpg holds \(rows, columns\) or"),
        ("a.webp", GREY, r"image has shape \(9, 14\); \.webp holds \(rows, columns, 3\)\."),
        ("a.png", RGB[..., :2], r"image has shape \(9, 14, 2\)"),
        ("a.png", GREY[:0], r"image has shape \(0, 14\)"),
        ("a.png", GREY[0], r"image has shape \(14,\)"),
        ("a.tif", np.array([[np.nan]]), r"image holds NaN or infinite values"),
        ("no/a.png", GREY, r"a\.png cannot be written: No such file or directory"),
        ("a.webp", np.zeros((1, 20_000, 3), np.uint8), r"\.webp cannot hold 1 × 20000 pixels"),
        ("a.jpg", np.zeros((1, 70_000), np.uint8), r"\.jpg cannot hold 1 × 70000 pixels"),
    ],
)
def test_what_is_not_written(name: str, image: NDArray[Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=message):
        write_picture(tmp_path / name, image)
    assert list(tmp_path.iterdir()) == []


# --- photos and grey --------------------------------------------------------------------------


COLOUR = {"astronaut", "cat", "chelsea", "coffee", "colorwheel", "hubble_deep_field"} | {
    "immunohistochemistry", "motorcycle", "retina", "rocket",
}  # fmt: skip


@pytest.mark.parametrize("name", SKIMAGE_PHOTOS)
def test_every_photo_loads_without_a_download(name: str) -> None:
    photo = skimage_photo(name)
    assert photo.dtype == np.uint8
    channels = {"logo": (4,)} | dict.fromkeys(COLOUR, (3,))
    assert photo.shape[2:] == channels.get(name, ())
    assert np.ptp(photo) > 90
    np.testing.assert_array_equal(read_picture(f"skimage:{name}"), photo)


def test_photos_are_those_of_scikit_image() -> None:
    np.testing.assert_array_equal(skimage_photo("coffee"), skimage.data.coffee())
    np.testing.assert_array_equal(skimage_photo("horse") > 0, skimage.data.horse())
    np.testing.assert_array_equal(skimage_photo("motorcycle"), skimage.data.stereo_motorcycle()[0])


def test_photos_that_are_not_known() -> None:
    with pytest.raises(ValueError, match=r"photo skimage:Camra is not known\. Did you mean camera"):
        read_picture("skimage:Camra")
    with pytest.raises(ValueError, match=r"Known are astronaut, .*, text\."):
        skimage_photo("__file__")


def test_grey_is_close_to_that_of_opencv() -> None:
    photo = skimage_photo("coffee")
    for image, tolerance in ((photo, 1), (photo.astype(np.uint16) * 257, 2)):
        ours = to_grey(image).astype(int)
        opencv = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(int)
        assert np.abs(ours - opencv).max() <= tolerance
    image32 = photo.astype(np.float32)
    opencv32 = cv2.cvtColor(image32, cv2.COLOR_RGB2GRAY)
    np.testing.assert_allclose(to_grey(image32), opencv32, rtol=1e-5)


@given(arrays(np.uint8, (3, 4, 3)))
@settings(deadline=None)
def test_grey_rounds_exactly(image: NDArray[np.uint8]) -> None:
    exact = image.astype(object) @ [299, 587, 114]  # Python integers
    expected = [[(thousandths + 500) // 1000 for thousandths in row] for row in exact]
    assert to_grey(image).tolist() == expected


@pytest.mark.parametrize("dtype", DTYPES)
def test_equal_channels_are_the_grey_to_the_last_digit(dtype: str) -> None:
    plane = (RNG.random((50, 40)) * (65535 if dtype == "uint16" else 255)).astype(dtype)
    for count in (1, 3, 4):
        grey = to_grey(np.dstack([plane] * count))
        np.testing.assert_array_equal(grey, plane)
        assert grey.dtype == dtype
    assert to_grey(plane) is plane


def test_grey_of_what_is_no_picture() -> None:
    with pytest.raises(ValueError, match=r"image has shape \(2, 2, 2\); pass \(rows, columns\)"):
        to_grey(np.zeros((2, 2, 2)))
    with pytest.raises(ValueError, match=r"image has dtype int64; pass uint8, uint16 or floating"):
        to_grey(np.zeros((2, 2, 3), np.int64))


@pytest.mark.parametrize("kind", INTACT)
def test_decoders_say_nothing_themselves(kind: str, capfd: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for length in range(0, len(INTACT[kind]) - 4, 7):  # libpng prints about a torn end mark
            with pytest.raises(Refusal):
                decode(INTACT[kind][:length])
    assert caught == []
    assert capfd.readouterr() == ("", "")

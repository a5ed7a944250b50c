"""Filters of programs that we did not write, found again from pictures before and after."""

import shutil
import subprocess

import cv2
import numpy as np
import pytest
from PIL import Image, ImageFilter, ImageOps
from recover_pairs import assert_counted
from scipy import ndimage
from skimage import filters

from handconv.pictures import skimage_photo, to_grey
from learned import recover


def photo(name="camera", rows=180, columns=220):
    grey = to_grey(skimage_photo(name))
    return np.ascontiguousarray(grey[60 : 60 + rows, 80 : 80 + columns])


def pil(before, *steps):
    picture = Image.fromarray(before)
    for step in steps:
        picture = step(picture) if step is ImageOps.invert else picture.filter(step)
    return np.asarray(picture)


def laid_out(found):
    """The correlation kernel at its place around the anchor, in the middle of 7 × 7 taps."""
    full = np.zeros((7, 7))
    top, left = 3 - found.anchor[0], 3 - found.anchor[1]
    rows, columns = found.kernel.shape
    full[top : top + rows, left : left + columns] = found.kernel
    return full


def centred(kernel):
    kernel = np.asarray(kernel, np.float64)
    pad = (7 - kernel.shape[0]) // 2, (7 - kernel.shape[1]) // 2
    return np.pad(kernel, [(pad[0], pad[0]), (pad[1], pad[1])])


LINEAR = ["BLUR", "CONTOUR", "DETAIL", "EDGE_ENHANCE", "EDGE_ENHANCE_MORE", "EMBOSS"]
LINEAR += ["FIND_EDGES", "SHARPEN", "SMOOTH", "SMOOTH_MORE"]


@pytest.mark.slow
@pytest.mark.parametrize("name", LINEAR)
def test_every_linear_filter_of_pillow(name):
    before = photo("camera" if len(name) % 2 else "coins")
    size, scale, offset, taps = getattr(ImageFilter, name).filterargs
    true = np.array(taps, np.float64).reshape(size[::-1])[::-1] / scale  # Pillow: bottom row first
    found = recover(before, pil(before, getattr(ImageFilter, name)))
    assert found.verdict == "linear"
    np.testing.assert_allclose(laid_out(found), centred(true), atol=1e-6)
    assert found.bias == pytest.approx(offset, abs=1e-6)
    assert "nearest" in found.rounding
    # half-way values go up or down by the rounding errors of Pillow's float32
    assert found.exact_pixels == 1 or (
        name in ("DETAIL", "SMOOTH_MORE") and found.exact_pixels > 0.9
    )
    assert found.border == []  # Pillow copies its rim unfiltered
    assert found.rational is not None


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_random_kernels_of_pillow_with_scale_and_offset(seed):
    rng = np.random.default_rng(seed)
    side = 3 if seed % 2 else 5
    taps = rng.integers(-4, 9, side * side)
    scale, offset = int(max(4, np.abs(taps).sum() // 2)), int(rng.integers(-30, 90))
    kernel = ImageFilter.Kernel((side, side), taps.tolist(), scale, offset)
    before = photo(["camera", "coins", "moon", "brick"][seed])
    after = pil(before, kernel)
    found = recover(before, after)
    assert found.verdict == "linear"
    true = taps.reshape(side, side)[::-1] / scale
    np.testing.assert_allclose(laid_out(found), centred(true), atol=1e-6)
    assert found.bias == pytest.approx(offset, abs=1e-6)
    assert found.exact_pixels > 0.99
    assert_counted(found, before, after)


@pytest.mark.slow
def test_edges_inverted_are_linear_with_a_bias():
    before = photo()
    found = recover(before, pil(before, ImageFilter.FIND_EDGES, ImageOps.invert))
    assert (found.verdict, found.exact_pixels) == ("linear", 1.0)
    assert found.bias == pytest.approx(255, abs=1e-6)
    np.testing.assert_allclose(laid_out(found)[3, 3], -8, atol=1e-6)


REFLECT_101 = {"reflect_101"}
BY_OPENCV = {
    "filter2D": (
        lambda x: cv2.filter2D(x, -1, np.array([[1, 2, 0], [0, 4, -3], [-1, 0, 1]]) / 4),
        np.array([[1, 2, 0], [0, 4, -3], [-1, 0, 1]]) / 4,
    ),
    "blur": (lambda x: cv2.blur(x, (3, 5)), np.ones((5, 3)) / 15),
    "GaussianBlur": (lambda x: cv2.GaussianBlur(x, (5, 5), 0), None),
    "Sobel": (
        lambda x: cv2.Sobel(x, -1, 1, 0),
        [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    ),
    "Laplacian": (lambda x: cv2.Laplacian(x, -1), [[0, 1, 0], [1, -4, 1], [0, 1, 0]]),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BY_OPENCV)
def test_opencv_on_8_bits(name):
    apply, true = BY_OPENCV[name]
    before = photo("coins")
    after = np.asarray(apply(before))
    found = recover(before, after)
    assert (found.verdict, found.exact_pixels) == ("linear", 1.0)
    assert "reflect_101" in found.border
    assert found.bias == pytest.approx(0, abs=1e-6)
    if true is None:
        row = np.array([1, 4, 6, 4, 1]) / 16
        true = np.outer(row, row)
    np.testing.assert_allclose(laid_out(found), centred(true), atol=1e-6)


@pytest.mark.parametrize(
    ("mode", "border"),
    [
        ("constant", "constant"),
        ("nearest", "replicate"),
        ("reflect", "reflect"),
        ("mirror", "reflect_101"),
        ("wrap", "wrap"),
    ],
)
def test_scipy_in_float_with_each_border(mode, border):
    before = photo("coins").astype(np.float64)
    kernel = np.random.default_rng(len(mode)).normal(size=(5, 3))
    found = recover(before, ndimage.convolve(before, kernel, mode=mode))
    assert found.verdict == "linear"
    assert found.border == [border]
    assert found.rounding == ["exact"]
    np.testing.assert_allclose(found.kernel, kernel[::-1, ::-1], atol=1e-6)
    assert tuple(found.anchor) == (2, 1)


def test_skimage_and_torch():
    torch = pytest.importorskip("torch")
    before = photo("brick").astype(np.float64)
    found = recover(before, filters.sobel_h(before))
    assert found.verdict == "linear"
    assert any(match["name"] == "sobel_y" for match in found.matches)
    kernel = torch.tensor(np.random.default_rng(0).normal(size=(1, 1, 3, 3)))
    after = torch.nn.functional.conv2d(torch.tensor(before)[None, None], kernel, padding=1)
    found = recover(before, after[0, 0].numpy())
    assert (found.verdict, found.border) == ("linear", ["constant"])
    np.testing.assert_allclose(found.kernel, kernel[0, 0].numpy(), atol=1e-6)


NOT_LINEAR = {
    "median": lambda x: cv2.medianBlur(x, 3),
    "bilateral": lambda x: cv2.bilateralFilter(x, 5, 40, 3),
    "gamma": lambda x: (255 * (x / 255) ** 0.6).round().astype(np.uint8),
    "gradient magnitude": lambda x: (
        np.hypot(ndimage.sobel(x.astype(float), 0), ndimage.sobel(x.astype(float), 1))
        .clip(0, 255)
        .round()
        .astype(np.uint8)
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", NOT_LINEAR)
@pytest.mark.parametrize("source", ["camera", "coins"])
def test_what_no_kernel_does_is_refused(name, source):
    before = photo(source)
    found = recover(before, NOT_LINEAR[name](before), max_size=9)
    assert found.verdict == "not linear"
    assert found.exact_pixels < 0.9


@pytest.mark.slow
def test_noise_is_no_structure():
    before = photo()
    rng = np.random.default_rng(0)
    blurred = ndimage.uniform_filter(before.astype(float), 3, mode="mirror")
    after = (blurred + rng.normal(0, 3, before.shape)).clip(0, 255).round().astype(np.uint8)
    found = recover(before, after, max_size=9)
    assert found.verdict == "linear"
    assert found.exact_pixels < 0.5
    np.testing.assert_allclose(laid_out(found)[2:5, 2:5], 1 / 9, atol=0.02)


def test_a_dull_photo_leaves_it_undetermined():
    ramp = np.tile(np.arange(100, dtype=np.uint8), (80, 1))
    assert recover(ramp, cv2.blur(ramp, (3, 3))).verdict == "undetermined"


def test_a_shift_is_an_off_centre_kernel():
    before = photo()
    found = recover(before, np.roll(before, (2, -4), (0, 1)))
    assert found.kernel.shape == (1, 1)
    assert tuple(found.anchor) == (2, -4)
    assert found.border == ["wrap"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["filter2D", "blur", "Sobel"])
def test_the_code_does_the_same(name):
    before = photo("coins")
    after = np.asarray(BY_OPENCV[name][0](before))
    found = recover(before, after)
    assert set(found.code) == {"opencv", "scipy", "torch", "numpy"}
    for program in found.code.values():
        names = {"before": before.copy()}
        exec(program, names)
        np.testing.assert_array_equal(np.asarray(names["after"]), after)


IMAGEMAGICK = shutil.which("magick") or shutil.which("convert", path="/usr/bin")


@pytest.mark.skipif(IMAGEMAGICK is None, reason="ImageMagick is not installed")
@pytest.mark.parametrize(("method", "turned"), [("Correlate", False), ("Convolve", True)])
def test_imagemagick(method, turned, tmp_path):
    before = photo("camera")
    cv2.imwrite(str(tmp_path / "before.png"), before)
    taps = "3x3: 0.125,0.25,0 0,0.5,0 0,0.25,-0.125"
    subprocess.run(
        [IMAGEMAGICK, tmp_path / "before.png", "-virtual-pixel", "Edge", "-morphology", method]
        + [taps, "-depth", "8", tmp_path / "after.png"],
        check=True,
    )
    after = cv2.imread(str(tmp_path / "after.png"), cv2.IMREAD_UNCHANGED)
    found = recover(before, after)
    true = np.array([[0.125, 0.25, 0], [0, 0.5, 0], [0, 0.25, -0.125]])
    assert found.verdict == "linear"
    assert "replicate" in found.border
    np.testing.assert_allclose(
        laid_out(found), centred(true[::-1, ::-1] if turned else true), atol=1e-6
    )

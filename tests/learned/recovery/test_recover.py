"""Filters made by programs that we did not write, found again from one pair of pictures."""

import cv2
import numpy as np
import pytest
import scipy.ndimage
import skimage.filters
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter
from recover_pairs import assert_counted, interior, photo, run_code, stored
from thorough import examples

from handconv.kernels import named
from learned import recover
from learned.pairs import bounds
from learned.solve.minimax import minimax
from learned.solve.predict import Samples

LIBRARIES = ("opencv", "scipy", "torch", "numpy")
RIGHT_WAY_UP = ["nearest"], ["nearest", "floor"]
PILLOW = {  # name: kernel as Pillow stores it, rows from the top; divisor; offset
    "BLUR": (
        [[1, 1, 1, 1, 1], [1, 0, 0, 0, 1], [1, 0, 0, 0, 1], [1, 0, 0, 0, 1], [1, 1, 1, 1, 1]],
        16,
        0,
    ),
    "CONTOUR": ([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]], 1, 255),
    "DETAIL": ([[0, -1, 0], [-1, 10, -1], [0, -1, 0]], 6, 0),
    "EDGE_ENHANCE": ([[-1, -1, -1], [-1, 10, -1], [-1, -1, -1]], 2, 0),
    "EDGE_ENHANCE_MORE": ([[-1, -1, -1], [-1, 9, -1], [-1, -1, -1]], 1, 0),
    "EMBOSS": ([[0, 1], [-1, 0]], 1, 128),  # (-1 0 0 / 0 1 0 / 0 0 0), top and bottom exchanged
    "FIND_EDGES": ([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]], 1, 0),
    "SHARPEN": ([[-2, -2, -2], [-2, 32, -2], [-2, -2, -2]], 16, 0),
    "SMOOTH": ([[1, 1, 1], [1, 5, 1], [1, 1, 1]], 13, 0),
    "SMOOTH_MORE": (
        [[1, 1, 1, 1, 1], [1, 5, 5, 5, 1], [1, 5, 44, 5, 1], [1, 5, 5, 5, 1], [1, 1, 1, 1, 1]],
        100,
        0,
    ),
}


@pytest.mark.parametrize("name", PILLOW)
@pytest.mark.parametrize("picture", ["cat", "coins"])
def test_every_linear_filter_of_pillow(name, picture):
    before = photo(picture)
    after = np.asarray(Image.fromarray(before).filter(getattr(ImageFilter, name)))
    found = recover(before, after)
    taps, divisor, offset = PILLOW[name]
    assert found.verdict == "linear"
    np.testing.assert_allclose(found.kernel, np.array(taps) / divisor, rtol=0, atol=1e-12)
    assert found.bias == offset
    assert "nearest" in found.rounding
    assert found.border == []  # Pillow copies its rim
    assert any("unfiltered" in finding for finding in found.findings)
    # sixths and hundredths are not exact in Pillow's float32: half-way values go up or down by it
    assert found.exact_pixels == 1 or (
        name in ("DETAIL", "SMOOTH_MORE") and found.exact_pixels > 0.9
    )
    assert_counted(found, before, after, margin=int(name == "EMBOSS"))


@settings(max_examples=examples(15))
@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.sampled_from([3, 5]),
    scale=st.integers(1, 40),
    offset=st.integers(-60, 200),
    picture=st.sampled_from(["camera", "cat", "coffee", "grass"]),
)
def test_any_pillow_kernel_upside_down_with_scale_and_offset(seed, size, scale, offset, picture):
    taps = np.random.default_rng(seed).integers(-9, 10, (size, size))
    taps[0, 0] = taps[-1, -1] = 7  # fills its square
    scale = scale + int(np.abs(taps.sum()))
    before = photo(picture)
    made_by = ImageFilter.Kernel((size, size), taps.ravel().tolist(), scale, offset)
    after = np.asarray(Image.fromarray(before).filter(made_by))
    assume(((after > 0) & (after < 255)).mean() >= 0.2)  # else: test_clipped_away_is_undetermined
    found = recover(before, after)
    assert found.verdict == "linear"
    np.testing.assert_allclose(found.kernel, taps[::-1] / scale, rtol=0, atol=1e-6)
    assert found.bias == offset
    assert found.exact_pixels > 0.85  # half-way values: see above
    assert_counted(found, before, after)


OPENCV = {
    "blur": (lambda b: cv2.blur(b, (5, 3)), np.full((3, 5), 1 / 15)),
    "blur by 21": (lambda b: cv2.blur(b, (21, 21)), np.full((21, 21), 1 / 441)),
    "Sobel x": (lambda b: cv2.Sobel(b, cv2.CV_8U, 1, 0), named("sobel_x")),
    "Sobel y": (lambda b: cv2.Sobel(b, cv2.CV_8U, 0, 1), named("sobel_y")),
    "Sobel x by 5": (
        lambda b: cv2.Sobel(b, cv2.CV_8U, 1, 0, ksize=5),
        np.outer([1, 4, 6, 4, 1], [-1, -2, 0, 2, 1]),
    ),
    "Scharr": (lambda b: cv2.Scharr(b, cv2.CV_8U, 1, 0), named("scharr_x")),
    "Laplacian": (lambda b: cv2.Laplacian(b, cv2.CV_8U), named("laplacian")),
    "filter2D": (lambda b: cv2.filter2D(b, -1, named("sharpen")), named("sharpen")),
    "GaussianBlur": (
        lambda b: cv2.GaussianBlur(b, (3, 3), 0),
        np.outer([1, 2, 1], [1, 2, 1]) / 16,
    ),
}


@pytest.mark.parametrize("name", OPENCV)
@pytest.mark.parametrize("picture", ["camera", "brick"])
def test_opencv_on_bytes_is_found_to_the_last_digit_with_its_border(name, picture):
    make, kernel = OPENCV[name]
    before = photo(picture)
    after = make(before)
    found = recover(before, after)
    assert found.verdict == "linear"
    np.testing.assert_allclose(found.kernel, kernel, rtol=0, atol=1e-9)
    assert found.bias == 0
    assert found.border == ["reflect_101"]
    assert found.exact_pixels == 1
    assert_counted(found, before, after)
    for library in LIBRARIES:
        np.testing.assert_array_equal(run_code(found, library, before), after)


@pytest.mark.parametrize(("size", "sigma"), [(5, 1.0), (9, 1.7), (7, 3.0)])
def test_opencv_blurs_bytes_with_rounded_taps(size, sigma):
    before = photo("coffee")
    after = cv2.GaussianBlur(before, (size, size), sigma)
    found = recover(before, after)
    assert (found.verdict, found.exact_pixels) == ("linear", 1)
    # its taps are multiples of 1/256 along each axis
    row = found.kernel.sum(axis=0)
    np.testing.assert_allclose(row * 256, np.rint(row * 256), atol=1e-9)
    np.testing.assert_allclose(found.kernel, named(f"gaussian({size}, {sigma})"), atol=4e-3)
    assert_counted(found, before, after)
    for library in LIBRARIES:
        np.testing.assert_array_equal(run_code(found, library, before), after)


BORDERS = {
    "constant": cv2.BORDER_CONSTANT,
    "replicate": cv2.BORDER_REPLICATE,
    "reflect": cv2.BORDER_REFLECT,
    "reflect_101": cv2.BORDER_REFLECT_101,
    "wrap": cv2.BORDER_WRAP,
}


@settings(max_examples=examples(25))
@given(
    seed=st.integers(0, 2**32 - 1),
    rows=st.integers(1, 6),
    columns=st.integers(1, 6),
    border=st.sampled_from(sorted(BORDERS)),
    picture=st.sampled_from(["camera", "cat", "coffee", "grass", "brick"]),
    data=st.data(),
)
def test_any_kernel_any_anchor_any_border_comes_back_within_its_own_error(
    seed, rows, columns, border, picture, data
):
    anchor = data.draw(st.integers(0, rows - 1)), data.draw(st.integers(0, columns - 1))
    rng = np.random.default_rng(seed)
    kernel = rng.normal(size=(rows, columns))
    kernel *= 0.9137 / np.abs(kernel).sum()  # flat parts do not lie half-way between levels
    before = photo(picture)
    after = stored(_filtered(before, kernel, anchor, border) + 100)
    found = recover(before, after)
    assert found.verdict == "linear"
    if found.kernel.shape == kernel.shape:  # a last row of tiny taps may leave no trace
        assert found.anchor == anchor
        allowed = found.errors if found.errors is not None else 2e-3
        assert (np.abs(found.kernel - kernel) <= allowed).all()
    else:
        assert np.abs(kernel).min() < 1e-3
    assert border in found.border or rows * columns == 1
    assert found.exact_pixels > 0.9999
    assert_counted(found, before, after)


def _filtered(before, kernel, anchor, border):
    rows, columns = kernel.shape
    above, left = anchor
    padded = cv2.copyMakeBorder(
        before.astype(np.float64),
        above,
        rows - 1 - above,
        left,
        columns - 1 - left,
        BORDERS[border],
    )
    total = np.zeros(before.shape)
    for i in range(rows):
        for j in range(columns):
            total += kernel[i, j] * padded[i : i + before.shape[0], j : j + before.shape[1]]
    return total


@pytest.mark.parametrize("picture", ["camera", "coins", "moon"])
def test_scipy_in_floating_point_is_exact(picture):
    before = photo(picture).astype(np.float64)
    kernel = np.random.default_rng(5).normal(size=(4, 3))
    after = scipy.ndimage.convolve(before, kernel, mode="mirror")
    found = recover(before, after)
    assert (found.verdict, found.rounding, found.border) == ("linear", ["exact"], ["reflect_101"])
    np.testing.assert_allclose(found.kernel, kernel[::-1, ::-1], rtol=0, atol=1e-10)
    for library in LIBRARIES:
        np.testing.assert_allclose(run_code(found, library, before), after, rtol=0, atol=1e-9)


def test_scipy_gaussian_has_its_name_and_sigma():
    before = photo("cat").astype(np.float64)
    after = scipy.ndimage.gaussian_filter(before, 1.3, mode="nearest")
    found = recover(before, after)
    assert found.border == ["replicate"]
    assert found.matches[0]["name"] == "gaussian(11, 1.3)"
    assert found.matches[0]["max_abs_error"] < 1e-9


def test_skimage_in_floating_point():
    before = photo("coffee") / 255
    found = recover(before, skimage.filters.sobel_h(before))
    assert found.verdict == "linear"
    np.testing.assert_allclose(found.kernel, named("sobel_y") / 4, rtol=0, atol=1e-9)
    sharp = skimage.filters.unsharp_mask(before, radius=1, amount=2)  # clipped to 0 … 1
    found = recover(before, sharp)
    assert found.verdict == "linear"
    assert found.matches[0]["name"] == "unsharp(9, 1, 2)"
    ours = run_code(found, "numpy", before)
    inside = interior(found)
    np.testing.assert_allclose(ours[inside], sharp[inside], rtol=0, atol=1e-9)


def test_torch_convolution_in_float32():
    torch = pytest.importorskip("torch")
    before = photo("camera").astype(np.float32)
    layer = torch.nn.Conv2d(1, 1, 5, padding=2, padding_mode="reflect")
    with torch.no_grad():
        after = layer(torch.from_numpy(before)[None, None])[0, 0].numpy()
    found = recover(before, after)
    weight, bias = layer.weight.detach().numpy()[0, 0], layer.bias.item()
    assert (found.verdict, found.border) == ("linear", ["reflect_101"])
    np.testing.assert_allclose(found.kernel, weight, rtol=0, atol=1e-6)
    assert found.bias == pytest.approx(bias, abs=1e-4)


@pytest.mark.parametrize("kernel", ["box(3, 3)", "box(5, 7)", "sharpen"])
def test_truncation_is_told_from_rounding(kernel):
    before = photo("grass")
    after = np.clip(cv2.filter2D(before.astype(np.float64), -1, named(kernel)), 0, 255)
    after = np.floor(after + 1e-9).astype(np.uint8)
    found = recover(before, after)
    assert found.bias == 0
    # whole taps give whole numbers: then there is nothing to round
    assert found.rounding == (["nearest", "floor"] if kernel == "sharpen" else ["floor"])
    np.testing.assert_allclose(found.kernel, named(kernel), atol=1e-9)
    assert_counted(found, before, after)
    assert found.exact_pixels > 0.999


def test_halves_that_all_go_down_are_truncation():
    before = photo("brick")
    after = (before.astype(int)[:, 1:].repeat(1, axis=1) + before[:, :-1]) // 2
    found = recover(before[:, :-1], after.astype(np.uint8))
    assert found.rounding == ["floor"]
    assert found.kernel.tolist() == [[0.5, 0.5]]


@pytest.mark.parametrize(("down", "across"), [(3, 0), (-7, 12), (0, -15)])
def test_a_shift_is_an_anchor_outside_the_kernel(down, across):
    before = photo("coffee")
    found = recover(before, np.roll(before, (down, across), (0, 1)))
    assert found.kernel.tolist() == [[1]]
    assert found.anchor == (down, across)
    assert "wrap" in found.border
    for library in LIBRARIES:
        np.testing.assert_array_equal(
            run_code(found, library, before), np.roll(before, (down, across), (0, 1))
        )


def test_16_bits_and_mixed_depths():
    before = photo("moon").astype(np.uint16) * 257
    kernel = named("gaussian(3, 0.7)")
    level = cv2.filter2D(before.astype(np.float64), -1, kernel)
    found = recover(before, np.rint(level).astype(np.uint16))
    np.testing.assert_allclose(found.kernel, kernel, atol=1e-6)
    found = recover(before, stored(level / 257))
    np.testing.assert_allclose(found.kernel * 257, kernel, atol=1e-3)
    assert found.exact_pixels == 1


def test_bytes_stored_as_floating_point_are_seen_through():
    before = photo("cat")
    after = cv2.blur(before, (3, 3))
    for scale in (1, 255):
        found = recover(before / scale, after / scale)
        assert found.rounding == ["nearest"]
        np.testing.assert_allclose(found.kernel, np.full((3, 3), 1 / 9), atol=1e-12)


def test_size_and_largest_size_are_kept():
    before = photo("cat")
    after = cv2.blur(before, (5, 5))
    assert recover(before, after, size=(7, 7)).kernel.shape == (5, 5)  # zero rims are cut
    assert recover(before, after, max_size=3).verdict == "not linear"
    with pytest.raises(ValueError, match=r"size is 300 × 3; it must be at least 1 × 1"):
        recover(before, after, size=(300, 3))
    with pytest.raises(ValueError, match=r"max_size is 0"):
        recover(before, after, max_size=0)


def test_a_valid_filter_needs_crop():
    before = photo("camera")
    after = cv2.blur(before, (5, 3))[1:-1, 2:-2]
    with pytest.raises(ValueError, match=r"256 × 320 pixels and after 254 × 316.*--crop"):
        recover(before, after)
    found = recover(before, after, crop=True)
    np.testing.assert_allclose(found.kernel, np.full((3, 5), 1 / 15), atol=1e-12)
    assert (found.border, found.exact_pixels) == ([], 1)
    with pytest.raises(ValueError, match=r"a filter keeps the size"):
        recover(before, after[:-1], crop=True)


def test_several_pairs_speak_of_one_filter():
    befores = [photo("camera", 40, 40), photo("cat", 50, 60), photo("moon", 30, 70)]
    kernel = named("gaussian(5, 1)")
    afters = [stored(cv2.filter2D(b.astype(np.float64), -1, kernel)) for b in befores]
    found = recover(befores, afters)
    alone = recover(befores[0], afters[0])
    assert found.exact_pixels == 1
    assert np.abs(found.kernel - kernel).max() < 1e-2
    if alone.errors is not None and alone.errors.shape == found.kernel.shape:
        assert found.errors.max() < alone.errors.max()
    with pytest.raises(ValueError, match=r"before has 3 pictures and after 2"):
        recover(befores, afters[:2])


def test_found_kernel_is_a_correlation_kernel():
    """The flip: scipy's convolve turns its kernel by 180°, correlate does not."""
    before = photo("brick")
    kernel = np.array([[1.0, 2, 0], [0, 3, 0], [0, 0, 4]]) / 10
    for operation, expected in (
        (scipy.ndimage.correlate, kernel),
        (scipy.ndimage.convolve, kernel[::-1, ::-1]),
    ):
        found = recover(before, stored(operation(before.astype(np.float64), kernel)))
        np.testing.assert_allclose(found.kernel, expected, atol=1e-12)
        assert found.rational == {
            "numerator": np.rint(expected * 10).astype(int).tolist(),
            "denominator": 10,
        }


def test_a_hopeless_search_ends_early_and_rightly():
    before = photo("camera")
    lower, upper = bounds(cv2.medianBlur(before, 3), "nearest")
    samples = [Samples(before[None], lower[1:-1, 1:-1], upper[1:-1, 1:-1])]
    whole = minimax(samples)
    early = minimax(samples, hopeless=0.05)
    assert 0.05 < early.least <= whole.least + 1e-9
    assert early.rounds <= whole.rounds

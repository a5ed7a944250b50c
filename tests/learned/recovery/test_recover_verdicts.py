"""What recover says where no kernel reproduces every pixel, or more than one does."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image, ImageFilter, ImageOps
from recover_pairs import assert_counted, photo, run_code, stored
from scipy import ndimage
from thorough import slow_except

from handconv.kernels import named
from learned import recover
from learned.recovery.report import report

VARIED = slow_except(["camera", "coffee", "grass", "moon"], "camera")
FINE, COARSE = 0, 2  # Pillow's names for 4:4:4 and 4:2:0


def jpeg(picture, quality, colours=COARSE):
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality, subsampling=colours)
    return np.asarray(Image.open(file))


def float_filter(picture, kernel):
    return cv2.filter2D(picture.astype(np.float64), -1, kernel)


def gradient(before):
    across, down = (cv2.Sobel(before, cv2.CV_64F, *order) for order in ((1, 0), (0, 1)))
    return np.hypot(across, down)


def sharpened_where_strong(before):
    detail = before - cv2.GaussianBlur(before.astype(np.float64), (0, 0), 1.5)
    return stored(before + np.where(np.abs(detail) > 4, detail, 0))


def darker_corners(before):
    y, x = np.meshgrid(*(np.linspace(-1, 1, side) for side in before.shape), indexing="ij")
    return stored(before * (1 - 0.4 * (y * y + x * x)))


def turned(before):
    centre = before.shape[1] / 2, before.shape[0] / 2
    matrix = cv2.getRotationMatrix2D(centre, 3, 1)
    return cv2.warpAffine(before, matrix, before.shape[::-1], borderMode=cv2.BORDER_REFLECT)


NOT_LINEAR = {
    "median": lambda b: cv2.medianBlur(b, 3),
    "wide median": lambda b: cv2.medianBlur(b, 7),
    "bilateral": lambda b: cv2.bilateralFilter(b, 7, 40, 3),
    "gamma": lambda b: stored(255 * (b / 255) ** 0.7),
    "gradient magnitude": lambda b: stored(gradient(b)),
    "absolute Laplacian": lambda b: stored(np.abs(cv2.Laplacian(b, cv2.CV_64F))),
    "erosion": lambda b: ndimage.grey_erosion(b, (3, 3)),
    "equalised": cv2.equalizeHist,
    "local contrast": lambda b: cv2.createCLAHE(2.0).apply(b),
    "sharpened where strong": sharpened_where_strong,
    "darker corners": darker_corners,
    "turned by 3 degrees": turned,
    "median, then JPEG": lambda b: jpeg(cv2.medianBlur(b, 5), 90),
}
QUICK = ("median", "gradient magnitude", "darker corners")


@pytest.mark.parametrize("picture", VARIED)
@pytest.mark.parametrize("name", slow_except(NOT_LINEAR, *QUICK))
def test_what_no_kernel_does_is_not_linear(name, picture):
    before = photo(picture)
    found = recover(before, NOT_LINEAR[name](before))
    assert found.verdict == "not linear"
    assert found.exact_pixels < 0.99
    assert found.border == []


@pytest.mark.parametrize("picture", VARIED)
@pytest.mark.parametrize("noise", slow_except([0.5, 3, 12], 3))
def test_noise_is_still_linear_and_the_taps_lie_within_their_errors(picture, noise):
    before = photo(picture)
    kernel = named("gaussian(3, 0.8)")
    rng = np.random.default_rng(7)
    after = stored(float_filter(before, kernel) + rng.normal(0, noise, before.shape))
    found = recover(before, after)
    assert found.verdict == "linear"
    assert found.exact_pixels < 0.8
    assert found.errors.shape == found.kernel.shape
    full = np.zeros((9, 9))
    full[3:6, 3:6] = kernel
    top, left = 4 - found.anchor[0], 4 - found.anchor[1]
    rows, columns = found.kernel.shape
    taps = full[top : top + rows, left : left + columns]
    assert (np.abs(found.kernel - taps) < 5 * found.errors).all()


@pytest.mark.parametrize("picture", VARIED)
@pytest.mark.parametrize(
    ("kernel", "quality"),
    slow_except(
        [
            ("box(5, 5)", 50),
            ("box(5, 5)", 90),
            ("gaussian(5, 1)", 75),
            ("sharpen", 85),
            ("sharpen", 95),
        ],
        ("sharpen", 95),
    ),
)
def test_jpeg_is_still_linear(kernel, quality, picture):
    before = photo(picture)
    found = recover(before, jpeg(stored(float_filter(before, named(kernel))), quality))
    assert found.verdict == "linear"
    assert found.exact_pixels < 0.9
    assert found.errors is not None
    assert found.rounding == []
    assert found.kernel.sum() == pytest.approx(1, abs=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("colours", [FINE, COARSE])
@pytest.mark.parametrize("picture", ["coffee", "cat"])
@pytest.mark.parametrize(("kernel", "quality"), [("sharpen", 95), ("gaussian(5, 1)", 90)])
def test_jpeg_in_colour_is_still_linear(kernel, quality, picture, colours):
    before = photo(picture, colour=True)
    planes = [stored(float_filter(plane, named(kernel))) for plane in np.moveaxis(before, -1, 0)]
    found = recover(before, jpeg(np.dstack(planes), quality, colours))
    assert found.verdict == "linear"
    assert found.kernel.ndim == 2  # though it stores the colours in another way
    assert found.kernel.sum() == pytest.approx(1, abs=0.01)
    if colours == COARSE:
        assert "brightness" in found.findings[0]


@pytest.mark.slow
def test_noise_in_colour_is_not_taken_for_jpeg():
    before = photo("coffee", colour=True)
    noise = np.random.default_rng(3).normal(0, 4, before.shape)
    found = recover(before, stored(cv2.GaussianBlur(before, (5, 5), 1) + noise))
    assert found.verdict == "linear"
    assert found.kernel.shape == (5, 5)
    assert "brightness" not in found.findings[0]


@pytest.mark.parametrize("picture", VARIED)
def test_rounding_twice_is_linear_but_not_exact(picture):
    before = photo(picture, 160, 200)
    after = cv2.blur(cv2.blur(before, (5, 1)), (1, 5))
    found = recover(before, after)
    assert found.verdict == "linear"
    assert 0.5 < found.exact_pixels < 1
    np.testing.assert_allclose(found.kernel, np.full((5, 5), 1 / 25), atol=5e-3)


def test_edges_then_inverted_are_linear_with_bias_255():
    before = photo("camera")
    edges = Image.fromarray(before).filter(ImageFilter.FIND_EDGES)
    found = recover(before, np.asarray(ImageOps.invert(edges)))
    assert (found.verdict, found.bias, found.exact_pixels) == ("linear", 255, 1)
    assert found.kernel.tolist() == [[1, 1, 1], [1, -8, 1], [1, 1, 1]]
    assert found.rounding == ["nearest", "floor"]


@pytest.mark.parametrize("picture", VARIED)
def test_a_stamp_does_not_hide_the_kernel(picture):
    before = photo(picture)
    after = cv2.blur(before, (3, 3))
    after[100:140, 200:260] = 30
    found = recover(before, after)
    assert found.verdict == "linear"
    np.testing.assert_allclose(found.kernel, np.full((3, 3), 1 / 9), atol=1e-9)
    share = 40 * 60 / before.size
    assert found.exact_pixels == pytest.approx(1 - share, abs=0.01)
    assert any("do not fit" in finding for finding in found.findings)


@pytest.mark.parametrize("seed", slow_except(range(3), 1))
def test_dead_pixels_do_not_hide_the_kernel(seed):
    before = photo("coffee")
    after = float_filter(before, named("gaussian(5, 1)"))
    dead = np.random.default_rng(seed).random(before.shape) < 0.003
    after[dead] = 128
    found = recover(before, stored(after))
    assert found.verdict == "linear"
    np.testing.assert_allclose(found.kernel, named("gaussian(5, 1)"), atol=1e-3)
    assert found.exact_pixels == pytest.approx(1 - dead.mean(), abs=1e-3)


DULL = {
    "one grey level": (np.full((60, 70), 90, np.uint8), named("box(3, 3)")),
    "stripes": (np.tile(np.arange(80, dtype=np.uint8) * 37, (60, 1)), named("sobel_x") / 8),
    "a ramp": (np.tile(np.arange(100, dtype=np.uint8), (80, 1)), named("box(3, 3)")),
    "a few pixels": (photo("cat", 6, 7), named("box(3, 3)")),
}


@pytest.mark.parametrize("name", DULL)
def test_dull_pictures_leave_the_kernel_undetermined(name):
    before, kernel = DULL[name]
    found = recover(before, stored(float_filter(before, kernel) + 60))
    assert found.verdict == "undetermined"
    assert found.errors is None
    assert found.findings


def test_clipped_away_is_undetermined():
    before = photo("coins")
    found = recover(before, np.where(before > 120, 255, 0).astype(np.uint8))
    assert found.verdict == "undetermined"
    assert any("clipped" in finding for finding in found.findings)


def test_unlike_pictures_are_not_linear():
    assert recover(photo("camera"), photo("coffee")).verdict == "not linear"
    assert recover(photo("cat"), photo("cat")[:, ::-1]).verdict == "not linear"


def test_a_kernel_beyond_the_largest_size_is_said_to_be_that():
    before = photo("grass")
    found = recover(before, cv2.blur(before, (9, 9)), max_size=5)
    assert found.verdict == "not linear"
    assert any("--max-size" in finding for finding in found.findings)


RIMS = {
    "unfiltered": "unfiltered",
    "black": "black",
    "white": "filled with 255",
    "copied": "copies its outermost pixels",
    "scaled": "scales up the others",
    "grey outside": "grey level 77",
}


@pytest.mark.parametrize("kind", RIMS)
def test_rims_of_other_kinds_are_described(kind):
    before = photo("coffee")
    kernel = np.array([[1.0, 2, 0], [2, 4, 1], [0, 1, 5]]) / 16
    after = stored(float_filter(before, kernel))
    inner = np.pad(after[1:-1, 1:-1], 1, mode="edge")
    rim = np.ones(after.shape, bool)
    rim[1:-1, 1:-1] = False
    if kind == "grey outside":
        padded = np.pad(before, 1, constant_values=77)
        filled = stored(float_filter(padded, kernel))[1:-1, 1:-1]
    elif kind == "scaled":
        weight = ndimage.correlate(np.ones(before.shape), kernel, mode="constant")
        filled = stored(
            ndimage.correlate(before.astype(np.float64), kernel, mode="constant") / weight
        )
    else:
        filled = {"unfiltered": before, "copied": inner}.get(
            kind, np.full_like(before, 255 if kind == "white" else 0)
        )
    after[rim] = filled[rim]
    found = recover(before, after)
    assert found.border == []
    np.testing.assert_allclose(found.kernel, kernel, atol=1e-9)
    assert any(RIMS[kind] in finding for finding in found.findings)


def test_one_kernel_for_all_channels_one_for_each_or_all_to_all():
    before = photo("coffee", colour=True)
    pooled = recover(before, cv2.filter2D(before, -1, named("sharpen")))
    assert pooled.kernel.shape == (3, 3)

    after = before.copy()
    after[..., 0] = cv2.blur(before[..., 0], (3, 1))
    after[..., 2] = stored(before[..., 2] * 0.5 + 40)
    separate = recover(before, after)
    assert separate.verdict == "linear"
    assert separate.kernel.shape == (3, 3, 1, 3)
    np.testing.assert_allclose(separate.kernel[0, 0], np.full((1, 3), 1 / 3), atol=1e-9)
    np.testing.assert_allclose(separate.kernel[1, 1], [[0, 1, 0]], atol=1e-9)
    assert separate.bias == pytest.approx((0, 0, 40))

    sepia = np.array([[0.393, 0.769, 0.189], [0.349, 0.686, 0.168], [0.272, 0.534, 0.131]])
    mixed = recover(before, stored(before.astype(np.float64) @ sepia.T))
    assert mixed.kernel.shape == (3, 3, 1, 1)
    np.testing.assert_allclose(mixed.kernel[..., 0, 0], sepia, atol=1e-9)

    grey = np.asarray(Image.fromarray(before).convert("L"))
    to_grey = recover(before, grey)
    assert to_grey.kernel.shape == (1, 3, 1, 1)
    np.testing.assert_allclose(to_grey.kernel.ravel(), [0.299, 0.587, 0.114], atol=1e-4)

    for library in ("opencv", "scipy", "torch", "numpy"):
        np.testing.assert_array_equal(run_code(separate, library, before), after)
        assert run_code(to_grey, library, before).shape == grey.shape
    assert_counted(to_grey, before, grey)
    assert to_grey.exact_pixels > 0.99


def test_grey_stored_as_colour_and_alpha():
    grey = photo("brick")
    colour = np.dstack([grey] * 3)
    after = cv2.blur(grey, (3, 3))
    for before_kind, after_kind in ((colour, after), (grey, np.dstack([after] * 3))):
        assert recover(before_kind, after_kind).kernel.shape == (3, 3)
    opaque = np.full(grey.shape, 255, np.uint8)
    found = recover(np.dstack([colour, opaque]), np.dstack([*[after] * 3, opaque]))
    assert found.kernel.shape == (3, 3)
    assert any("Alpha is the same" in finding for finding in found.findings)
    other = np.where(grey > 100, 255, 10).astype(np.uint8)
    found = recover(np.dstack([colour, other]), np.dstack([*[after] * 3, opaque]))
    assert found.verdict == "linear"
    assert any("Alpha differs" in finding for finding in found.findings)


@pytest.mark.parametrize(
    ("kernel", "name", "orientation", "scale"),
    [
        (named("sobel_x")[::-1, ::-1] * 3, "sobel_x", "rotated 180", 3),
        (named("emboss")[::-1], "emboss", "flipped top-bottom", 1),
        (named("sharpen"), "sharpen", "as defined", 1),
        (named("roberts_main").T, "roberts_main", None, 1),
        (named("gaussian(7, 1.5)"), "gaussian(7, 1.5)", "as defined", 1),
        (named("unsharp(7, 1.2, 1.5)"), "unsharp(7, 1.2, 1.5)", "as defined", 1),
        (named("laplacian_of_gaussian(9, 1.4)"), "laplacian_of_gaussian(9, 1.4)", "as defined", 1),
    ],
)
def test_known_kernels_are_named(kernel, name, orientation, scale):
    before = photo("camera").astype(np.float64)
    found = recover(before, ndimage.correlate(before, kernel, mode="nearest"))
    best = found.matches[0]
    assert best["name"] == name
    assert orientation in (None, best["orientation"])
    assert best["scale"] == pytest.approx(scale)
    assert best["max_abs_error"] < 1e-9 * max(1, np.abs(kernel).max())


def test_a_random_kernel_has_no_name():
    before = photo("camera").astype(np.float64)
    kernel = np.random.default_rng(3).normal(size=(5, 5))
    assert recover(before, ndimage.correlate(before, kernel)).matches == []


@pytest.mark.slow
def test_a_colour_matrix_under_noise_is_not_taken_for_jpeg():
    before = photo("coffee", colour=True)
    saturate = 1.6 * np.eye(3) - 0.6 * np.array([0.299, 0.587, 0.114])
    noise = np.random.default_rng(1).normal(0, 1.5, before.shape)
    found = recover(before, stored(before @ saturate.T + noise))
    assert found.verdict == "linear"
    assert found.kernel.shape == (3, 3, 1, 1)
    np.testing.assert_allclose(found.kernel[..., 0, 0], saturate, atol=0.01)


def test_sixteen_bits_between_two_passes_and_truncation():
    before = photo("coffee", colour=True)
    line = named("gaussian(7, 1.2)").sum(axis=0)
    rows = np.rint(257 * ndimage.correlate1d(before.astype(np.float64), line, 1, mode="nearest"))
    both = np.rint(ndimage.correlate1d(rows, line, 0, mode="nearest"))
    after = np.floor(both / 257).astype(np.uint8)
    found = recover(before, after)
    assert (found.verdict, found.kernel.ndim) == ("linear", 2)
    assert 0.998 < found.exact_pixels < 1  # the rounding between the passes tells in some
    assert_counted(found, before, after)
    assert (found.bias, found.rounding, found.border) == (0, ["floor"], ["replicate"])
    assert found.matches[0]["name"].startswith("gaussian(7, 1.2")


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (1, 40)])
def test_tiny_pictures_are_undetermined(shape):
    before = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    found = recover(before, 255 - before)
    assert found.verdict == "undetermined"
    assert found.findings


def test_one_grey_level_does_not_make_a_photo():
    assert recover(np.full((256, 320), 77, np.uint8), photo("camera")).verdict == "not linear"
    found = recover(photo("camera"), np.full((256, 320), 77, np.uint8))
    assert (found.verdict, found.kernel.tolist(), found.bias) == ("linear", [[0]], 77)


def test_the_report_of_what_is_not_linear_is_short():
    before = photo("camera")
    text = report(recover(before, cv2.medianBlur(before, 5)))
    assert text.startswith("not linear: ")
    assert len(text.splitlines()) < 8
    same = report(recover(before, before))
    assert "Every pixel as it was." in same


def gamma(before):
    return np.rint(255 * (np.arange(256) / 255) ** 0.6).astype(np.uint8)[before]


def stamped_blur(before):
    after = cv2.blur(before, (3, 3))
    after[20:60, 30:90] = 200
    return after


@pytest.mark.parametrize(
    ("make", "verdict", "sought"),
    [(gamma, "not linear", False), (stamped_blur, "linear", True)],
)
def test_a_painted_part_is_sought_where_nothing_explains_every_pixel(make, verdict, sought):
    before, steps = photo("camera"), []
    found = recover(before, make(before), progress=steps.append)
    assert found.verdict == verdict
    assert ("a part that was painted over" in steps) == sought
    assert steps.count("a curve") == 1


@pytest.mark.parametrize("above", [200, 240, 250])
def test_a_channel_that_is_nearly_empty_is_no_error(above):
    before = photo("astronaut")[:200, :200].copy()
    before[..., 2] *= before[..., 2] > above
    found = recover(before, before[:, ::-1].copy())
    assert [each.kind for each in found.explanations] == ["frame"]

"""The bank, its families, their names, and composition: against libraries and the plain loop."""

import re
from typing import Any

import cv2
import numpy as np
import pytest
import scipy.ndimage
import scipy.signal
import skimage.filters
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from handconv import correlate_loop, kernels
from handconv.borders import BORDERS, Border
from handconv.kernels import as_kernel, bank, compose, families, named

# Rising by 3 per row and 5 per column, with noise: no symmetry that could hide a flip.
PHOTO = (
    np.add.outer(3.0 * np.arange(23), 5.0 * np.arange(19))
    + np.random.default_rng(1).integers(0, 50, (23, 19))
).astype(np.float64)


def by_opencv(kernel: NDArray[Any]) -> NDArray[Any]:
    return cv2.filter2D(PHOTO, cv2.CV_64F, kernel, borderType=cv2.BORDER_REFLECT_101)


# --- the fixed kernels ------------------------------------------------------------------------


DRAWINGS = """
sharpen        laplacian      sobel_x        sobel_y
  0  -1   0      0   1   0     -1   0   1     -1  -2  -1
 -1   5  -1      1  -4   1     -2   0   2      0   0   0
  0  -1   0      0   1   0     -1   0   1      1   2   1
scharr_x       scharr_y       prewitt_x      prewitt_y
 -3   0   3     -3 -10  -3     -1   0   1     -1  -1  -1
-10   0  10      0   0   0     -1   0   1      0   0   0
 -3   0   3      3  10   3     -1   0   1      1   1   1
roberts_main   roberts_anti   emboss         identity
  0   0   0      0   0   0     -2  -1   0      0   0   0
  0   1   0      0   0   1     -1   1   1      0   1   0
  0   0  -1      0  -1   0      0   1   2      0   0   0
"""


def drawn(name: str) -> list[list[int]]:
    """The kernel drawn in `DRAWINGS`, below its name; four stand side by side."""
    lines = [line.split() for line in DRAWINGS.splitlines()]
    (at,) = (row for row, line in enumerate(lines) if name in line)
    first = 3 * lines[at].index(name)
    return [[int(tap) for tap in line[first : first + 3]] for line in lines[at + 1 : at + 4]]


@pytest.mark.parametrize("name", [n for n in kernels.FIXED if not n.endswith("blur")])
def test_the_kernel_is_as_drawn(name: str) -> None:
    assert named(name).tolist() == drawn(name)


@pytest.mark.parametrize("name", kernels.FIXED)
def test_the_scale_in_the_docstring_is_the_sum(name: str) -> None:
    stated = re.search(r"Scale: (\d)", getattr(bank, name).__doc__)
    assert stated is not None
    assert named(name).sum() == pytest.approx(int(stated[1]), abs=1e-12)


def test_the_bank_is_the_six_of_the_tutorial() -> None:
    assert kernels.BANK == (
        "small_blur", "large_blur", "sharpen", "laplacian", "sobel_x", "sobel_y",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "oracle"),
    [
        ("small_blur", lambda photo: cv2.blur(photo, (7, 7))),
        ("large_blur", lambda photo: cv2.blur(photo, (21, 21))),
        ("laplacian", lambda photo: cv2.Laplacian(photo, cv2.CV_64F, ksize=1)),
        ("laplacian", lambda photo: -skimage.filters.laplace(photo, ksize=3)),
        ("laplacian", lambda photo: scipy.ndimage.laplace(photo, mode="mirror")),
        ("sharpen", lambda photo: photo - cv2.Laplacian(photo, cv2.CV_64F, ksize=1)),
        ("sobel_x", lambda photo: cv2.Sobel(photo, cv2.CV_64F, 1, 0)),
        ("sobel_y", lambda photo: cv2.Sobel(photo, cv2.CV_64F, 0, 1)),
        ("sobel_x", lambda photo: 4 * skimage.filters.sobel_v(photo)),
        ("sobel_y", lambda photo: 4 * skimage.filters.sobel_h(photo)),
        ("scharr_x", lambda photo: cv2.Scharr(photo, cv2.CV_64F, 1, 0)),
        ("scharr_y", lambda photo: cv2.Scharr(photo, cv2.CV_64F, 0, 1)),
        ("scharr_x", lambda photo: 16 * skimage.filters.scharr_v(photo)),
        ("scharr_y", lambda photo: 16 * skimage.filters.scharr_h(photo)),
        ("prewitt_x", lambda photo: 3 * skimage.filters.prewitt_v(photo)),
        ("prewitt_y", lambda photo: 3 * skimage.filters.prewitt_h(photo)),
        ("identity", lambda photo: photo),
    ],
)
def test_the_docstrings_say_truly_which_library_function_it_is(name: str, oracle: Any) -> None:
    inside = np.s_[10:-10, 8:-8] if name == "large_blur" else np.s_[3:-3, 3:-3]
    ours = by_opencv(named(name))[inside]
    np.testing.assert_allclose(ours, oracle(PHOTO)[inside], rtol=1e-12, atol=1e-9)


def test_roberts_is_his_formula() -> None:
    inside = np.s_[1:-1, 1:-1]
    below, right = np.roll(PHOTO, -1, axis=0), np.roll(PHOTO, -1, axis=1)
    below_right = np.roll(below, -1, axis=1)
    main, anti = by_opencv(named("roberts_main")), by_opencv(named("roberts_anti"))
    np.testing.assert_array_equal(main[inside], (PHOTO - below_right)[inside])
    np.testing.assert_array_equal(anti[inside], (right - below)[inside])


@pytest.mark.parametrize(("name", "slope"), [("sobel", 8), ("scharr", 32), ("prewitt", 6)])
def test_slopes_of_a_ramp(name: str, slope: int) -> None:
    ramp = np.tile(np.arange(9.0), (9, 1))  # rises by 1 per column
    assert correlate_loop(ramp, named(f"{name}_x"))[4, 4] == slope
    assert correlate_loop(ramp, named(f"{name}_y"))[4, 4] == 0
    assert correlate_loop(ramp.T, named(f"{name}_y"))[4, 4] == slope


# --- the families -----------------------------------------------------------------------------

ODD = st.integers(0, 12).map(lambda half: 2 * half + 1)
SIGMA = st.floats(0.2, 9)


@given(rows=ODD, columns=ODD)
@settings(deadline=None)
def test_box_is_the_blur_of_opencv(rows: int, columns: int) -> None:
    expected = cv2.blur(PHOTO, (columns, rows))
    np.testing.assert_allclose(by_opencv(families.box(rows, columns)), expected, atol=1e-9)


@given(size=ODD, sigma=SIGMA)
@settings(deadline=None)
def test_gaussian_is_that_of_opencv(size: int, sigma: float) -> None:
    line = cv2.getGaussianKernel(size, sigma, cv2.CV_64F)
    np.testing.assert_allclose(families.gaussian(size, sigma), line @ line.T, atol=1e-14)
    assert families.gaussian(size, sigma).sum() == pytest.approx(1, abs=1e-14)


@given(sigma=st.floats(0.6, 3))
@settings(deadline=None)
def test_laplacian_of_gaussian_is_that_of_scipy(sigma: float) -> None:
    half = int(8 * sigma) + 1
    impulse = np.zeros((2 * half + 1, 2 * half + 1))
    impulse[half, half] = 1
    expected = scipy.ndimage.gaussian_laplace(impulse, sigma, mode="constant", truncate=8)
    ours = families.laplacian_of_gaussian(2 * half + 1, sigma)
    assert ours.sum() == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(ours - ours[0, 0], expected - expected[0, 0], atol=1e-12)
    assert ours[half, half] < 0


@given(length=st.floats(1, 30), angle=st.floats(-400, 400))
@settings(deadline=None, max_examples=50)
def test_motion_falls_off_with_the_distance_from_the_line(length: float, angle: float) -> None:
    kernel = families.motion(length, angle)
    rows, columns = kernel.shape
    line = np.linspace(-(length - 1) / 2, (length - 1) / 2, 2001)
    points = line * np.exp(1j * np.radians(angle))  # up is positive here
    taps = np.add.outer(1j * (rows // 2 - np.arange(rows)), np.arange(columns) - columns // 2)
    distance = np.abs(taps[..., None] - points).min(axis=-1)
    expected = np.clip(1 - distance, 0, None)
    np.testing.assert_allclose(kernel, expected / expected.sum(), atol=1e-3)
    assert rows % 2 == columns % 2 == 1
    assert kernel.sum() == pytest.approx(1)
    for rim in (kernel[0], kernel[-1], kernel[:, 0], kernel[:, -1]):
        assert rim.any()


def test_motion_along_the_axes_is_a_box() -> None:
    np.testing.assert_allclose(families.motion(7, 0), families.box(1, 7), atol=1e-15)
    np.testing.assert_allclose(families.motion(7, 90), families.box(7, 1), atol=1e-15)


def test_motion_turns_counter_clockwise() -> None:
    kernel = families.motion(9, 45)
    assert kernel[0, -1] > 0  # up and to the right
    assert kernel[0, 0] == 0


@pytest.mark.parametrize(("sigma", "amount"), [(0.5, 1.0), (0.8, 2.5), (1.0, -0.5)])
def test_unsharp_is_that_of_scikit_image(sigma: float, amount: float) -> None:
    size = 2 * int(4 * sigma + 0.5) + 1
    kernel = families.unsharp(size, sigma, amount)
    expected = skimage.filters.unsharp_mask(
        PHOTO / 1000, radius=sigma, amount=amount, preserve_range=True
    )
    inside = np.s_[size:-size, size:-size]
    np.testing.assert_allclose(by_opencv(kernel)[inside], 1000 * expected[inside], atol=1e-9)
    assert kernel.sum() == pytest.approx(1, abs=1e-14)


@given(
    size=ODD,
    sigma=SIGMA,
    angle=st.floats(-360, 360),
    wavelength=st.floats(1, 30),
    aspect=st.floats(0.1, 3),
    phase=st.floats(-360, 360),
)
@settings(deadline=None)
def test_gabor_is_that_of_opencv(
    size: int, sigma: float, angle: float, wavelength: float, aspect: float, phase: float
) -> None:
    expected = cv2.getGaborKernel(
        (size, size), sigma, -np.radians(angle), wavelength, aspect, -np.radians(phase), cv2.CV_64F
    )
    ours = families.gabor(size, sigma, angle, wavelength, aspect, phase)
    np.testing.assert_allclose(ours, expected, atol=1e-11)


def test_gabor_stripes_run_across_the_angle() -> None:
    kernel = families.gabor(21, 5, 0, 6)  # the wave runs to the right: upright stripes
    assert np.ptp(np.sign(kernel[8:13, 10])) == 0
    assert np.ptp(np.sign(kernel[10, 8:13])) > 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("box(4)", r"rows is 4; an even side has no centre pixel\. Use 5\."),
        ("box(3, 0)", r"columns is 0; an even side has no centre pixel\. Use 1\."),
        ("box(-3)", r"rows is -3; it must be from 1 to 1023"),
        ("gaussian(100001, 1)", r"size is 100001; it must be from 1 to 1023"),
        ("gaussian(3.0, 1)", r"size is 3\.0; it must be an odd integer"),
        ("gaussian(3, 0)", r"sigma is 0; it must be from 0\.001 to 1e\+06"),
        ("gaussian(3, -1)", r"sigma is -1; it must be from"),
        ("gaussian(3, nan)", r"sigma is nan; it must be a finite number"),
        ("laplacian_of_gaussian(3, inf)", r"sigma is inf; it must be a finite number"),
        ("motion(0.5, 0)", r"length is 0\.5; it must be a number from 1 to 1000"),
        ("motion(5, 1e999)", r"angle is inf; it must be a finite number"),
        (f"motion(5, {10**150})", None),
        ("unsharp(3, 1, nan)", r"amount is nan; it must be a finite number"),
        ("gabor(3, 1, 0, 0)", r"wavelength is 0; it must be from"),
    ],
)
def test_numbers_that_a_family_refuses(call: str, message: str | None) -> None:
    if message is None:
        assert np.isfinite(named(call)).all()
        return
    with pytest.raises(ValueError, match=re.escape(f"kernel '{call}': ") + message):
        named(call)


def test_families_refuse_what_is_not_a_number() -> None:
    with pytest.raises(ValueError, match="rows is True; it must be an odd integer"):
        families.box(True)
    with pytest.raises(ValueError, match="sigma is '1'; it must be a number"):
        families.gaussian(3, "1")  # type: ignore[arg-type]


# --- names ------------------------------------------------------------------------------------


def test_names_and_signatures() -> None:
    assert kernels.names()[:6] == kernels.BANK
    assert [text.partition("(")[0] for text in kernels.signatures()] == list(kernels.FAMILIES)
    assert "unsharp(size, sigma, amount=1)" in kernels.signatures()


def test_every_name_gives_a_fresh_finite_odd_kernel() -> None:
    numbers = {
        "box": "3, 5", "gaussian": "5, 1", "laplacian_of_gaussian": "9, 1.4",
        "motion": "9, 30", "unsharp": "5, 1", "gabor": "9, 2, 30, 4",
    }  # fmt: skip
    assert set(numbers) == set(kernels.FAMILIES)
    for name in [*kernels.names(), *(f"{name}({text})" for name, text in numbers.items())]:
        kernel = named(name)
        assert kernel.dtype == np.float64
        assert kernel.ndim == 2
        assert kernel.shape[0] % 2 == kernel.shape[1] % 2 == 1
        assert np.isfinite(kernel).all()
        kernel[:] = 7
        assert not np.array_equal(named(name), kernel)


def test_numbers_by_place_and_by_name() -> None:
    expected = families.gaussian(5, 1.2)
    for text in ("gaussian(5, 1.2)", " gaussian ( 5 ,sigma = 1.2 ) ", "gaussian(sigma=1.2,size=5)"):
        np.testing.assert_array_equal(named(text), expected)
    np.testing.assert_array_equal(named("sobel_x()"), bank.sobel_x())
    np.testing.assert_array_equal(named("box(5)"), families.box(5, 5))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("sobelx", r"kernel 'sobelx' is not known\. Did you mean sobel_x"),
        ("Sobel-Y", r"kernel 'Sobel-Y' is not known\. Did you mean sobel_y"),
        ("blur", r"Did you mean small_blur or large_blur\?"),
        ("gausian(5, 1)", r"Did you mean gaussian\(size, sigma\)"),
        ("qqqq", r"Known are small_blur, .*, gabor\(size, sigma, angle, wavelength, aspect=1, ph"),
        ("", r"kernel '' is not known"),
        ("x" * 10_000, r"kernel 'x{60}…' is not known"),
        ("gaussian", r"kernel 'gaussian' needs numbers: gaussian\(size, sigma\)"),
        ("gaussian()", r"cannot be read \(missing a required argument: 'size'\)"),
        ("gaussian(5", r"kernel 'gaussian\(5' is not known"),
        ("gaussian(5, 1, 2)", r"cannot be read \(too many positional arguments\)"),
        ("gaussian(5, width=1)", r"cannot be read .* Write gaussian\(size, sigma\)\."),
        ("gaussian(5, sigma=1, sigma=2)", r"sigma stands twice"),
        ("gaussian(size=5, 1)", r"1 follows size=, but has no name"),
        ("gaussian(5, (1))", r"'\(1\)' is not a number"),
        ("box(__import__('os').getcwd())", r"is not a number"),
        ("box(True)", r"'True' is not a number"),
        ("sobel_x(3)", r"cannot be read \(too many positional arguments\)\. Write sobel_x\."),
        ("__doc__", r"is not known"),
    ],
)
def test_names_that_are_not_known_or_not_readable(name: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        named(name)


@given(
    st.text(max_size=40)
    | st.text("0123456789.,=()-_ eonsigma", max_size=40).map(lambda text: f"gaussian({text})")
)
@settings(deadline=None)
def test_any_text_gives_a_kernel_or_one_clear_error(text: str) -> None:
    try:
        kernel = named(text)
    except ValueError as error:
        assert str(error).startswith("kernel ")  # noqa: PT017 - both outcomes are right
    else:
        assert np.isfinite(kernel).all()


# --- kernels from a person --------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [[[0, 1, 0], [1, -4, 1]], np.eye(3, dtype=np.int8), [[True]], np.ones((2, 2), np.float16)],
)
def test_as_kernel_copies_to_float64(values: Any) -> None:
    kernel = as_kernel(values)
    assert kernel.dtype == np.float64
    np.testing.assert_array_equal(kernel, values)
    assert not np.shares_memory(kernel, np.asarray(values))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], r"kernel has shape \(0,\); it must have rows and columns"),
        ([[]], r"kernel has shape \(1, 0\); it needs at least one tap"),
        (3, r"kernel has shape \(\)"),
        ([1, 2, 1], r"kernel has shape \(3,\).* Write one row as \[\[1, 2, 1\]\]"),
        (np.ones((3, 3, 3)), r"kernel has shape \(3, 3, 3\)"),
        ([[1, 2], [3]], r"kernel is ragged: its rows have lengths 2 and 1"),
        ([[1, 2], 3], r"kernel is ragged\. Give every row as many"),
        ([["1"]], r"kernel has dtype <U1; it must hold bools, integers, or floats"),
        ([[1j]], r"kernel has dtype complex128"),
        ([[None]], r"kernel has dtype object"),
        ([[10**30]], r"kernel has dtype object"),
        (np.ones((1, 1), np.longdouble), r"kernel has dtype float128; .* up to 64 bits"),
        ([[0, 1], [float("nan"), 1]], r"kernel has the tap nan in row 1, column 0"),
        ([[-np.inf]], r"kernel has the tap -inf in row 0, column 0; every tap must be a finite"),
    ],
)
def test_as_kernel_refuses(values: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        as_kernel(values)


# --- composition ------------------------------------------------------------------------------

SIDES = st.sampled_from([1, 3, 5])
KERNELS = st.tuples(SIDES, SIDES).flatmap(
    lambda shape: arrays(np.float64, shape, elements=st.integers(-9, 9).map(float))
)


@given(first=KERNELS, second=KERNELS)
@settings(deadline=None, max_examples=25)
def test_compose_equals_two_passes_inside(
    first: NDArray[np.float64], second: NDArray[np.float64]
) -> None:
    both = compose(first, second)
    np.testing.assert_array_equal(both, scipy.signal.convolve2d(first, second))
    image = PHOTO[:13, :12]
    twice = correlate_loop(correlate_loop(image, first), second)
    once = correlate_loop(image, both)
    above, left = both.shape[0] // 2, both.shape[1] // 2
    inside = np.s_[above : 13 - above, left : 12 - left]
    np.testing.assert_allclose(once[inside], twice[inside], atol=1e-9)


ASYMMETRIC = np.array([[1.0, 2, 3], [4, 5, 6], [7, 8, 10]])
SYMMETRIC = np.array([[1.0, 2, 1], [3, 7, 3], [1, 2, 1]])


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("first", [SYMMETRIC, ASYMMETRIC], ids=["symmetric", "asymmetric"])
def test_compose_at_the_border_is_as_documented(border: Border, first: NDArray[np.float64]) -> None:
    image = PHOTO[:9, :8]
    once = correlate_loop(image, compose(first, ASYMMETRIC), border)
    twice = correlate_loop(correlate_loop(image, first, border), ASYMMETRIC, border)
    reflects = border in ("reflect", "reflect_101")
    equal_everywhere = border == "wrap" or (reflects and first is SYMMETRIC)
    assert np.allclose(once, twice, rtol=0, atol=1e-9) == equal_everywhere


def test_compose_adds_the_anchors_of_even_kernels() -> None:
    once = compose([[1, 1]], [[1, 1]])
    assert once.tolist() == [[1, 2, 1]]
    corner = compose(np.ones((2, 2)), np.ones((2, 2)))
    image = PHOTO[:6, :6]
    pairs = image[:-1, :-1] + image[1:, :-1] + image[:-1, 1:] + image[1:, 1:]  # anchor (0, 0)
    twice = pairs[:-1, :-1] + pairs[1:, :-1] + pairs[:-1, 1:] + pairs[1:, 1:]
    np.testing.assert_allclose(correlate_loop(image, corner)[1:-1, 1:-1], twice)

"""What `correlate` and `convolve` promise; test_correlate_oracles.py holds them to other code."""

import numpy as np
import pytest
from numpy.typing import NDArray

from handconv import BORDERS, Border, convolve, correlate, correlate_loop

COUNT = np.arange(1.0, 10.0).reshape(3, 3)
RANDOM = np.random.default_rng(0)
PHOTO = RANDOM.integers(0, 256, (12, 17), dtype=np.uint8)


def impulse(rows: int, columns: int) -> NDArray[np.float32]:
    image = np.zeros((2 * rows + 1, 2 * columns + 1), np.float32)
    image[rows, columns] = 1
    return image


def test_correlation_of_an_impulse_is_the_kernel_turned() -> None:
    np.testing.assert_array_equal(correlate(impulse(2, 2), COUNT)[1:4, 1:4], COUNT[::-1, ::-1])


def test_convolution_of_an_impulse_is_the_kernel() -> None:
    np.testing.assert_array_equal(convolve(impulse(2, 2), COUNT)[1:4, 1:4], COUNT)


@pytest.mark.parametrize("anchor", [(0, 0), (0, 2), (1, 1), (1, 2)])
def test_even_kernel_on_an_impulse(anchor: tuple[int, int]) -> None:
    """The tap at (row, column) reaches the pixel at (row, column) - anchor, and is seen turned."""
    kernel = np.arange(1.0, 7.0).reshape(2, 3)
    row, column = anchor
    found = correlate(impulse(4, 4), kernel, anchor=anchor)
    top, left = 4 + row - 1, 4 + column - 2  # where the tap (1, 2), the last, lands
    np.testing.assert_array_equal(found[top : top + 2, left : left + 3], kernel[::-1, ::-1])
    assert np.count_nonzero(found) == kernel.size


@pytest.mark.parametrize("anchor", [(0, 0), (0, 2), (1, 1)])
def test_convolution_mirrors_the_anchor(anchor: tuple[int, int]) -> None:
    """The tap under the anchor always multiplies the pixel itself."""
    kernel = np.arange(1.0, 7.0).reshape(2, 3)
    found = convolve(impulse(4, 4), kernel, anchor=anchor)
    assert found[4, 4] == kernel[anchor]
    top, left = 4 - anchor[0], 4 - anchor[1]
    np.testing.assert_array_equal(found[top : top + 2, left : left + 3], kernel)


def test_linear_in_the_image_and_in_the_kernel() -> None:
    image, other = RANDOM.normal(size=(2, 9, 8))
    kernel, second = RANDOM.normal(size=(2, 3, 5))
    np.testing.assert_allclose(
        correlate(2 * image - other, kernel),
        2 * correlate(image, kernel) - correlate(other, kernel),
        atol=1e-12,
    )
    np.testing.assert_allclose(
        correlate(image, 2 * kernel - second),
        2 * correlate(image, kernel) - correlate(image, second),
        atol=1e-12,
    )


def test_a_moved_image_gives_a_moved_result() -> None:
    kernel = RANDOM.integers(-5, 6, (5, 3))
    moved = np.roll(PHOTO, (2, -3), axis=(0, 1))
    expected = np.roll(correlate(PHOTO, kernel, "wrap"), (2, -3), axis=(0, 1))
    np.testing.assert_array_equal(correlate(moved, kernel, "wrap"), expected)


@pytest.mark.parametrize(
    ("border", "line"),
    [
        ("constant", [0, 0, 1, 2]),
        ("replicate", [1, 1, 1, 2]),
        ("reflect", [2, 1, 1, 2]),
        ("reflect_101", [3, 2, 1, 2]),
        ("wrap", [3, 4, 1, 2]),
    ],
)
def test_each_border_as_drawn(border: Border, line: list[int]) -> None:
    """A kernel that fetches the pixel two places to the left shows what stands there."""
    image = np.array([[1, 2, 3, 4]], np.uint8)
    fetch = np.array([[1, 0, 0, 0, 0]])
    np.testing.assert_array_equal(correlate(image, fetch, border)[0], line)
    np.testing.assert_array_equal(correlate(image.T, fetch.T, border)[:, 0], line)


def test_replicate_is_the_default_border() -> None:
    np.testing.assert_array_equal(
        correlate(PHOTO, np.ones((5, 5))), correlate_loop(PHOTO, np.ones((5, 5)), "replicate")
    )


@pytest.mark.parametrize("border", BORDERS)
def test_channels_are_filtered_alike(border: Border) -> None:
    image = RANDOM.integers(0, 256, (6, 7, 3), dtype=np.uint8)
    kernel = RANDOM.integers(-9, 10, (3, 5))
    colour = correlate(image, kernel, border)
    assert colour.shape == image.shape
    for channel in range(3):
        expected = correlate_loop(image[..., channel], kernel, border)
        np.testing.assert_array_equal(colour[..., channel], expected)


DTYPES = {
    "float32": ["?", "i1", "u1", "i2", "u2", "i4", "u4", "f2", "f4"],
    "float64": ["i8", "u8", "f8"],
}


@pytest.mark.parametrize(
    ("dtype", "result"), [(dtype, result) for result in DTYPES for dtype in DTYPES[result]]
)
@pytest.mark.parametrize("order", ["<", ">"])
def test_every_real_dtype_comes_out_as_float(dtype: str, result: str, order: str) -> None:
    image = RANDOM.integers(0, 2, (5, 6)).astype(np.dtype(dtype).newbyteorder(order))
    kernel = RANDOM.integers(-9, 10, (3, 3))
    found = correlate(image, kernel)
    assert found.dtype == np.dtype(result)
    np.testing.assert_array_equal(found, correlate_loop(image, kernel))


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int16])
def test_extreme_values_neither_wrap_nor_saturate(dtype: type) -> None:
    info = np.iinfo(dtype)
    image = np.array([[info.min, info.max], [info.max, info.min]], dtype)
    for kernel in ([[100.0]], [[-100.0]], np.full((3, 3), 7)):
        np.testing.assert_array_equal(correlate(image, kernel), correlate_loop(image, kernel))


def test_big_integers_are_summed_before_they_are_rounded() -> None:
    image = np.array([[2**31 - 1, 2**31 - 2]], np.int32)
    assert correlate(image, [[0, 1, -1]])[0, 0] == 1


def test_kernel_of_any_real_dtype() -> None:
    for dtype in ["?", "u1", "i8", "f2", "f4", ">f8"]:
        kernel = np.array([[0, 1, 1]]).astype(dtype)
        np.testing.assert_array_equal(correlate([[1, 2, 4]], kernel), [[3.0, 6.0, 8.0]])


def test_strided_and_readonly_inputs_are_left_alone() -> None:
    whole = RANDOM.integers(0, 256, (20, 30, 2), dtype=np.uint8)
    kernel = RANDOM.integers(-9, 10, (6, 10))
    whole.flags.writeable = kernel.flags.writeable = False
    before = whole.copy()
    for view in (whole[::2, ::-3, 0], whole[..., 1].T, np.asfortranarray(whole[..., 0])):
        taps = kernel[::2, ::-2]
        np.testing.assert_array_equal(correlate(view, taps), correlate_loop(view, taps))
    np.testing.assert_array_equal(whole, before)


def test_the_result_is_new_and_writeable() -> None:
    image = np.ones((3, 3), np.float32)
    found = correlate(image, [[1]])
    found[:] = 0
    assert image.all()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_bad_pixel_spoils_only_the_windows_that_hold_it(bad: float, dtype: type) -> None:
    image = np.ones((60, 70), dtype)
    image[30, 35] = bad
    for kernel in (COUNT, np.ones((5, 5)), RANDOM.normal(size=(41, 41)), np.outer([1, 2], [3, 1])):
        rows, columns = kernel.shape
        spoilt = np.zeros(image.shape, bool)
        spoilt[
            30 - (rows - 1 - rows // 2) : 31 + rows // 2,
            35 - (columns - 1 - columns // 2) : 36 + columns // 2,
        ] = True
        found = correlate(image, kernel, anchor=(rows // 2, columns // 2))
        np.testing.assert_array_equal(~np.isfinite(found), spoilt)


def test_a_result_beyond_float32_is_infinite() -> None:
    image = np.full((2, 2), 3e38, np.float32)
    assert np.isposinf(correlate(image, [[2]])).all()


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.ones((0, 3)), r"image has shape \(0, 3\); it needs at least one pixel"),
        (np.ones((3, 3, 0)), r"image has shape \(3, 3, 0\); it needs"),
        (np.ones(3), r"image has shape \(3,\); it must be \(rows, columns\)"),
        (np.ones((3, 3)) * 1j, "image has dtype complex128; .* imaginary parts one by one"),
        (np.ones((3, 3), object), "image has dtype object"),
        (np.ones((3, 3), str), "image has dtype <U1"),
        (np.ones((3, 3), "m8[s]"), "image has dtype timedelta64"),
        (np.ones((3, 3), np.longdouble), r"image has dtype .* Use astype\(np.float64\)"),
        ([[1, 2], [3]], "image is ragged: its rows have lengths 2 and 1"),
    ],
)
def test_bad_image_is_refused(image: NDArray[np.float64], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        correlate(image, [[1]])


@pytest.mark.parametrize(
    ("kernel", "message"),
    [
        (np.ones((4, 4)), r"kernel has shape \(4, 4\); an even side .* Pass anchor="),
        (np.ones((3, 2)), r"kernel has shape \(3, 2\); an even side"),
        (np.ones((0, 3)), r"kernel has shape \(0, 3\); it needs at least one tap"),
        (np.ones(3), r"kernel has shape \(3,\); it must have rows and columns"),
        (np.ones((1, 1, 1)), r"kernel has shape \(1, 1, 1\)"),
        (
            [[0, np.nan, 0]],
            "kernel has the tap nan in row 0, column 1; every tap must be a finite number",
        ),
        ([[0], [0], [-np.inf]], "kernel has the tap -inf in row 2, column 0"),
        ([[1e39]], r"kernel has a tap of 1e\+39, beyond the range of float32"),
        ([[1j]], "kernel has dtype complex128"),
        ([["1"]], "kernel has dtype <U1"),
        ([[1, 2, 3], [4]], "kernel is ragged: its rows have lengths 3 and 1"),
    ],
)
@pytest.mark.parametrize("filtering", [correlate, convolve])
def test_bad_kernel_is_refused(filtering, kernel: NDArray[np.float64], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        filtering(PHOTO, kernel)


@pytest.mark.parametrize(
    ("anchor", "message"),
    [
        (
            (0, 3),
            r"anchor is \(0, 3\), outside the kernel of 2 × 3 taps. Use a row from 0 to 1",
        ),
        ((-1, 0), r"anchor is \(-1, 0\), outside"),
        (1, "anchor is 1; it must be two whole numbers"),
        ((0, 1.5), r"anchor is \(0, 1.5\); it must be two whole numbers"),
        ((0, 0, 0), "it must be two whole numbers"),
    ],
)
def test_bad_anchor_is_refused(anchor: tuple[int, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        correlate(PHOTO, np.ones((2, 3)), anchor=anchor)


def test_unknown_border_is_refused_with_the_nearest_known() -> None:
    with pytest.raises(ValueError, match=r"Did you mean reflect_101\?"):
        correlate(PHOTO, COUNT, border="reflect101")


# ---- out= and stacks ----


def test_out_is_written_and_returned() -> None:
    out = np.full(PHOTO.shape, np.nan, np.float32)
    for kernel in (COUNT, np.ones((5, 5)), np.zeros((3, 3))):
        assert correlate(PHOTO, kernel, out=out) is out
        np.testing.assert_array_equal(out, correlate_loop(PHOTO, kernel))
        assert convolve(PHOTO, kernel, out=out) is out
        np.testing.assert_array_equal(out, correlate_loop(PHOTO, kernel[::-1, ::-1]))


def test_out_may_be_strided() -> None:
    whole = np.zeros((PHOTO.shape[1], 2 * PHOTO.shape[0]), np.float32)
    out = whole[::-1, ::2].T
    correlate(PHOTO, COUNT, out=out)
    np.testing.assert_array_equal(out, correlate_loop(PHOTO, COUNT))
    assert not whole[:, 1::2].any()


def test_out_may_be_the_image_itself() -> None:
    image = PHOTO.astype(np.float32)
    expected = correlate_loop(image, COUNT)
    correlate(image, COUNT, out=image)
    np.testing.assert_array_equal(image, expected)


@pytest.mark.parametrize(
    ("out", "message"),
    [
        (np.empty((3, 3), np.float32), r"out has shape \(3, 3\) and dtype float32; .* \(12, 17\)"),
        (np.empty((12, 17)), "dtype float64; for this image it must have .* dtype float32"),
        ([[0.0]], "out is a list; it must be an array"),
        (np.broadcast_to(np.float32(0), (12, 17)), "out is read-only"),
    ],
)
def test_bad_out_is_refused(out: NDArray[np.float32], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        correlate(PHOTO, COUNT, out=out)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_stack_is_filtered_image_by_image(channels: int) -> None:
    stack = RANDOM.integers(0, 256, (4, 9, 8, channels), dtype=np.uint8)
    found = correlate(stack, COUNT, "wrap")
    assert found.shape == stack.shape
    for image, result in zip(stack, found, strict=True):
        np.testing.assert_array_equal(result, correlate(image, COUNT, "wrap"))

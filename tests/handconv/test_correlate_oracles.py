"""`correlate` and `convolve` against the loop, OpenCV and SciPy, on whatever Hypothesis draws."""

from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage

from handconv import BORDERS, Border, convolve, correlate, correlate_loop
from handconv.borders import NAMES

DTYPES = [np.bool_, np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32]
DTYPES += [np.int64, np.uint64, np.float16, np.float32, np.float64]


@st.composite
def works(draw: st.DrawFn) -> tuple[NDArray[Any], NDArray[np.float64], tuple[int, int]]:
    """An image, a kernel and an anchor: any shape from 1x1, images smaller than the kernel too."""
    dtype = np.dtype(draw(st.sampled_from(DTYPES)))
    shape = draw(st.tuples(st.integers(1, 12), st.integers(1, 12)))
    sides = draw(st.tuples(st.integers(1, 9), st.integers(1, 9)))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    image: NDArray[Any]
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        image = random.integers(info.min, info.max, shape, dtype, endpoint=True)
    elif dtype.kind == "b":
        image = random.integers(0, 2, shape).astype(dtype)
    else:
        image = random.uniform(-255, 255, shape).astype(dtype)
    kernel = random.normal(size=sides)
    kernel[random.random(sides) < draw(st.sampled_from([0.0, 0.7]))] = 0
    anchor = draw(st.tuples(st.integers(0, sides[0] - 1), st.integers(0, sides[1] - 1)))
    return image, kernel, anchor


def centred(kernel: NDArray[np.float64], anchor: tuple[int, int]) -> NDArray[np.float64]:
    """The same kernel, set in zeros so that its anchor is the centre of odd sides."""
    reach = [max(at, side - 1 - at) for at, side in zip(anchor, kernel.shape, strict=True)]
    margins = [
        (far - at, far - (side - 1 - at))
        for far, at, side in zip(reach, anchor, kernel.shape, strict=True)
    ]
    return np.pad(kernel, margins)


def assert_agrees(
    found: NDArray[Any], expected: NDArray[Any], image: NDArray[Any], kernel: NDArray[Any]
) -> None:
    """Within 4 ulp (units in the last place of the result's dtype) of the largest partial sum."""
    assert found.shape == expected.shape
    largest = np.abs(image.astype(np.float64)).max() * np.abs(kernel).sum()
    ulp = np.finfo(found.dtype).eps
    np.testing.assert_allclose(found, expected, rtol=0, atol=4 * ulp * largest)


@pytest.mark.parametrize("border", BORDERS)
@settings(deadline=None, max_examples=60)
@given(works())
def test_agrees_with_the_loop(
    border: Border, work: tuple[NDArray[Any], NDArray[np.float64], tuple[int, int]]
) -> None:
    image, kernel, anchor = work
    expected = correlate_loop(image, centred(kernel, anchor), border)
    assert_agrees(correlate(image, kernel, border, anchor), expected, image, kernel)
    turned = correlate_loop(image, centred(kernel, anchor)[::-1, ::-1], border)
    assert_agrees(convolve(image, kernel, border, anchor), turned, image, kernel)


@pytest.mark.parametrize("border", [border for border in BORDERS if border != "wrap"])
@settings(deadline=None, max_examples=40)
@given(works())
def test_agrees_with_opencv(
    border: Border, work: tuple[NDArray[Any], NDArray[np.float64], tuple[int, int]]
) -> None:
    image, kernel, anchor = work
    if image.dtype == np.uint64:  # the largest do not survive a cast to float64 and back
        image = image // 2
    code = getattr(cv2, NAMES["opencv"][border])
    column_row = anchor[::-1]  # OpenCV writes (x, y)
    expected = cv2.filter2D(
        image.astype(np.float64), -1, kernel, anchor=column_row, borderType=code
    )
    assert_agrees(correlate(image, kernel, border, anchor), expected, image, kernel)


@pytest.mark.parametrize("border", BORDERS)
@settings(deadline=None, max_examples=40)
@given(works())
def test_agrees_with_scipy(
    border: Border, work: tuple[NDArray[Any], NDArray[np.float64], tuple[int, int]]
) -> None:
    image, kernel, anchor = work
    mode = NAMES["scipy.ndimage"][border]
    odd = centred(kernel, anchor)
    # Under reflect, ndimage fetches a wrong pixel where the overhang is four lengths of the line.
    overhangs = [side // 2 / length for side, length in zip(odd.shape, image.shape, strict=True)]
    assume(border != "reflect" or max(overhangs) < 4)
    wide = image.astype(np.float64)
    correlated = ndimage.correlate(wide, odd, mode=mode)
    convolved = ndimage.convolve(wide, odd, mode=mode)
    assert_agrees(correlate(image, kernel, border, anchor), correlated, image, kernel)
    assert_agrees(convolve(image, kernel, border, anchor), convolved, image, kernel)

"""To 8 bits: against OpenCV, and against the lines of the tutorial."""

from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray
from skimage.exposure import rescale_intensity

from handconv.pictures.show import to_uint8, to_uint8_floor, to_uint8_stretched

SHAPES = array_shapes(min_dims=1, max_dims=3, max_side=6)
# Multiples of 1/64: halves included, and nothing so near to an integer that the tutorial's
# division by 255 and multiplication by 255 could cross it.
GREY_LEVELS = st.integers(-64 * 600, 64 * 600).map(lambda level: level / 64)


@given(arrays(np.float32, SHAPES, elements=GREY_LEVELS))
@settings(deadline=None)
def test_rounding_is_that_of_opencv(image: NDArray[np.float32]) -> None:
    flat = image.reshape(1, -1)
    expected = cv2.add(flat, np.zeros_like(flat), dtype=cv2.CV_8U).reshape(image.shape)
    np.testing.assert_array_equal(to_uint8(image), expected)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@given(data=st.data())
@settings(deadline=None)
def test_floor_is_the_tutorial(data: st.DataObject, dtype: str) -> None:
    image = data.draw(arrays(dtype, SHAPES, elements=GREY_LEVELS))
    expected = (rescale_intensity(image, in_range=(0, 255)) * 255).astype("uint8")
    np.testing.assert_array_equal(to_uint8_floor(image), expected)


@given(arrays(np.float64, SHAPES, elements=st.floats(-1e300, 1e300)))
@settings(deadline=None)
def test_stretching_keeps_zero_order_and_symmetry(image: NDArray[np.float64]) -> None:
    shown = to_uint8_stretched(image).astype(int)
    assert (shown[image == 0] == 128).all()
    assert (shown[image > 0] >= 128).all()
    assert (shown[image < 0] <= 128).all()
    order = np.argsort(image, axis=None)
    assert (np.diff(shown.ravel()[order]) >= 0).all()
    np.testing.assert_array_equal(to_uint8_stretched(-image), 256 - shown)
    if image.any():
        assert np.abs(shown - 128).max() == 127


def test_stretching_is_linear_up_to_rounding() -> None:
    image = np.linspace(-510, 255, 1000)
    np.testing.assert_allclose(to_uint8_stretched(image), 128 + image * 127 / 510, atol=0.5)


@pytest.mark.parametrize("dtype", ["int8", "int16", "int64", "uint8", "uint16", "bool", "float16"])
def test_every_real_dtype(dtype: str) -> None:
    info = np.iinfo(dtype) if dtype not in ("bool", "float16") else None
    ends = (info.min, info.max) if info else (0, 1)
    image = np.array([ends[0], 0, 1, ends[1]], dtype=dtype)
    expected = [min(max(int(value), 0), 255) for value in image]
    assert to_uint8(image).tolist() == expected
    assert to_uint8_floor(image).tolist() == expected
    assert to_uint8_stretched(image)[1] == 128


def test_infinities_are_clipped_but_cannot_be_stretched() -> None:
    image = np.array([-np.inf, np.inf])
    assert to_uint8(image).tolist() == to_uint8_floor(image).tolist() == [0, 255]
    with pytest.raises(ValueError, match="NaN or infinite values, which no grey level can show"):
        to_uint8_stretched(image)


@pytest.mark.parametrize("show", [to_uint8, to_uint8_floor, to_uint8_stretched])
def test_nan_is_refused_and_empty_is_not(show: Any) -> None:
    with pytest.raises(ValueError, match="image holds NaN"):
        show(np.array([[0.0, np.nan]]))
    assert show(np.zeros((0, 3))).shape == (0, 3)
    assert show(np.zeros((2, 3))).dtype == np.uint8


def test_the_image_is_only_read() -> None:
    image = np.array([[-3.0, 300.0]])
    image.flags.writeable = False
    for show in (to_uint8, to_uint8_floor, to_uint8_stretched):
        show(image)

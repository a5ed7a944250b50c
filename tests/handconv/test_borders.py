import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from handconv import BORDERS, Border, pad
from handconv.borders import NAMES, border_indices, check_border, cut_out

DRAWINGS = {
    "constant": "...|abcd|...",
    "replicate": "aaa|abcd|ddd",
    "reflect": "cba|abcd|dcb",
    "reflect_101": "dcb|abcd|cba",
    "wrap": "bcd|abcd|abc",
}


@pytest.mark.parametrize("border", BORDERS)
def test_border_is_as_drawn(border: Border) -> None:
    index = border_indices(-3, 7, 4, border)
    drawn = "".join("." if i < 0 else "abcd"[i] for i in index)
    assert f"{drawn[:3]}|{drawn[3:7]}|{drawn[7:]}" == DRAWINGS[border]


@pytest.mark.parametrize("border", BORDERS)
@settings(deadline=None, max_examples=50)
@given(
    rows=st.integers(1, 5),
    columns=st.integers(1, 5),
    margins=st.tuples(*[st.integers(0, 9)] * 4),
)
def test_pad_agrees_with_opencv(
    border: Border, rows: int, columns: int, margins: tuple[int, int, int, int]
) -> None:
    image = np.arange(1, rows * columns + 1, dtype=np.float32).reshape(rows, columns)
    above, below, left, right = margins
    code = getattr(cv2, NAMES["opencv"][border])
    expected = cv2.copyMakeBorder(image, above, below, left, right, code)
    padded = pad(image, (above, below), (left, right), border)
    np.testing.assert_array_equal(padded, expected)


@pytest.mark.parametrize("border", BORDERS)
def test_a_piece_of_the_endless_image_is_a_piece_of_the_padded_one(border: Border) -> None:
    image = np.arange(24).reshape(2, 4, 3)
    padded = pad(image, (9, 9), (9, 9), border)
    for (top, bottom), (left, right) in [((-9, -3), (5, 13)), ((1, 2), (-2, 3)), ((0, 0), (1, 4))]:
        expected = padded[9 + top : 9 + bottom, 9 + left : 9 + right]
        found = cut_out(image, (top, bottom), (left, right), border)
        np.testing.assert_array_equal(found, expected)
        assert found.dtype == image.dtype


@pytest.mark.parametrize("border", BORDERS)
def test_numpy_and_scipy_names_mean_the_same_border(border: Border) -> None:
    line = np.array([1.0, 2.0, 3.0, 4.0])
    image = line[None]
    expected = pad(image, (0, 0), (3, 3), border)[0]
    mode = NAMES["numpy.pad"][border]
    np.testing.assert_array_equal(np.pad(line, 3, mode=mode), expected)  # type: ignore[call-overload]
    shift = np.zeros(7)
    shift[0] = 1  # the pixel three places to the left
    shifted = ndimage.correlate1d(line, shift, mode=NAMES["scipy.ndimage"][border])
    np.testing.assert_array_equal(shifted, expected[:4])


def test_pad_keeps_channels_and_dtype() -> None:
    image = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    padded = pad(image, (1, 0), (0, 2), "replicate")
    assert padded.shape == (3, 4, 3)
    assert padded.dtype == np.uint8
    np.testing.assert_array_equal(padded[0, 3], image[0, 1])


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("nearest", "scipy.ndimage means 'replicate' by 'nearest'"),
        ("symmetric", "numpy.pad means 'reflect' by 'symmetric'"),
        ("BORDER_REFLECT_101", "opencv means 'reflect_101'"),
        ("replciate", r"Did you mean replicate\?"),
        ("reflect101", r"Did you mean reflect_101\?"),
        (cv2.BORDER_REFLECT, "Name it by a string, one of constant, replicate"),
        ("xyzzy", "not known. Known are constant, replicate"),
    ],
)
def test_unknown_border_says_what_was_meant(name: object, hint: str) -> None:
    with pytest.raises(ValueError, match=hint):
        check_border(name)


def test_a_line_of_no_pixels_is_refused() -> None:
    with pytest.raises(ValueError, match="length is 0"):
        border_indices(0, 1, 0, "wrap")

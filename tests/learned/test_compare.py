import cv2
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from learned.compare import ORIENTATIONS, compare, symmetries

COUNTING = np.arange(1.0, 10.0).reshape(3, 3)

# the same eight by OpenCV, and the corners of 1 … 9 written out by eye
BY_OPENCV = {
    "as defined": (lambda k: k, [1, 3, 7, 9]),
    "rotated 180": (lambda k: cv2.rotate(k, cv2.ROTATE_180), [9, 7, 3, 1]),
    "flipped left-right": (lambda k: cv2.flip(k, 1), [3, 1, 9, 7]),
    "flipped top-bottom": (lambda k: cv2.flip(k, 0), [7, 9, 1, 3]),
    "transposed": (cv2.transpose, [1, 7, 3, 9]),
    "rotated 90": (lambda k: cv2.rotate(k, cv2.ROTATE_90_COUNTERCLOCKWISE), [3, 9, 1, 7]),
    "rotated 270": (lambda k: cv2.rotate(k, cv2.ROTATE_90_CLOCKWISE), [7, 1, 9, 3]),
    "transposed, rotated 180": (
        lambda k: cv2.rotate(cv2.transpose(k), cv2.ROTATE_180),
        [9, 3, 7, 1],
    ),
}


@pytest.mark.parametrize("name", ORIENTATIONS)
def test_each_orientation_is_what_its_name_says_and_is_found_again(name):
    turn, corners = BY_OPENCV[name]
    turned = turn(COUNTING)
    assert turned[::2, ::2].ravel().tolist() == corners
    np.testing.assert_array_equal(ORIENTATIONS[name](COUNTING), turned)
    found = compare(turned + 1e-9, COUNTING)
    assert found.orientation == name
    assert found.oriented_error == pytest.approx(1e-9 / 9, rel=1e-4)


def test_the_eight_orientations_are_all_there():
    assert set(ORIENTATIONS) == set(BY_OPENCV)


@given(arrays(np.float64, (3, 3), elements=st.integers(-9, 9)), st.floats(-1e-3, 1e-3))
def test_errors_are_the_largest_difference(kernel, error):
    assume(kernel.any())
    learned = kernel.copy()
    learned[1, 2] += error
    found = compare(learned, kernel)
    assert found.max_abs_error == pytest.approx(abs(error))
    assert found.relative_error == pytest.approx(abs(error) / np.abs(kernel).max())
    assert found.orientation == "as defined"


def test_a_non_square_kernel_is_compared_in_the_orientations_of_its_shape():
    row = np.array([[1.0, 2.0, 5.0]])
    assert compare(row[:, ::-1], row).orientation == "rotated 180"


def test_an_unlike_kernel_has_no_orientation():
    assert compare(COUNTING + [0, 5, -5], COUNTING).orientation == "none"


def test_colour_kernels_turn_in_their_last_two_axes():
    colour = np.stack([COUNTING, 2 * COUNTING])
    assert compare(colour[:, ::-1], colour).orientation == "flipped top-bottom"


def test_symmetries_of_known_kernels():
    assert len(symmetries(np.ones((3, 3)))) == 8
    assert symmetries(COUNTING) == ["as defined"]
    sobel_x = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    assert symmetries(sobel_x) == ["as defined", "flipped top-bottom"]


def test_bad_input_is_named():
    with pytest.raises(ValueError, match=r"learned has shape \(3, 3\) and hand \(1, 3\)"):
        compare(COUNTING, COUNTING[:1])
    with pytest.raises(ValueError, match="hand is zero throughout"):
        compare(COUNTING, 0 * COUNTING)

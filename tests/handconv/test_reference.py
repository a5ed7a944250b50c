import numpy as np
import pytest
from scipy import ndimage, signal

from handconv import BORDERS, Border, convolve_loop, correlate_loop
from handconv.borders import NAMES

IMPULSE = np.zeros((5, 5))
IMPULSE[2, 2] = 1
COUNT = np.arange(1.0, 10.0).reshape(3, 3)


def test_correlation_of_an_impulse_is_the_kernel_turned() -> None:
    np.testing.assert_array_equal(correlate_loop(IMPULSE, COUNT)[1:4, 1:4], COUNT[::-1, ::-1])


def test_convolution_of_an_impulse_is_the_kernel() -> None:
    np.testing.assert_array_equal(convolve_loop(IMPULSE, COUNT)[1:4, 1:4], COUNT)


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("shape", [(3, 3), (1, 5), (7, 3)])
def test_loop_agrees_with_scipy(border: Border, shape: tuple[int, int]) -> None:
    random = np.random.default_rng(0)
    image, kernel = random.uniform(0, 255, (6, 4)), random.normal(size=shape)
    mode = NAMES["scipy.ndimage"][border]
    np.testing.assert_allclose(
        correlate_loop(image, kernel, border), ndimage.correlate(image, kernel, mode=mode), 1e-12
    )
    np.testing.assert_allclose(
        convolve_loop(image, kernel, border), ndimage.convolve(image, kernel, mode=mode), 1e-12
    )


def test_convolution_with_zeros_outside_agrees_with_signal() -> None:
    random = np.random.default_rng(1)
    image, kernel = random.normal(size=(8, 9)), random.normal(size=(5, 3))
    expected = signal.convolve2d(image, kernel, mode="same")
    np.testing.assert_allclose(convolve_loop(image, kernel, "constant"), expected, atol=1e-12)


def test_bytes_do_not_wrap() -> None:
    white = np.full((3, 3), 255, np.uint8)
    assert correlate_loop(white, np.ones((3, 3), np.uint8))[1, 1] == 9 * 255


@pytest.mark.parametrize(
    ("image", "kernel", "message"),
    [
        (np.zeros((4, 4)), np.ones((2, 3)), r"shape \(2, 3\); an even side has no centre"),
        (np.zeros((4, 4, 3)), np.ones((3, 3)), "must be 2-D"),
        (np.zeros((4, 4)), np.ones(3), "must be 2-D"),
    ],
)
def test_bad_input_is_refused(image: np.ndarray, kernel: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        correlate_loop(image, kernel)

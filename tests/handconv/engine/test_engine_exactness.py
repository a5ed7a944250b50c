"""How exact the results are: within a few roundings of float64, and whole where they can be."""

import cv2
import numpy as np
import pytest
import skimage.data
from numpy.typing import NDArray
from scipy import ndimage

from handconv import correlate

RANDOM = np.random.default_rng(0)
PHOTO = skimage.data.camera()
KERNELS = {
    "box 7x7": np.full((7, 7), 1 / 49),
    "box 21x21": np.full((21, 21), 1 / 441),
    "sharpen": np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
    "laplacian": np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]]),
    "sobel_x": np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
    "gaussian 21x21": np.outer(cv2.getGaussianKernel(21, 3.5), cv2.getGaussianKernel(21, 3.5)),
    "random 5x5": RANDOM.normal(size=(5, 5)),
    "random 9x9": RANDOM.normal(size=(9, 9)),
    "random 15x15": RANDOM.normal(size=(15, 15)),
    "random 31x31": RANDOM.normal(size=(31, 31)),
    "random 63x63": RANDOM.normal(size=(63, 63)),
    "diagonal 15": np.eye(15) / 15,
}


def errors(image: NDArray[np.float32], kernel: NDArray[np.float64]) -> tuple[float, float, float]:
    """Largest error of ours and OpenCV's against float64, and an ulp of the largest partial sum."""
    wide = image.astype(np.float64)
    exact = ndimage.correlate(wide, kernel, mode="nearest")
    largest = ndimage.correlate(np.abs(wide), np.abs(kernel), mode="nearest").max()
    theirs = cv2.filter2D(
        image, cv2.CV_32F, kernel.astype(np.float32), borderType=cv2.BORDER_REPLICATE
    )
    ours = correlate(image, kernel)
    ulp = float(np.spacing(np.float32(largest)))
    return float(np.abs(ours - exact).max()), float(np.abs(theirs - exact).max()), ulp


@pytest.mark.parametrize("name", KERNELS)
def test_exact_to_4_ulp_of_the_largest_partial_sum(name: str) -> None:
    """On a photo and on noise of both signs.

    From 130 taps on OpenCV multiplies spectra in float64, and rounds once. With fewer it sums in
    float32 as we do, and we are no less exact, but for the one rounding that is down to chance.
    """
    noise = RANDOM.normal(scale=100, size=(300, 300)).astype(np.float32)
    for image in (PHOTO.astype(np.float32), noise):
        ours, theirs, ulp = errors(image, np.asarray(KERNELS[name], np.float64))
        assert ours <= 4 * ulp
        if np.size(KERNELS[name]) < 130:
            assert ours <= theirs + ulp


@pytest.mark.parametrize("side", [1, 3, 5, 9, 21, 40])
def test_whole_kernels_on_8_bit_images_are_exact(side: int) -> None:
    """Compared with sums of 64-bit integers."""
    image = RANDOM.integers(0, 256, (120, 90), dtype=np.uint8)
    rows, columns = RANDOM.integers(1, 5, (2, side))
    for kernel in (
        RANDOM.integers(-9, 10, (side, side)),
        np.ones((side, side), int),
        np.outer(rows, columns),
        np.eye(side, dtype=int),
    ):
        at = (side // 2, side // 2)
        exact = ndimage.correlate(image.astype(np.int64), kernel, mode="nearest")
        np.testing.assert_array_equal(correlate(image, kernel, anchor=at), exact)

"""One output pixel worked out number by number, as on a blackboard."""

from dataclasses import dataclass

from numpy.typing import ArrayLike

from handconv.arguments import as_kernel
from handconv.arrays import Array, Floats, Mask
from handconv.borders import Border, border_indices, cut_out


@dataclass(frozen=True)
class Worked:
    """A pixel's neighbourhood, the kernel that lies on it, and their products; all (M, N)."""

    pixels: Array
    invented: Mask
    """Which of the pixels lie outside the image, and are what the border makes of it."""
    kernel: Floats

    @property
    def products(self) -> Floats:
        return self.pixels * self.kernel  # float64, as the kernel is

    @property
    def total(self) -> float:
        """The sum of the products: the output pixel, neither rounded nor clipped."""
        return float(self.products.sum())


def worked(
    image: Array, kernel: ArrayLike, row: int, column: int, border: Border = "replicate"
) -> Worked:
    """How `correlate` comes to the output pixel at ``row``, ``column``.

    Parameters
    ----------
    image : (rows, columns)
    kernel : (M, N), odd sides: its centre lies on the pixel. For a true convolution pass it turned
        by 180°: ``kernel[::-1, ::-1]``
    row, column : counted from 0
    border : what stands outside the image, one of `handconv.BORDERS`

    Raises ``ValueError`` for a pixel outside the image or a kernel with an even side.

    >>> import numpy as np
    >>> corner = worked(np.array([[5, 6], [7, 8]]), [[0, 1, 0], [1, -4, 1], [0, 1, 0]], 0, 0)
    >>> corner.pixels.tolist(), corner.total
    ([[5, 5, 6], [5, 5, 6], [7, 7, 8]], 3.0)
    >>> corner.invented.tolist()
    [[True, True, True], [True, False, False], [True, False, False]]
    """
    taps = as_kernel(kernel)
    if taps.shape[0] % 2 == 0 or taps.shape[1] % 2 == 0:
        raise ValueError(f"kernel has shape {taps.shape}; an even side has no centre pixel.")
    if not (0 <= row < image.shape[0] and 0 <= column < image.shape[1]):
        raise ValueError(
            f"pixel ({row}, {column}) is outside the image of {image.shape[0]} × "
            f"{image.shape[1]} pixels. Rows and columns count from 0."
        )
    above, left = taps.shape[0] // 2, taps.shape[1] // 2
    rows, columns = (row - above, row + above + 1), (column - left, column + left + 1)
    outside = [
        border_indices(*places, length, "constant") < 0
        for places, length in zip((rows, columns), image.shape, strict=True)
    ]
    return Worked(cut_out(image, rows, columns, border), outside[0][:, None] | outside[1], taps)

"""Correlation and convolution of any image with any kernel."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from handconv.borders import Border, pad


def correlate(
    image: NDArray[Any],
    kernel: NDArray[Any],
    border: Border = "replicate",
    anchor: tuple[int, int] | None = None,
) -> NDArray[Any]:
    """Lay the kernel on the image as it is written; multiply and sum at every pixel."""
    kernel = np.asarray(kernel)
    rows, columns = kernel.shape
    anchor = anchor or (rows // 2, columns // 2)
    out = np.float64 if image.dtype in (np.float64, np.int64) else np.float32
    padded = pad(
        np.asarray(image, np.float64),
        (anchor[0], rows - 1 - anchor[0]),
        (anchor[1], columns - 1 - anchor[1]),
        border,
    )
    windows = np.lib.stride_tricks.sliding_window_view(padded, (rows, columns), axis=(0, 1))
    return np.einsum("...ij,ij->...", windows, kernel).astype(out)


def convolve(
    image: NDArray[Any],
    kernel: NDArray[Any],
    border: Border = "replicate",
    anchor: tuple[int, int] | None = None,
) -> NDArray[Any]:
    """Correlate with the kernel turned by 180°."""
    return correlate(image, np.asarray(kernel)[::-1, ::-1], border, anchor)

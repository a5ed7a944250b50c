"""Kernels drawn into matplotlib figures."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

DIVERGING = "RdBu_r"
"""The colour map of signed values: red above zero, blue below, white at zero."""

LARGEST_WRITTEN = 7  # kernels up to this side have their taps written into the cells


def draw_kernel(
    axis: Axes, kernel: NDArray[Any], limit: float, smallest: float = 0.0, written: bool = True
) -> None:
    """Draw an (M, N) kernel: colours from -limit to limit, taps written if it is small.

    Taps of a magnitude up to ``smallest`` are written as 0; with ``written`` False none is.
    """
    axis.imshow(kernel, cmap=DIVERGING, vmin=-limit, vmax=limit, interpolation="nearest")
    axis.set_xticks([])
    axis.set_yticks([])
    if not written or max(kernel.shape) > LARGEST_WRITTEN:
        return
    words = [format_tap(tap if abs(tap) > smallest else 0.0) for tap in kernel.flat]
    # a size at which the longest word fits its cell, in axes from two inches wide
    size = min(13.0, 220 / (max(kernel.shape) * max(map(len, words))))
    for ((row, column), tap), word in zip(np.ndenumerate(kernel), words, strict=True):
        colour = "white" if abs(tap) > 0.6 * limit else "black"
        axis.text(column, row, word, ha="center", va="center", fontsize=size, color=colour)


def format_tap(tap: float) -> str:
    """A tap in few characters: ``-1``, ``0.0204``, ``2e-16``.

    >>> [format_tap(tap) for tap in (-1.0, 1 / 49, 2.2e-16, 0.0, 12345.0)]
    ['-1', '0.0204', '2e-16', '0', '1e+04']
    """
    if tap == 0 or 1e-3 <= abs(tap) < 1e4:
        return f"{tap + 0.0:.3g}"  # + 0.0 turns -0 into 0
    return f"{tap:.0e}"

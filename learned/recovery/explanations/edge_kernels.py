"""Kernels that edge detectors are made of, each set in one scale: taps are whole numbers."""

from collections.abc import Iterator

import numpy as np

from handconv.arrays import Floats

ACROSS = {  # smoothing along an edge, of the derivatives [1, 0, -1] across it
    "sobel": [1, 2, 1],
    "prewitt": [1, 1, 1],
    "scharr": [3, 10, 3],
    "fine scharr": [47, 162, 47],
    "central difference": [0, 1, 0],
}
RINGS = {  # the eight outer taps of a compass kernel, clockwise from the top left, and the middle
    "kirsch": ([5, 5, 5, -3, -3, -3, -3, -3], 0),
    "robinson": ([1, 2, 1, 0, -1, -2, -1, 0], 0),
    "prewitt compass": ([1, 1, 1, 1, -1, -1, -1, 1], -2),
}
SINGLE = {
    "laplacian": [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
    "laplacian with diagonals": [[1, 1, 1], [1, -8, 1], [1, 1, 1]],
    "diagonal laplacian": [[1, 0, 1], [0, -4, 0], [1, 0, 1]],
    "mixed laplacian": [[1, 4, 1], [4, -20, 4], [1, 4, 1]],
}
TURN = [(0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0)]


def kernel_sets() -> Iterator[tuple[str, str, list[Floats]]]:
    """Name, direction and kernels (3, 3) or (5, 5), as correlation kernels.

    Directions: "both", of two kernels; "x", "y" or "all", of one; "compass", of eight.
    """
    for name, taps in ACROSS.items():
        across = np.outer(taps, [-1.0, 0, 1])
        yield name, "both", [across, across.T]
        yield name, "x", [across]
        yield name, "y", [across.T]
    wide = np.outer([1, 4, 6, 4, 1], [-1.0, -2, 0, 2, 1])
    yield "sobel of 5 × 5", "both", [wide, wide.T]
    for row, column in ((1, 1), (0, 0), (0, 1), (1, 0)):
        yield "roberts", "both", _at(row, column, [[1, 0], [0, -1]], [[0, 1], [-1, 0]])
        yield "difference", "both", _at(row, column, [[-1, 1], [0, 0]], [[-1, 0], [1, 0]])
    yield "difference", "x", _at(1, 1, [[-1, 1], [0, 0]])
    yield "difference", "y", _at(1, 1, [[-1, 0], [1, 0]])
    for name, kernel in SINGLE.items():
        yield name, "all", [np.array(kernel, np.float64)]
    for name, (ring, middle) in RINGS.items():
        kernels = [_compass(ring, middle, turn) for turn in range(8)]
        yield name, "compass", kernels
        yield name, "half compass", kernels[::2]


def _at(row: int, column: int, *small: list[list[int]]) -> list[Floats]:
    """Kernels of 2 × 2 taps with their top left tap at a place of 3 × 3."""
    kernels = []
    for taps in small:
        kernel = np.zeros((3, 3))
        kernel[row : row + 2, column : column + 2] = taps
        kernels.append(kernel)
    return kernels


def _compass(ring: list[int], middle: int, turn: int) -> Floats:
    kernel = np.full((3, 3), float(middle))
    for place, tap in zip(TURN, np.roll(ring, turn), strict=True):
        kernel[place] = tap
    return kernel

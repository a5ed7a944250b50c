"""Kernels whose taps mirror each other have a quarter or an eighth of the unknowns.

Most wide kernels that people use are symmetric, and least squares shows it. A program for equal
taps alone takes a hundredth of the time, and tells them better.
"""

from collections.abc import Iterator
from itertools import product

import numpy as np

from handconv.arrays import Floats
from learned.recovery import thresholds
from learned.recovery.windows import Sums
from learned.window import Window


def symmetry(sums: Sums, window: Window) -> Floats | None:
    """(taps, unknowns) a basis of the most symmetric kernels that do as well as any, or None.

    As well as any: what they leave more in squares is hardly more than by chance, an F-test.
    """
    gram, moments = sums.at(window)
    explained = float(moments @ np.linalg.solve(gram, moments))
    noise = max(sums.variance(window), sums.floor)
    channels = len(sums.moments)
    for one in sorted(bases(window.shape), key=lambda basis: basis.shape[1]):
        if not one.size:
            continue
        basis = _kron(np.eye(channels), one)
        folded = basis.T @ moments
        less = explained - float(folded @ np.linalg.solve(basis.T @ gram @ basis, folded))
        fewer = basis.shape[0] - basis.shape[1]
        if less <= noise * (thresholds.ALIKE * fewer + thresholds.BY_CHANCE * np.sqrt(2 * fewer)):
            return basis
    return None


def symmetric(sums: Sums, window: Window) -> Floats:
    """(channels, M, N) of least squares, as symmetric as that shows it to be: less noise."""
    basis = symmetry(sums, window)
    if basis is None:
        return sums.kernel(window)
    gram, moments = sums.at(window)
    folded = np.linalg.solve(basis.T @ gram @ basis, basis.T @ moments)
    return (basis @ folded).reshape(-1, *window.shape)


def bases(shape: tuple[int, int]) -> Iterator[Floats]:
    """(taps, unknowns) of 0, 1 and -1, for kernels of each symmetry about their middle.

    Their columns may be told by half of them, or their rows, with the same or the opposite sign;
    square ones by half of a quarter; those that half a turn leaves alike, by half of all.

    >>> [basis.shape[1] for basis in bases((3, 3))]
    [4, 3, 2, 2, 1, 1, 6, 3, 6, 3, 5, 4]
    """
    rows, columns = shape
    for down, across in product((1, -1), repeat=2):
        quarter = _kron(_folded(rows, down), _folded(columns, across))
        yield quarter
        if rows == columns and down == across:
            yield quarter @ _either_way(_folded(rows, down).shape[1])
    for sign in (1, -1):
        yield _kron(_folded(rows, sign), np.eye(columns))
    for sign in (1, -1):
        yield _kron(np.eye(rows), _folded(columns, sign))
    for sign in (1, -1):
        yield _folded(rows * columns, sign)


def _kron(one: Floats, other: Floats) -> Floats:
    return np.kron(one, other).astype(np.float64, copy=False)


def _folded(length: int, sign: int) -> Floats:
    """(length, half): lines whose ends mirror each other, times ``sign``."""
    half = (length + (sign > 0)) // 2
    basis = np.eye(length, half)
    return np.maximum(basis, basis[::-1]) if sign > 0 else np.asarray(basis - basis[::-1])


def _either_way(side: int) -> Floats:
    """(side², fewer): squares that are their own transpose."""
    low, high = np.triu_indices(side)
    basis = np.zeros((side, side, len(low)))
    basis[low, high, range(len(low))] = basis[high, low, range(len(low))] = 1
    return basis.reshape(side * side, len(low))

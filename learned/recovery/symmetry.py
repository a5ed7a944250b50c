"""Kernels whose taps mirror each other have a quarter or an eighth of the unknowns.

Most wide kernels that people use are symmetric, and least squares shows it. A program for equal
taps alone takes a hundredth of the time, and tells them better.
"""

from collections.abc import Iterator
from itertools import product

import numpy as np
from scipy import sparse

from handconv.arrays import Floats
from learned.recovery import thresholds
from learned.recovery.windows import Sums
from learned.window import Window


def symmetry(sums: Sums, window: Window) -> sparse.csr_array | None:
    """(taps, unknowns) a basis of the most symmetric kernels that do as well as any, or None.

    Its columns are orthonormal. As well as any: what they leave more in squares is hardly more than
    by chance, an F-test.
    """
    gram, moments = sums.at(window)
    explained = float(moments @ np.linalg.solve(gram, moments))
    noise = max(sums.variance(window), sums.floor)
    channels = sparse.eye_array(len(sums.moments))
    for one in sorted(bases(window.shape), key=lambda basis: basis.shape[1]):
        if one.shape[1] == 0:
            continue
        basis = sparse.csr_array(sparse.kron(channels, one))
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
    return np.asarray(basis @ folded).reshape(-1, *window.shape)


def bases(shape: tuple[int, int]) -> Iterator[sparse.csr_array]:
    """(taps, unknowns) orthonormal columns, for kernels of each symmetry about their middle.

    Their columns may be told by half of them, or their rows, with the same or the opposite sign;
    square ones by half of a quarter; those that half a turn leaves alike, by half of all.

    >>> [basis.shape[1] for basis in bases((3, 3))]
    [4, 3, 2, 2, 1, 1, 6, 3, 6, 3, 5, 4]
    """
    rows, columns = shape
    for down, across in product((1, -1), repeat=2):
        quarter = sparse.kron(_folded(rows, down), _folded(columns, across))
        yield sparse.csr_array(quarter)
        if rows == columns and down == across:
            yield sparse.csr_array(quarter @ _either_way(_folded(rows, down).shape[1]))
    for sign in (1, -1):
        yield sparse.csr_array(sparse.kron(_folded(rows, sign), sparse.eye_array(columns)))
    for sign in (1, -1):
        yield sparse.csr_array(sparse.kron(sparse.eye_array(rows), _folded(columns, sign)))
    for sign in (1, -1):
        yield _folded(rows * columns, sign)


def _folded(length: int, sign: int) -> sparse.csr_array:
    """(length, half): lines whose ends mirror each other, times ``sign``."""
    half = (length + (sign > 0)) // 2
    place = np.arange(half)
    ends = np.append(np.ones(half), np.full(half, float(sign)))
    both = (np.append(place, length - 1 - place), np.tile(place, 2))
    return _of_length_one(sparse.csr_array((ends, both), shape=(length, half)))


def _either_way(side: int) -> sparse.csr_array:
    """(side², fewer): squares that are their own transpose."""
    low, high = np.triu_indices(side)
    count = np.arange(len(low))
    both = (np.append(low * side + high, high * side + low), np.tile(count, 2))
    return _of_length_one(
        sparse.csr_array((np.ones(2 * len(low)), both), shape=(side**2, len(low)))
    )


def _of_length_one(basis: sparse.csr_array) -> sparse.csr_array:
    """With columns of length one; none is zero."""
    lengths = np.sqrt(basis.power(2).sum(axis=0))
    return sparse.csr_array(basis @ sparse.diags_array(1 / lengths))

"""How rough the values of a lattice are: differences of differences along red, green and blue."""

import numpy as np
from scipy import sparse

from handconv.arrays import Integers, Mask


def bends(used: Mask) -> sparse.csr_array:
    """(bends, used points): a − 2 b + c of all three lattice points in a row that are used.

    Parameters
    ----------
    used : (size, size, size) which lattice points are unknowns

    >>> bends(np.ones((3, 1, 1), bool)).toarray().tolist()
    [[1.0, -2.0, 1.0]]
    """
    return _differences(used, (1.0, -2.0, 1.0))


def slopes(used: Mask) -> sparse.csr_array:
    """(slopes, used points): a − b of all two neighbours that are used."""
    return _differences(used, (1.0, -1.0))


def _differences(used: Mask, weights: tuple[float, ...]) -> sparse.csr_array:
    number = np.where(used, np.cumsum(used.ravel()).reshape(used.shape) - 1, -1)
    count = len(weights)
    rows = np.concatenate([_in_a_row(np.moveaxis(number, axis, 0), count) for axis in range(3)])
    starts = np.arange(0, rows.size + 1, count)
    shape = (len(rows), int(used.sum()))
    return sparse.csr_array((np.tile(weights, len(rows)), rows.ravel(), starts), shape=shape)


def _in_a_row(number: Integers, count: int) -> Integers:
    """(rows, count) numbers of neighbours along the first axis, all used."""
    ends = len(number) - count + 1
    rows = np.stack([number[i : ends + i] for i in range(count)], axis=-1).reshape(-1, count)
    return rows[(rows >= 0).all(axis=1)]

"""The lattice of a colour table: in which cell a colour lies, and the weights of its corners.

A table of size n has n × n × n lattice points, spread evenly from 0 to the top in red, green and
blue. A colour lies in a cell with eight of them at its corners. Trilinear interpolation weighs all
eight. Tetrahedral interpolation (FFmpeg's ``lut3d``, DaVinci Resolve) parts the cell along its grey
diagonal into six tetrahedra and weighs the four corners of the one that the colour lies in.
"""

from typing import Literal, NamedTuple

import numpy as np
from scipy import sparse

from handconv.arrays import Floats, Integers

Interpolation = Literal["tetrahedral", "trilinear"]
INTERPOLATIONS: tuple[Interpolation, ...] = ("tetrahedral", "trilinear")
CORNERS = 8
AT_ONCE = 1 << 19
"""Colours that are interpolated at a time: some 100 MB."""

OFFSETS = np.array([[corner >> 2, corner >> 1 & 1, corner & 1] for corner in range(CORNERS)])
"""(8, 3) steps in red, green, blue from the first corner of a cell to each of its corners."""


class Weights(NamedTuple):
    """Where colours lie in the lattice.

    Attributes
    ----------
    cells : (colours,) number of the first corner of the cell
    weights : (colours, 8) of the corners, each row adds up to 1
    """

    cells: Integers
    weights: Floats


def corners_of(cells: Integers, size: int) -> Integers:
    """(cells, 8) numbers of the lattice points at the corners of cells.

    The lattice points are numbered red slowest, blue fastest, as `numpy.ravel` does.

    >>> corners_of(np.array([0]), 3)[0].tolist()
    [0, 1, 3, 4, 9, 10, 12, 13]
    """
    return np.asarray(cells[:, None] + OFFSETS @ np.array([size * size, size, 1]))


def weigh(colours: Integers, top: int, size: int, interpolation: Interpolation) -> Weights:
    """Cells and weights of (colours, 3) whole numbers 0 … ``top``."""
    places = colours * ((size - 1) / top)
    first = np.minimum(places.astype(np.int64), size - 2)  # the top lies in the last cell
    along = np.asarray(places - first, np.float64)
    cells = first @ np.array([size * size, size, 1])
    weights = _tetrahedral(along) if interpolation == "tetrahedral" else _trilinear(along)
    return Weights(cells, weights)


def _trilinear(along: Floats) -> Floats:
    """(colours, 8) from how far (colours, 3) along the cell a colour lies, 0 … 1."""
    weights = np.ones((len(along), CORNERS))
    for channel in range(3):
        far = along[:, channel, None]
        weights *= np.where(OFFSETS[:, channel], far, 1 - far)
    return weights


def _tetrahedral(along: Floats) -> Floats:
    """From black corner to white corner by steps along the channels, the farthest one first.

    The four corners on that way are those of the tetrahedron. The step of a channel is worth how
    far the colour lies along it: each corner gets the difference to the next step.
    """
    order = np.argsort(-along, axis=1, kind="stable")
    steps = np.take_along_axis(along, order, axis=1)
    weights = np.zeros((len(along), CORNERS))
    rows = np.arange(len(along))
    corner = np.zeros(len(along), np.int64)
    weights[rows, corner] = 1 - steps[:, 0]
    for step in range(3):
        corner += np.array([4, 2, 1])[order[:, step]]
        after = steps[:, step + 1] if step < 2 else 0  # noqa: PLR2004
        weights[rows, corner] = steps[:, step] - after
    return weights


def matrix(weighed: Weights, size: int) -> sparse.csr_array:
    """(colours, lattice points): times the values of a table it gives the colours' values."""
    columns = corners_of(weighed.cells, size)
    used = weighed.weights != 0
    starts = np.concatenate([[0], np.cumsum(used.sum(axis=1))])
    shape = (len(columns), size**3)
    return sparse.csr_array((weighed.weights[used], columns[used], starts), shape=shape)


def interpolate(table: Floats, colours: Integers, top: int, interpolation: Interpolation) -> Floats:
    """(colours, values) of a table (size, size, size, values) at (colours, 3) whole numbers.

    >>> size = 2
    >>> identity = np.stack(np.meshgrid(*[[0.0, 1.0]] * 3, indexing="ij"), axis=-1)
    >>> interpolate(identity, np.array([[51, 102, 255]]), 255, "tetrahedral").round(9).tolist()
    [[0.2, 0.4, 1.0]]
    """
    size = len(table)
    flat = table.reshape(size**3, -1)
    parts = []
    for start in range(0, len(colours), AT_ONCE):
        weighed = weigh(colours[start : start + AT_ONCE], top, size, interpolation)
        parts.append(matrix(weighed, size) @ flat)
    return np.concatenate(parts) if parts else np.empty((0, flat.shape[1]))


def points(size: int) -> Floats:
    """(size³, 3) the colours of the lattice points, 0 … 1, red slowest."""
    ramp = np.linspace(0, 1, size)
    return np.stack(np.meshgrid(ramp, ramp, ramp, indexing="ij"), axis=-1).reshape(-1, 3)

"""What the pictures prove of every lattice point: an interval that all tables respect.

All tables, that is, of this size and interpolation whose values lie within 0 … 1 and that make
every after-pixel. The pixels of a cell bound its eight corners; a linear program for each corner
turns that into an interval, and cell after cell, intervals of neighbours narrow each other.
"""

import numpy as np

from handconv.arrays import Floats, Integers
from learned.recovery.looks.colours import CHANNELS, Colours
from learned.recovery.looks.lattice import Interpolation, corners_of, weigh
from learned.recovery.looks.proof_loops import tighten

ROUNDS = 2
"""Over all cells; more narrow the intervals hardly any further."""

MOST_IN_CELL = 400
"""Colours of a cell that are used, for speed; fewer bounds prove less, nothing wrong."""

SLACK = 1e-6
"""Levels that intervals are widened by, for rounding errors."""


def intervals(
    colours: Colours, size: int, interpolation: Interpolation, made: Floats
) -> tuple[Floats, Floats]:
    """Lowest and highest value of every lattice point, (size³, 3) each, from 0 to 1.

    ``made`` (colours, 3) are the values, 0 … 1, that a table which meets the bounds makes; they
    tell which of many colours in a cell bound it most tightly.
    """
    weighed = weigh(colours.before, colours.top, size, interpolation)
    lowest = np.zeros((size**3, CHANNELS))
    highest = np.full((size**3, CHANNELS), float(colours.after_top))
    for channel in range(CHANNELS):
        lower, upper = colours.bounds(channel)
        levels = made[:, channel] * colours.after_top
        slack = np.minimum(levels - lower, upper - levels)
        chosen = _tightest(weighed.cells, slack)
        cells, firsts = np.unique(weighed.cells[chosen], return_index=True)
        low, high = lowest[:, channel].copy(), highest[:, channel].copy()
        for _ in range(ROUNDS):
            tighten(
                np.append(firsts, len(chosen)),
                corners_of(cells, size),
                weighed.weights[chosen],
                lower[chosen],
                upper[chosen],
                low,
                high,
            )
        lowest[:, channel], highest[:, channel] = low - SLACK, high + SLACK
    top = colours.after_top
    return np.clip(lowest / top, 0, 1), np.clip(highest / top, 0, 1)


def _tightest(cells: Integers, slack: Floats) -> Integers:
    """Which colours, in the order of their cells: the `MOST_IN_CELL` of least slack of each."""
    order = np.lexsort((slack, cells))
    ordered = cells[order]
    firsts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    rank = np.arange(len(order)) - np.repeat(firsts, np.diff(np.append(firsts, len(order))))
    return np.asarray(order[rank < MOST_IN_CELL])

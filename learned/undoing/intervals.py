"""Which grey levels each pixel before can have had: an interval, proved.

Each equation leaves each of its unknowns what the others' intervals leave of its bounds; narrower
intervals narrow their neighbours', until nothing moves. An interval of a single whole number is a
pixel that is proved: no picture with another value there filters to the after picture.
"""

from typing import NamedTuple

import numpy as np

from handconv.arrays import Floats, Mask
from learned.undoing.equations import Equations
from learned.undoing.loops import share_copies, tighten

SWEEPS = 1000  # far more than intervals of 8 bits take; they are right after any number


class Intervals(NamedTuple):
    """The lowest and highest whole grey level of each unknown: (in-channels, rows, columns)."""

    lowest: Floats
    highest: Floats

    @property
    def proved(self) -> Mask:
        """Where one value is left."""
        same: Mask = self.lowest == self.highest
        return same

    @property
    def contradict(self) -> bool:
        """Whether some unknown has no value left: the filter did not make this picture."""
        return bool((self.lowest > self.highest).any())


def propagate(given: Equations, start: Intervals, sweeps: int = SWEEPS) -> Intervals:
    """Narrow the intervals by all equations, until nothing moves or one is empty."""
    lowest, highest = given.pad(start.lowest), given.pad(start.highest)
    terms = np.argwhere(given.taps)
    taps = given.taps[tuple(terms.T)]
    changed = np.zeros(len(given.rows), np.int64)
    done = np.zeros(given.shape[1], np.int64)
    core = slice(None), *given.core
    for now in range(1, sweeps + 1):
        if not tighten(
            lowest, highest, given.lower, given.upper, terms, taps, given.margin, changed, done, now
        ):
            break
        share_copies(lowest, highest, given.rows, given.columns, *given.corner, changed, now)
        if (lowest[core] > highest[core]).any():
            break
    return Intervals(lowest[core], highest[core])

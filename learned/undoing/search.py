"""Suppose a value of one pixel, and see whether the equations around it can still be met.

What leads to an equation that cannot be met is refuted, so intervals shrink beyond what
`propagate` proves. The same search then settles what is not proved: it supposes the most natural
value, and where that is refuted, the next.
"""

import numpy as np

from handconv.arrays import Floats
from learned.undoing.equations import Equations
from learned.undoing.intervals import Intervals
from learned.undoing.search_loops import Net, State, probe_all, settle

PATIENCE = (20, 60, 200)  # equations that a supposition is followed through, round by round
HALVINGS = (2, 3, 4)  # parts of an interval down to a quarter, eighth, sixteenth are supposed
EFFORT = 300  # multiplications for each unknown of a part of a picture, until no more is probed
FEW_TAPS, FEWEST = 25, 8  # taps from which on patience is less, but at least so many equations
TRAIL = 100_000  # narrowed intervals that one supposition may lead to
TRIES = 9  # values of an unknown that are tried


class Search:
    """The equations of a part of a picture, and what is known of its unknowns by now."""

    def __init__(self, given: Equations, known: Intervals) -> None:
        terms = np.argwhere(given.taps)
        first = np.searchsorted(terms[:, 0], np.arange(len(given.taps) + 1))
        count = given.lower.size
        self.net = Net(
            given.lower,
            given.upper,
            terms,
            given.taps[tuple(terms.T)],
            first,
            given.rows,
            given.columns,
            np.array(given.corner),
            given.outside,
            given.margin,
        )
        self.state = State(
            known.lowest.copy(),
            known.highest.copy(),
            np.zeros(count, np.int64),
            np.zeros(count, np.uint8),
            np.zeros((TRAIL, 3)),
            np.zeros(3, np.int64),
            np.zeros(1, np.int64),
        )

    @property
    def known(self) -> Intervals:
        return Intervals(self.state.lowest.copy(), self.state.highest.copy())

    def probe(self) -> None:
        """Narrow intervals by refuting their ends."""
        effort = EFFORT * self.state.lowest.size // max(1, len(self.net.taps))
        for patience, halvings in zip(PATIENCE, HALVINGS, strict=True):
            probe_all(self.net, self.state, self._afford(patience), halvings, effort)

    def settle(self, likely: Floats) -> None:
        """Give open unknowns the value nearest the likely one that holds, the surest first.

        Sure are those in narrow intervals, and those near a whole number.
        """
        width = self.state.highest - self.state.lowest
        doubt = width + 10 * np.abs(likely - np.rint(likely))
        still_open = np.flatnonzero(width > 0)
        order = still_open[np.argsort(doubt.flat[still_open])]
        settle(self.net, self.state, order, likely, self._afford(PATIENCE[-1]), TRIES)

    def _afford(self, patience: int) -> int:
        """Fewer equations where each has many taps."""
        return max(FEWEST, patience * FEW_TAPS // max(FEW_TAPS, len(self.net.taps)))

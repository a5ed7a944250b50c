"""The compiled loops of interval propagation, along padded rows that are contiguous in memory."""

import numpy as np

from handconv.arrays import Array, Floats
from handconv.engine.jit import compiled


@compiled
def tighten(
    lowest: Floats, highest: Floats, lower: Floats, upper: Floats,
    terms: Array, taps: Floats, margin: float, changed: Array, done: Array, now: int,
) -> int:  # fmt: skip
    """One sweep over all equations: narrow the interval of every unknown that one is about.

    Parameters
    ----------
    lowest, highest : (in-channels, padded rows, padded columns) whole grey levels, narrowed here
    lower, upper : (out-channels, rows, columns) bounds of the sums
    terms : (terms, 4) out-channel, in-channel, row and column of each tap, sorted by out-channel
    taps : (terms,) none of them zero
    changed : (padded rows,) when an interval in that row last changed
    done : (rows,) when the equations of that row were last gone through
    now : the number of this sweep

    Returns how many rows were gone through. What one equation says of one unknown: the others add
    up to at least their lowest sum, so at most the rest of the upper bound is left for it.
    """
    rows, width, reach = lower.shape[1], lower.shape[2], lowest.shape[1] - lower.shape[1] + 1
    above, below, visited = np.empty(width), np.empty(width), 0
    for y in range(rows):
        stale = False
        for i in range(reach):
            stale = stale or changed[y + i] >= done[y]
        if not stale:
            continue
        done[y] = now
        visited += 1
        first = 0
        while first < len(taps):
            out, last = terms[first, 0], first
            while last < len(taps) and terms[last, 0] == out:
                last += 1
            _room(lowest, highest, lower[out, y], upper[out, y], terms[first:last],
                  taps[first:last], y, above, below)  # fmt: skip
            for t in range(first, last):
                row, column = y + terms[t, 2], terms[t, 3]
                low = lowest[terms[t, 1], row][column : column + width]
                high = highest[terms[t, 1], row][column : column + width]
                up, down = (above, below) if taps[t] > 0 else (below, above)
                if _narrow(low, high, up, down, abs(taps[t]), margin):
                    changed[row] = now
            first = last
    return visited


@compiled
def _room(
    lowest: Floats, highest: Floats, lower: Floats, upper: Floats,
    terms: Array, taps: Floats, y: int, above: Floats, below: Floats,
) -> None:  # fmt: skip
    """How far the lowest sum is below the upper bound, and the highest above the lower bound."""
    width = len(above)
    for x in range(width):
        above[x], below[x] = upper[x], -lower[x]
    for t in range(len(taps)):
        row, column, tap = y + terms[t, 2], terms[t, 3], taps[t]
        low = lowest[terms[t, 1], row][column : column + width]
        high = highest[terms[t, 1], row][column : column + width]
        if tap > 0:
            for x in range(width):
                above[x] -= tap * low[x]
                below[x] += tap * high[x]
        else:
            for x in range(width):
                above[x] -= tap * high[x]
                below[x] += tap * low[x]


@compiled
def _narrow(
    low: Floats, high: Floats, up: Floats, down: Floats, size: float, margin: float
) -> bool:
    """Raise the low ends and lower the high ones to what is left; whether any moved."""
    moved = 0
    for x in range(len(low)):
        most = low[x] + np.floor((up[x] + margin) / size)
        least = high[x] - np.floor((down[x] + margin) / size)
        moved += (most < high[x]) + (least > low[x])
        high[x], low[x] = min(most, high[x]), max(least, low[x])
    return moved > 0


@compiled
def share_copies(
    lowest: Floats, highest: Floats, rows: Array, columns: Array, top: int, left: int,
    changed: Array, now: int,
) -> None:  # fmt: skip
    """Give each unknown and its copies beyond the border the narrowest interval of them all."""
    for turn in range(2):
        for y in range(len(rows)):
            own_row = rows[y] == y - top
            if rows[y] < 0:
                continue
            for x in range(len(columns)):
                if columns[x] < 0 or (own_row and columns[x] == x - left):
                    continue
                for c in range(len(lowest)):
                    _share(lowest[c], highest[c], y, x, top + rows[y], left + columns[x],
                           turn, changed, now)  # fmt: skip


@compiled
def _share(
    lowest: Floats, highest: Floats, y: int, x: int, row: int, column: int,
    turn: int, changed: Array, now: int,
) -> None:  # fmt: skip
    """In the first turn from the copy to the unknown, in the second back."""
    low, high = max(lowest[y, x], lowest[row, column]), min(highest[y, x], highest[row, column])
    to_y, to_x = (row, column) if turn == 0 else (y, x)
    if low > lowest[to_y, to_x] or high < highest[to_y, to_x]:
        lowest[to_y, to_x], highest[to_y, to_x] = low, high
        changed[to_y] = now

"""What a filter reproduces: its code is run, and equal stored values are counted."""

from collections.abc import Iterator, Sequence

import numpy as np

from handconv.arrays import Array
from learned.filter import Filter, equal
from learned.recovery import reading, thresholds
from learned.recovery.reading import Reading
from learned.window import Window


def share_reproduced(
    seen: Sequence[Reading], made: Filter, reach: Window | None, tolerance: float
) -> float:
    """Share of the after-pixels that are stored alike; with a reach, of those in its interior."""
    same = known = 0
    for ours, theirs in _beside(seen, made, reach):
        alike = equal(ours, theirs, tolerance)
        same, known = same + int(alike.sum()), known + alike.size
    return same / known if known else 0.0


def largest_difference(seen: Sequence[Reading], made: Filter, reach: Window | None) -> float:
    """The most that a stored value differs by; with a reach, of those in its interior."""
    pairs = _beside(seen, made, reach)
    return max(
        float(np.abs(ours - theirs.astype(np.float64)).max(initial=0)) for ours, theirs in pairs
    )


def _beside(
    seen: Sequence[Reading], made: Filter, reach: Window | None
) -> Iterator[tuple[Array, Array]]:
    """What the filter stores, and the after image.

    A band of rows at a time, so that large pictures need little memory.
    """
    for each in seen:
        rows, columns = each.inside
        if reach is not None:
            rows, columns = reading.common(each.inside, reach.interior(each.size))
        whole = made.apply(each.before) if made.rim else None
        step = max(1, thresholds.BAND_PIXELS // max(1, columns.stop - columns.start))
        for first in range(rows.start, rows.stop, step):
            region = slice(first, min(first + step, rows.stop)), columns
            if whole is None:
                ours = made.store(made.predict(each.before, region))
            else:
                ours = whole[:, *region]
            yield ours, each.after_at(region)

"""Which share of the pixels an explanation reproduces: each is made, and counted."""

from collections.abc import Sequence
from itertools import starmap

from handconv.arrays import Array
from handconv.engine.threads import in_threads
from learned.recovery import thresholds
from learned.recovery.explanations.explanation import Explanation
from learned.recovery.reading import Reading


def share_reproduced(seen: Sequence[Reading], explanation: Explanation) -> float:
    """Share of the after-pixels that it stores alike; 0 where it makes another shape."""
    same = sum(_alike(pair, explanation) for pair in seen)
    return same / sum(pair.after.size for pair in seen)


def share_unchanged(seen: Sequence[Reading]) -> float:
    """Share of the after-pixels that are as they were before."""
    same = sum(_same(pair, pair.before, slice(0, pair.size[0])) for pair in seen)
    return same / sum(pair.after.size for pair in seen)


def _alike(pair: Reading, explanation: Explanation) -> int:
    """How many after-pixels are made.

    Where it is known how far the function sees, a band of rows at a time: the floating-point
    numbers between take many times the memory of the pictures.
    """
    reach, rows = explanation.sees(), pair.size[0]
    if reach is None or pair.before.size <= thresholds.BAND_PIXELS:
        return _same(pair, explanation.apply(pair.before), slice(0, rows))

    def count(band: slice) -> int:
        top, bottom = max(0, band.start - reach), min(rows, band.stop + reach)
        made = explanation.apply(pair.before[:, top:bottom])
        return _same(pair, made[:, band.start - top : band.stop - top], band)

    channels, _, columns = pair.before.shape
    step = max(1, 4 * reach, thresholds.BAND_PIXELS // (channels * columns))
    bands = starmap(slice, ((first, min(first + step, rows)) for first in range(0, rows, step)))
    return sum(in_threads(count, list(bands)))


def _same(pair: Reading, made: Array, band: slice) -> int:
    """Equal pixels of a band of rows of the before picture, which ``made`` has the size of."""
    inside = all(part.start >= 0 for part in pair.inside)
    if not inside or (band == slice(0, pair.size[0]) and made.shape[1:] != pair.size):
        return int((made == pair.after).sum()) if made.shape == pair.after.shape else 0
    rows, columns = pair.inside
    first, last = max(band.start, rows.start), max(band.start, min(band.stop, rows.stop))
    after = pair.after_at((slice(first, max(first, last)), columns))
    ours = made[:, first - band.start : max(first, last) - band.start, columns]
    return int((ours == after).sum()) if ours.shape == after.shape else 0

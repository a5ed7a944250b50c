"""One channel of a colour space by a kernel or a median, the others as they were."""

from collections.abc import Iterator
from itertools import product

import numpy as np

from handconv.arrays import Array, Floats, Integers, Mask
from learned.pairs import Pair, bounds
from learned.recovery import thresholds
from learned.recovery.explanations.colour_changes import Change, change_channels
from learned.recovery.explanations.colour_spaces import SPACES, Space, to_space
from learned.recovery.explanations.colour_words import explanation_of
from learned.recovery.explanations.explanation import Explanation
from learned.recovery.fit_noisy import least_squares
from learned.recovery.reading import Reading
from learned.window import Window

BORDERS = ("edge", "reflect", "symmetric", "constant", "unfiltered")


def explain(seen: Reading) -> Iterator[Explanation]:
    """The space, and the filter of its brightness, that make most of the middle."""
    part = _small(seen)
    top = np.iinfo(part.after.dtype).max
    clipped = ((part.after == 0) | (part.after == top)).any(axis=0)  # tell no other channel
    if clipped.mean() > thresholds.COLOUR_CLIPPED:
        return
    best: tuple[Space, int, Change] | None = None
    most = 0.0
    for space in SPACES:
        bright = next(i for i, name in enumerate(space.channels) if name in "YVL")
        before, after = (to_space(each, space.there) for each in (part.before, part.after))
        others = [i for i in range(len(before)) if i != bright and not space.is_hue(i)]
        moved = np.abs(before[others].astype(np.int16) - after[others])[:, ~clipped]
        if (moved <= thresholds.COLOUR_NUDGES).mean() < thresholds.COLOUR_KEPT:
            continue
        for change in _changes(before[bright], after[bright], clipped):
            share = float(np.mean(_made(part.before, space, bright, change) == part.after))
            if share > most:
                best, most = (space, bright, change), share
    if best is None or most < thresholds.COLOUR_AROUND:
        return
    tried = [explanation_of(best[0], _all(best[0], *best[1:]), mode) for mode in BORDERS]
    yield max(tried, key=lambda each: float(np.mean(each.apply(seen.before) == seen.after)))


def _small(seen: Reading) -> Reading:
    """The middle, of a few hundred pixels a side."""
    sides = [min(thresholds.COLOUR_SIDE, length) for length in seen.size]
    rows, columns = (
        slice((n - side) // 2, (n + side) // 2) for n, side in zip(seen.size, sides, strict=True)
    )
    return seen.part((rows, columns))


def _changes(before: Array, after: Array, clipped: Mask) -> Iterator[Change]:
    """Filters of one channel (rows, columns) that may have been meant."""
    for name, side in product(("median", "minimum", "maximum"), (3, 5, 7)):
        yield [name, side]
    pair = Pair(before[None], *bounds(after, "nearest"), None).without(clipped)
    for side in (3, 5, 7):
        found = least_squares([pair], Window.centred(side, side), fixed=True)
        if found is None:
            return
        for kernel, denominator in _near_fractions(found.kernel[0]):
            yield ["kernel", kernel.tolist(), denominator]


def _near_fractions(kernel: Floats) -> Iterator[tuple[Integers, int]]:
    """Whole numerators (M, N) and denominators, near to the taps; the simplest few."""
    slack, found = thresholds.COLOUR_TAPS * float(np.abs(kernel).max()), 0
    for denominator in thresholds.COLOUR_DENOMINATORS:
        whole = np.rint(kernel * denominator)
        if np.abs(kernel * denominator - whole).max() <= slack * denominator and whole.any():
            yield whole.astype(np.int64), denominator
            found += 1
            if found == thresholds.COLOUR_FRACTIONS:
                return


def _all(space: Space, bright: int, change: Change) -> list[Change]:
    return [change if i == bright else ["unchanged"] for i in range(len(space.channels))]


def _made(planes: Array, space: Space, bright: int, change: Change) -> Array:
    return change_channels(planes, space.there, space.back, _all(space, bright, change))

"""Quick proofs that no kernel meets all bounds: none meets those of a small part."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np

from handconv.arrays import Floats
from learned.pairs import Pair
from learned.recovery import thresholds
from learned.recovery.windows import gather, halfway
from learned.window import Region, Window


def refuted(pairs: Sequence[Pair], window: Window, step: float) -> bool:
    """Whether no kernel in the window meets the bounds of all pairs.

    A kernel that meets bounds ``step`` grey levels wide is nowhere more than half a step off their
    middle. So where the kernel of least squares leaves more than that on average, none meets them.
    Tried on a small part, which takes a hundredth of the time of the whole picture. False does
    not say that there is one.
    """
    taps = len(pairs[0].before) * window.size
    side = int(np.ceil(np.sqrt(thresholds.REFUTING * taps)))
    sides = side + window.rows - 1, side + window.columns - 1
    if step == 0 or min(np.subtract(pairs[0].size, sides)) < 0:
        return False
    sums = gather(small_part(pairs, sides), window)
    spare = sums.count - taps - 1
    left = sums.variance(window) * spare
    return spare > taps and left > thresholds.REFUTED * step**2 * sums.count


def small_part(pairs: Sequence[Pair], sides: tuple[int, int]) -> list[Pair]:
    """The part of these sides, or less, in which the first after image varies most, of all pairs.

    What lies outside is unknown there, also where that of the whole pair is not.
    """
    rows, columns = (min(each) for each in zip(sides, pairs[0].size, strict=True))
    at = _liveliest(halfway(pairs[0].lower, pairs[0].upper), (rows, columns))
    return [
        replace(p, before=p.before[:, *at], lower=p.lower[at], upper=p.upper[at], border=None)
        for p in pairs
        if p.size == pairs[0].size
    ]


def _liveliest(middle: Floats, sides: tuple[int, int]) -> Region:
    """The region of these sides with the largest sum of squares of what is known."""
    known = np.isfinite(middle)
    level = np.where(known, middle, 0.0)
    steps = (
        range(0, length - side + 1, max(1, side // 2, length // thresholds.REFUTING_PLACES))
        for length, side in zip(middle.shape, sides, strict=True)
    )

    def spread(at: Region) -> float:
        count = max(1, int(known[at].sum()))
        mean = level[at].sum() / count
        return float(((level[at] - mean) ** 2 * known[at]).sum())

    regions = [(slice(y, y + sides[0]), slice(x, x + sides[1])) for y, x in product(*steps)]
    return max(regions, key=spread)

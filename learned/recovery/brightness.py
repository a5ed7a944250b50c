"""Colour pictures seen by their brightness: JPEG keeps it, and stores the colours more coarsely.

A kernel that filters red, green and blue alike filters any weighted sum of them alike too. So
where the colours were spoilt after filtering, the brightness still tells the taps.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from learned.pairs import Pair
from learned.recovery.evidence import Evidence
from learned.recovery.layout import channels, groups_of
from learned.recovery.search import gather
from learned.recovery.window import Window

WEIGHTS = np.array([0.299, 0.587, 0.114])  # of JPEG (ITU-T T.871) and of BT.601
CLEARLY = 0.75  # noise that is alike in all directions of colour has a share of 1

MIXED = 0.1  # of the sum of absolute taps


def by_brightness(seen: Sequence[Evidence], window: Window) -> list[Pair] | None:
    """A pair of brightnesses for each pair of colour pictures, where the colours were spoilt.

    Judged by what kernels in ``window`` leave: in the direction of the brightness, which is
    ``WEIGHTS`` of unit length, less than in a colour on average.
    """
    if any((len(each.before), len(each.after)) != (3, 3) for each in seen):
        return None
    if _mixes_colours(seen, window):
        return None
    bright = [_bright(each) for each in seen]
    coloured = [pair for each in seen for pair in channels(each, "pooled")]
    along = gather(bright, window).variance(window) / float(WEIGHTS @ WEIGHTS)
    return bright if along < CLEARLY * gather(coloured, window).variance(window) else None


def _mixes_colours(seen: Sequence[Evidence], window: Window) -> bool:
    """Whether areas of one colour come out in another one: a filter does that, JPEG does not."""
    rows, sizes = [], []
    for group in groups_of(seen, "mixed"):
        kernel, _ = gather(group, window).solution(window)
        rows.append(kernel.sum(axis=(1, 2)))
        sizes.append(float(np.abs(kernel).sum()))
    response = np.array(rows)  # (out-channels, in-channels), of an area of one colour
    mixed = response - np.eye(3) * response.diagonal().mean()
    return float(np.abs(mixed).max()) > MIXED * max(sizes)


def _bright(seen: Evidence) -> Pair:
    before = _weighted(seen.before)[None]
    lower, upper = (
        _weighted(np.stack([getattr(pair, side) for pair in seen.pairs]))
        for side in ("lower", "upper")
    )
    return Pair(before, lower, upper, None)


def _weighted(planes: NDArray[np.generic]) -> NDArray[np.float64]:
    """(3, rows, columns) to (rows, columns); infinite where one of them is."""
    total: NDArray[np.float64] = np.tensordot(WEIGHTS, planes.astype(np.float64), axes=1)
    return total

"""Parts of large pictures, and neighbourhoods of single pixels, where the pictures vary most.

There, filters differ most.
"""

from itertools import product

import cv2
import numpy as np

from handconv.arrays import Integers
from learned.recovery import thresholds
from learned.recovery.explanations.footprints import LARGEST
from learned.recovery.reading import Reading


def lively_part(seen: Reading) -> Reading:
    """Of large pictures of equal size the part in which the after image varies most; else all."""
    side = thresholds.LARGE_SIDE
    if max(seen.size) <= side:
        return seen
    sides = [min(side, length) for length in seen.size]
    starts = (
        range(0, length - part + 1, max(1, part // 2))
        for length, part in zip(seen.size, sides, strict=True)
    )
    regions = [(slice(y, y + sides[0]), slice(x, x + sides[1])) for y, x in product(*starts)]
    few = thresholds.SPARSE
    return seen.part(max(regions, key=lambda at: float(seen.after[:, *at][:, ::few, ::few].std())))


def lively_patches(seen: Reading) -> tuple[Integers, Integers] | None:
    """Neighbourhoods (pixels, 15²) of the before image where it varies most, and after-pixels.

    None where the images do not go together, or too few pixels do.
    """
    if seen.before.shape != seen.after.shape:
        return None
    reach = LARGEST // 2
    patches, levels = [], []
    for before, after in zip(seen.before, seen.after, strict=True):
        if min(before.shape) <= LARGEST:
            break
        inner = np.s_[reach:-reach, reach:-reach]
        spread = cv2.dilate(before, np.ones((3, 3))) - cv2.erode(before, np.ones((3, 3)))
        spread = spread[inner]
        some = spread.ravel()[:: 1 + spread.size // thresholds.LARGE_SIDE**2]
        lively = np.flatnonzero(spread >= np.median(some) + 1)
        count = min(thresholds.RANK_PIXELS // len(seen.before), len(lively))
        chosen = np.random.default_rng(0).choice(lively, count, replace=False)
        windows = np.lib.stride_tricks.sliding_window_view(before, (LARGEST, LARGEST))
        rows, columns = np.divmod(chosen, windows.shape[1])
        patches.append(windows[rows, columns].reshape(len(chosen), LARGEST**2).astype(np.int64))
        levels.append(after[inner][rows, columns].astype(np.int64))
    if sum(map(len, levels)) < thresholds.TELLING // 10:
        return None
    return np.concatenate(patches), np.concatenate(levels)

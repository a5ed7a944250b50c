"""Neighbourhoods of single pixels, where the before image varies: there, filters differ most."""

import cv2
import numpy as np

from handconv.arrays import Integers
from learned.recovery import thresholds
from learned.recovery.explanations.footprints import LARGEST
from learned.recovery.reading import Reading


def lively_patches(seen: Reading) -> tuple[Integers, Integers]:
    """Neighbourhoods (pixels, 15²) of the before image where it varies most, and after-pixels."""
    reach = LARGEST // 2
    patches, levels = [], []
    for before, after in zip(seen.before, seen.after, strict=True):
        if min(before.shape) <= LARGEST:
            break
        inner = np.s_[reach:-reach, reach:-reach]
        spread = cv2.dilate(before, np.ones((3, 3))) - cv2.erode(before, np.ones((3, 3)))
        lively = np.flatnonzero(spread[inner] >= np.median(spread[inner]) + 1)
        count = thresholds.RANK_PIXELS // len(seen.before)
        chosen = np.random.default_rng(0).permutation(lively)[:count]
        windows = np.lib.stride_tricks.sliding_window_view(before, (LARGEST, LARGEST))
        rows, columns = np.divmod(chosen, windows.shape[1])
        patches.append(windows[rows, columns].reshape(len(chosen), LARGEST**2).astype(np.int64))
        levels.append(after[inner][rows, columns].astype(np.int64))
    if not patches:
        return np.zeros((0, 1), np.int64), np.zeros(0, np.int64)
    return np.concatenate(patches), np.concatenate(levels)

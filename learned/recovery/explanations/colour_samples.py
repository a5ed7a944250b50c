"""Pixels of a pair, in no order, that colour changes are judged by."""

from typing import NamedTuple

import numpy as np

from handconv.arrays import Array, Mask
from learned.recovery import thresholds
from learned.recovery.reading import Reading


class Sample(NamedTuple):
    """Planes (channels, 1, pixels) of the same pixels before and after."""

    before: Array
    after: Array

    def share(self, made: Array) -> float:
        """Share of the after-pixels that are made."""
        return float(np.mean(made == self.after))

    @property
    def unclipped(self) -> Mask:
        """(pixels,) whether no channel is at an end of its range."""
        low, high = self.after[:, 0].min(axis=0), self.after[:, 0].max(axis=0)
        return np.asarray((low > 0) & (high < np.iinfo(self.after.dtype).max))

    @property
    def vivid(self) -> Mask:
        """(pixels,) whether the channels are far enough apart to tell a hue, before and after."""
        spreads = [np.ptp(each[:, 0], axis=0) for each in (self.before, self.after)]
        return np.asarray(np.minimum(*spreads) >= thresholds.COLOUR_VIVID)


def take_sample(seen: Reading) -> Sample:
    """Some pixels of the whole picture."""
    size = seen.before[0].size
    count = min(size, thresholds.COLOUR_PIXELS)
    places = np.random.default_rng(0).choice(size, count, replace=False)
    before, after = (
        each.reshape(len(each), 1, -1)[..., places] for each in (seen.before, seen.after)
    )
    return Sample(np.ascontiguousarray(before), np.ascontiguousarray(after))

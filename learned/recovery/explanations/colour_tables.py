"""Which table of each channel of a colour space makes most of the after picture."""

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

import numpy as np

from handconv.arrays import Array, Integers, Mask
from learned.recovery import thresholds
from learned.recovery.explanations.colour_samples import Sample
from learned.recovery.explanations.colour_spaces import SPACES, Space, from_space, to_space

LEVELS = 256


class Tables(NamedTuple):
    """A space, a table of each of its channels (3, 256), and the share of the sample it makes."""

    share: float
    space: Space
    tables: Integers


def make_by_tables(channels: Array, space: Space, tables: Integers) -> Array:
    """Red, green and blue of channels, each by its table."""
    looked_up = [table[channel] for table, channel in zip(tables, channels, strict=True)]
    return from_space(np.stack(looked_up).astype(np.uint8), space.back)


def rank_tables(sample: Sample) -> list[Tables]:
    """The spaces, best first; the tables of the best ones are refined."""
    found = sorted((_first_tables(sample, space) for space in SPACES), key=lambda e: -e.share)
    hopeful = [each for each in found if each.share >= thresholds.COLOUR_HOPE]
    refined = [_refined(sample, each) for each in hopeful[: thresholds.COLOUR_REFINED]]
    return sorted(refined, key=lambda each: -each.share)


def telling(sample: Sample, space: Space, channel: int) -> Mask:
    """(pixels,) whose channel the after picture tells but for rounding."""
    if not space.period:
        return sample.unclipped
    if space.channels[channel] in "HS":
        return sample.vivid
    return np.ones(sample.before[0].size, np.bool_)


def _first_tables(sample: Sample, space: Space) -> Tables:
    """Of each level the value that most telling pixels have afterwards, or no change, or a shift.

    The share is of pixels that are nearly made, as the tables are rough.
    """
    channels, afters = to_space(sample.before, space.there), to_space(sample.after, space.there)
    starts = []
    for i, (channel, after) in enumerate(zip(channels, afters, strict=True)):
        chosen = telling(sample, space, i)
        starts.append(list(_starts(channel[0, chosen], after[0, chosen], space, i)))
    tried = [np.stack(tables) for tables in product(*starts)]
    shares = [_nearly(make_by_tables(channels, space, tables), sample.after) for tables in tried]
    best = int(np.argmax(shares))
    return Tables(shares[best], space, tried[best])


def _nearly(made: Array, after: Array) -> float:
    off = np.abs(made.astype(np.int16) - after)
    return float(np.mean(off <= thresholds.COLOUR_NUDGES))


def _starts(before: Array, after: Array, space: Space, channel: int) -> Iterator[Integers]:
    """Tables (256,) of a channel, to start with."""
    levels = np.arange(LEVELS)
    yield levels
    yield _most_frequent(before, after)
    if space.is_hue(channel):
        by = (after.astype(np.int64) - before) % space.period
        most = int(np.bincount(by, minlength=1).argmax()) if len(by) else 0
        yield np.where(levels < space.period, (levels + most) % space.period, levels)


def _most_frequent(before: Array, after: Array) -> Integers:
    """(256,) table; levels that do not occur lie on a line between those that do."""
    counts = np.bincount(before.astype(np.int64) * LEVELS + after, minlength=LEVELS**2)
    counts = counts.reshape(LEVELS, LEVELS)
    known = np.flatnonzero(counts.any(axis=1))
    if len(known) == 0:
        return np.arange(LEVELS)
    likely = np.interp(np.arange(LEVELS), known, counts.argmax(axis=1)[known])
    return np.asarray(np.rint(likely).astype(np.int64))


def _refined(sample: Sample, found: Tables) -> Tables:
    """Each entry a few levels up or down, where that makes more of the pixels of its level."""
    _, space, tables = found
    channels = to_space(sample.before, space.there)
    share, tables = sample.share(make_by_tables(channels, space, tables)), tables.copy()
    found = Tables(share, space, tables.copy())
    for reach in (thresholds.COLOUR_NUDGES, 1):
        for i, channel in enumerate(channels):
            nudges = np.array(sorted(range(-reach, reach + 1), key=abs))
            votes = []
            for nudge in nudges:
                tried = tables.copy()
                tried[i] = _nudged(tables[i], int(nudge), space, i)
                same = (make_by_tables(channels, space, tried) == sample.after).sum(axis=0)[0]
                votes.append(np.bincount(channel[0], weights=same, minlength=LEVELS))
            best = nudges[np.argmax(votes, axis=0)]
            tables[i] = _nudged(tables[i], best, space, i)
    share = sample.share(make_by_tables(channels, space, tables))
    return max(found, Tables(share, space, tables), key=lambda each: each.share)


def _nudged(table: Integers, nudge: int | Integers, space: Space, channel: int) -> Integers:
    if space.is_hue(channel):
        return np.asarray((table + nudge) % space.period)
    return np.asarray(np.clip(table + nudge, 0, LEVELS - 1))

"""Curves: every after-pixel is a function of the before-pixel in its place."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from handconv.arrays import Array, Integers, Mask
from learned.recovery import thresholds
from learned.recovery.explanations import named_curves
from learned.recovery.explanations.explanation import Explanation
from learned.recovery.explanations.named_curves import Named
from learned.recovery.reading import Reading


@dataclass(frozen=True)
class Table:
    """What a pair says of a curve.

    Attributes
    ----------
    after : (levels,) of the after image that most pixels of each level of the before image have
    count : (levels,) number of pixels of each level
    share : of the pixels whose level others have too, those that these foretell
    """

    after: Integers
    count: Integers
    share: float

    @property
    def known(self) -> Mask:
        """Levels that the before image has."""
        return self.count > 0

    def filled(self, dtype: np.dtype[Any]) -> Array:
        """All levels: those that do not occur lie on a line between those that do."""
        known = np.flatnonzero(self.known)
        levels = np.interp(np.arange(len(self.after)), known, self.after[known])
        return np.rint(levels).astype(dtype)


def explain(seen: Reading) -> Iterator[Explanation]:
    """One curve for all channels, named if it has a name; else one for each channel."""
    before, after = seen.before, seen.after_at(seen.inside)
    if len(before) != len(after):
        return
    before = before[:, *seen.inside]
    table = read_table(before.ravel(), after.ravel())
    if table.share >= thresholds.CURVE:
        yield _one(table, seen)
    elif len(before) > 1:
        tables = [read_table(b.ravel(), a.ravel()) for b, a in zip(before, after, strict=True)]
        if min(each.share for each in tables) >= thresholds.CURVE:
            yield _many(tables, seen)


def look_up(planes: Array, tables: Array) -> Array:
    """Each level of each channel as its table says; one table does for all channels."""
    return np.stack([tables[i % len(tables)][plane] for i, plane in enumerate(planes)])


def read_table(before: Array, after: Array) -> Table:
    """What the pixels (pixels,), in the same order, say of a curve."""
    levels, tops = np.iinfo(before.dtype).max + 1, np.iinfo(after.dtype).max + 1
    if levels * tops <= thresholds.COUNTED:  # nothing to sort
        every = np.bincount(before.astype(np.uint32) * tops + after, minlength=levels * tops)
        seen = np.flatnonzero(every)
        times = every[seen]
    else:
        seen, times = np.unique(before.astype(np.int64) * tops + after, return_counts=True)
    level, value = np.divmod(seen, tops)
    count = np.bincount(level, weights=times, minlength=levels).astype(np.int64)
    order = np.lexsort((times, level))  # the most frequent value of each level last
    likely, most = np.zeros(levels, np.int64), np.zeros(levels, np.int64)
    likely[level[order]], most[level[order]] = value[order], times[order]
    telling = count > 1  # a level with a single pixel foretells nothing
    pixels = int(count[telling].sum())
    share = float(most[most > 1].sum() / pixels) if pixels >= thresholds.TELLING else 0.0
    return Table(likely, count, share)


def _one(table: Table, seen: Reading) -> Explanation:
    known, top = np.flatnonzero(table.known), np.iinfo(seen.before.dtype).max
    named = named_curves.steps(known, table.after[known])
    if seen.before.dtype == seen.after.dtype:
        named = named_curves.name(known, table.after[known], table.count, top)
    listed = _listed([table])
    if named is not None and named.make is not None:
        return Explanation(
            "curve", named.sentence, {**named.parameters, **listed}, named.make, named.settings, 0
        )
    named = named or Named("a curve of the grey levels", {"name": None})
    settings = {"tables": table.filled(seen.after.dtype)[None]}
    parameters = {**named.parameters, **listed}
    return Explanation("curve", named.sentence, parameters, look_up, settings, 0)


def _many(tables: list[Table], seen: Reading) -> Explanation:
    settings = {"tables": np.stack([table.filled(seen.after.dtype) for table in tables])}
    parameters = {"name": None, **_listed(tables)}
    return Explanation("curve", "a curve for each channel", parameters, look_up, settings, 0)


def _listed(tables: list[Table]) -> dict[str, Any]:
    """Entries of the tables of 8 bits; None where the level is not in the before image."""
    if len(tables[0].after) > thresholds.LISTED:
        return {}
    return {
        "table": [
            [after if known else None for after, known in zip(*each, strict=True)]
            for each in ((t.after.tolist(), t.known.tolist()) for t in tables)
        ]
    }

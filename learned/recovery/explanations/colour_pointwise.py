"""Each channel of a colour space by a curve: found as tables, then named."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from handconv.arrays import Array, Integers
from learned.recovery import thresholds
from learned.recovery.explanations.colour_changes import Change, table_of
from learned.recovery.explanations.colour_names import equalised_table, simple_changes
from learned.recovery.explanations.colour_samples import Sample
from learned.recovery.explanations.colour_spaces import Space, to_space
from learned.recovery.explanations.colour_tables import Tables, make_by_tables, rank_tables
from learned.recovery.explanations.colour_words import explanation_of
from learned.recovery.explanations.explanation import Explanation
from learned.recovery.reading import Reading


def explain(seen: Reading, sample: Sample) -> Iterator[Explanation]:
    """The space whose tables make most pixels, its channels named where they have a name."""
    if len(sample.after) != len(sample.before):
        return
    best: tuple[float, Space, list[Change]] | None = None
    for found in rank_tables(sample)[: thresholds.COLOUR_NAMED]:
        share, changes = _named(seen, sample, found)
        if best is None or share > best[0]:
            best = share, found.space, changes
        if share == 1:
            break
    if best is not None and best[0] >= thresholds.COLOUR_LEAST:
        yield explanation_of(*best[1:])


class _Trial(NamedTuple):
    """A change and the table that it is on this picture."""

    change: Change
    table: Integers


def _named(seen: Reading, sample: Sample, found: Tables) -> tuple[float, list[Change]]:
    """What each channel's table stands for, the first that makes about as much; and how much."""
    channels, tables = to_space(sample.before, found.space.there), found.tables.copy()
    named: list[Change] = [["table", each.tolist()] for each in tables]
    for i in (*range(len(tables)), *range(len(tables))):  # the others are known by then
        trials = list(_trials(seen, channels, found.space, tables, i))
        shares = []
        for trial in trials:
            tried = tables.copy()
            tried[i] = trial.table
            shares.append(sample.share(make_by_tables(channels, found.space, tried)))
        best = max(shares)
        now = sample.share(make_by_tables(channels, found.space, tables))
        if best >= now - thresholds.COLOUR_ALIKE:
            first = next(n for n, share in enumerate(shares) if share >= max(best - 1e-9, 0))
            named[i], tables[i] = trials[first]
    return sample.share(make_by_tables(channels, found.space, tables)), named


def _trials(
    seen: Reading, channels: Array, space: Space, tables: Integers, i: int
) -> Iterator[_Trial]:
    yield _Trial(["unchanged"], np.arange(256))
    counts = np.bincount(channels[i, 0], minlength=256)
    for change in simple_changes(tables[i], counts, space.period if space.is_hue(i) else 0):
        yield _Trial(change, table_of(*change).astype(np.int64))
    if not space.is_hue(i):
        whole = to_space(seen.before, space.there)[i]
        yield _Trial(["equalised"], equalised_table(whole))

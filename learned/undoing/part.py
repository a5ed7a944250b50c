"""One part of a picture: prove what can be, find the most natural rest, make it whole numbers."""

from typing import NamedTuple

import numpy as np

from handconv.arrays import Array, Floats
from learned.filter import Filter
from learned.undoing.equations import Equations, equations
from learned.undoing.intervals import Intervals, propagate
from learned.undoing.natural import Levels, guess, sharpest
from learned.undoing.search import Search
from learned.window import Region

GUESSED, PROBABLE, PROVED = 0, 1, 2
"""How sure a pixel is. Probable: with its neighbours as they were found, no other value fits."""
REACH = 16  # pixels around a part that are worked on with it, besides those under the taps


class Part(NamedTuple):
    """A part of the picture before, as found."""

    picture: Array  # (in-channels, rows, columns) of the after picture's dtype
    sure: Array  # the same shape, uint8: `GUESSED`, `PROBABLE` or `PROVED`


def is_dominant(made_by: Filter) -> bool:
    """Whether one tap outweighs all others together, in every channel: intervals then shrink."""
    kernel = made_by.kernel
    size = np.abs(kernel).reshape(len(kernel) if kernel.ndim == len("oimn") else 1, -1)
    return bool((2 * size.max(axis=1) > size.sum(axis=1)).all())


def undo_part(
    after: Array, made_by: Filter, core: Region, levels: Levels, error: float
) -> Part | None:
    """The pixels before in ``core``, of a filter whose kernel has four axes.

    ``after`` is the whole picture, (out-channels, rows, columns). Returns None where it has pixels
    that the filter cannot have made. ``error`` is as for `equations`.
    """
    around = _around(core, made_by, after.shape[1:])
    given = equations(after, made_by, around, error)
    known = _unfiltered(after, made_by, around, _all_levels(given, levels))
    whole = after.dtype.kind == "u"
    if whole and is_dominant(made_by) and not levels.noise:
        known = propagate(given, known)
        if known.contradict:
            return None
        picture, sure = _searched(given, known, levels)
    else:
        start = (
            after[:, *around]
            if given.shape[0] == len(after)
            else (known.lowest + known.highest) / 2
        )
        picture = sharpest(given, known, levels, start)
        sure = np.where(known.proved, PROVED, GUESSED).astype(np.uint8)
    stored = (np.rint(picture) if whole else picture).astype(after.dtype)
    rows, columns = (
        slice(part.start - wide.start, part.stop - wide.start)
        for part, wide in zip(core, around, strict=True)
    )
    return Part(stored[:, rows, columns], sure[:, rows, columns])


def _searched(given: Equations, known: Intervals, levels: Levels) -> tuple[Floats, Array]:
    """Whole numbers, and how sure they are."""
    search = Search(given, known)
    search.probe()
    proved = search.known.proved
    if not proved.all():
        likely = guess(given, search.known, levels)
        search.settle(likely)
        found = search.known
        picture = np.clip(np.rint(likely), found.lowest, found.highest)
    else:
        picture = search.known.lowest
    sure = np.where(alone(given, picture), np.uint8(PROBABLE), np.uint8(GUESSED))
    sure[proved] = PROVED
    return picture, sure


def alone(given: Equations, picture: Floats) -> Array:
    """Where no other whole number fits, with all other unknowns as in the picture, and this does.

    Returns (in-channels, rows, columns) bool.
    """
    sums = given.sums(picture)
    rows, columns = given.shape[1:]
    room = np.full((2, given.shape[0], len(given.rows), len(given.columns)), np.inf)
    for out, source, row, column in np.argwhere(given.taps):
        tap = given.taps[out, source, row, column]
        above = (given.upper[out] - sums[out] + given.margin) / abs(tap)
        below = (sums[out] - given.lower[out] + given.margin) / abs(tap)
        place = source, slice(row, row + rows), slice(column, column + columns)
        if tap < 0:
            above, below = below, above
        np.minimum(room[0][place], above, out=room[0][place])
        np.minimum(room[1][place], below, out=room[1][place])
    inside = room[:, :, *given.core]
    return np.asarray(((inside >= 0) & (inside < 1)).all(axis=0))


def _all_levels(given: Equations, levels: Levels) -> Intervals:
    lowest = 0.0 if levels.unit == 1 else -levels.top
    return Intervals(np.full(given.shape, lowest), np.full(given.shape, levels.top))


def _unfiltered(after: Array, made_by: Filter, around: Region, known: Intervals) -> Intervals:
    """Pixels of a rim that the program left as it was are known."""
    rim = made_by.rim
    if rim is None or rim.kind != "unfiltered" or known.lowest.shape[0] != len(after):
        return known
    outside = np.full(after.shape[1:], True)
    outside[rim.inner(after.shape[1:])] = False
    there: Array = outside[around]
    level = after[:, *around]
    return Intervals(np.where(there, level, known.lowest), np.where(there, level, known.highest))


def _around(core: Region, made_by: Filter, shape: tuple[int, ...]) -> Region:
    above, below, left, right = (2 * side + REACH for side in made_by.window.overhang)
    (rows, columns), (height, width) = core, shape
    return (
        slice(max(0, rows.start - above), min(height, rows.stop + below)),
        slice(max(0, columns.start - left), min(width, columns.stop + right)),
    )

"""The table of one size and interpolation that makes most of the after-colours."""

from collections.abc import Callable

import numpy as np

from handconv.arrays import Floats, Integers, Mask
from handconv.engine.threads import in_threads
from learned.recovery.looks import extend
from learned.recovery.looks.colours import CHANNELS, Colours
from learned.recovery.looks.feasible import Problem, least_squares, meet_bounds
from learned.recovery.looks.fix_misses import fix_misses
from learned.recovery.looks.lattice import Interpolation, interpolate, matrix, weigh
from learned.recovery.looks.smoothness import bends

AT_FIRST = 40_000
"""Colours drawn at random that a table is fitted to at first."""
TIGHTEST = 200_000
"""Besides, those whose after-values least squares miss most: their bounds are the hard ones."""
ADDED = 40_000
"""Colours that the table misses are added, so many at a time at most."""
ROUNDS = 6
"""Of adding them, at most; 1 to 3 are usual."""
FIRM = 0.5
"""Sum of the squares of the weights with which colours bind a lattice point: of less, such as a
few colours far from it, least squares tell little, and a smooth continuation tells more."""
HOPELESS = 0.05
"""Share of colours that are missed: more, and no table of this kind makes them, with or without."""


def rough_table(colours: Colours, size: int, interpolation: Interpolation) -> Floats:
    """(size³, 3), 0 … 1: least squares, which tell the interpolations apart quickly."""
    part = colours.part(_some(len(colours.before)))
    problems, used = _problems(part, size, interpolation)
    table = np.zeros((size**3, CHANNELS))
    for channel, problem in enumerate(problems):
        table[used, channel] = least_squares(problem) / colours.after_top
    return table


def fit_table(
    colours: Colours,
    size: int,
    interpolation: Interpolation,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Floats, Mask]:
    """(size, size, size, 3) values 0 … 1, and which lattice points (size, size, size) are seen.

    A point is seen where a colour of the pictures lies in a cell, or tetrahedron, around it.
    """
    problems, used = _problems(colours, size, interpolation)
    near = np.zeros((size**3, CHANNELS))
    firm = np.zeros(size**3, np.bool_)
    firm[used] = problems[0].firmness() >= FIRM
    progress(f"least squares, {interpolation}")
    for channel, problem in enumerate(problems):
        near[used, channel] = least_squares(problem)
    table = extend.from_firm(near / colours.after_top, firm, size) * colours.after_top
    progress(f"bounds of red, green and blue, {interpolation}")

    def solve(channel: int) -> Floats:
        return _solve(problems[channel], table[used, channel], near[used, channel])

    for channel, values in enumerate(in_threads(solve, range(CHANNELS))):
        table[used, channel] = values
    table = (table / colours.after_top).reshape(size, size, size, CHANNELS)
    return table, used.reshape(size, size, size)


def share_made(colours: Colours, table: Floats, interpolation: Interpolation) -> float:
    """Share of all pixels that a (size, size, size, 3) table makes, in all channels."""
    values = interpolate(table, colours.before, colours.top, interpolation)
    return colours.made(stored(values, colours.after_top))


def off_by(colours: Colours, table: Floats, interpolation: Interpolation) -> int:
    """Levels by which what a table makes of the colours differs from what they became, at most."""
    values = interpolate(table, colours.before, colours.top, interpolation)
    return colours.off(stored(values, colours.after_top))


def stored(values: Floats, top: int) -> Integers:
    """Values from 0 to 1 as whole numbers 0 … ``top``, rounded and clipped.

    >>> stored(np.array([0.1, 0.5, 1.2]), 255).tolist()
    [26, 128, 255]
    """
    return np.asarray(np.clip(np.rint(values * top), 0, top), np.int64)


def _some(count: int) -> Integers:
    """Places of colours, in their order: all if they are few, else some drawn at random."""
    if count <= AT_FIRST:
        return np.arange(count)
    return np.sort(np.random.default_rng(0).choice(count, AT_FIRST, replace=False))


def _problems(
    colours: Colours, size: int, interpolation: Interpolation
) -> tuple[list[Problem], Mask]:
    """For each channel what is asked of the lattice points around the colours; which these are."""
    rows = matrix(weigh(colours.before, colours.top, size, interpolation), size)
    used = np.zeros(size**3, np.bool_)
    used[rows.indices] = True
    smooth = bends(used.reshape(size, size, size))
    rows = rows[:, used].tocsr()

    top = float(colours.after_top)
    bounds = [colours.bounds(channel) for channel in range(CHANNELS)]
    return [Problem(rows, lower, upper, top, smooth) for lower, upper in bounds], used


def _solve(whole: Problem, start: Floats, near: Floats) -> Floats:
    """Values (unknowns,) that meet the bounds of all colours if any do.

    They are as near to ``start`` as the bounds allow; ``near`` is what least squares gave.
    """
    count = len(whole.lower)
    tightest = np.argsort(-whole.off_middle(near))[:TIGHTEST]
    chosen = np.union1d(_some(count), tightest)
    values = meet_bounds(whole.part(chosen), start)
    for rounds in range(ROUNDS):
        out = ~whole.met(values)
        if rounds and out[chosen].any():
            break  # no table meets all of these, and this one most
        out[chosen] = False
        missed = np.flatnonzero(out)
        if not len(missed) or len(missed) > HOPELESS * count:
            break
        fixed = fix_misses(whole, values)
        also = np.flatnonzero(~whole.met(fixed))
        if not len(also):
            return fixed
        missed = np.setdiff1d(np.union1d(missed, also), chosen)
        if len(missed) > ADDED:
            missed = np.random.default_rng(0).choice(missed, ADDED, replace=False)
        chosen = np.union1d(chosen, missed)
        values = meet_bounds(whole.part(chosen), start)
    return values

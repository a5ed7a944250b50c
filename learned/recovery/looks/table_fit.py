"""The table of one size and interpolation that makes most of the after-colours."""

from collections.abc import Callable

import numpy as np

from handconv.arrays import Floats, Integers, Mask
from learned.recovery.looks import extend
from learned.recovery.looks.colours import CHANNELS, Colours
from learned.recovery.looks.feasible import Problem, least_squares, meet_bounds
from learned.recovery.looks.lattice import Interpolation, interpolate, matrix, weigh
from learned.recovery.looks.smoothness import bends

AT_FIRST = 120_000
"""Colours that a table is fitted to at first; of large pictures, others that it misses follow."""
ADDED = 60_000
"""How many of them at a time, at most."""
ROUNDS = 6
"""Of adding them, at most; 1 to 3 are usual."""
FIRM = 0.5
"""Sum of the squares of the weights with which colours bind a lattice point: of less, such as a
few colours far from it, least squares tell little, and a smooth continuation tells more."""
HOPELESS = 0.05
"""Share of colours that are missed: more, and no table of this kind makes them, with or without."""


def rough_table(colours: Colours, size: int, interpolation: Interpolation) -> Floats:
    """(size³, 3), 0 … 1: least squares, which tell the interpolations apart quickly."""
    part = _some(len(colours.before))
    problems, used = _problems(colours, part, size, interpolation)
    table = np.zeros((size**3, CHANNELS))
    for channel, problem in enumerate(problems):
        table[used, channel] = least_squares(problem(part)) / colours.after_top
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
    everything = np.arange(len(colours.before))
    problems, used = _problems(colours, everything, size, interpolation)
    seen = used.reshape(size, size, size)
    table = np.zeros((size**3, CHANNELS))
    firm = np.zeros(size**3, np.bool_)
    progress(f"least squares, {interpolation}")
    for channel, problem in enumerate(problems):
        some = problem(_some(len(everything)))
        table[used, channel] = least_squares(some)
        firm[used] = some.firmness() >= FIRM
    expected = extend.from_firm(table / colours.after_top, firm, size) * colours.after_top
    for channel, problem in enumerate(problems):
        progress(f"bounds of {('red', 'green', 'blue')[channel]}, {interpolation}")
        expected[used, channel] = _solve(problem, len(everything), expected[used, channel])
    return (expected / colours.after_top).reshape(size, size, size, CHANNELS), seen


def share_made(colours: Colours, table: Floats, interpolation: Interpolation) -> float:
    """Share of all pixels that a (size, size, size, 3) table makes, in all channels."""
    values = interpolate(table, colours.before, colours.top, interpolation)
    return colours.made(stored(values, colours.after_top))


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
    colours: Colours, part: Integers, size: int, interpolation: Interpolation
) -> tuple[list[Callable[[Integers], Problem]], Mask]:
    """For each channel what makes the problem of chosen colours; the lattice points (size³,)
    around the colours of ``part``, which are the unknowns."""
    rows = matrix(weigh(colours.before, colours.top, size, interpolation), size)
    used = np.zeros(size**3, np.bool_)
    used[(rows if len(part) == len(colours.before) else rows[part]).indices] = True
    smooth = bends(used.reshape(size, size, size))
    rows = rows[:, used].tocsr()

    def of(channel: int) -> Callable[[Integers], Problem]:
        lower, upper = colours.bounds(channel)
        top = float(colours.after_top)
        return lambda chosen: Problem(rows[chosen], lower[chosen], upper[chosen], top, smooth)

    return [of(channel) for channel in range(CHANNELS)], used


def _solve(problem: Callable[[Integers], Problem], count: int, start: Floats) -> Floats:
    """Values (unknowns,) that meet the bounds of all ``count`` colours if any do."""
    chosen = _some(count)
    everything = problem(np.arange(count))
    values = meet_bounds(problem(chosen), start)
    for _ in range(ROUNDS):
        missed = np.setdiff1d(np.flatnonzero(~everything.met(values)), chosen)
        if not len(missed) or len(missed) > HOPELESS * count:
            break
        if len(missed) > ADDED:
            missed = np.random.default_rng(0).choice(missed, ADDED, replace=False)
        chosen = np.sort(np.concatenate([chosen, missed]))
        values = meet_bounds(problem(chosen), start)
    return values

"""A few bounds that are missed by little, met without solving for all again."""

import numpy as np

from handconv.arrays import Floats
from learned.recovery.looks.feasible import INSIDE, Problem

ROUNDS, SWEEPS = 12, 100
"""In each round it is looked anew which bounds are near; 1 to 4 are usual."""
BEYOND = 1.5
"""Of the way that missed bounds ask for: somewhat more, so that they are met with room."""
NEAR = 0.06
"""Levels: bounds that are met with more room are not looked at again in a round."""


def fix_misses(problem: Problem, values: Floats) -> Floats:
    """Values (unknowns,) moved until they meet all bounds; or as far as that goes.

    Each unknown goes the mean way that the missed bounds around it ask for, again and again.
    """
    for _ in range(ROUNDS):
        made = problem.rows @ values
        room = np.minimum(made - problem.lower, problem.upper - made)
        if room.min() > 0:
            break
        values = _sweep(problem.part(np.flatnonzero(room < NEAR)), values)
    return values


def _sweep(near: Problem, values: Floats) -> Floats:
    norms = np.asarray(near.rows.power(2).sum(axis=1))
    lower, upper = near.lower + INSIDE, near.upper - INSIDE
    for _ in range(SWEEPS):
        made = near.rows @ values
        off = made - np.clip(made, lower, upper)
        missed = np.flatnonzero(off)
        if not len(missed):
            break
        part = near.rows[missed]
        votes = np.bincount(part.indices, minlength=len(values))
        way = part.T @ (off[missed] / norms[missed]) / np.maximum(votes, 1)
        values = np.clip(values - BEYOND * way, 0, near.highest)
    return values

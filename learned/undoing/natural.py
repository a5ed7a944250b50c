"""The most natural picture among those that meet the bounds, by weighted least squares.

An unknown lies somewhere in its interval, a sum somewhere between its bounds, a pixel is like its
neighbours: each is taken for a normal distribution of the same mean and variance. The most likely
picture then is one linear system. It is not one of the extreme pictures that just meet the bounds,
as the smoothest would be, but lies in their middle.
"""

from typing import NamedTuple

import numpy as np

from handconv.arrays import Array, Floats
from learned.undoing.equations import Equations
from learned.undoing.intervals import Intervals

STEP = 60.0
"""Grey levels of 255 by which neighbours typically differ where a filter's result was clipped."""
OVERSHOOT, OVERSHOOT_VARIES = 45.0, 27.0
"""Grey levels of 255 by which a clipped sum typically went beyond the range, and by how much that
differs: found on photos other than those that the documentation shows."""
EDGES = 2  # times that steps are weighed anew, as there are few and large ones
EDGE, SMALLEST_EDGE = 0.02, 5.0  # as VARIATION and SMALLEST_STEP, where there are proved pixels
VARIATION = 0.05
"""What one grey level of 255 of a step costs, as minus a log of its likelihood."""
SMALLEST_STEP = 1.0  # grey levels of 255 below which steps no longer count as such
REWEIGHTED = 6  # times that the cost of steps is made anew
ROUNDS = 150  # of conjugate gradients
TOLERANCE = 1e-4  # of the residual, as a share of the first


class Terms(NamedTuple):
    """Weights and middles of the squares that are added up."""

    middle: Array  # (in-channels, rows, columns) of the unknowns
    weight: Array
    target: Array  # (out-channels, rows, columns) of the sums
    weight_of_sum: Array
    weight_of_step: Array  # (in-channels, rows, columns): each pixel to the next across and down


class Levels(NamedTuple):
    """What grey levels are in a picture."""

    top: float  # the largest
    unit: float  # how far two stored alike may lie apart: 1 for whole numbers
    noise: float  # standard deviation of what was added to the filter's result


def guess(given: Equations, known: Intervals, levels: Levels) -> Floats:
    """Grey levels (in-channels, rows, columns) of unknowns near to proved ones."""
    terms = _terms(given, known, levels)
    scale = levels.top / 255
    steps = np.full_like(terms.weight, (STEP * scale) ** -2)
    free = (known.lowest < known.highest).astype(np.float32)
    found, rounds = terms.middle, ROUNDS
    for _ in range(1 + EDGES):
        found = _solve(given, terms._replace(weight_of_step=steps), found, free, rounds)
        found = np.clip(found, known.lowest, known.highest).astype(np.float32)
        steps = np.float32(EDGE / scale) / np.hypot(_slope(found), SMALLEST_EDGE * scale)
        rounds = ROUNDS // (1 + EDGES)
    return found.astype(np.float64)


def sharpest(given: Equations, known: Intervals, levels: Levels, start: Array) -> Floats:
    """Grey levels (in-channels, rows, columns) where next to nothing is proved.

    The picture of least total variation, that is of few and sharp edges, that makes the sums but
    for rounding and noise. ``start`` is a picture to begin with. Total variation is a square whose
    weight is made anew from the last answer: Chan and Mulet, *SIAM J. Numer. Anal.* 36, 1999.
    """
    terms = _terms(given, known, levels)
    free = (known.lowest < known.highest).astype(np.float32)
    found, scale = start.astype(np.float32), levels.top / 255
    for _ in range(REWEIGHTED):
        cost = np.float32(VARIATION / scale) / np.hypot(_slope(found), SMALLEST_STEP * scale)
        found = _solve(
            given, terms._replace(weight_of_step=cost), found, free, ROUNDS // REWEIGHTED
        )
        found = np.clip(found, known.lowest, known.highest).astype(np.float32)
    return found.astype(np.float64)


def _terms(given: Equations, known: Intervals, levels: Levels) -> Terms:
    middle, width = (known.lowest + known.highest) / 2, known.highest - known.lowest
    rising = given._replace(taps=given.taps.clip(min=0))
    falling = given._replace(taps=given.taps.clip(max=0))
    least = rising.sums(known.lowest) + falling.sums(known.highest)
    most = rising.sums(known.highest) + falling.sums(known.lowest)
    above, below = np.isinf(given.upper), np.isinf(given.lower)
    clipped, told = above ^ below, ~(above & below)
    low = np.where(told, np.maximum(least, given.lower), 0.0)
    high = np.where(told, np.minimum(most, given.upper), 0.0)
    grey_level = levels.top / 255 * given.denominator
    typical = OVERSHOOT * grey_level
    beyond = np.where(above, given.lower + typical, given.upper - typical)
    middle_of_sum = np.where(clipped, beyond, (low + high) / 2)
    variance = (np.maximum(high - low, 0) + levels.unit) ** 2 / 12
    variance = np.where(clipped, (OVERSHOOT_VARIES * grey_level) ** 2, variance)
    variance += (levels.noise * given.denominator) ** 2
    return Terms(
        middle.astype(np.float32),
        (12 / (width + levels.unit) ** 2).astype(np.float32),
        np.where(told, middle_of_sum, 0.0),
        np.where(told, 1 / variance, 0).astype(np.float32),
        np.zeros(0, np.float32),
    )


def _solve(given: Equations, terms: Terms, start: Array, free: Array, rounds: int) -> Array:
    """The picture of least squares, by conjugate gradients scaled by the diagonal.

    Only the ``free`` unknowns move away from the start.
    """
    linear = given._replace(outside=0.0)

    def slope(change: Array) -> Array:
        """Half the derivative of the sum of squares, less that at no change."""
        bent = linear.spread_back(terms.weight_of_sum * linear.sums(change))
        bent += terms.weight * change
        bent += _curvature(change, terms.weight_of_step)
        return free * bent

    off = (terms.target - given.sums(start.astype(np.float64))).astype(np.float32)
    right = linear.spread_back(terms.weight_of_sum * off)
    right += terms.weight * (terms.middle - start)
    right = free * (right - _curvature(start, terms.weight_of_step))
    squared = linear._replace(taps=given.taps**2)
    diagonal = squared.spread_back(terms.weight_of_sum) + terms.weight + 4 * terms.weight_of_step
    scale, found = free / diagonal, start.copy()
    towards = scale * right
    direction, much = towards.copy(), float(np.vdot(right, towards))
    enough = TOLERANCE**2 * much
    for _ in range(rounds):
        if much <= enough:
            break
        ahead = slope(direction)
        length = np.float32(much / float(np.vdot(direction, ahead)))
        found += length * direction
        right -= length * ahead
        towards = scale * right
        before, much = much, float(np.vdot(right, towards))
        direction *= np.float32(much / before)
        direction += towards
    return found


def _curvature(picture: Array, weight: Array) -> Array:
    """How much each pixel differs from its neighbours, weighted: half the slope of Σ steps²."""
    bent = np.zeros_like(picture)
    across = (picture[:, :, 1:] - picture[:, :, :-1]) * weight[:, :, :-1]
    bent[:, :, 1:] += across
    bent[:, :, :-1] -= across
    down = (picture[:, 1:] - picture[:, :-1]) * weight[:, :-1]
    bent[:, 1:] += down
    bent[:, :-1] -= down
    return bent


def _slope(picture: Array) -> Array:
    """The length of the step from each pixel to the next across and down."""
    across = np.diff(picture, axis=2, append=picture[:, :, -1:])
    return np.hypot(across, np.diff(picture, axis=1, append=picture[:, -1:]))

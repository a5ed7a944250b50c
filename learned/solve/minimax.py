"""The kernel that stays farthest inside the bounds.

Rounding hides where between two bounds the after-pixel was. Least squares aims at the middle and
so averages the hidden parts; but the bounds themselves are never wrong, and each of a few
hundred pixels that happen to lie at the edge of its bounds holds a kernel as tightly as all the
others together. The program: minimise t subject to

    lower - t <= prediction <= upper + t        for every pixel

where t is the largest violation: negative if all pixels can be met with room to spare.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handconv.arrays import Floats, Integers
from handconv.engine.threads import one_blas_thread
from learned.solve.directions import (
    Directions,
    design_at,
    directions,
    exact_least_squares,
    rough_least_squares,
)
from learned.solve.interior_point import minimise
from learned.solve.predict import Samples, bounds_at, common_kernel_shape, worst

PULL = 1e-9  # grey levels / grey levels²: holds z where all pixels that would are clipped
ROUNDS = 40


@dataclass(frozen=True)
class Solution:
    """The answer of `minimax`.

    Attributes
    ----------
    kernel : (channels, M, N)
    constant : added to every prediction, grey levels
    violation : the largest violation over every pixel, grey levels: found by predicting them all.
        Where it is negative the kernel lies inside all bounds, so it reproduces every pixel
        of the after image.
    least : no kernel of this shape has a violation below this; where it is positive, the filter
        is not linear, or needs more taps.
    undetermined : (directions, channels, M, N) orthonormal; the photos do not excite these, so
        any multiple of them may be added to the kernel (with a free constant: and something
        to the constant). The kernel has no part in them.
    rounds : how often pixels were added to the program
    rows : number of bounds in the last program
    """

    kernel: Floats
    constant: float
    violation: float
    least: float
    undetermined: Floats
    rounds: int
    rows: int


@one_blas_thread
def minimax(
    samples: Sequence[Samples],
    *,
    constant: tuple[float, float] = (0.0, 0.0),
    start: NDArray[np.floating] | None = None,
    hopeless: float = np.inf,
) -> Solution:
    """The kernel whose largest violation of the bounds is smallest.

    Only the few pixels at the edge of their bounds matter, but nobody knows which. So a linear
    program is solved for the worst few, the pixels which its kernel violates most join in, and
    so on until its kernel violates no pixel more than those of the program.

    Parameters
    ----------
    samples : one for each pair, all for one kernel shape
    constant : the range, grey levels, of a constant that is found together with the kernel and
        added to every prediction. (0, 0): there is none. (-inf, inf): a bias.
        Use (-0.5, 0.5) for truncated after images: an integer kernel then sits at the lower end of
        all its bounds, and can only move to their middle by a constant (of 0.5; it is no part of
        the filter). Without it the taps would bend to get there.
    start : (channels, M, N) a kernel near the answer, to save a round or two
    hopeless : grey levels; stop as soon as it is certain that no kernel has a violation below this

    Raises
    ------
    ValueError
        if the samples are for different kernel shapes, or have no bounds at all.
    """
    shape = common_kernel_shape(samples)
    taps = int(np.prod(shape))
    free = constant[0] < constant[1]
    space = directions(samples, free)

    def unpack(z: Floats) -> tuple[Floats, float]:
        unknowns = space.whiten @ z
        return unknowns[:taps].reshape(shape), float(unknowns[-1]) if free else constant[0]

    def solution(z: Floats, violation: float, least: float, rounds: int, rows: int) -> Solution:
        dull = space.dull[:taps].T.reshape(-1, *shape)
        return Solution(*unpack(z), violation, least, dull, rounds, rows)

    half = _half_width(samples)
    if half == 0:
        z = exact_least_squares(samples, space, 0.0 if free else constant[0])
        return solution(z, worst(samples, *unpack(z), 1, np.inf)[0], 0.0, 0, 0)
    program = _Program(samples, space, None if free else constant[0])
    program.limit_t(half)
    if free:
        program.limit_constant(constant)
    z = rough_least_squares(samples, space)
    if start is not None:
        z = space.coordinates(np.append(start, [np.clip(0.0, *constant)] if free else []))
    count = max(400, 5 * len(space.whiten))
    program.add(space.pixels[:: max(1, len(space.pixels) // count)], z, both_sides=True)
    t, reached, gap, finest, rounds = -np.inf, np.inf, np.inf, 1e-12 * half, 0
    while True:
        largest, pixels = worst(samples, *unpack(z), count, above=t)
        excess = largest - t
        settled = not program.add(pixels, z) or excess <= 1e-9 * half
        if (settled and gap == finest) or rounds == ROUNDS or t - reached > hopeless:
            break
        # no finer than the disagreement with the pixels outside the program calls for
        gap = finest if settled else float(np.clip(1e-3 * excess, finest, 1e-3 * half))
        z, t, reached = program.solve(z, largest + 0.1 * (half + abs(largest)), gap)
        program.keep_tightest(3 * count)
        rounds += 1
    least = max(t - reached, -half)  # the program knows, but may fall short of the last digits
    return solution(z, largest, least, rounds, len(program.limit))


class _Program:
    """The rows of the linear program, ``matrix @ (z, t) <= limit``."""

    def __init__(self, samples: Sequence[Samples], space: Directions, fixed: float | None) -> None:
        self.samples, self.space, self.fixed = samples, space, fixed
        self.matrix, self.limit = np.zeros((0, space.whiten.shape[1] + 1)), np.zeros(0)
        self.name: Integers = np.zeros(0, np.int64)
        """2 · pixel + side of each row (side 1: upper); negative for rows that always stay."""
        self.slack = np.zeros(0)

    def limit_t(self, half: float) -> None:
        """No margin is wider than half the widest bounds; holds t where all are one-sided."""
        self._append(np.append(np.zeros(self.matrix.shape[1] - 1), -1.0)[None], half, -1)

    def limit_constant(self, constant: tuple[float, float]) -> None:
        row = np.append(self.space.whiten[-1], 0.0)[None]
        for sign, limit in zip((-1.0, 1.0), constant, strict=True):
            if np.isfinite(limit):
                self._append(sign * row, sign * limit, -1)

    def add(self, pixels: Integers, z: Floats, both_sides: bool = False) -> int:
        """Let the pixels have a say, with the bound that z is nearer to or with both.

        Returns how many rows are new.
        """
        seen = design_at(self.samples, pixels, self.fixed is None) @ self.space.whiten
        lower, upper = (side - (self.fixed or 0.0) for side in bounds_at(self.samples, pixels))
        over = seen @ z - upper >= lower - seen @ z
        before = len(self.limit)
        for side, sign, bound, nearer in ((1, 1.0, upper, over), (0, -1.0, lower, ~over)):
            name = 2 * pixels + side
            new = np.isfinite(bound) & (nearer | both_sides) & ~np.isin(name, self.name)
            rows = np.column_stack([sign * seen[new], np.full(new.sum(), -1.0)])
            self._append(rows, sign * bound[new], name[new])
        return len(self.limit) - before

    def solve(self, z: Floats, t: float, gap: float) -> tuple[Floats, float, float]:
        """The best z and t, and how far t may still be above the optimum."""
        objective = np.append(np.zeros(len(z)), 1.0)
        pull = PULL * (1 - objective)
        best = minimise(objective, self.matrix, self.limit, np.append(z, t), gap, pull)
        self.slack = best.slack
        return best.x[:-1], float(best.x[-1]), best.gap

    def keep_tightest(self, count: int) -> None:
        """Forget rows that are far from holding z back; they come again if they are needed."""
        if len(self.slack) > count:
            keep = (self.name < 0) | (self.slack <= np.partition(self.slack, count)[count])
            self.matrix, self.limit = self.matrix[keep], self.limit[keep]
            self.name = self.name[keep]

    def _append(self, rows: Floats, limit: Floats | float, name: Integers | int) -> None:
        self.matrix = np.concatenate([self.matrix, rows])
        self.limit = np.append(self.limit, limit)
        self.name = np.append(self.name, name)


def _half_width(samples: Sequence[Samples]) -> float:
    """Half of the widest bounds that have two ends; 1 where no bounds have."""
    widest = -1.0
    for each in samples:
        width = each.upper - each.lower
        widest = max(widest, float(np.max(width, where=np.isfinite(width), initial=-1.0)))
    return widest / 2 if widest >= 0 else 1.0

"""The kernel that stays farthest inside the bounds.

Rounding hides where between two bounds the after-pixel was. Least squares aims at the middle and
so averages the hidden parts. But the bounds themselves are never wrong, and the few hundred pixels
that happen to lie at the edge of theirs hold a kernel as tightly as all others together. The
program: minimise t subject to

    lower - t <= prediction <= upper + t        for every pixel

where t is the largest violation: negative if all pixels can be met with room to spare.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from handconv.arrays import Array, Floats, Integers
from handconv.engine.threads import one_blas_thread
from learned.solve.directions import (
    Directions,
    design_at,
    directions,
    exact_least_squares,
    rough_least_squares,
    split,
)
from learned.solve.interior_point import Rows, minimise
from learned.solve.predict import Samples, bounds_at, common_kernel_shape, worst

PULL = 1e-9  # grey levels / grey levels²: holds z where all pixels that would are clipped
ROUNDS = 40


@dataclass(frozen=True)
class Solution:
    """The answer of `minimax`.

    If the violation is negative, the kernel reproduces every pixel of the after image. If the least
    is positive, the filter is not linear, or needs more taps. The photos do not excite what is
    undetermined: any multiple of it may be added to the kernel (with a free constant: and something
    to the constant). The kernel has no part in it.
    """

    kernel: Floats  # (channels, M, N)
    constant: float  # added to every prediction, grey levels
    violation: float  # the largest of all pixels, as predicted with this kernel, grey levels
    least: float  # no kernel of this shape has a violation below this, grey levels
    undetermined: Floats  # (directions, channels, M, N) orthonormal
    rounds: int  # how often pixels were added to the program


@one_blas_thread
def minimax(
    samples: Sequence[Samples],
    *,
    constant: tuple[float, float] = (0.0, 0.0),
    start: Array | None = None,
    hopeless: float = np.inf,
    basis: csr_array | None = None,
) -> Solution:
    """The kernel whose largest violation of the bounds is smallest.

    Only the few pixels at the edge of their bounds matter, but it is not known which. So a linear
    program is solved for some pixels, those that its kernel violates most are added, and so on
    until it violates no pixel more than those of the program.

    Parameters
    ----------
    samples : one for each pair, all for one kernel shape
    constant : the range, grey levels, of a constant that is found together with the kernel and
        added to every prediction. (0, 0): there is none. (-inf, inf): a bias. (-0.5, 0.5): use this
        for truncated after images, where an integer kernel lies at the lower end of all its bounds.
        Only a constant (of 0.5; it is no part of the filter) moves it to their middle; without it
        the taps would bend to get there.
    start : (channels, M, N) a kernel near the answer, to save a round or two
    hopeless : grey levels; stop as soon as it is certain that no kernel has a violation below this
    basis : (channels · M · N, fewer) orthonormal columns, of which the kernel is a combination;
        None: any kernel

    Raises ``ValueError`` if the samples are for several kernel shapes, or have no bounds at all.
    """
    shape = common_kernel_shape(samples)
    free = constant[0] < constant[1]
    fixed = 0.0 if free else constant[0]
    space = directions(samples, free, basis)
    dull = space.dull[: int(np.prod(shape))].T.reshape(-1, *shape)

    def unpack(z: Floats) -> tuple[Floats, float]:
        kernel, found = split(space.whiten @ z, shape)
        return kernel, found + fixed

    half = _half_width(samples)
    if half == 0:
        z = exact_least_squares(samples, space, fixed)
        return Solution(*unpack(z), worst(samples, *unpack(z), 1, np.inf)[0], 0.0, dull, 0)
    if start is None:
        z = rough_least_squares(samples, space)
    else:
        near = np.append(start, [np.clip(0.0, *constant)] if free else [])
        z = np.linalg.lstsq(space.whiten, near)[0].astype(np.float64)
    program = _Program(samples, space, constant, half)
    count = max(400, 5 * space.whiten.shape[1])
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
        z, t, reached = program.solve(z, largest + 0.1 * (half + abs(largest)), gap, 3 * count)
        rounds += 1
    least = max(t - reached, -half)  # the program knows, but may fall short of the last digits
    return Solution(*unpack(z), largest, least, dull, rounds)


@dataclass
class _Program:
    """The linear program for (z, t), with the rows of some pixels."""

    samples: Sequence[Samples]
    space: Directions
    constant: tuple[float, float]
    half: float

    def __post_init__(self) -> None:
        low, high = self.constant
        self.free = low < high
        # no margin is wider than half the widest bounds: holds t where all are one-sided
        limit = np.array([self.half, -low, high])
        matrix = np.outer([0.0, -1.0, 1.0], np.append(self.space.whiten[-1], 0.0))
        matrix[0, -1] = -1.0
        wanted = np.isfinite(limit) & [True, self.free, self.free]
        self.rows = Rows(matrix, limit, np.full(3, -1)).keep(wanted)

    def add(self, pixels: Integers, z: Floats, both_sides: bool = False) -> int:
        """Add the bound of each pixel that z is nearer to, or both; return how many were new."""
        seen = design_at(self.samples, pixels, self.free) @ self.space.whiten
        fixed = 0.0 if self.free else self.constant[0]
        lower, upper = (side - fixed for side in bounds_at(self.samples, pixels))
        if not both_sides:
            over = seen @ z - upper >= lower - seen @ z
            lower, upper = np.where(over, -np.inf, lower), np.where(over, upper, np.inf)
        before, self.rows = self.rows, self.rows.add(pixels, seen, -lower, upper)
        return len(self.rows.limit) - len(before.limit)

    def solve(self, z: Floats, t: float, gap: float, count: int) -> tuple[Floats, float, float]:
        """From given ones to the best z and t, and how far t may still be above the optimum.

        Rows that leave more slack than ``count`` others are dropped; they return if needed.
        """
        matrix, limit, name = self.rows
        objective = np.append(np.zeros(len(z)), 1.0)
        best = minimise(objective, matrix, limit, np.append(z, t), gap, PULL * (1 - objective))
        if len(limit) > count:
            tight = best.slack <= np.partition(best.slack, count)[count]
            self.rows = self.rows.keep((name < 0) | tight)
        return best.x[:-1], float(best.x[-1]), best.gap


def _half_width(samples: Sequence[Samples]) -> float:
    """Half of the widest bounds that have two ends; 1 where none have."""
    widths = [each.upper - each.lower for each in samples]
    widest = max(float(np.max(w, where=np.isfinite(w), initial=-1.0)) for w in widths)
    return widest / 2 if widest >= 0 else 1.0

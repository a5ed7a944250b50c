"""Fractions: the simplest common denominator with which a kernel still meets every bound.

People write kernels as whole numbers over a common divisor: 1/49, 1/273, 2/16. Where the pictures
hold the taps tightly enough, only one such kernel is left, and it is exact.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from learned.solve.pixels import Floats, Indices, bounds_at, patches, worst
from learned.solve.samples import Samples, common_kernel_shape

LARGEST = 2**16
CHANCE = 1e-3  # of finding fractions where there are none
NEAR = 0.1  # without a certificate: how near to a whole number tap · denominator must be
DONE = 1e-9  # grey levels; violations up to this are rounding errors of the prediction


class Rational(NamedTuple):
    """The kernel ``numerator / denominator``.

    Attributes
    ----------
    numerator : (channels, M, N) int64
    denominator : at least 1
    """

    numerator: NDArray[np.int64]
    denominator: int


def rational(
    samples: Sequence[Samples],
    kernel: Floats,
    constant: float = 0.0,
    certificate: tuple[Floats, Floats] | None = None,
) -> Rational | None:
    """The kernel with the smallest common denominator that meets every bound, or None.

    Parameters
    ----------
    samples : one for each pair
    kernel : (channels, M, N), the answer of `chebyshev`
    constant : added to every prediction; the answer of `chebyshev`
    certificate : lower and upper of each tap, from `certificate`; the fractions must lie inside.
        Without it they must be near to the kernel. Either way every pixel is then checked.

    None also where denominators large enough to fit by chance would have to be tried: a wide
    certificate is met by many fractions, and the simplest of them means nothing.
    """
    shape = common_kernel_shape(samples)
    if shape != kernel.shape:
        raise ValueError(
            f"kernel has shape {kernel.shape}, the samples are for {shape}. Pass the kernel that "
            f"was found from these samples."
        )
    taps = kernel.ravel()
    doubt = _Doubt(samples, constant)
    chance = 0.0
    for first in range(1, LARGEST + 1, 256):
        denominators = np.arange(first, first + 256)[:, None]
        numerators = np.rint(taps * denominators)
        if certificate is None:
            fits = np.abs(numerators - taps * denominators) <= NEAR
            room = np.full(numerators.shape, 2 * NEAR)
        else:
            lower, upper = (np.ravel(side) for side in certificate)
            fits = (lower * denominators <= numerators) & (numerators <= upper * denominators)
            room = (upper - lower) * denominators
        chances = chance + np.cumsum(np.minimum(1.0, room).prod(axis=1))
        chance = float(chances[-1])
        for i in np.flatnonzero(fits.all(axis=1) & (chances < CHANCE)):
            numerator, denominator = numerators[i].reshape(shape), first + int(i)
            if doubt.meets_all(numerator / denominator):
                return Rational(numerator.astype(np.int64), denominator)
        if chance >= CHANCE:
            break
    return None


class _Doubt:
    """Checks kernels on every pixel; those that refuted one kernel are asked first by the next."""

    def __init__(self, samples: Sequence[Samples], constant: float) -> None:
        self.samples, self.constant = samples, constant
        self.refuting: list[tuple[Floats, Floats, Floats]] = []

    def meets_all(self, kernel: Floats) -> bool:
        for seen, lower, upper in self.refuting:
            predicted = seen @ kernel.ravel() + self.constant
            if (np.maximum(lower - predicted, predicted - upper) > DONE).any():
                return False
        pixels: Indices
        largest, pixels = worst(self.samples, kernel, self.constant, 4, DONE)
        if largest > DONE:
            self.refuting.append((patches(self.samples, pixels), *bounds_at(self.samples, pixels)))
        return largest <= DONE

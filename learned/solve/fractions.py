"""Fractions: the simplest common denominator with which a kernel still meets every bound.

People write kernels as whole numbers over a common divisor: 1/49, 1/273, 2/16. Where the pictures
hold the taps tightly enough, only one such kernel is left, and it is exact.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from learned.solve.predict import Floats, Samples, bounds_at, common_kernel_shape, patches, worst

LARGEST = 2**16
CHANCE = 1e-3  # of finding fractions where there are none
NEAR = 0.1  # without a certificate: how near to a whole number tap · denominator must be
ROUNDING_ERROR = 1e-9  # grey levels, of predictions here and where the after image was made


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
    *,
    constant: tuple[float, float] = (0.0, 0.0),
    certificate: tuple[Floats, Floats] | None = None,
) -> Rational | None:
    """The kernel with the smallest common denominator that meets every bound, or None.

    Parameters
    ----------
    samples : one for each pair
    kernel : (channels, M, N), the answer of `chebyshev`
    constant : the range of the constant, as for `chebyshev`
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

    def __init__(self, samples: Sequence[Samples], constant: tuple[float, float]) -> None:
        self.samples, self.constant = samples, constant
        open_end = [np.broadcast_to(np.inf, each.lower.shape) for each in samples]
        self.from_below = [s._replace(upper=end) for s, end in zip(samples, open_end, strict=True)]
        self.from_above = [s._replace(lower=-end) for s, end in zip(samples, open_end, strict=True)]
        channels, kernel_rows, kernel_columns = common_kernel_shape(samples)
        self.seen = np.zeros((0, channels * kernel_rows * kernel_columns))
        self.lower, self.upper = np.zeros(0), np.zeros(0)

    def meets_all(self, kernel: Floats) -> bool:
        """Is there a constant in its range with which the kernel meets every bound?"""
        predicted = self.seen @ kernel.ravel()
        if not self._overlap(self.lower - predicted, self.upper - predicted):
            return False
        least, lowest = worst(self.from_below, kernel, 0.0, 1, -np.inf)
        most, highest = worst(self.from_above, kernel, 0.0, 1, -np.inf)
        if self._overlap(np.array([least]), np.array([-most])):
            return True
        pixels = np.union1d(lowest, highest)
        lower, upper = bounds_at(self.samples, pixels)
        self.seen = np.concatenate([self.seen, patches(self.samples, pixels)])
        self.lower, self.upper = np.append(self.lower, lower), np.append(self.upper, upper)
        return False

    def _overlap(self, lower: Floats, upper: Floats) -> bool:
        least, most = lower.max(initial=self.constant[0]), upper.min(initial=self.constant[1])
        return bool(least <= most + 2 * ROUNDING_ERROR)

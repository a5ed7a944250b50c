"""Fractions that a person would have typed: whole numbers over one denominator, 1/49 or 2/16.

Where the pictures hold the taps tightly enough, only one such kernel is left, and it is exact.
"""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

import numpy as np

from handconv.arrays import Floats, Integers
from learned.solve.predict import Samples, bounds_at, common_kernel_shape, patches, predictions

DENOMINATORS = np.array([*range(1, 4097), 8192, 10_000, 16_384, 32_768, 65_536])
SLACKS = (1e-9, 1e-7, 1e-6, 1e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2)
"""How near to fractions taps must be, as shares of the largest tap: the first few for taps that the
pictures determine, the last for those that they leave open."""
FACTOR_SLACKS = SLACKS[:7]  # of a column and a row, known from many taps each
LUCK = 1e-3  # how often random taps may look like fractions
ROUNDING_ERROR = 1e-9  # grey levels, of predictions here and where the after image was made


class Rational(NamedTuple):
    """The kernel ``numerator / denominator``."""

    numerator: Integers  # (channels, M, N)
    denominator: int  # at least 1

    @property
    def kernel(self) -> Floats:
        return self.numerator / self.denominator

    def reduced(self) -> "Rational":
        """In lowest terms."""
        common = int(np.gcd.reduce(np.abs(self.numerator), axis=None, initial=self.denominator))
        return Rational(self.numerator // common, self.denominator // common)


class Simple(NamedTuple):
    """A kernel of fractions, and the lowest and highest bias with which it meets all bounds."""

    rational: Rational
    least: float
    most: float


def simplest(
    samples: Sequence[Samples],
    kernel: Floats,
    *,
    constant: tuple[float, float] = (0.0, 0.0),
    tolerance: float = ROUNDING_ERROR,
    is_luck: Callable[[Simple], bool] = lambda found: False,
    slacks: Sequence[float] = SLACKS,
) -> Simple | None:
    """The simplest fractions near the kernel that meet every bound; None where there are none.

    Parameters
    ----------
    samples : one for each pair
    kernel : (channels, M, N), the answer of `minimax`
    constant : the range of the constant, as for `minimax`
    tolerance : grey levels by which bounds may be missed
    is_luck : refuses fractions that meet the bounds by chance, as many do where those are wide
    slacks : as `SLACKS`

    Raises ``ValueError`` where the samples are for kernels of another shape.
    """
    shape = common_kernel_shape(samples)
    if shape != kernel.shape:
        raise ValueError(
            f"kernel has shape {kernel.shape}, the samples are for {shape}. Pass the kernel that "
            f"was found from these samples."
        )
    biases = Biases(samples, tolerance)
    for rational in _fractions_near(kernel, slacks):
        least, most = biases(rational.kernel)
        if max(least, constant[0]) <= min(most, constant[1]) + 2 * tolerance:
            found = Simple(rational, least, most)
            if not is_luck(found):
                return found
    return None


def _fractions_near(kernel: Floats, slacks: Sequence[float]) -> Iterator[Rational]:
    """Kernels of fractions near the given one: the nearest first, then the simplest.

    Last comes a product of a column and a row of fractions, as of blurs made in two passes.
    """
    largest = float(np.abs(kernel).max())
    if largest == 0:
        yield Rational(np.zeros(kernel.shape, np.int64), 1)
        return
    tried = set()
    for slack in slacks:
        for found in with_one_denominator(kernel, slack * largest):
            key = found.denominator, found.numerator.tobytes()
            if key not in tried:
                yield found
            tried.add(key)
    product = _product(kernel[0]) if len(kernel) == 1 else None
    if product is not None:
        yield Rational(product.numerator[None], product.denominator)


def common_fraction(taps: Floats, slack: float) -> Rational | None:
    """The smallest denominator of fractions within ``slack`` of the taps; None without any.

    >>> common_fraction(np.array([0.2, 0.5, -0.1]), 1e-9)
    Rational(numerator=array([ 2,  5, -1]), denominator=10)
    """
    return next(with_one_denominator(taps, slack), None)


def with_one_denominator(taps: Floats, slack: float) -> Iterator[Rational]:
    """Fractions within ``slack``, in lowest terms, while they are no luck: see `by_chance`."""
    flat = taps.ravel()
    lucky = np.flatnonzero(by_chance(flat, slack, DENOMINATORS) > LUCK)
    denominators = DENOMINATORS[: lucky[0]] if len(lucky) else DENOMINATORS
    for some in np.array_split(denominators, range(256, len(denominators), 256)):
        scaled = flat * some[:, None]
        numerators = np.rint(scaled)
        near = np.abs(scaled - numerators).max(axis=1) <= some * slack
        for row in np.flatnonzero(near):
            numerator = numerators[row].reshape(taps.shape).astype(np.int64)
            yield Rational(numerator, int(some[row])).reduced()


def by_chance(taps: Floats, slack: float, denominator: Integers | int) -> Floats:
    """How many of the denominators up to this one come as near to random taps as ``slack``.

    All of k random taps lie within the slack of a multiple of 1/n with a chance of (2 n slack)^k.
    Taps of one size count as few, as kernels are often symmetric; zeros do not count.
    """
    sizes = np.sort(np.abs(taps), axis=None)
    different = int((np.diff(sizes, prepend=0.0) > 4 * slack).sum())
    count = max(different, int((sizes > 4 * slack).sum()) // 4)
    chance: Floats = np.minimum(1.0, 2 * np.asarray(denominator) * slack) ** count * denominator
    return chance


def _product(kernel: Floats) -> Rational | None:
    """A column times a row of fractions with the sum 1, times a number, if (M, N) taps are that."""
    total = float(kernel.sum())
    if min(kernel.shape) < 2 or abs(total) < 0.1 * float(np.abs(kernel).sum()):
        return None
    left, values, right = np.linalg.svd(kernel)
    if values[1] > 0.02 * values[0]:
        return None
    down, across = (_factor(part / part.sum()) for part in (left[:, 0], right[0]))
    scale = Fraction(total).limit_denominator(16)
    if down is None or across is None or abs(float(scale) - total) > 1e-3 * abs(total):
        return None
    numerator = np.outer(down.numerator, across.numerator) * scale.numerator
    return Rational(numerator, down.denominator * across.denominator * scale.denominator).reduced()


def _factor(taps: Floats) -> Rational | None:
    """The first common fraction as less and less accuracy is asked for."""
    largest = float(np.abs(taps).max())
    found = (common_fraction(taps, slack * largest) for slack in FACTOR_SLACKS)
    return next(filter(None, found), None)


def simplest_between(low: float, high: float) -> Fraction:
    """The fraction of smallest denominator from ``low`` to ``high``; of several the nearest to 0.

    >>> simplest_between(0.26, 0.49), simplest_between(-0.5, 0.5), simplest_between(2.9, 4.2)
    (Fraction(1, 3), Fraction(0, 1), Fraction(3, 1))
    """
    if low > high:
        raise ValueError(f"low is {low}, above high, {high}.")
    for denominator in range(1, 10**6):
        first, last = ceil(low * denominator), floor(high * denominator)
        if first <= last:
            return Fraction(min(max(0, first), last), denominator)
    return Fraction((low + high) / 2)


class Biases:
    """The lowest and highest bias with which a kernel meets all bounds of the samples.

    Where the lowest is above the highest, no bias does. Pixels that refuted one kernel by twice
    the tolerance are checked first for the next, which refutes most at once.
    """

    def __init__(self, samples: Sequence[Samples], tolerance: float = ROUNDING_ERROR) -> None:
        self.samples, self.tolerance = samples, tolerance
        self.seen = np.zeros((0, int(np.prod(samples[0].kernel_shape))))
        self.lower, self.upper = np.zeros(0), np.zeros(0)

    def __call__(self, kernel: Floats) -> tuple[float, float]:
        predicted = self.seen @ kernel.ravel()
        least = float((self.lower - predicted).max(initial=-np.inf))
        most = float((self.upper - predicted).min(initial=np.inf))
        if least > most + 2 * self.tolerance:
            return least, most
        least, most, tightest = -np.inf, np.inf, [0, 0]
        for start, band, lower, upper in predictions(self.samples, kernel):
            low, high = lower - band, upper - band
            if low.max() > least:
                least, tightest[0] = float(low.max()), start + int(low.argmax())
            if high.min() < most:
                most, tightest[1] = float(high.min()), start + int(high.argmin())
        if least > most + 2 * self.tolerance:
            pixels = np.unique(tightest)
            lower, upper = bounds_at(self.samples, pixels)
            self.seen = np.concatenate([self.seen, patches(self.samples, pixels)])
            self.lower, self.upper = np.append(self.lower, lower), np.append(self.upper, upper)
        return least, most

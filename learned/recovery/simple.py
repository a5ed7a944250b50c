"""Simple numbers near the ones that were found: small fractions that a person would have typed."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor, gcd

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

DENOMINATORS = (*range(1, 1001), 1024, 2048, 4096, 8192, 10_000, 16_384, 32_768, 65_536)
SLACKS = (1e-9, 1e-7, 1e-6, 1e-5, 1e-4)  # of the largest tap
LUCK = 1e-3  # how often taps drawn at random may look like fractions


def common_fraction(taps: Floats, slack: float) -> tuple[Integers, int] | None:
    """Integers and the one denominator that give ``taps`` up to ``slack``; None if there are none.

    A large denominator comes near any number. So fractions count only where random taps would
    not come as near: with n tried, all taps lie within slack of a multiple of 1/n by a chance
    of n · (2 n slack)^taps, see `by_chance`.

    >>> common_fraction(np.array([0.2, 0.5, -0.1]), 1e-9)
    (array([ 2,  5, -1]), 10)
    """
    for denominator in DENOMINATORS:
        if by_chance(taps, slack, denominator) > LUCK:
            return None
        scaled = taps * denominator
        numerators = np.rint(scaled)
        if np.abs(scaled - numerators).max() <= denominator * slack:
            return numerators.astype(np.int64), denominator
    return None


def by_chance(taps: Floats, slack: float, denominator: int) -> float:
    """How many of the denominators up to this one come as near to random taps as ``slack``.

    Taps of one size count as few: kernels are often symmetric. Zeros do not count.
    """
    sizes = np.sort(np.abs(taps), axis=None)
    different = int((np.diff(sizes, prepend=0.0) > 4 * slack).sum())
    count = max(different, int((sizes > 4 * slack).sum()) // 4)
    return min(1.0, 2 * denominator * slack) ** count * denominator


def fractions_near(kernel: Floats, slacks: Sequence[float] = SLACKS) -> list[tuple[Integers, int]]:
    """Kernels of simple fractions near (…, M, N) ``kernel``, the nearest first.

    Also products of a column and a row of fractions, as of blurs that are made in two passes.
    """
    largest = float(np.abs(kernel).max())
    found: list[tuple[Integers, int]] = []
    if largest == 0:
        return [(np.zeros(kernel.shape, np.int64), 1)]
    for slack in slacks:
        one = common_fraction(kernel, slack * largest)
        if one is not None and not any(_same(one, other) for other in found):
            found.append(one)
    if kernel[..., 0, 0].size == 1:
        product = _product(kernel.reshape(kernel.shape[-2:]))
        if product is not None and not any(_same(product, other) for other in found):
            found.append((product[0].reshape(kernel.shape), product[1]))
    return found


def _product(kernel: Floats) -> tuple[Integers, int] | None:
    """A column times a row, each of fractions and with the sum 1, if the kernel is that."""
    if min(kernel.shape) < 2:
        return None
    total = float(kernel.sum())
    left, values, right = np.linalg.svd(kernel)
    column, row = left[:, 0], right[0]
    if values[1] > 0.02 * values[0] or abs(total) < 0.1 * float(np.abs(kernel).sum()):
        return None
    down, across = (_factor(part / part.sum()) for part in (column, row))
    if down is None or across is None:
        return None
    scale = Fraction(total).limit_denominator(16)
    if abs(float(scale) - total) > 1e-3 * abs(total):
        return None
    numerators = np.outer(down[0], across[0]) * scale.numerator
    return _reduced(numerators, down[1] * across[1] * scale.denominator)


def _factor(taps: Floats) -> tuple[Integers, int] | None:
    """The first that is found as the accuracy asked for is lowered."""
    for slack in (*SLACKS, 3e-4, 1e-3):
        found = common_fraction(taps, slack * float(np.abs(taps).max()))
        if found is not None:
            return found
    return None


def _reduced(numerators: Integers, denominator: int) -> tuple[Integers, int]:
    common = gcd(denominator, *(int(abs(n)) for n in numerators.flat))
    return numerators // common, denominator // common


def _same(one: tuple[Integers, int], other: tuple[Integers, int]) -> bool:
    return one[1] == other[1] and one[0].size == other[0].size and bool((one[0] == other[0]).all())


def simplest_between(low: float, high: float) -> Fraction:
    """The fraction with the smallest denominator from ``low`` to ``high``; of several, the one
    nearest to 0.

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

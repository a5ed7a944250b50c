"""The ways to a kernel in a window that meets all bounds: the first that succeeds is the answer."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np

from learned.filter import Storing
from learned.recovery import thresholds
from learned.recovery.fit import Fit
from learned.recovery.names import known_blurs
from learned.recovery.problem import FREE, Problem, between_passes
from learned.solve import fractions
from learned.solve.fractions import Simple, by_chance, simplest, simplest_between
from learned.solve.minimax import minimax


def a_floating_point_kernel(problem: Problem) -> Fit | None:
    """For after images in floating point: least squares, up to the rounding of float32."""
    if (found := problem.centre) is None:
        return None
    tolerance, slacks = problem.tolerance, fractions.SLACKS[:3]
    faint = np.abs(found.kernel) <= thresholds.ZERO * np.abs(found.kernel).max()
    kernel = np.where(faint, 0.0, found.kernel)
    simple = simplest(problem.samples, kernel, constant=FREE, tolerance=tolerance, slacks=slacks)
    if simple is None:
        bias = 0.0 if abs(found.constant) <= tolerance else found.constant
        return problem.fit(kernel, [bias], tolerance)
    middle = (simple.least + simple.most) / 2
    bias = float(simplest_between(middle - tolerance, middle + tolerance))
    return problem.fit(simple.rational, [bias], tolerance)


def a_known_blur(problem: Problem) -> Fit | None:
    """For large kernels: well-known blurs near that of least squares take no linear program."""
    if len(problem.near) > 1 or problem.near.size < thresholds.LARGE:
        return None
    for blur in known_blurs(problem.near[0]):
        tolerance = problem.arithmetic(blur)
        least, most = fractions.Biases(problem.samples)(blur[None])
        if most - least >= -2 * tolerance:
            fraction = fractions.common_fraction(blur[None], thresholds.NEAR_KNOWN)
            biases = likely_biases(least, most, tolerance)
            return problem.fit(fraction or blur[None], biases, tolerance)
    return None


def simple_fractions(problem: Problem) -> Fit | None:
    """Taps that a person would have typed, where random ones would not look like that."""
    if (centre := problem.centre) is None:
        return None
    kernel, tolerance = centre.kernel, problem.tolerance
    nearby = [kernel]
    if problem.arithmetic(kernel) < thresholds.ARITHMETIC:  # together less than a grey level
        nearby.insert(0, np.zeros_like(kernel))

    def is_luck(found: Simple) -> bool:
        denominator = found.rational.denominator
        if kernel.size > thresholds.FEW or denominator == 1:
            return False
        # n-ths of whole pixels leave 1/n of room, unless halves went both ways
        room = thresholds.ROOM / denominator - 0.2 * tolerance
        if denominator <= thresholds.EVERYDAY and found.most - found.least >= room:
            return False
        widest = float(problem.errors.max())
        chance = by_chance(found.rational.kernel, widest, denominator)
        return float(chance) > fractions.LUCK

    for each in nearby:
        found = simplest(problem.samples, each, constant=FREE, tolerance=tolerance, is_luck=is_luck)
        if found is not None:
            biases = likely_biases(found.least, found.most, tolerance)
            return problem.fit(found.rational, biases, tolerance)
    return None


def a_whole_bias(problem: Problem) -> Fit | None:
    """The kernel farthest inside the bounds for a whole bias near to the best one.

    Large kernels are kept as they are where they meet the bounds with that bias too.
    """
    if (found := problem.centre) is None:
        return None
    tolerance = max(problem.tolerance, between_passes(found.kernel))
    ways: dict[float, tuple[Storing, ...]] = {0.0: ("nearest", "halves up"), -0.5: ("floor",)}
    for shift, stored in ways.items():
        bias = round(found.constant - shift)
        moved = abs(bias + shift - found.constant)
        if moved > thresholds.WHOLE_BIAS:
            continue
        if found.kernel.size > thresholds.RETRIED and found.violation + moved <= 0:
            return problem.fit(found.kernel, [bias], problem.tolerance, stored)
        constant = (bias + shift,) * 2
        again = minimax(problem.samples, constant=constant, start=found.kernel, basis=problem.basis)
        if again.violation <= tolerance:
            enough = max(problem.tolerance, thresholds.MARGIN * again.violation)
            return problem.fit(again.kernel, [bias], enough, stored)
    return None


def any_kernel(problem: Problem) -> Fit | None:
    """The kernel farthest inside the bounds, whatever its taps and bias are."""
    if (centre := problem.centre) is None:
        return None
    least, most = fractions.Biases(problem.samples)(centre.kernel)
    biases = likely_biases(least, most, problem.tolerance)
    return problem.fit(centre.kernel, biases, problem.tolerance)


WAYS: list[Callable[[Problem], Fit | None]]
WAYS = [a_known_blur, simple_fractions, a_whole_bias, any_kernel]
"""What is tried for whole numbers, in turn."""


def likely_biases(least: float, most: float, tolerance: float) -> list[float]:
    """Simple biases with which sums lie inside their bounds, the simplest first.

    Parameters
    ----------
    least, most : the range of the bias if the after image was rounded to the nearest: half a grey
        level below that of truncation, which its upper end does not belong to
    tolerance : grey levels by which the range may be missed

    >>> likely_biases(-0.02, 0.01, 0.0), likely_biases(127.8, 128.3, 0.0)
    ([0.0, 0.5], [128.0, 128.5])
    >>> likely_biases(-0.5, -0.5, 0.0), likely_biases(0.25, 0.5, 0.0)
    ([0.0, -0.5], [1.0, 0.3333333333333333, 0.75])
    """
    low, high = least - tolerance, most + tolerance
    found = [_simplest(low, high), _simplest(low + 0.5, high + 0.5)]
    if high - low > 4 * tolerance:
        open_end = 0.1 * (most - least)
        found.append(simplest_between(low + 0.5, most + 0.5 - max(open_end, 2 * tolerance)))
    simplest_first = sorted(dict.fromkeys(found), key=lambda bias: bias.denominator)
    return [float(bias) for bias in simplest_first]


def _simplest(least: float, most: float) -> Fraction:
    """A whole number if there is one; else a fraction that is not at the very end of the range."""
    whole = simplest_between(least, most)
    if whole.denominator == 1:
        return whole
    margin = 0.1 * (most - least)
    return simplest_between(least + margin, most - margin)

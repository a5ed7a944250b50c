"""The kernel, bias and rounding that reproduce every pixel of one group of planes, if any do.

Windows grow until a kernel in one meets all bounds. In each window the ways of `WAYS` are tried in
turn; the first that succeeds is the answer.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

import numpy as np

from handconv.arrays import Floats
from handconv.borders import Border
from learned.filter import Filter
from learned.pairs import Pair, Rounding
from learned.recovery import thresholds
from learned.recovery.names import known_blurs
from learned.recovery.windows import Sums, searched
from learned.solve.certificate import certificate
from learned.solve.fractions import (
    LUCK,
    SLACKS,
    Biases,
    Rational,
    Simple,
    by_chance,
    common_fraction,
    simplest,
    simplest_between,
)
from learned.solve.minimax import Solution, minimax
from learned.solve.predict import Samples, bands
from learned.window import SIDES, Window

FREE = (-np.inf, np.inf)


@dataclass(frozen=True)
class Fit:
    """A filter of one out-channel, and what is known of it.

    Attributes
    ----------
    filter : kernel (1, in-channels, M, N)
    reach : the window that was fitted, with rims of zeros; pixels nearer to the border than its
        overhang were left out
    roundings : those that fit with this kernel and bias; none where pixels are not reproduced
    tolerance : grey levels by which pixels may be out of their bounds, for rounding errors
    errors : (in-channels, M, N) what the taps may be off by, where that is known
    rms : root mean square of what is left, grey levels
    pairs : those that it was fitted to
    """

    filter: Filter
    reach: Window
    roundings: tuple[Rounding, ...] = ()
    tolerance: float = thresholds.ROUNDING_ERROR
    errors: Floats | None = None
    rms: float = 0.0
    pairs: Sequence[Pair] = ()

    @property
    def kernel(self) -> Floats:
        """(in-channels, M, N)"""
        kernel: Floats = self.filter.kernel[0]
        return kernel

    @property
    def window(self) -> Window:
        return self.filter.window

    @property
    def constant(self) -> float:
        """What is added to a sum before it is held against the bounds, grey levels."""
        return self.filter.bias[0] + self.filter.shift

    def samples(self, pair: Pair) -> Samples:
        """What the pair says of kernels in this window."""
        return pair.samples(self.window.shape, self.window.anchor)


def fit(pairs: Sequence[Pair], limit: Window, fixed: bool = False) -> Fit | None:
    """The smallest kernel inside ``limit`` that meets all bounds of all pairs; None if none does.

    With ``fixed``, only kernels that fill the limit are tried.
    """
    step = _step(pairs)
    for sums in searched(pairs, limit, fixed):
        if sums.count < 2 * sums.moments.size + thresholds.SPARE_PIXELS:
            continue
        variance = sums.variance(sums.window)
        # bounds that are met leave a residual of half a step at most; a float's, next to none
        most = thresholds.SPREAD * step**2, thresholds.FLOAT_SPREAD * sums.square / sums.count
        if variance > max(most):
            continue
        window = sums.window
        if not fixed:
            noise = max(variance, sums.floor, thresholds.LEAST_SPREAD * step**2)
            window = sums.trimmed(sums.smallest(), noise)
        found = _in_growing_windows(pairs, sums, window, 1 if fixed else thresholds.GROWTH)
        if found is not None:
            return found if fixed else _without_faint_rim(pairs, sums, found)
    return None


def all_fit(groups: Sequence[Sequence[Pair]], limit: Window, fixed: bool) -> list[Fit] | None:
    """An exact kernel for each group, or None if one has none."""
    found = []
    for group in groups:
        one = fit(group, limit, fixed)
        if one is None:
            return None
        found.append(one)
    return found


def _in_growing_windows(
    pairs: Sequence[Pair], sums: Sums, window: Window, times: int
) -> Fit | None:
    """A wider window also leaves out the rim that some programs do not filter."""
    for by in range(times):
        wider = window.grown(by)
        if not sums.window.contains(wider):
            break
        found = fit_window(pairs, wider, sums.kernel(wider))
        if found is not None:
            return found
    return None


def _without_faint_rim(pairs: Sequence[Pair], sums: Sums, found: Fit) -> Fit:
    """The same, or a smaller kernel that meets all bounds too."""
    kernel = np.abs(found.kernel)
    known = found.filter.fraction is not None or found.filter.rounding == "exact"
    if known or kernel.size > thresholds.RETRIED:
        return found
    for side in SIDES:
        smaller = found.window.without(side)
        rim = kernel.copy()
        rim[(..., *smaller.inside(found.window))] = 0
        if smaller.size and rim.max() <= thresholds.FAINT * kernel.max():
            again = fit_window(pairs, smaller, sums.kernel(smaller))
            if again is not None:
                return _without_faint_rim(pairs, sums, again)
    return found


class Problem:
    """What the ways have in common: samples, and the kernel farthest inside all bounds.

    Parameters
    ----------
    near : (channels, M, N) the kernel of least squares
    """

    def __init__(self, pairs: Sequence[Pair], window: Window, near: Floats) -> None:
        self.window, self.near = window, near
        self.exact = _step(pairs) == 0
        self.samples = [pair.samples(window.shape, window.anchor) for pair in pairs]

    @cached_property
    def centre(self) -> Solution | None:
        """The kernel farthest inside all bounds; None where no kernel meets them."""
        many = thresholds.UNDETERMINED if self.near.size > thresholds.MANY else 1
        if not self.exact and neighbourhoods(self.samples) <= many * self.near.size > 1:
            return None  # some of many taps would fit anything
        hopeless = np.inf if self.exact else thresholds.HOPELESS
        found = minimax(self.samples, constant=FREE, hopeless=hopeless)
        self.tolerance = self.arithmetic(found.kernel, found.constant)
        if found.violation > self.tolerance and not self.exact:
            self.tolerance = _between_passes(found.kernel)
        return found if found.violation <= self.tolerance else None

    @cached_property
    def errors(self) -> Floats:
        """How far the taps of any kernel that meets all bounds may be from the centre's."""
        assert self.centre is not None
        return _proven(self.samples, self.centre.kernel, self.tolerance)

    def arithmetic(self, kernel: Floats, bias: float = 0.0) -> float:
        """What the arithmetic of the program that made the after image may be off by."""
        brightest = max(float(np.abs(each.image).max()) for each in self.samples)
        return thresholds.ARITHMETIC * (float(np.abs(kernel).sum()) * brightest + abs(bias))

    def fit(
        self,
        kernel: Floats | Rational,
        bias: float,
        roundings: tuple[Rounding, ...],
        tolerance: float,
    ) -> Fit:
        """The answer, without rims of zeros."""
        fraction = kernel if isinstance(kernel, Rational) else None
        taps = kernel.kernel if isinstance(kernel, Rational) else kernel
        made = Filter(
            kernel=taps[None],
            window=self.window,
            bias=(float(bias),),
            rounding=roundings[0],
            fraction=fraction and fraction._replace(numerator=fraction.numerator[None]),
        )
        return Fit(made.trimmed(), self.window, roundings, tolerance)

    def fit_between(
        self, kernel: Floats | Rational, least: float, most: float, tolerance: float
    ) -> Fit:
        """The answer with the simplest bias in the range, and the roundings that go with it."""
        bias, roundings = rounding(least - tolerance, most + tolerance)
        taps = kernel.kernel if isinstance(kernel, Rational) else None
        if len(roundings) > 1 and taps is not None and _halves_go_down(self.samples, taps, bias):
            roundings = ("floor",)
        return self.fit(kernel, bias, roundings, tolerance)


def a_floating_point_kernel(problem: Problem) -> Fit | None:
    """For after images in floating point: least squares, up to the rounding of float32."""
    if not problem.exact or problem.centre is None:
        return None
    found, tolerance = problem.centre, problem.tolerance
    faint = np.abs(found.kernel) <= thresholds.ZERO * np.abs(found.kernel).max()
    kernel: Floats | Rational = np.where(faint, 0.0, found.kernel)
    bias = 0.0 if abs(found.constant) <= tolerance else found.constant
    simple = simplest(
        problem.samples, np.asarray(kernel), constant=FREE, tolerance=tolerance, slacks=SLACKS[:3]
    )
    if simple is not None:
        kernel, middle = simple.rational, (simple.least + simple.most) / 2
        bias = float(simplest_between(middle - tolerance, middle + tolerance))
    return problem.fit(kernel, bias, ("exact",), tolerance)


def a_known_blur(problem: Problem) -> Fit | None:
    """For large kernels: well-known blurs near that of least squares take no linear program."""
    if problem.exact or len(problem.near) > 1 or problem.near.size < thresholds.LARGE:
        return None
    for blur in known_blurs(problem.near[0]):
        tolerance = problem.arithmetic(blur)
        least, most = Biases(problem.samples)(blur[None])
        if most - least >= -2 * tolerance:
            fraction = common_fraction(blur[None], thresholds.NEAR_KNOWN)
            return problem.fit_between(fraction or blur[None], least, most, tolerance)
    return None


def simple_fractions(problem: Problem) -> Fit | None:
    """Taps that a person would have typed, where random ones would not look like that."""
    if problem.exact or problem.centre is None:
        return None
    kernel, tolerance = problem.centre.kernel, problem.tolerance
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
        return float(by_chance(found.rational.kernel, widest, denominator)) > LUCK

    for each in nearby:
        found = simplest(problem.samples, each, constant=FREE, tolerance=tolerance, is_luck=is_luck)
        if found is not None:
            return problem.fit_between(found.rational, found.least, found.most, tolerance)
    return None


def a_whole_bias(problem: Problem) -> Fit | None:
    """The kernel farthest inside the bounds for a whole bias near to the best one.

    Large kernels are kept as they are where they meet the bounds with that bias too.
    """
    if problem.exact or problem.centre is None:
        return None
    found = problem.centre
    tolerance = max(problem.tolerance, _between_passes(found.kernel))
    ways: tuple[tuple[float, Rounding], ...] = ((0.0, "nearest"), (-0.5, "floor"))
    for shift, name in ways:
        bias = round(found.constant - shift)
        moved = abs(bias + shift - found.constant)
        if moved > thresholds.WHOLE_BIAS:
            continue
        if found.kernel.size > thresholds.RETRIED and found.violation + moved <= 0:
            return problem.fit(found.kernel, bias, (name,), problem.tolerance)
        constant = (bias + shift,) * 2
        again = minimax(problem.samples, constant=constant, start=found.kernel)
        if again.violation <= tolerance:
            enough = max(problem.tolerance, thresholds.MARGIN * again.violation)
            return problem.fit(again.kernel, bias, (name,), enough)
    return None


def any_kernel(problem: Problem) -> Fit | None:
    """The kernel farthest inside the bounds, whatever its taps and bias are."""
    if problem.exact or problem.centre is None:
        return None
    least, most = Biases(problem.samples)(problem.centre.kernel)
    return problem.fit_between(problem.centre.kernel, least, most, problem.tolerance)


WAYS: tuple[Callable[[Problem], Fit | None], ...] = (
    a_floating_point_kernel,
    a_known_blur,
    simple_fractions,
    a_whole_bias,
    any_kernel,
)


def fit_window(pairs: Sequence[Pair], window: Window, near: Floats) -> Fit | None:
    """A kernel in this window that meets all bounds; ``near`` is that of least squares."""
    problem = Problem(pairs, window, near)
    return next((found for way in WAYS if (found := way(problem)) is not None), None)


def meeting_the_border(found: Fit, border: Border) -> Fit:
    """The same kernel, fitted to the rim as well now that it is known what lies outside.

    Where no kernel meets those bounds too, the old one.
    """
    wide = found.filter.widened(found.window.at_least(1))
    pairs = [replace(pair, border=border) for pair in found.pairs]
    samples = [pair.samples(wide.window.shape, wide.window.anchor) for pair in pairs]
    constant = (found.constant,) * 2
    again = minimax(samples, constant=constant, start=wide.kernel[0])
    if again.violation > found.tolerance:
        return found
    made = replace(wide, kernel=again.kernel[None])
    return replace(found, filter=made.trimmed(), reach=wide.window)


def with_proven_errors(found: Fit) -> Fit:
    """With how far kernels that meet all bounds may be from this one; not for many taps."""
    known = found.filter.fraction is not None or found.filter.rounding == "exact"
    if known or found.kernel.size > thresholds.CERTIFIED:
        return found
    samples = [found.samples(pair) for pair in found.pairs]
    return replace(found, errors=_proven(samples, found.kernel, found.tolerance))


def neighbourhoods(samples: Sequence[Samples]) -> int:
    """How many different ones the before pictures have: fewer than taps determine nothing."""
    kernel = np.random.default_rng(0).normal(size=samples[0].kernel_shape)
    kernel /= np.abs(kernel).sum()
    values = [np.unique(band.round(7)) for each in samples for _, band in bands(each.image, kernel)]
    return len(np.unique(np.concatenate(values)))


def rounding(least: float, most: float) -> tuple[float, tuple[Rounding, ...]]:
    """The simplest bias, and the roundings that fit with it.

    Truncating after adding half a grey level is rounding: pictures cannot tell the two apart, nor
    do they have to. It is called truncation where the bias is then a whole number, and only then.

    Parameters
    ----------
    least, most : the range of the bias if the after image was rounded to the nearest

    >>> rounding(-0.02, 0.01), rounding(-0.51, -0.49), rounding(127.8, 128.3), rounding(-0.5, 0.5)
    ((0.0, ('nearest',)), (0.0, ('floor',)), (128.0, ('nearest',)), (0.0, ('nearest', 'floor')))
    """
    nearest, floor = _simplest(least, most), _simplest(least + 0.5, most + 0.5)
    if floor.denominator == 1 < nearest.denominator:
        return float(floor), ("floor",)
    both = least + 0.5 <= nearest <= most + 0.5
    return float(nearest), ("nearest", "floor") if both else ("nearest",)


def _simplest(least: float, most: float) -> Fraction:
    """A whole number if there is one; else a fraction that is not at the very end of the range."""
    whole = simplest_between(least, most)
    if whole.denominator == 1:
        return whole
    margin = 0.1 * (most - least)
    return simplest_between(least + margin, most - margin)


def _halves_go_down(samples: Sequence[Samples], kernel: Floats, bias: float) -> bool:
    """Whether all values half-way between grey levels went down, as only truncation does it."""
    count = 0
    for each in samples:
        for first, band in bands(each.image, kernel):
            level = band + bias
            half = np.abs(level - np.floor(level) - 0.5) < thresholds.HALF
            lower = each.lower[first : first + len(band)][half]
            lower, level = lower[np.isfinite(lower)], level[half][np.isfinite(lower)]
            if (lower > level - 0.25).any():
                return False
            count += len(lower)
    return count >= thresholds.FEWEST_HALVES


def _proven(samples: Sequence[Samples], kernel: Floats, tolerance: float) -> Floats:
    """How far the taps of any kernel that meets all bounds may be from these."""
    proven = certificate(samples, constant=FREE, tolerance=tolerance)
    return np.maximum(proven.upper - kernel, kernel - proven.lower)


def _step(pairs: Sequence[Pair]) -> float:
    """The widest bounds that have two ends: 1 for rounded pictures, 0 for exact ones."""
    widest = 0.0
    for pair in pairs:
        width = pair.upper - pair.lower
        widest = max(widest, float(np.max(width, where=np.isfinite(width), initial=0.0)))
    return widest


def _between_passes(kernel: Floats) -> float:
    """Grey levels by which programs are off that keep 16 bits of 8 from one pass to the next."""
    return thresholds.BETWEEN_PASSES * float(np.abs(kernel).sum())

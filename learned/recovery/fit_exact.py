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
from learned.filter import STORE, Filter, Storing
from learned.pairs import Pair, Rounding
from learned.recovery import thresholds
from learned.recovery.names import known_blurs
from learned.recovery.refute import refuted
from learned.recovery.windows import Sums, gather, search
from learned.solve import fractions
from learned.solve.certificate import certificate
from learned.solve.fractions import Rational, Simple, by_chance, simplest, simplest_between
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
    share : of the pixels in the interior, those that are stored alike
    """

    filter: Filter
    reach: Window
    roundings: tuple[Rounding, ...] = ()
    tolerance: float = thresholds.ROUNDING_ERROR
    errors: Floats | None = None
    rms: float = 0.0
    pairs: Sequence[Pair] = ()
    share: float = 1.0

    @property
    def kernel(self) -> Floats:
        """(in-channels, M, N)"""
        kernel: Floats = self.filter.kernel[0]
        return kernel

    @property
    def window(self) -> Window:
        return self.filter.window

    @property
    def is_known(self) -> bool:
        """Whether the taps are known to the last digit."""
        return self.filter.fraction is not None or self.filter.rounding == "exact"

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
    for window in search(limit, fixed):
        if window.size > thresholds.RETRIED and refuted(pairs, window, step):
            return None
        sums = gather(pairs, window)
        if sums.count < 2 * sums.moments.size + thresholds.SPARE_PIXELS:
            continue
        variance = sums.variance(sums.window)
        # bounds that are met leave a residual of half a step at most; a float's, next to none
        most = thresholds.SPREAD * step**2, thresholds.FLOAT_SPREAD * sums.square / sums.count
        if variance > max(most):
            continue
        tried = [sums.window]
        if not fixed:
            noise = max(variance, sums.floor, thresholds.LEAST_SPREAD * step**2)
            smallest = sums.trimmed(sums.smallest(), noise)
            # a wider window also leaves out the rim that some programs do not filter
            tried = [smallest.grown(by) for by in range(thresholds.GROWTH)]
        inside = [window for window in tried if sums.window.contains(window)]
        fits = (fit_window(pairs, window, sums.kernel(window)) for window in inside)
        found = next(filter(None, fits), None)
        if found is not None:
            return found if fixed else _without_faint_rim(sums, found)
    return None


def all_fit(groups: Sequence[Sequence[Pair]], limit: Window, fixed: bool) -> list[Fit] | None:
    """An exact kernel for each group, or None if one has none."""
    found: list[Fit] = []
    for group in groups:
        if (one := fit(group, limit, fixed)) is None:
            return None
        found.append(one)
    return found


def _without_faint_rim(sums: Sums, found: Fit) -> Fit:
    """The same, or a smaller kernel that meets all bounds too."""
    kernel = np.abs(found.kernel)
    if found.is_known or kernel.size > thresholds.RETRIED:
        return found
    for side in SIDES:
        smaller = found.window.without(side)
        rim = kernel.copy()
        rim[(..., *smaller.inside(found.window))] = 0
        if smaller.size and rim.max() <= thresholds.FAINT * kernel.max():
            again = fit_window(found.pairs, smaller, sums.kernel(smaller))
            if again is not None:
                return _without_faint_rim(sums, again)
    return found


class Problem:
    """What the ways have in common: samples, and the kernel farthest inside all bounds.

    Parameters
    ----------
    near : (channels, M, N) the kernel of least squares
    """

    def __init__(self, pairs: Sequence[Pair], window: Window, near: Floats) -> None:
        self.pairs, self.window, self.near = pairs, window, near
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
        biases: Sequence[float],
        tolerance: float,
        ways: Sequence[Storing] = ("nearest", "halves up", "floor"),
    ) -> Fit:
        """The answer, with the first bias and way of storing that reproduce the most pixels."""
        fraction = None
        if isinstance(kernel, Rational):
            fraction, kernel = Rational(kernel.numerator[None], kernel.denominator), kernel.kernel
        made = Filter(kernel[None], self.window, (0.0,), fraction=fraction)
        if self.exact:
            made = replace(made, bias=(float(biases[0]),))
            return Fit(made.trimmed(), self.window, ("exact",), tolerance, pairs=self.pairs)
        shares = self._shares(made, biases, ways)
        (bias, way), best = max(shares.items(), key=lambda each: each[1])
        made = replace(made, bias=(bias,), rounding=way)
        alike = [w for (b, w), share in shares.items() if (b, share) == (bias, best)]
        names: list[Rounding] = ["floor" if w == "floor" else "nearest" for w in alike]
        roundings = tuple(dict.fromkeys(names))
        return Fit(made.trimmed(), self.window, roundings, tolerance, pairs=self.pairs, share=best)

    def _shares(
        self, made: Filter, biases: Sequence[float], ways: Sequence[Storing]
    ) -> dict[tuple[float, Storing], float]:
        """Of the pixels, those that a filter with this bias and way of storing reproduces."""
        same = {(float(bias), way): 0 for bias in biases for way in ways}
        known = 0
        for each in self.samples:
            inside = slice(0, each.lower.shape[0]), slice(0, each.lower.shape[1])
            at_corner = replace(made, window=Window(0, 0, *self.window.shape))
            level = at_corner.predict(each.image, inside)[0]
            known += int((np.isfinite(each.lower) | np.isfinite(each.upper)).sum())
            for bias, way in same:
                stored = STORE[way](level + bias)
                same[bias, way] += int(((each.lower < stored) & (stored < each.upper)).sum())
        return {key: count / max(1, known) for key, count in same.items()}


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
    tolerance = max(problem.tolerance, _between_passes(found.kernel))
    ways: dict[float, tuple[Storing, ...]] = {0.0: ("nearest", "halves up"), -0.5: ("floor",)}
    for shift, stored in ways.items():
        bias = round(found.constant - shift)
        moved = abs(bias + shift - found.constant)
        if moved > thresholds.WHOLE_BIAS:
            continue
        if found.kernel.size > thresholds.RETRIED and found.violation + moved <= 0:
            return problem.fit(found.kernel, [bias], problem.tolerance, stored)
        constant = (bias + shift,) * 2
        again = minimax(problem.samples, constant=constant, start=found.kernel)
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


def fit_window(pairs: Sequence[Pair], window: Window, near: Floats) -> Fit | None:
    """A kernel in this window that meets all bounds; ``near`` is that of least squares."""
    problem = Problem(pairs, window, near)
    ways = [a_floating_point_kernel] if problem.exact else WAYS
    found = next(filter(None, (way(problem) for way in ways)), None)
    return found if found is not None and found.share >= thresholds.REPRODUCED else None


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
    """With how far kernels that meet all bounds may be from this one, unless it has many taps.

    Of fractions, only for so few taps that others may do as well.
    """
    fraction = found.filter.fraction is not None
    most = thresholds.CERTIFIED_FRACTIONS if fraction else thresholds.CERTIFIED
    if found.filter.rounding == "exact" or found.kernel.size > most:
        return found
    samples = []
    for pair in found.pairs:
        rim = np.ones(pair.size, np.bool_)  # which the fit left out
        rim[found.reach.interior(pair.size)] = False
        samples.append(found.samples(pair.without(rim)))
    return replace(found, errors=_proven(samples, found.kernel, found.tolerance))


def neighbourhoods(samples: Sequence[Samples]) -> int:
    """How many different ones the before pictures have: fewer than taps determine nothing."""
    kernel = np.random.default_rng(0).normal(size=samples[0].kernel_shape)
    kernel /= np.abs(kernel).sum()
    values = [np.unique(band.round(7)) for each in samples for _, band in bands(each.image, kernel)]
    return len(np.unique(np.concatenate(values)))


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


def _proven(samples: Sequence[Samples], kernel: Floats, tolerance: float) -> Floats:
    """How far the taps of any kernel that meets all bounds may be from these."""
    proven = certificate(samples, constant=FREE, tolerance=tolerance)
    return np.maximum(proven.upper - kernel, kernel - proven.lower)


def _step(pairs: Sequence[Pair]) -> float:
    """The widest bounds that have two ends: 1 for rounded pictures, 0 for exact ones."""
    widths = (pair.upper - pair.lower for pair in pairs)
    return max(float(np.max(each, where=np.isfinite(each), initial=0.0)) for each in widths)


def _between_passes(kernel: Floats) -> float:
    """Grey levels by which programs are off that keep 16 bits of 8 from one pass to the next."""
    return thresholds.BETWEEN_PASSES * float(np.abs(kernel).sum())

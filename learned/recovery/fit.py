"""The kernel, bias and rounding that reproduce every pixel of one group of planes, if any do."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from learned.pairs import Pair, Rounding
from learned.recovery.names import guesses
from learned.recovery.search import SIDES, Sums, gather, searched
from learned.recovery.simple import (
    LUCK,
    SLACKS,
    Integers,
    by_chance,
    common_fraction,
    fractions_near,
    simplest_between,
)
from learned.recovery.window import Window
from learned.solve.certificate import certificate
from learned.solve.minimax import Solution, chebyshev
from learned.solve.predict import bands
from learned.solve.predict import Samples

Floats = NDArray[np.float64]

EVERYDAY = 20  # denominators that need no proof of not being chance
GROWTH = 3  # windows that are tried, each by one tap a side larger than the last
LARGE = 49  # taps; linear programs with more take a second and more
CERTIFIED = 25  # taps; the proof for more takes seconds
FEW = 9  # taps; programs for so few end at fractions of pixel differences, right or wrong
HOPELESS = 0.05  # grey levels; a kernel that misses bounds by more is not the filter
FAINT = 1e-3  # of the largest tap; a rim of such taps may be none
RETRIED = 121  # taps; kernels up to this are fitted again without a faint rim
FREE = (-np.inf, np.inf)
ARITHMETIC = 1e-6  # share of Σ |tap| · brightest pixel that a program in float32 may be off by


@dataclass(frozen=True)
class Fit:
    """A kernel that reproduces every pixel whose neighbourhood lies inside the picture.

    Attributes
    ----------
    kernel : (channels, M, N)
    window : where its taps lie
    reach : the window that was fitted, with rims of zeros; pixels nearer to the border than its
        overhang were left out
    bias : grey levels
    roundings : those that fit with this kernel and bias
    fraction : the taps as numerators (channels, M, N) and a denominator, or None
    tolerance : grey levels by which pixels may be out of their bounds, for rounding errors
    """

    kernel: Floats
    window: Window
    reach: Window
    bias: float
    roundings: tuple[Rounding, ...]
    fraction: tuple[Integers, int] | None
    tolerance: float


def fit(pairs: Sequence[Pair], limit: Window, fixed: bool = False) -> Fit | None:
    """The smallest kernel inside ``limit`` that meets all bounds of all pairs; None if none does.

    With ``fixed``, only kernels that fill the limit are tried.
    """
    step = _step(pairs)
    make = _exact if step == 0 else _bounded
    for sums in [gather(pairs, limit)] if fixed else searched(pairs, limit):
        if sums.count < 2 * sums.moments.size + 10:
            continue
        variance = sums.variance(sums.window)
        # bounds that are met leave a residual of half a step at most; a float's, next to none
        if variance > max(0.26 * step**2, 1e-9 * sums.square / max(1, sums.count)):
            continue
        noise = max(variance, sums.floor(), 1e-4 * step**2)
        window = sums.window if fixed else sums.trimmed(sums.smallest(), noise)
        for _ in range(GROWTH):
            # a wider window also leaves out the rim that some programs do not filter
            found = make(pairs, window, sums.solution(window)[0])
            if found is not None:
                return found if fixed else _without_faint_rim(pairs, sums, found)
            window = window.grown(1)
            if fixed or not sums.window.contains(window):
                break
    return None


def _without_faint_rim(pairs: Sequence[Pair], sums: Sums, found: Fit) -> Fit:
    """The same, or a smaller kernel that meets all bounds too."""
    if found.fraction is not None or "exact" in found.roundings or found.kernel.size > RETRIED:
        return found
    for side in SIDES:
        smaller = found.window.without(side)
        rows, columns = smaller.inside(found.window)
        rim = np.abs(found.kernel).copy()
        rim[:, rows, columns] = 0
        if 0 in smaller.shape or rim.max() > FAINT * np.abs(found.kernel).max():
            continue
        again = _bounded(pairs, smaller, sums.solution(smaller)[0])
        if again is not None:
            return _without_faint_rim(pairs, sums, again)
    return found


def meeting_the_border(pairs: Sequence[Pair], found: Fit) -> Fit:
    """The same kernel, fitted to the rim as well now that the pairs say what lies outside.

    Where no kernel meets those bounds too, the old one.
    """
    window = found.window.union(Window(0, 0, 1, 1))
    samples = [pair.samples(window.shape, window.anchor) for pair in pairs]
    constant = found.bias - (0.5 if found.roundings == ("floor",) else 0.0)
    start = np.zeros((len(found.kernel), *window.shape))
    start[:, *found.window.inside(window)] = found.kernel
    again = chebyshev(samples, constant=(constant, constant), start=start)
    if again.violation > found.tolerance:
        return found
    return _cut(replace(found, kernel=again.kernel, window=window, reach=window))


def proven_errors(pairs: Sequence[Pair], found: Fit) -> Floats | None:
    """How far kernels that meet all bounds may be from this one; None for many taps."""
    known = found.fraction is not None or "exact" in found.roundings
    if known or found.kernel.size > CERTIFIED:
        return None
    samples = [found.window.samples(pair) for pair in pairs]
    return _errors(samples, found.kernel, found.tolerance)


def _exact(pairs: Sequence[Pair], window: Window, _: Floats) -> Fit | None:
    """For after images in floating point: least squares, up to the rounding of float32."""
    samples = [window.samples(pair) for pair in pairs]
    found = chebyshev(samples, constant=FREE)
    tolerance = _tolerance(samples, found.kernel, found.constant)
    if found.violation > tolerance:
        return None
    kernel = np.where(np.abs(found.kernel) > 1e-9 * np.abs(found.kernel).max(), found.kernel, 0.0)
    bias = 0.0 if abs(found.constant) <= tolerance else found.constant
    made = Fit(kernel, window, window, bias, ("exact",), None, tolerance)
    for numerators, denominator in fractions_near(kernel, SLACKS[:3]):
        simple = numerators / denominator
        least, most = bias_range(samples, simple)
        if most - least >= -2 * tolerance:
            middle = (least + most) / 2
            bias = float(simplest_between(middle - tolerance, middle + tolerance))
            made = replace(made, kernel=simple, bias=bias, fraction=(numerators, denominator))
            break
    return _cut(made)


def _bounded(pairs: Sequence[Pair], window: Window, near: Floats) -> Fit | None:
    """For rounded after images: the kernel that stays farthest inside the bounds.

    ``near`` is that of least squares. For large kernels well-known ones near to it are tried
    first, as that takes no linear program.
    """
    samples = [window.samples(pair) for pair in pairs]
    if len(near) == 1 and near.size >= LARGE:
        for guess in guesses(near[0]):
            tolerance = _tolerance(samples, guess, 0.0)
            least, most = bias_range(samples, guess[None])
            if most - least >= -2 * tolerance:
                bias, roundings = rounding(least - tolerance, most + tolerance)
                known = common_fraction(guess, 1e-12)
                fraction = known and (known[0][None], known[1])
                return _cut(Fit(guess[None], window, window, bias, roundings, fraction, tolerance))
    if neighbourhoods(samples) <= (3 if near.size > 100 else 1) * near.size > 1:
        return None  # some of many taps would fit anything
    found = chebyshev(samples, constant=FREE, hopeless=HOPELESS)
    tolerance = _tolerance(samples, found.kernel, found.constant)
    if found.violation > tolerance:
        tolerance = _between_passes(found.kernel)
    if found.violation > tolerance:
        return None
    candidates = fractions_near(found.kernel)
    if _tolerance(samples, found.kernel, 0.0) < ARITHMETIC:  # together, less than a grey level
        candidates.insert(0, (np.zeros(found.kernel.shape, np.int64), 1))
    errors: Floats | None = None
    for numerators, denominator in candidates:
        simple = numerators / denominator
        least, most = bias_range(samples, simple)
        if most - least < -2 * tolerance:
            continue
        if near.size <= FEW and denominator > 1:
            # n-ths of whole pixels leave 1/n of room, unless halves went both ways
            roomy = most - least >= 0.99 / denominator - 0.2 * tolerance
            if not (roomy and denominator <= EVERYDAY):
                if errors is None:
                    errors = _errors(samples, found.kernel, tolerance)
                if by_chance(simple, float(errors.max()), denominator) > LUCK:
                    continue
        bias, roundings = rounding(least - tolerance, most + tolerance)
        fraction = (numerators, denominator)
        if len(roundings) > 1 and _halves_go_down(samples, simple, bias):
            roundings = ("floor",)
        return _cut(Fit(simple, window, window, bias, roundings, fraction, tolerance))
    whole = _with_whole_bias(samples, found, max(tolerance, _between_passes(found.kernel)))
    if whole is not None:
        kernel, bias, name, missed = whole
        tolerance = max(tolerance, 1.01 * missed)
        return _cut(Fit(kernel, window, window, bias, (name,), None, tolerance))
    least, most = bias_range(samples, found.kernel)
    bias, roundings = rounding(least - tolerance, most + tolerance)
    return _cut(Fit(found.kernel, window, window, bias, roundings, None, tolerance))


def _with_whole_bias(
    samples: Sequence[Samples], found: Solution, tolerance: float
) -> tuple[Floats, float, Rounding, float] | None:
    """The kernel farthest inside the bounds for a whole bias, rounded or truncated, near to the
    best bias, and by how much it misses them; None if by more than ``tolerance``.

    Large kernels are kept as they are where they meet the bounds with that bias too.
    """
    ways: tuple[tuple[float, Rounding], ...] = ((0.0, "nearest"), (-0.5, "floor"))
    for offset, name in ways:
        bias = round(found.constant - offset)
        moved = abs(bias + offset - found.constant)
        if moved > 0.05:
            continue
        if found.kernel.size > RETRIED and found.violation + moved <= 0:
            return found.kernel, float(bias), name, 0.0
        constant = (bias + offset,) * 2
        again = chebyshev(samples, constant=constant, start=found.kernel)
        if again.violation <= tolerance:
            return again.kernel, float(bias), name, again.violation
    return None


def neighbourhoods(samples: Sequence[Samples]) -> int:
    """How many different ones the before pictures have: fewer than taps determine nothing."""
    kernel = np.random.default_rng(0).normal(size=samples[0].kernel_shape)
    kernel /= np.abs(kernel).sum()
    values = [np.unique(band.round(7)) for each in samples for _, band in bands(each.image, kernel)]
    return len(np.unique(np.concatenate(values)))


def _errors(samples: Sequence[Samples], kernel: Floats, tolerance: float) -> Floats:
    """How far the taps of any kernel that meets all bounds may be from these."""
    proven = certificate(samples, constant=FREE, tolerance=tolerance)
    return np.maximum(proven.upper - kernel, kernel - proven.lower)


def _halves_go_down(samples: Sequence[Samples], kernel: Floats, bias: float) -> bool:
    """Whether all values half-way between grey levels went down, as only truncation does it."""
    count = 0
    for each in samples:
        for first, band in bands(each.image, kernel):
            level = band + bias
            half = np.abs(level - np.floor(level) - 0.5) < 1e-6
            lower = each.lower[first : first + len(band)][half]
            lower, level = lower[np.isfinite(lower)], level[half][np.isfinite(lower)]
            if (lower > level - 0.25).any():
                return False
            count += len(lower)
    return count >= 8


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


def bias_range(samples: Sequence[Samples], kernel: Floats) -> tuple[float, float]:
    """The lowest and the highest bias with which the kernel meets all bounds.

    Where the lowest is above the highest, no bias does.
    """
    least, most = -np.inf, np.inf
    for each in samples:
        for first, band in bands(each.image, kernel):
            rows = slice(first, first + len(band))
            least = max(least, float((each.lower[rows] - band).max()))
            most = min(most, float((each.upper[rows] - band).min()))
    return least, most


def _step(pairs: Sequence[Pair]) -> float:
    """The widest bounds that have two ends: 1 for rounded pictures, 0 for exact ones."""
    widest = 0.0
    for pair in pairs:
        width = pair.upper - pair.lower
        widest = max(widest, float(np.max(width, where=np.isfinite(width), initial=0.0)))
    return widest


def _tolerance(samples: Sequence[Samples], kernel: Floats, bias: float) -> float:
    """What the arithmetic of the program that made the after image may be off by."""
    brightest = max(float(np.abs(each.image).max()) for each in samples)
    return ARITHMETIC * (float(np.abs(kernel).sum()) * brightest + abs(bias))


def _between_passes(kernel: Floats) -> float:
    """Grey levels by which programs are off that keep 16 bits of 8 from one pass to the next."""
    return float(np.abs(kernel).sum()) / 257


def _cut(found: Fit) -> Fit:
    """Without the outer rows and columns of taps that are zero."""
    window, kernel = found.window.cut_to(found.kernel)
    part = window.inside(found.window) if kernel.any() else np.s_[:1, :1]
    fraction = found.fraction
    if fraction is not None:
        fraction = np.ascontiguousarray(fraction[0][..., *part]), fraction[1]
    kernel = np.ascontiguousarray(kernel)
    return replace(found, kernel=kernel, window=window, fraction=fraction)

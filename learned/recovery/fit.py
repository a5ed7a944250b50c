"""The kernel, bias and rounding that reproduce every pixel of one group of planes, if any do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from learned.pairs import Pair, Rounding
from learned.recovery.search import searched
from learned.recovery.simple import Integers, fractions_near, simplest_between
from learned.recovery.window import Window
from learned.solve.chebyshev import chebyshev
from learned.solve.pixels import bands
from learned.solve.samples import Samples

Floats = NDArray[np.float64]

FREE = (-np.inf, np.inf)
ARITHMETIC = 1e-6  # share of Σ |tap| · brightest pixel that a program in float32 may be off by


@dataclass(frozen=True)
class Fit:
    """A kernel that reproduces every pixel whose neighbourhood lies inside the picture.

    Attributes
    ----------
    kernel : (channels, M, N)
    window : where its taps lie
    bias : grey levels
    roundings : those that fit with this kernel and bias
    fraction : the taps as numerators (channels, M, N) and a denominator, or None
    undetermined : (directions, channels, M, N) what may be added to the kernel without a trace
    """

    kernel: Floats
    window: Window
    bias: float
    roundings: tuple[Rounding, ...]
    fraction: tuple[Integers, int] | None
    undetermined: Floats


def fit(pairs: Sequence[Pair], limit: Window) -> Fit | None:
    """The smallest kernel inside ``limit`` that meets all bounds of all pairs; None if none does."""
    step = _step(pairs)
    for window in search(pairs, limit, step):
        found = _exact(pairs, window) if step == 0 else _bounded(pairs, window)
        if found is not None:
            return found
    return None


def search(pairs: Sequence[Pair], limit: Window, step: float) -> Iterator[Window]:
    """Windows in which a filter that explains the pictures may lie, the likeliest first."""
    for sums in searched(pairs, limit):
        variance = sums.variance(sums.window)
        # bounds that are met leave a residual of half a step at most; a float's, next to none
        if variance > max(0.26 * step**2, 1e-9 * sums.square / max(1, sums.count)):
            continue
        trimmed = sums.trimmed(sums.window, max(variance, sums.floor(), 1e-4 * step**2))
        yield trimmed
        for by in range(1, max(sums.window.shape)):
            wider = trimmed.grown(by)
            if not sums.window.contains(wider):
                break
            yield wider


def _exact(pairs: Sequence[Pair], window: Window) -> Fit | None:
    """For after images in floating point: least squares, up to the rounding of float32."""
    samples = [window.samples(pair) for pair in pairs]
    found = chebyshev(samples, constant=FREE)
    tolerance = _tolerance(samples, found.kernel, found.constant)
    if found.violation > tolerance:
        return None
    kernel = np.where(np.abs(found.kernel) > 1e-9 * np.abs(found.kernel).max(), found.kernel, 0.0)
    bias = 0.0 if abs(found.constant) <= tolerance else found.constant
    made = Fit(kernel, window, bias, ("exact",), None, found.undetermined)
    for numerators, denominator in fractions_near(kernel):
        simple = numerators / denominator
        least, most = bias_range(samples, simple)
        if most - least >= -2 * tolerance:
            middle = (least + most) / 2
            bias = float(simplest_between(middle - tolerance, middle + tolerance))
            made = replace(made, kernel=simple, bias=bias, fraction=(numerators, denominator))
            break
    return _cut(made)


def _bounded(pairs: Sequence[Pair], window: Window) -> Fit | None:
    """For rounded after images: the kernel that stays farthest inside the bounds."""
    samples = [window.samples(pair) for pair in pairs]
    found = chebyshev(samples, constant=FREE)
    tolerance = _tolerance(samples, found.kernel, found.constant)
    if found.violation > tolerance:
        return None
    for numerators, denominator in fractions_near(found.kernel):
        simple = numerators / denominator
        least, most = bias_range(samples, simple)
        if most - least >= -2 * tolerance:
            bias, roundings = rounding(least - tolerance, most + tolerance)
            fraction = (numerators, denominator)
            return _cut(Fit(simple, window, bias, roundings, fraction, found.undetermined))
    least, most = bias_range(samples, found.kernel)
    bias, roundings = rounding(least - tolerance, most + tolerance)
    kernel = found.kernel
    if bias != round(bias):
        # no whole bias fits this kernel; one may fit another kernel
        for offset, name in ((0.0, "nearest"), (-0.5, "floor")):
            whole = round(found.constant - offset)
            if abs(whole + offset - found.constant) < 0.05:
                constant = (whole + offset,) * 2
                again = chebyshev(samples, constant=constant, start=found.kernel)
                if again.violation <= tolerance:
                    kernel, bias, roundings = again.kernel, float(whole), (name,)
                    break
    return _cut(Fit(kernel, window, bias, roundings, None, found.undetermined))


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
    nearest, floor = simplest_between(least, most), simplest_between(least + 0.5, most + 0.5)
    if floor.denominator == 1 < nearest.denominator:
        return float(floor), ("floor",)
    both = least + 0.5 <= nearest <= most + 0.5
    return float(nearest), ("nearest", "floor") if both else ("nearest",)


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


def _cut(found: Fit) -> Fit:
    """Without the outer rows and columns of taps that are zero."""
    window, kernel = found.window.cut_to(found.kernel)
    part = window.inside(found.window) if kernel.any() else np.s_[:1, :1]
    fraction = found.fraction
    if fraction is not None:
        fraction = np.ascontiguousarray(fraction[0][..., *part]), fraction[1]
    return replace(found, kernel=np.ascontiguousarray(kernel), window=window, fraction=fraction)

"""Kernels of one or two numbers, also wider than the window searched: blurs, masks, Laplacians.

A window of 101 × 101 has ten thousand taps, but a Gaussian has one sigma. So each family is run on
a part of the before image for a range of its number, and compared with the after image.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

import cv2
import numpy as np
from scipy.optimize import minimize_scalar

from handconv.arrays import Floats, Integers, Mask
from handconv.kernels import families
from learned.pairs import Pair
from learned.recovery import thresholds
from learned.recovery.bells import gaussian, usual_sides
from learned.recovery.fit import Fit
from learned.recovery.meeting import meeting_bounds
from learned.recovery.names import shortened
from learned.recovery.windows import halfway
from learned.solve.fractions import simplest_between


class View(NamedTuple):
    """A square part of a pair.

    Attributes
    ----------
    before : (side, side) grey levels
    places : the rows that are looked at, evenly spread; the columns are the same ones
    after : (places, places) what the after levels are near; 0 where that is not known
    counts : (places, places) where it is
    """

    before: Floats
    places: Integers
    after: Floats
    counts: Mask

    @property
    def distances(self) -> Integers:
        """(2 side,) of a pixel from the middle of a kernel."""
        return np.arange(2 * len(self.before))

    def lines(self, weight: Floats) -> Floats:
        """(places, side) that filter all columns, by the weight at each of the `distances`.

        The picture is reflected at its ends.
        """
        side, at = len(self.before), self.places[:, None]
        every = np.arange(side)
        ends = weight[at + every + 1] + weight[2 * side - 1 - every - at]
        return np.asarray(weight[np.abs(at - every)] + ends)

    def filtered(self, down: Floats, along: Floats) -> Floats:
        """(places, places) of the outer product of two `lines`."""
        return np.asarray(down @ self.before @ along.T)

    @property
    def unfiltered(self) -> Floats:
        return self.at_places(self.before)

    def at_places(self, image: Floats) -> Floats:
        return image[np.ix_(self.places, self.places)]

    def rms(self, made: Floats, base: Floats | float = 0.0) -> tuple[float, float]:
        """What the base and a multiple of ``made``, and a bias, leave; and the factor."""
        x, y = made[self.counts], (self.after - base)[self.counts]
        x, y = x - x.mean(), y - y.mean()
        square = float(x @ x)
        factor = float(x @ y) / square if square else 0.0
        return float(np.sqrt(np.mean((y - factor * x) ** 2))), factor


def a_wide_kernel(pairs: Sequence[Pair]) -> Fit | None:
    """A Gaussian, an unsharp mask or Laplacian of one, a box or a disc that meets all bounds.

    Up to `thresholds.WIDEST_KNOWN` taps a side, whatever the window searched.
    """
    view = _view(pairs[0])
    if view is None or any(len(pair.before) > 1 for pair in pairs):
        return None
    most = 2 * min(side for pair in pairs for side in pair.size)
    return meeting_bounds(pairs, (k for k in _candidates(view) if 3 * max(k.shape) <= most))


def _view(pair: Pair) -> View | None:
    """The middle of the pair; None where it is small, or mostly clipped."""
    side = min(thresholds.WIDE_SIDE, *pair.size)
    rows, columns = (slice((n - side) // 2, (n + side) // 2) for n in pair.size)
    margin = min(thresholds.WIDEST_KNOWN // 2, side // 3)
    places = np.arange(margin, side - margin, max(1, side // thresholds.WIDE_PLACES))
    inside = np.ix_(places, places)
    after = halfway(pair.lower[rows, columns][inside], pair.upper[rows, columns][inside])
    counts = np.isfinite(after)
    if counts.sum() < thresholds.TELLING:
        return None
    before = pair.before[0, rows, columns].astype(np.float64)
    return View(before, places, np.where(counts, after, 0.0), counts)


def _candidates(view: View) -> Iterator[Floats]:
    """Kernels of families that leave little more than rounding does, with simple numbers."""
    most = thresholds.WIDE_RMS
    rms, sigma, factor = _best_sigma(view, _gaussian)
    if rms <= most:
        for short, side in _short_sigmas(sigma):
            yield _simple(factor) * np.outer(*[gaussian(side, short)] * 2)
    rms, sigma, factor = _best_sigma(view, _taken_away, view.unfiltered)
    if rms <= most and factor > 0:
        for short, side in _short_sigmas(sigma):
            for digits in (1, 2, 3):
                yield families.unsharp(side, short, shortened(factor, digits))
    rms, sigma, factor = _best_sigma(view, _gaussian_laplacian)
    if rms <= most:
        for short, side in _short_sigmas(sigma):
            yield _simple(factor) * _laplacian(side, short)
    rms, sides, factor = _best_box(view)
    if rms <= most:
        yield _simple(factor) * families.box(*sides)
    rms, square, factor = _best_disc(view)
    if rms <= most:
        yield _simple(factor) * _disc(square)


def _gaussian(view: View, sigma: float) -> Floats:
    bell = view.lines(_bell(view, sigma))
    return view.filtered(bell, bell)


def _taken_away(view: View, sigma: float) -> Floats:
    return view.unfiltered - _gaussian(view, sigma)


def _gaussian_laplacian(view: View, sigma: float) -> Floats:
    bell = _bell(view, sigma)
    first, second = view.lines(bell), view.lines(_second(view.distances, sigma) * bell)
    return view.filtered(second, first) + view.filtered(first, second)


def _bell(view: View, sigma: float) -> Floats:
    taps = 2 * len(view.distances) - 1
    return gaussian(taps, sigma)[taps // 2 :]


def _second(place: Integers, sigma: float) -> Floats:
    """The second derivative of a Gaussian, as multiples of the Gaussian."""
    return np.asarray(place**2 / sigma**4 - 1 / sigma**2)


def _best_sigma(
    view: View, made: Callable[[View, float], Floats], base: Floats | float = 0.0
) -> tuple[float, float, float]:
    """What is left at least, with which sigma, and times which factor."""

    def left(log: float) -> float:
        return view.rms(made(view, float(np.exp(log))), base)[0]

    logs = np.log(np.geomspace(*thresholds.WIDE_SIGMAS))
    rough = [left(each) for each in logs]
    best = int(np.argmin(rough))
    if rough[best] > thresholds.WIDE_HOPE:
        return rough[best], 0.0, 0.0
    ends = logs[max(0, best - 1)], logs[min(len(logs) - 1, best + 1)]
    sigma = float(np.exp(minimize_scalar(left, bounds=ends, options={"xatol": 1e-3}).x))
    rms, factor = view.rms(made(view, sigma), base)
    return rms, sigma, factor


def _short_sigmas(sigma: float) -> Iterator[tuple[float, int]]:
    """Sigmas of few digits that are near, and sides that programs give them."""
    step = 10.0 ** (np.floor(np.log10(sigma)) - 1)
    below = np.floor(sigma / step) * step
    near = shortened(sigma, 2), shortened(below, 2), shortened(below + step, 2), shortened(sigma, 3)
    for short in dict.fromkeys(near):
        for side in dict.fromkeys(sides[0] for sides in usual_sides(short, short)):
            if side <= thresholds.WIDEST_KNOWN:
                yield short, side


def _laplacian(side: int, sigma: float) -> Floats:
    """As ``scipy.ndimage.gaussian_laplace`` has it: second derivatives of Gaussians, added."""
    place = np.arange(side) - side // 2
    bell = gaussian(side, sigma)
    second = _second(place, sigma) * bell
    return np.asarray(np.outer(second, bell) + np.outer(bell, second))


def _best_box(view: View) -> tuple[float, tuple[int, int], float]:
    """What is left at least, by which rows and columns of a box, and times which factor."""

    @cache
    def sums(side: int) -> Floats:
        return view.lines((view.distances <= side // 2).astype(np.float64))

    @cache
    def summed(rows: int) -> Floats:
        return np.asarray(sums(rows) @ view.before)

    def left(rows: int, columns: int) -> tuple[float, tuple[int, int], float]:
        rms, factor = view.rms(summed(rows) @ sums(columns).T / (rows * columns))
        return rms, (rows, columns), factor

    odd = range(1, thresholds.WIDEST_KNOWN + 1, 2)
    squares = (left(side, side) for side in odd[1::2])
    lines = (left(*((1, side) if across else (side, 1))) for side in odd[1::2] for across in (0, 1))
    best = min([*squares, *lines])
    for _ in range(2):
        rows, columns = best[1]
        best = min(left(side, columns) for side in odd)
        rows = best[1][0]
        best = min(left(rows, side) for side in odd)
    return best


def _disc(square: float) -> Floats:
    """Equal taps where rows² + columns² ≤ ``square``."""
    radius = int(np.sqrt(square))
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    mask = (y * y + x * x <= square).astype(np.float64)
    return np.asarray(mask / mask.sum())


def _best_disc(view: View) -> tuple[float, float, float]:
    """What is left at least, by which squared radius of a disc, and times which factor."""

    def left(square: float) -> tuple[float, float, float]:
        made = np.asarray(cv2.filter2D(view.before, -1, _disc(square)), np.float64)
        rms, factor = view.rms(view.at_places(made))
        return rms, square, factor

    radii = np.unique(np.rint(np.geomspace(2, thresholds.WIDEST_KNOWN // 2, 10)))
    rough = min(left(float(radius**2)) for radius in radii)
    if rough[0] > thresholds.WIDE_HOPE:
        return rough
    low, high = 0.75 * np.sqrt(rough[1]), 1.35 * np.sqrt(rough[1])
    near = np.arange(np.floor(low), np.ceil(high) + 1)
    return min(left(float(each)) for each in (*near**2, *(near + 0.5) ** 2))


def _simple(factor: float) -> float:
    """The simplest number near; 1 is the likeliest."""
    near = thresholds.WIDE_FACTOR
    if abs(abs(factor) - 1) < near:
        return float(np.sign(factor))
    return float(simplest_between(*sorted((factor * (1 - near / 4), factor * (1 + near / 4)))))

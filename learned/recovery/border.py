"""What the program took for the pixels outside the picture: decided where the kernel hangs over."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from handconv.arrays import Array, Floats
from handconv.borders import BORDERS, Border
from learned.pairs import Pair
from learned.recovery import thresholds
from learned.recovery.fit_exact import Fit
from learned.window import Region, Window


class Plane(NamedTuple):
    """One out-channel of a pair of pictures, and the filter that makes it."""

    pair: Pair
    fit: Fit

    def level(self, border: Border, region: Region | None = None) -> Floats:
        """(rows, columns) of the sums that the bounds are held against."""
        made = replace(self.fit.filter, border=border)
        level: Floats = made.predict(self.pair.before, region)[0]
        return level + made.shift


def fitting_borders(
    planes: Sequence[Plane], reach: Window, tolerances: Sequence[float], share: float = 1.0
) -> list[Border]:
    """The borders that reproduce the rim pixels of every plane, sorted.

    Parameters
    ----------
    reach : the window whose overhang is the width of the rim
    tolerances : grey levels by which bounds may be missed; the second if no border fits with the
        first, and so on
    share : of the rim pixels that must be reproduced
    """
    for tolerance in tolerances:
        found = sorted(
            border
            for border in BORDERS
            if all(_share_inside(plane, reach, border, tolerance) >= share for plane in planes)
        )
        if found:
            return found
    return []


def _share_inside(plane: Plane, reach: Window, border: Border, tolerance: float) -> float:
    """Share of the rim pixels that are reproduced; 1 without a rim, 0 where it is cut off."""
    inside = known = 0
    strips = list(_rim(plane.pair.size, reach))
    for region in strips:
        lower, upper = plane.pair.lower[region], plane.pair.upper[region]
        level = plane.level(border, region)
        some = np.isfinite(lower) | np.isfinite(upper)
        met = (lower - tolerance <= level) & (level <= upper + tolerance)
        inside, known = inside + int((met & some).sum()), known + int(some.sum())
    if known == 0:
        return 0.0 if strips else 1.0
    return inside / known


def _rim(shape: tuple[int, int], window: Window) -> Iterator[Region]:
    """The four strips of output pixels with a tap outside the picture; those that are not empty."""
    (height, width), (above, below, left, right) = shape, window.overhang
    above, left = min(above, height), min(left, width)
    below, right = min(below, height - above), min(right, width - left)
    middle = slice(above, height - below)
    for region in (
        (slice(0, above), slice(0, width)),
        (slice(height - below, height), slice(0, width)),
        (middle, slice(0, left)),
        (middle, slice(width - right, width)),
    ):
        if all(part.start < part.stop for part in region):
            yield region


class _Rim:
    """The pixels near the border that are not filtered like the others."""

    def __init__(self, plane: Plane, reach: Window) -> None:
        pair, fit = self.pair, self.fit = plane
        self.tolerance, self.reach = fit.tolerance, reach
        self.outside = np.ones(pair.size, np.bool_)
        self.outside[reach.interior(pair.size)] = False
        # some of the rim may be filtered like the rest: it can be wider on one side
        inside = fit.window.interior(pair.size)
        lower, upper = pair.lower[inside], pair.upper[inside]
        level = plane.level("constant", inside)
        self.outside[inside] &= (lower - self.tolerance > level) | (level > upper + self.tolerance)
        self.lower, self.upper = pair.lower[self.outside], pair.upper[self.outside]
        # the kernel without the taps outside, and the sum of those that are inside
        self.filtered = plane.level("constant")[self.outside] - fit.constant
        bare = replace(fit.filter, bias=(0.0,), border="constant")
        self.weight = bare.predict(np.ones_like(pair.before))[0][self.outside]
        self.total = float(fit.kernel.sum())

    def holds(self, values: Array | float) -> bool:
        """Whether these sums, one for each pixel of the rim, lie inside the bounds."""
        low, high = self.lower - self.tolerance, self.upper + self.tolerance
        return bool(((low <= values) & (values <= high)).all())


def describe_rim(plane: Plane, reach: Window) -> str:
    """What the rim holds where none of the five borders reproduces it, as a sentence."""
    rim = _Rim(plane, reach)
    return next(found for kind in KINDS_OF_RIM if (found := kind(rim)))


def _missing(rim: _Rim) -> str:
    if (np.isfinite(rim.lower) | np.isfinite(rim.upper)).any():
        return ""
    return "The after image has no rim: the program left out what the border would decide."


def _unfiltered(rim: _Rim) -> str:
    before = rim.pair.before
    if len(before) > 1 or not rim.holds(before[0][rim.outside].astype(np.float64)):
        return ""
    return "The program leaves its rim unfiltered: there the after image is the before image."


def _of_one_colour(rim: _Rim) -> str:
    if np.ptp(np.nan_to_num(rim.lower)) or np.ptp(np.nan_to_num(rim.upper)):
        return ""
    low, high = float(rim.lower[0]), float(rim.upper[0])
    value = (low + high) / 2 if np.isfinite(high - low) else max(0.0, np.ceil(low))
    colour = "black" if value <= 0 else f"filled with {value:g}"
    return f"The program does not filter its rim; it is {colour}."


def _copied(rim: _Rim) -> str:
    inner = rim.reach.interior(rim.pair.size)
    rows, columns = (
        np.arange(length).clip(part.start, part.stop - 1)
        for length, part in zip(rim.pair.size, inner, strict=True)
    )
    for of_rim, whole in ((rim.lower, rim.pair.lower), (rim.upper, rim.pair.upper)):
        if not np.array_equal(whole[rows[:, None], columns][rim.outside], of_rim):
            return ""
    return "The program filters the inside only, and copies its outermost pixels to the rim."


def _scaled(rim: _Rim) -> str:
    with np.errstate(divide="ignore", invalid="ignore"):
        if not rim.holds(rim.filtered * (rim.total / rim.weight) + rim.fit.constant):
            return ""
    return (
        "At the rim the program leaves out the taps that lie outside the picture, and scales up "
        "the others to the same sum."
    )


def _of_one_colour_outside(rim: _Rim) -> str:
    missing = rim.total - rim.weight
    some = np.isfinite(rim.lower) & np.isfinite(rim.upper)
    some &= np.abs(missing) > thresholds.MISSING * abs(rim.total)
    if not some.any():
        return ""
    middle = (rim.lower[some].astype(np.float64) + rim.upper[some]) / 2
    levels = (middle - rim.fit.constant - rim.filtered[some]) / missing[some]
    constant = float(np.median(levels))
    for grey in (float(round(constant)), constant):
        if rim.holds(rim.filtered + missing * grey + rim.fit.constant):
            return f"The program takes the outside of the picture for the grey level {grey:g}."
    return ""


def _unknown(rim: _Rim) -> str:
    return "None of the five borders reproduces the rim, nor is it a copy or of one colour."


KINDS_OF_RIM: tuple[Callable[[_Rim], str], ...] = (
    _missing,
    _unfiltered,
    _of_one_colour,
    _copied,
    _scaled,
    _of_one_colour_outside,
    _unknown,
)
"""What a rim may be, in the order of trying; each gives a sentence, or nothing where it is not."""

"""What the program took for the pixels outside the picture: decided where the kernel hangs over."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from handconv.arrays import Array, Floats, Mask
from handconv.borders import BORDERS, Border
from learned.filter import Rim
from learned.pairs import Pair
from learned.recovery import thresholds
from learned.recovery.fit import Fit
from learned.window import Region, Window

Found = tuple[str, dict[str, Any]]
"""A sentence, and what has to change in the filter for it to do the same."""


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


def describe_rim(planes: Sequence[Plane], reach: Window) -> Found:
    """What the rims of all planes hold where none of the five borders reproduces them."""
    frames = [each for plane in planes if (each := _Frame(plane, reach)).outside.any()]
    if not any((np.isfinite(each.lower) | np.isfinite(each.upper)).any() for each in frames):
        return "The after image has no rim: the program left out what the border would decide.", {}
    above, below, left, right = np.max([each.rim[:4] for each in frames], axis=0).tolist()
    rim = Rim(above, below, left, right, "filled")
    if all(each.is_unfiltered() for each in frames):
        sentence = (
            "The program leaves its rim unfiltered: there the after image is the before image."
        )
        return sentence, {"rim": rim._replace(kind="unfiltered")}
    value = _common([each.colour() for each in frames])
    if value is not None:
        colour = "black" if value <= 0 else f"filled with {value:g}"
        sentence = f"The program does not filter its rim; it is {colour}."
        return sentence, {"rim": rim._replace(value=max(0.0, value))}
    if all(each.is_copied() for each in frames):
        sentence = (
            "The program filters the inside only, and copies its outermost pixels to the rim."
        )
        return sentence, {"rim": rim._replace(kind="copied")}
    if all(each.is_scaled() for each in frames):
        return (
            "At the rim the program leaves out the taps that lie outside the picture, and scales "
            "up the others to the same sum."
        ), {}
    grey = _common([each.colour_outside() for each in frames])
    if grey is not None:
        sentence = f"The program takes the outside of the picture for the grey level {grey:g}."
        return sentence, {"border": "constant", "outside": grey}
    return "None of the five borders reproduces the rim, nor is it a copy or of one colour.", {}


def _common(values: Sequence[float | None]) -> float | None:
    """The one value of all, if they have but one."""
    return values[0] if len(set(values)) == 1 else None


class _Frame:
    """The pixels near the border that are not filtered like the others.

    Attributes
    ----------
    rim : how wide it is
    outside : (rows, columns) True in the frame
    lower, upper : (pixels,) bounds of those in the frame
    filtered, weight : (pixels,) what the taps inside the picture make of it, and their sum
    total : sum of all taps
    """

    def __init__(self, plane: Plane, reach: Window) -> None:
        pair, fit = self.pair, self.fit = plane
        unmet = np.ones(pair.size, np.bool_)
        unmet[reach.interior(pair.size)] = False
        # some of it may be filtered like the rest: it can be wider on one side
        inside = fit.window.interior(pair.size)
        lower, upper = pair.lower[inside], pair.upper[inside]
        level = plane.level("constant", inside)
        unmet[inside] &= (lower - fit.tolerance > level) | (level > upper + fit.tolerance)
        self.rim = _frame_around(unmet, reach.interior(pair.size))
        self.outside = np.ones(pair.size, np.bool_)
        self.outside[self.rim.inner(pair.size)] = False
        self.lower, self.upper = pair.lower[self.outside], pair.upper[self.outside]
        bare = replace(fit.filter, bias=(0.0,), border="constant")
        self.filtered = bare.predict(pair.before)[0][self.outside]
        self.weight = bare.predict(np.ones_like(pair.before))[0][self.outside]
        self.total = float(fit.kernel.sum())

    def holds(self, levels: Array) -> bool:
        """Whether these lie inside the bounds, one for each pixel of the frame."""
        low, high = self.lower - self.fit.tolerance, self.upper + self.fit.tolerance
        return bool(((low <= levels) & (levels <= high)).all())

    def is_unfiltered(self) -> bool:
        before = self.pair.before
        return len(before) == 1 and self.holds(before[0][self.outside].astype(np.float64))

    def is_scaled(self) -> bool:
        """Whether the taps inside the picture are scaled up to the sum of all."""
        with np.errstate(divide="ignore", invalid="ignore"):
            scaled = self.filtered * (self.total / self.weight)
        return self.holds(scaled + self.fit.constant)

    def is_copied(self) -> bool:
        """Whether each pixel has the bounds of the nearest one that was filtered."""
        rows, columns = (
            np.arange(length).clip(part.start, part.stop - 1)
            for length, part in zip(self.pair.size, self.rim.inner(self.pair.size), strict=True)
        )
        return all(
            np.array_equal(whole[rows[:, None], columns][self.outside], of_frame)
            for whole, of_frame in ((self.pair.lower, self.lower), (self.pair.upper, self.upper))
        )

    def colour(self) -> float | None:
        """The one value of all pixels, if they have but one."""
        if np.ptp(np.nan_to_num(self.lower)) or np.ptp(np.nan_to_num(self.upper)):
            return None
        low, high = float(self.lower[0]), float(self.upper[0])
        return (low + high) / 2 if np.isfinite(high - low) else max(0.0, np.ceil(low))

    def colour_outside(self) -> float | None:
        """The grey level of all pixels outside the picture, if there is one that fits."""
        missing = self.total - self.weight
        some = np.isfinite(self.lower) & np.isfinite(self.upper)
        some &= np.abs(missing) > thresholds.MISSING * abs(self.total)
        if not some.any():
            return None
        middle = (self.lower[some].astype(np.float64) + self.upper[some]) / 2
        levels = (middle - self.fit.constant - self.filtered[some]) / missing[some]
        typical = float(np.median(levels))
        known = self.filtered + self.fit.constant
        likely = float(round(typical)), typical
        return next((grey for grey in likely if self.holds(known + missing * grey)), None)


def _frame_around(unmet: Mask, interior: Region) -> Rim:
    """The frame that all unmet pixels lie in."""
    widths = []
    for field, across, along in ((unmet, *interior), (unmet.T, *interior[::-1])):
        lines, length = np.flatnonzero(field[:, along].any(axis=1)), len(field)
        first, last = lines[lines < across.start], lines[lines >= across.stop]
        widths += [int(first.max(initial=-1)) + 1, length - int(last.min(initial=length))]
    above, below, left, right = widths
    return Rim(above, below, left, right, "filled")


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
    return inside / known if known else float(not strips)


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

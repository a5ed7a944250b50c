"""What the program took for the pixels outside the picture: decided where the kernel hangs over."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from handconv.arrays import Array, Floats, Mask
from handconv.borders import BORDERS, Border
from learned.filter import Rim
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


class _Frame:
    """The pixels near the border that are not filtered like the others.

    ``widths`` are above, below, left and right; ``outside`` is True in the frame.
    """

    def __init__(self, plane: Plane, reach: Window) -> None:
        pair, fit = self.pair, self.fit = plane
        self.tolerance = fit.tolerance
        unmet = np.ones(pair.size, np.bool_)
        unmet[reach.interior(pair.size)] = False
        # some of it may be filtered like the rest: it can be wider on one side
        inside = fit.window.interior(pair.size)
        lower, upper = pair.lower[inside], pair.upper[inside]
        level = plane.level("constant", inside)
        unmet[inside] &= (lower - self.tolerance > level) | (level > upper + self.tolerance)
        self.widths = _frame_widths(unmet, reach.interior(pair.size))
        self.outside = np.ones(pair.size, np.bool_)
        self.outside[Rim(*self.widths, "filled").inner(pair.size)] = False
        self.lower, self.upper = pair.lower[self.outside], pair.upper[self.outside]
        # the kernel without the taps outside, and the sum of those that are inside
        self.filtered = plane.level("constant")[self.outside] - fit.constant
        bare = replace(fit.filter, bias=(0.0,), border="constant")
        self.weight = bare.predict(np.ones_like(pair.before))[0][self.outside]
        self.total = float(fit.kernel.sum())

    def holds(self, values: Array | float) -> bool:
        """Whether these sums, one for each pixel of the frame, lie inside the bounds."""
        low, high = self.lower - self.tolerance, self.upper + self.tolerance
        return bool(((low <= values) & (values <= high)).all())


def _frame_widths(unmet: Mask, interior: Region) -> tuple[int, int, int, int]:
    """How wide the frame is above, below, left and right, so that all unmet pixels lie in it."""
    rows = np.flatnonzero(unmet[:, interior[1]].any(axis=1))
    columns = np.flatnonzero(unmet[interior[0]].any(axis=0))
    widths = []
    for lines, part, length in zip((rows, columns), interior, unmet.shape, strict=True):
        first, last = lines[lines < part.start], lines[lines >= part.stop]
        widths += [int(first.max(initial=-1)) + 1, length - int(last.min(initial=length))]
    above, below, left, right = widths
    return above, below, left, right


Found = tuple[str, dict[str, Any]]
"""A sentence, and what has to change in the filter for it to do the same."""


def describe_rim(plane: Plane, reach: Window) -> Found:
    """What the rim holds where none of the five borders reproduces it."""
    frame = _Frame(plane, reach)
    return next(found for kind in KINDS_OF_RIM if (found := kind(frame)) is not None)


def _missing(frame: _Frame) -> Found | None:
    if (np.isfinite(frame.lower) | np.isfinite(frame.upper)).any():
        return None
    return "The after image has no rim: the program left out what the border would decide.", {}


def _unfiltered(frame: _Frame) -> Found | None:
    before = frame.pair.before
    if len(before) > 1 or not frame.holds(before[0][frame.outside].astype(np.float64)):
        return None
    rim = Rim(*frame.widths, "unfiltered")
    sentence = "The program leaves its rim unfiltered: there the after image is the before image."
    return sentence, {"rim": rim}


def _of_one_colour(frame: _Frame) -> Found | None:
    if np.ptp(np.nan_to_num(frame.lower)) or np.ptp(np.nan_to_num(frame.upper)):
        return None
    low, high = float(frame.lower[0]), float(frame.upper[0])
    value = (low + high) / 2 if np.isfinite(high - low) else max(0.0, np.ceil(low))
    colour = "black" if value <= 0 else f"filled with {value:g}"
    rim = Rim(*frame.widths, "filled", max(0.0, value))
    return f"The program does not filter its rim; it is {colour}.", {"rim": rim}


def _copied(frame: _Frame) -> Found | None:
    inner = Rim(*frame.widths, "copied").inner(frame.pair.size)
    rows, columns = (
        np.arange(length).clip(part.start, part.stop - 1)
        for length, part in zip(frame.pair.size, inner, strict=True)
    )
    for of_rim, whole in ((frame.lower, frame.pair.lower), (frame.upper, frame.pair.upper)):
        if not np.array_equal(whole[rows[:, None], columns][frame.outside], of_rim):
            return None
    sentence = "The program filters the inside only, and copies its outermost pixels to the rim."
    return sentence, {"rim": Rim(*frame.widths, "copied")}


def _scaled(frame: _Frame) -> Found | None:
    with np.errstate(divide="ignore", invalid="ignore"):
        if not frame.holds(frame.filtered * (frame.total / frame.weight) + frame.fit.constant):
            return None
    return (
        "At the rim the program leaves out the taps that lie outside the picture, and scales up "
        "the others to the same sum."
    ), {}


def _of_one_colour_outside(frame: _Frame) -> Found | None:
    missing = frame.total - frame.weight
    some = np.isfinite(frame.lower) & np.isfinite(frame.upper)
    some &= np.abs(missing) > thresholds.MISSING * abs(frame.total)
    if not some.any():
        return None
    middle = (frame.lower[some].astype(np.float64) + frame.upper[some]) / 2
    levels = (middle - frame.fit.constant - frame.filtered[some]) / missing[some]
    constant = float(np.median(levels))
    for grey in (float(round(constant)), constant):
        if frame.holds(frame.filtered + missing * grey + frame.fit.constant):
            sentence = f"The program takes the outside of the picture for the grey level {grey:g}."
            return sentence, {"border": "constant", "outside": grey}
    return None


def _unknown(frame: _Frame) -> Found | None:
    return "None of the five borders reproduces the rim, nor is it a copy or of one colour.", {}


KINDS_OF_RIM: tuple[Callable[[_Frame], Found | None], ...] = (
    _missing,
    _unfiltered,
    _of_one_colour,
    _copied,
    _scaled,
    _of_one_colour_outside,
    _unknown,
)
"""What a rim may be, in the order of trying."""

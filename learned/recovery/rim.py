"""What the program took for the pixels outside the picture: decided where the kernel hangs over."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from handconv.borders import BORDERS, Border, border_indices
from learned.pairs import Pair
from learned.recovery.window import Window
from learned.solve.predict import predict

Floats = NDArray[np.float64]
Region = tuple[slice, slice]


def predict_with_border(
    before: NDArray[np.generic],
    kernel: Floats,
    window: Window,
    border: Border,
    region: Region | None = None,
) -> Floats:
    """The correlation at the output pixels of ``region``, by default all, without bias.

    Parameters
    ----------
    before : (channels, rows, columns)
    kernel : (channels, M, N), its taps where ``window`` says
    """
    height, width = before.shape[1:]
    rows, columns = region or (slice(0, height), slice(0, width))
    down = border_indices(
        rows.start + window.top, rows.stop + window.top + window.rows - 1, height, border
    )
    across = border_indices(
        columns.start + window.left, columns.stop + window.left + window.columns - 1, width, border
    )
    seen = before[:, down[:, None], across]
    seen[:, down < 0] = 0
    seen[:, :, across < 0] = 0
    return predict(seen, kernel)


def rim(shape: tuple[int, int], window: Window) -> Iterator[Region]:
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


def reproduced(pair: Pair, predicted: Floats, region: Region, tolerance: float) -> tuple[int, int]:
    """How many pixels of the region lie inside their bounds, and how many have any."""
    lower, upper = pair.lower[region], pair.upper[region]
    known = np.isfinite(lower) | np.isfinite(upper)
    inside = (lower - tolerance <= predicted) & (predicted <= upper + tolerance)
    return int((inside & known).sum()), int(known.sum())


def fitting_borders(
    planes: list[tuple[Pair, Floats, float]],
    window: Window,
    reach: Window,
    tolerance: float,
    share: float = 1.0,
) -> list[Border]:
    """The borders that reproduce the rim pixels of every plane, sorted.

    Parameters
    ----------
    planes : pairs, each with its kernel (channels, M, N) and bias; the bias as for bounds that
        are the after image ± ½
    window, reach : where the taps lie, and the window whose overhang is the rim
    share : of the rim pixels that must be reproduced
    """
    return sorted(
        border
        for border in BORDERS
        if all(
            _share_inside(pair, kernel, bias, (window, reach), border, tolerance) >= share
            for pair, kernel, bias in planes
        )
    )


def _share_inside(
    pair: Pair,
    kernel: Floats,
    bias: float,
    windows: tuple[Window, Window],
    border: Border,
    tolerance: float,
) -> float:
    """Share of the rim pixels that are reproduced; 1 without a rim, 0 where it is cut off."""
    counts = [(0, 0)]
    window, reach = windows
    strips = list(rim((pair.lower.shape[0], pair.lower.shape[1]), reach))
    for region in strips:
        predicted = predict_with_border(pair.before, kernel, window, border, region) + bias
        counts.append(reproduced(pair, predicted, region, tolerance))
    inside, known = np.sum(counts, axis=0)
    if known == 0:
        return 0.0 if strips else 1.0
    return float(inside / known)


def describe_rim(
    pair: Pair, kernel: Floats, bias: float, window: Window, reach: Window, tolerance: float
) -> str:
    """What the rim holds where none of the five borders reproduces it, as a sentence."""
    outside = np.ones(pair.lower.shape, np.bool_)
    outside[reach.interior(pair.lower.shape)] = False
    inside = window.interior(pair.lower.shape)
    # some of the rim may be filtered like the rest: the program's rim can be wider on one side
    level = predict(window.samples(pair).image, kernel) + bias
    met = (pair.lower[inside] - tolerance <= level) & (level <= pair.upper[inside] + tolerance)
    outside[inside] &= ~met
    lower, upper = pair.lower[outside], pair.upper[outside]
    if not (np.isfinite(lower) | np.isfinite(upper)).any():
        return "The after image has no rim: the program left out what the border would decide."

    def fits(values: Floats | float) -> bool:
        return bool(((lower - tolerance <= values) & (values <= upper + tolerance)).all())

    if len(pair.before) == 1 and fits(pair.before[0][outside].astype(np.float64)):
        return "The program leaves its rim unfiltered: there the after image is the before image."
    value = _common_value(lower, upper)
    if value is not None:
        colour = "black" if value <= 0 else f"filled with {value:g}"
        return f"The program does not filter its rim; it is {colour}."
    rows, columns = pair.lower.shape
    inner = reach.interior(pair.lower.shape)
    nearest_row = np.arange(rows).clip(inner[0].start, inner[0].stop - 1)[:, None]
    nearest_column = np.arange(columns).clip(inner[1].start, inner[1].stop - 1)
    copied = (pair.lower[nearest_row, nearest_column], pair.upper[nearest_row, nearest_column])
    if np.array_equal(copied[0][outside], lower) and np.array_equal(copied[1][outside], upper):
        return "The program filters the inside only, and copies its outermost pixels to the rim."
    whole = predict_with_border(pair.before, kernel, window, "constant")
    weight = predict_with_border(np.ones_like(pair.before), kernel, window, "constant")
    total = float(kernel.sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        if fits((whole * (total / weight) + bias)[outside]):
            return (
                "At the rim the program leaves out the taps that lie outside the picture, and "
                "scales up the others to the same sum."
            )
    missing = (total - weight)[outside]
    some = np.isfinite(lower) & np.isfinite(upper) & (np.abs(missing) > 0.05 * abs(total))
    if some.any():
        middle = (lower[some].astype(np.float64) + upper[some]) / 2
        constant = float(np.median((middle - bias - whole[outside][some]) / missing[some]))
        for grey in (float(round(constant)), constant):
            if fits(whole[outside] + missing * grey + bias):
                return f"The program takes the outside of the picture for the grey level {grey:g}."
    return "None of the five borders reproduces the rim, nor is it a copy or of one colour."


def _common_value(lower: NDArray[np.floating], upper: NDArray[np.floating]) -> float | None:
    """The one grey level that all these after-pixels have, if they have one."""
    if lower.min() != lower.max() or upper.min() != upper.max():
        return None
    ends = [float(end) for end in (lower[0], upper[0]) if np.isfinite(end)]
    if len(ends) == 2:
        return sum(ends) / 2
    return 0.0 if np.isneginf(lower[0]) else float(np.ceil(ends[0]))

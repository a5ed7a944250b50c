"""Magnitudes of derivatives: |x| + |y|, √(x² + y²), the largest of a compass, …"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy import ndimage

from handconv.arrays import Array, Floats
from learned.recovery import thresholds
from learned.recovery.explanations.edge_kernels import kernel_sets
from learned.recovery.explanations.explanation import Explanation
from learned.recovery.explanations.footprints import LARGEST
from learned.recovery.explanations.rims import (
    MODES,
    bordered,
    keep_rim,
    pad,
    rounded_as,
    with_best_border,
)
from learned.recovery.explanations.rounding import rounded
from learned.recovery.explanations.samples import lively_patches
from learned.recovery.reading import Reading

WAYS = {
    "sum": "the sum of the magnitudes",
    "root": "the root of the sum of squares",
    "largest magnitude": "the largest magnitude",
    "largest": "the largest",
    "sum of clipped": "the sum of the magnitudes, each clipped",
}
"""How responses become one number."""
COMPASS = ("largest", "largest magnitude")
BORDERS = {**MODES, "unfiltered": "none: the rim is unfiltered", "black": "none: the rim is black"}
ROUNDINGS = {"nearest": ("nearest", "halves up", "halves down"), "floor": ("floor",)}
"""What may be told from bounds, and what of it only halves tell."""


@dataclass(frozen=True)
class Found:
    """Kernels, how their responses are put together, and what becomes of the number."""

    share: float
    name: str
    direction: str
    kernels: list[Floats]
    way: str
    scale: tuple[float, float]  # all between these do the same
    inverted: bool
    rounding: str


def explain(seen: Reading) -> Iterator[Explanation]:
    """The kernels, way and scale that fit most pixels."""
    if (found := lively_patches(seen)) is None:
        return
    patches, levels = found
    top = float(np.iinfo(seen.after.dtype).max)
    best = max(_candidates(patches, levels.astype(np.float64), top), key=lambda each: each.share)
    if best.share >= thresholds.RANKED:
        yield _explanation(replace(best, scale=_narrowed(best, seen, top)), seen, top)


def magnitude(
    planes: Array,
    kernels: Array,
    way: str,
    scale: float,
    offset: float,
    rounding: str,
    top: float,
    mode: str,
) -> Array:
    """Responses of the kernels, put together in this way, times ``scale``, plus ``offset``."""
    reach = (kernels.shape[1] // 2,) * 4
    seen = pad(
        planes.astype(np.float64), reach, "edge" if mode in ("unfiltered", "black") else mode
    )
    inner = np.s_[:, reach[0] : -reach[0], reach[0] : -reach[0]]
    responses = np.stack([ndimage.correlate(seen, kernel[None])[inner] for kernel in kernels])
    level = scale * put_together(responses, way, top) + offset
    after = np.clip(rounded(level, rounding), 0, top).astype(planes.dtype)
    if mode in ("unfiltered", "black"):
        after = keep_rim(after, planes if mode == "unfiltered" else 0 * planes, reach)
    return after


def put_together(responses: Array, way: str, top: float) -> Array:
    """One number for each pixel of the responses of all kernels, which are the first axis."""
    number = np.abs(responses).sum(axis=0)
    if way == "root":
        number = np.sqrt((responses**2).sum(axis=0))
    elif way == "largest":
        number = responses.max(axis=0)
    elif way == "largest magnitude":
        number = np.abs(responses).max(axis=0)
    elif way == "sum of clipped":
        number = np.minimum(np.abs(responses), top).sum(axis=0)
    return np.asarray(number)


def _candidates(patches: Array, levels: Floats, top: float) -> Iterator[Found]:
    middle = LARGEST // 2
    square = patches.reshape(-1, LARGEST, LARGEST)
    for name, direction, kernels in kernel_sets():
        reach = kernels[0].shape[0] // 2
        near = square[:, middle - reach : middle + reach + 1, middle - reach : middle + reach + 1]
        responses = np.stack([np.tensordot(near, kernel, 2) for kernel in kernels])
        for way in COMPASS if "compass" in direction else WAYS if len(kernels) > 1 else ("sum",):
            level = put_together(responses, way, top)
            for inverted in (False, True):
                for rounding in ROUNDINGS:
                    low, high = _bounds(levels, inverted, rounding, top)
                    share, scale = _likely_scale(level, low, high)
                    yield Found(share, name, direction, kernels, way, scale, inverted, rounding)


def _bounds(levels: Floats, inverted: bool, rounding: str, top: float) -> tuple[Floats, Floats]:
    """What scale times magnitude may be, for each pixel; at the ends, only halves may be either."""
    half, above = (0.5, 0.5) if rounding == "nearest" else (0.0, 1 - thresholds.ROUNDING_ERROR)
    low = np.where(levels <= 0, -np.inf, levels - half)
    high = np.where(levels >= top, np.inf, levels + above)
    return (top - high, top - low) if inverted else (low, high)


def _likely_scale(level: Floats, low: Floats, high: Floats) -> tuple[float, tuple[float, float]]:
    """The share of the pixels that one scale fits at most, and from where to where it may lie."""
    fits_anyway = int(((low <= 0) & (high >= 0) & (level <= 0)).sum())
    most, scale = _most_overlap(*_scales(level, low, high))
    return (most + fits_anyway) / len(level), scale


def _scales(level: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """From where to where each pixel allows the scale to lie, where it tells of one."""
    telling = level > 0
    first = np.maximum(low[telling] / level[telling], 0.0)
    last = high[telling] / level[telling]
    some = last > first
    return first[some], last[some]


def _most_overlap(first: Floats, last: Floats) -> tuple[int, tuple[float, float]]:
    """How many of these intervals overlap at most, and where."""
    ends = np.concatenate([first, last])
    steps = np.repeat([1, -1], len(first))
    order = np.lexsort((-steps, ends))
    inside = np.cumsum(steps[order])
    if len(inside) == 0:
        return 0, (0.0, 0.0)
    most = int(inside.argmax())
    scale = float(ends[order[most]]), float(ends[order[min(most + 1, len(order) - 1)]])
    return int(inside[most]), scale


def _narrowed(found: Found, seen: Reading, top: float) -> tuple[float, float]:
    """Where, within what some pixels leave open, the scale fits most pixels of all pictures."""
    reach = len(found.kernels[0]) // 2
    inner = np.s_[:, reach:-reach, reach:-reach]
    before = seen.before.astype(np.float64)
    responses = np.stack([ndimage.correlate(before, each[None])[inner] for each in found.kernels])
    level = put_together(responses, found.way, top).ravel()
    levels = seen.after[inner].ravel().astype(np.float64)
    first, last = _scales(level, *_bounds(levels, found.inverted, found.rounding, top))
    start, end = found.scale
    telling = (last >= start) & (first <= end) & ((first > start) | (last < end))
    first, last = np.maximum(first[telling], start), np.minimum(last[telling], end)
    return _most_overlap(first, last)[1] if len(first) else found.scale


def _explanation(found: Found, seen: Reading, top: float) -> Explanation:
    scale = simplest_scale(*found.scale)
    offset, sign = (top, -1) if found.inverted else (0.0, 1)
    parameters = {
        "kernels": found.name,
        "direction": found.direction,
        "way": found.way,
        "scale": sign * scale,
        "offset": offset,
    }
    settings = {
        "kernels": np.stack(found.kernels).astype(np.float64),
        "way": found.way,
        "scale": sign * scale,
        "offset": offset,
        "top": top,
    }
    if len(found.kernels) > 1:
        sentence = f"{WAYS[found.way]} of {found.name} in {found.direction} directions"
    else:
        sentence = f"the magnitude of {found.name}, direction {found.direction}"
    sentence += f", times {scale:.6g}" + (f", taken from {top:g}" if found.inverted else "")
    reach = len(found.kernels[0]) // 2
    plain = Explanation("magnitude", sentence, parameters, magnitude, settings, reach)
    tried = (
        each
        for one in rounded_as(plain, ROUNDINGS[found.rounding])
        for each in bordered(one, BORDERS)
    )
    return with_best_border(tried, seen, (reach,) * 4)


def simplest_scale(low: float, high: float) -> float:
    """A simple fraction, or one over a root of two, between these; else the middle.

    >>> simplest_scale(0.249, 0.2501), simplest_scale(1.41, 1.4143)
    (0.25, 1.4142135623730951)
    """
    if not np.isfinite(high):
        return low
    for denominator in (1, 2, 4, 8, 16, 3, 9, 32, 5, 10):
        for root in (1.0, np.sqrt(2)):
            numerator = round((low + high) / 2 * denominator / root)
            if numerator and low <= numerator * root / denominator <= high:
                return float(numerator * root / denominator)
    return (low + high) / 2

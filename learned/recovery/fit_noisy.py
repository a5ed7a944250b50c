"""The best kernel where none reproduces every pixel: after noise, JPEG, or a painted-over part."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from handconv.arrays import Floats, Mask
from handconv.pictures.read import LUMA
from learned.filter import Filter
from learned.pairs import Pair
from learned.recovery import thresholds
from learned.recovery.fit import Fit
from learned.recovery.reading import Layout, Reading, groups_of, layouts, limited
from learned.recovery.windows import Sums, counts_in_squares, gather, halfway, searched, windows
from learned.solve.predict import predict
from learned.window import Window

BRIGHTNESS = np.array(LUMA) / 1000
"""Weights of red, green and blue in JPEG's brightness (ITU-T T.871): those of BT.601."""


class Rough(NamedTuple):
    """The least-squares kernels of a picture, one for each group of planes.

    ``bright`` tells whether they were fitted to the brightness alone.
    """

    layout: Layout
    groups: list[list[Pair]]
    fits: list[Fit]
    bright: bool


def fit_roughly(seen: Sequence[Reading], limit: Window, fixed: bool) -> Rough | None:
    """The best kernels there are; None where nearly all pixels are clipped."""
    few = limit.at_most(thresholds.ROUGH_SIZE)
    bright = _brightness(seen, few)
    layout: Layout = "pooled" if bright else _likely_layout(seen, few)
    groups = [bright] if bright else groups_of(seen, layout)
    found = [fit_noisy(group, limited(limit, layout), fixed) for group in groups]
    fits = [fit for fit in found if fit is not None]
    return Rough(layout, groups, fits, bright is not None) if len(fits) == len(found) else None


def fit_noisy(pairs: Sequence[Pair], limit: Window, fixed: bool) -> Fit | None:
    """The kernel of least squared error; None where all pixels are clipped.

    Pixels are left out by what the kernel predicts for them, not by what they are: leaving out
    the clipped ones alone would favour those that noise kept from being clipped.
    """
    found = least_squares(pairs, limit, fixed)
    if found is None or not any(_is_clipped(pair).any() for pair in pairs):
        return found
    for _ in range(thresholds.REFITS):
        # these pixels hardly ask for many more taps, and the largest windows take the time
        around = limit if fixed else limit.at_most(2 * max(found.window.overhang) + 5)
        again = least_squares([_unclipped(pair, found) for pair in pairs], around, fixed)
        if again is None:
            break
        found = again
    return found


def least_squares(pairs: Sequence[Pair], limit: Window, fixed: bool) -> Fit | None:
    """The kernel of least squared error over the unclipped pixels; None where those are too few."""
    best: tuple[Sums, Window] | None = None
    for sums in searched(pairs, limit, fixed):
        if sums.count < thresholds.FEWEST_PIXELS:
            return None
        most = sums.count / thresholds.FEWEST_PER_TAP
        tried = [limit] if fixed else windows(sums.window)
        likely = [window for window in tried if sums.taps(window) < most]
        found = min(likely, key=lambda window: _score(sums, window), default=None)
        # larger sums see fewer pixels: they count where they want a window that smaller ones lack
        if found is not None and (best is None or not best[0].window.contains(found)):
            best = sums, found
    if best is None:
        return None
    sums, window = best
    noise = max(sums.variance(window), sums.floor, 1e-300)
    window = window if fixed else sums.trimmed(window, noise)
    kernel = sums.kernel(window)
    with np.errstate(over="ignore"):  # of taps that the before picture says nothing about
        variances = sums.covariance(window).diagonal() * noise
        errors = np.sqrt(np.maximum(0.0, variances)).reshape(kernel.shape)
    made = Filter(kernel[None], window, (sums.bias(kernel, window),), "nearest")
    rms = float(np.sqrt(noise))
    return Fit(made, window, errors=errors, rms=rms, pairs=pairs)


def predicted(pair: Pair, found: Fit, elsewhere: float = np.nan) -> Floats:
    """(rows, columns) of what the kernel makes, before storing; ``elsewhere`` in the rim."""
    level = np.full(pair.size, elsewhere)
    inside = predict(found.samples(pair).image, found.kernel)
    level[found.window.interior(pair.size)] = inside + found.constant
    return level


def residual(pair: Pair, found: Fit) -> Floats:
    """(rows, columns) after less predicted; not finite where the pixel says nothing of that."""
    middle = halfway(pair.lower, pair.upper)
    return np.where(np.isfinite(middle), middle, np.nan) - predicted(pair, found)


def _score(sums: Sums, window: Window) -> float:
    """Schwarz's criterion (Annals of Statistics 6, 1978), per pixel; the lower the better."""
    price = sums.taps(window) * np.log(sums.count) / sums.count
    return float(np.log(sums.variance(window) + sums.floor + 1e-300) + price)


def _is_clipped(pair: Pair) -> Mask:
    return np.isfinite(pair.lower) ^ np.isfinite(pair.upper)


def _unclipped(pair: Pair, found: Fit) -> Pair:
    """Without the pixels of blocks in which the kernel predicts one to be clipped, or almost."""
    lowest, highest = float(pair.upper.min()), float(pair.lower.max())
    level = predicted(pair, found, (lowest + highest) / 2)
    margin = min(thresholds.CLIP_RMS * found.rms, (highest - lowest) / thresholds.CLIP_SHARE)
    spoilt = (level < lowest + margin) | (level > highest - margin) | _is_clipped(pair)
    side = thresholds.JPEG_BLOCK
    blocks = (counts_in_squares(spoilt, side) > 0).repeat(side, axis=0).repeat(side, axis=1)
    near = blocks[: pair.size[0], : pair.size[1]]
    enough = (~near).sum() > thresholds.FEWEST_PER_TAP * found.kernel.size
    return pair.without(near if enough else spoilt)


def _likely_layout(seen: Sequence[Reading], window: Window) -> Layout:
    """The simplest layout, unless another leaves less than half as much, with few taps each."""
    left: dict[Layout, float] = {}
    for layout in layouts(seen[0]):
        sums = [gather(group, window) for group in groups_of(seen, layout)]
        left[layout] = sum(each.variance(window) for each in sums) / len(sums)
    enough = thresholds.SIMPLER * min(left.values())
    return next(layout for layout in left if left[layout] <= enough)


def _brightness(seen: Sequence[Reading], window: Window) -> list[Pair] | None:
    """A pair of brightnesses for each pair of colour pictures, where the colours were spoilt.

    JPEG keeps the brightness, and stores the colours more coarsely. A kernel that filters red,
    green and blue alike filters any weighted sum of them alike too: so the brightness still tells
    the taps. Judged by what kernels in ``window`` leave: in the direction of the brightness,
    which is `BRIGHTNESS` of unit length, less than in a colour on average.
    """
    three = all(len(each.before) == len(each.after) == len(BRIGHTNESS) for each in seen)
    if not three or _mixes_colours(seen, window):
        return None
    bright = [bright_pair(each) for each in seen]
    along = gather(bright, window).variance(window) / float(BRIGHTNESS @ BRIGHTNESS)
    coloured = gather(groups_of(seen, "pooled")[0], window).variance(window)
    return bright if along < thresholds.CLEARLY * coloured else None


def _mixes_colours(seen: Sequence[Reading], window: Window) -> bool:
    """Whether areas of one colour come out in another one: a filter does that, JPEG does not."""
    kernels = [gather(group, window).kernel(window) for group in groups_of(seen, "mixed")]
    response = np.array([kernel.sum(axis=(1, 2)) for kernel in kernels])  # (out, in)
    mixed = response - np.eye(len(response)) * response.diagonal().mean()
    largest = max(float(np.abs(kernel).sum()) for kernel in kernels)
    return float(np.abs(mixed).max()) > thresholds.MIXED * largest


def bright_pair(seen: Reading) -> Pair:
    """The brightness of red, green and blue, before and after."""
    planes = seen.before, [pair.lower for pair in seen.pairs], [pair.upper for pair in seen.pairs]
    before, lower, upper = (  # infinite where one of the bounds is
        np.tensordot(BRIGHTNESS, np.asarray(each, np.float64), axes=1) for each in planes
    )
    return replace(seen.pairs[0], before=before[None], lower=lower, upper=upper)

"""Which curve, and which kernel of the light behind it: what brings most pixels in their bounds."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from handconv.arrays import Floats
from learned.pairs import Pair
from learned.recovery import thresholds
from learned.recovery.explanations.light_curves import (
    COARSE,
    CURVES,
    FLOATING,
    NO_CURVE,
    SRGB,
    TOP,
    Way,
    bounds_of_levels,
    light_of_levels,
)
from learned.recovery.explanations.light_patches import Lit, Patches, take_patches
from learned.recovery.names import known_blurs
from learned.recovery.reading import Reading
from learned.recovery.windows import without_zero_lines
from learned.solve.fractions import simplest, with_one_denominator
from learned.solve.minimax import minimax
from learned.window import Window


class Ranked(NamedTuple):
    """A way, and the share of the pixels of these patches that least squares foretells by it."""

    share: float
    way: Way
    patches: Patches


class Found(NamedTuple):
    """A kernel (M, N) of light, where its taps lie, and their denominator if they are fractions."""

    kernel: Floats
    window: Window
    denominator: int | None


def rank(seen: Reading, largest: int) -> list[Ranked]:
    """Ways by the share of pixels that they foretell, best first; none where no curve helps.

    Windows grow up to ``largest`` taps a side while that tells more.
    """
    best: list[Ranked] = []
    ways: list[Way] | None = None
    for side in thresholds.LIGHT_SIDES:
        window = Window.centred(side, side)
        if side > largest or min(seen.size) <= 2 * side:
            break
        fitted = thresholds.LIGHT_PIXELS + thresholds.LIGHT_PIXELS_A_TAP * window.size
        patches = take_patches(seen, window, fitted, thresholds.LIGHT_PIXELS)
        if patches is None:
            break
        ranked = _ranked(patches, ways or list(_ways(patches.tops)))
        share = best[0].share if best else 0.0
        if ranked[0].share > share:
            best = ranked
        settled = share > thresholds.LIGHT_HOPE and best[0].share < share + thresholds.LIGHT_GAIN
        if settled or (side >= thresholds.LIGHT_FIRST and _is_plain(ranked)):
            break
        kept = thresholds.LIGHT_KEPT if side >= thresholds.LIGHT_FIRST else len(ranked)
        ways = [each.way for i, each in enumerate(ranked) if i < kept or each.way.curve == NO_CURVE]
    if not best or _is_plain(best) or best[0].share < thresholds.LIGHT_HOPE:
        return []
    return [each for each in best if each.way.curve != NO_CURVE]


def _is_plain(ranked: list[Ranked]) -> bool:
    return ranked[0].way.curve == NO_CURVE


def _ranked(patches: Patches, ways: list[Way]) -> list[Ranked]:
    found = []
    for way in ways:
        lit = patches.lit(way)
        found.append(Ranked(lit.share(lit.least_squares()[0]), way, patches))
    return sorted(found, key=lambda each: -each.share)


def _ways(tops: tuple[int, int]) -> Iterator[Way]:
    yield Way(NO_CURVE, FLOATING[0])
    for curve in CURVES:
        for storing in FLOATING:
            yield Way(curve, storing)
    if tops == (TOP, TOP):
        for storing in COARSE:
            yield Way(SRGB, storing)


def fit_light(seen: Reading, ranked: Ranked) -> Found | None:
    """The kernel that brings most pixels inside their bounds; the simplest of equals."""
    way, part = ranked.way, seen.middle()
    wide = ranked.patches.window
    fitted = thresholds.LIGHT_FINE + thresholds.LIGHT_FINE_A_TAP * wide.size
    patches = take_patches(part, wide, fitted, thresholds.LIGHT_FINE)
    if patches is None:
        return None
    kernel, inverse = patches.lit(way).least_squares()
    covariance = np.linalg.inv(inverse).astype(np.float64)
    window = _centred(without_zero_lines(wide, kernel.ravel(), covariance))
    patches = patches.inside(window)
    lit = patches.lit(way)
    near, inverse = lit.least_squares()
    error = float(np.sqrt(np.linalg.inv(inverse).diagonal().max()))
    tried = [*_near_fractions(near, error, window), *_meeting_bounds(part, way, window, near)]
    tried += [Found(blur, window, None) for blur in _blurs(near, lit)]
    tried.append(Found(near, window, None))
    shares = [lit.share(each.kernel) for each in tried]
    enough = max(shares) - thresholds.LIGHT_ALIKE
    best = next(each for each, share in zip(tried, shares, strict=True) if share >= enough)
    small = _centred(window.cut_to(best.kernel))
    return Found(best.kernel[small.inside(window)], small, best.denominator)


def _centred(window: Window) -> Window:
    """The smallest one that is as wide on both sides of the output pixel."""
    above, below, left, right = window.overhang
    return Window.centred(2 * max(above, below) + 1, 2 * max(left, right) + 1)


def _meeting_bounds(seen: Reading, way: Way, window: Window, near: Floats) -> Iterator[Found]:
    """The kernel farthest inside all bounds, and fractions that meet them too."""
    if window.size > thresholds.LIGHT_TAPS:
        return
    tops = [int(np.iinfo(each.dtype).max) for each in (seen.before, seen.after)]
    light = light_of_levels(*way, tops[0])
    lower, upper = bounds_of_levels(*way, tops[1])
    samples = [
        Pair(light[b][None], lower[a], upper[a], None).samples(window.shape, window.anchor)
        for b, a in zip(seen.before, seen.after, strict=True)
    ]
    tolerance = thresholds.BETWEEN_PASSES * float(np.abs(near).sum())
    found = minimax(samples, start=near[None], hopeless=tolerance)
    if found.violation > tolerance:
        return
    enough = max(thresholds.ROUNDING_ERROR, thresholds.MARGIN * found.violation)
    simple = simplest(samples, found.kernel, tolerance=enough)
    if simple is not None:
        yield Found(simple.rational.kernel[0], window, simple.rational.denominator)
    yield Found(found.kernel[0], window, None)


def _near_fractions(near: Floats, error: float, window: Window) -> Iterator[Found]:
    """Fractions within the standard errors: a person would have typed them."""
    for errors in thresholds.LIGHT_ERRORS:
        simple = next(with_one_denominator(near, errors * error), None)
        if simple is not None:
            yield Found(simple.kernel, window, simple.denominator)


def _blurs(near: Floats, lit: Lit) -> Iterator[Floats]:
    """Known blurs, and a column times a row, for kernels of many taps."""
    if near.size < thresholds.LARGE:
        return
    yield from known_blurs(near)
    left, values, right = np.linalg.svd(near)
    if values[1] < thresholds.SEPARABLE * values[0]:
        yield _column_times_row(lit, left[:, 0] * values[0], right[0])


def _column_times_row(lit: Lit, column: Floats, row: Floats) -> Floats:
    """The best such kernel: the column for the row, the row for that column, and so on."""
    design, target = lit.weighted()
    light = design.reshape(-1, len(column), len(row))
    for _ in range(thresholds.LIGHT_ROUNDS):
        seen = light @ row
        column = _least_squares(seen, target)
        seen = np.einsum("i,pij->pj", column, light)
        row = _least_squares(seen, target)
    return np.outer(column, row)


def _least_squares(design: Floats, target: Floats) -> Floats:
    """The shortest one where the picture says nothing of some taps."""
    found = np.linalg.lstsq(design.T @ design, design.T @ target, rcond=None)[0]
    return found.astype(np.float64, copy=False)

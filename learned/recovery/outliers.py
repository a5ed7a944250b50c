"""Pixels that something else was done to: painted over, stamped, broken."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, product

import numpy as np

from handconv.arrays import Floats, Mask
from learned.pairs import Pair
from learned.recovery import thresholds
from learned.recovery.fit import Fit
from learned.recovery.fit_exact import all_fit
from learned.recovery.fit_noisy import least_squares, residual
from learned.recovery.problem import step_of
from learned.recovery.residual import study
from learned.recovery.windows import counts_in_squares
from learned.solve.minimax import minimax
from learned.solve.predict import violation
from learned.window import Window

Group = Sequence[Pair]
"""The pairs that one kernel has to explain."""


def fit_the_rest(
    groups: Sequence[Group], rough: Sequence[Fit], limit: Window, fixed: bool
) -> tuple[list[Fit], float] | None:
    """Exact kernels for all but a few pixels, and the share of those, if they are few or together.

    ``rough`` are the least-squares kernels of the groups.
    """
    kept = list(map(_without_outliers, groups, rough))
    lost, known = _counts(groups, kept)
    if not 0 < lost <= thresholds.SPARED * known or any(map(_are_noisy, kept, rough)):
        return None
    first = _exact(kept, rough, limit, fixed)
    if first is None:
        return None
    kept = list(map(_explained, groups, first))
    farthest = max(max(fit.window.overhang) for fit in first)
    around = limit if fixed else limit.at_most(2 * farthest + 5)
    fits = _exact(kept, rough, around, fixed)
    if fits is None or not _are_outliers(groups, kept):
        return None
    left = [study(replace(fit, pairs=group)) for fit, group in zip(fits, groups, strict=True)]
    if max(each.predicted for each in left) > thresholds.STRAYS:
        return None
    lost, known = _counts(groups, [fit.pairs for fit in fits])
    return fits, lost / known


def _are_noisy(kept: Group, rough: Fit) -> bool:
    """Whether least squares leaves so much of most pixels that no kernel meets their bounds."""
    around = rough.window.at_least(thresholds.FIRST_SIZES[-1])
    best = least_squares(kept, around, fixed=True)
    return best is not None and best.rms > thresholds.NOISY * step_of(kept) > 0


def _exact(
    kept: Sequence[Group], rough: Sequence[Fit], limit: Window, fixed: bool
) -> list[Fit] | None:
    """Exact kernels, if need be without pixels that contradict the others."""
    fits = all_fit(kept, limit, fixed)
    if fits is None and max(each.kernel.size for each in rough) <= thresholds.FEW_TAPS:
        around = limit if fixed else limit.at_most(thresholds.FIRST_SIZES[-1])
        fits = all_fit(list(map(_without_contradictions, kept, rough)), around, fixed)
    return fits


def _explained(pairs: Group, found: Fit) -> Group:
    """The pairs without what an exact kernel does not explain, or not to the end of its bounds."""
    slack = thresholds.OUT if found.filter.fraction is None else found.tolerance
    return [_met_by(found.kernel, found.constant, found.window, pair, slack) for pair in pairs]


def _without_outliers(pairs: Group, found: Fit) -> Group:
    """The pairs without pixels that a kernel fitting most of the others does not explain.

    Least squares again and again, each time without the pixels beyond three typical residuals.
    """
    kept, around = pairs, found.window.at_least(thresholds.ROUGH_SIZE)
    found = _least_median(pairs, found, around)
    for _ in range(8):
        rests = [np.abs(residual(pair, found)) for pair in pairs]
        kept = [p.without(rest > _widest(rest)) for p, rest in zip(pairs, rests, strict=True)]
        again = least_squares(kept, around, fixed=True)
        if again is None or again.rms > thresholds.SETTLED * found.rms:
            break
        found = again
    return kept


def _least_median(pairs: Group, found: Fit, window: Window) -> Fit:
    """Of the kernel found and those of single tiles, the one with the least typical residual.

    What was painted over bends the kernel of the whole picture, not those of tiles elsewhere
    (least median of squares: Rousseeuw, JASA 79, 1984).
    """
    parts = [list(_tiles_of(pair, window)) for pair in pairs]
    tiles = list(zip(*filter(None, parts), strict=True))  # those of small pictures have none
    if not tiles:
        return found
    local = [least_squares(tile, window, fixed=True) for tile in tiles]
    starts = [found, *(each for each in local if each is not None)]
    # judged on the tiles as well: a sixteenth of a large picture tells as much as all of it
    every = list(chain(*tiles))
    return min(starts, key=lambda start: _typical([residual(tile, start) for tile in every]))


def _tiles_of(pair: Pair, window: Window) -> Iterator[Pair]:
    """Sixteen parts of the picture, of limited size; none of a small picture."""
    height, width = (min(thresholds.TILE, side // 4) for side in pair.size)
    if height < 2 * window.rows or width < 2 * window.columns:
        return
    for y, x in product(range(4), range(4)):
        top, left = y * pair.size[0] // 4, x * pair.size[1] // 4
        inside = slice(top, top + height), slice(left, left + width)
        yield Pair(pair.before[:, *inside], pair.lower[inside], pair.upper[inside], None)


def _widest(rest: Floats) -> float:
    """How large a residual may be: what rounding alone makes, or three typical ones."""
    typical = _typical([rest])
    return thresholds.WIDEST if typical < thresholds.ROUNDED else thresholds.BEYOND * typical


def _typical(rests: Sequence[Floats]) -> float:
    """The standard deviation that the median makes likely; outliers hardly move it."""
    known = np.concatenate([np.abs(rest[np.isfinite(rest)]) for rest in rests])
    return thresholds.TYPICAL * float(np.median(known)) if len(known) else 0.0


def _without_contradictions(pairs: Group, rough: Fit) -> Group:
    """The pairs without pixels whose bounds no kernel meets together with those of the others.

    Where no kernel meets all bounds, those that the best one violates most contradict each other:
    at least one of them is an outlier (Sim and Hartley, CVPR 2006).
    """
    kept, window = pairs, rough.window.at_least(3)
    for _ in range(thresholds.CONTRADICTIONS):
        samples = [pair.samples(window.shape, window.anchor) for pair in kept]
        best = minimax(samples, constant=(-np.inf, np.inf))
        if not 0 < best.violation <= thresholds.OUT:  # met, or not by a few pixels
            break
        most = best.violation - thresholds.ROUNDING_ERROR
        kept = [_met_by(best.kernel, best.constant, window, pair, most) for pair in kept]
    return kept


def _met_by(kernel: Floats, constant: float, window: Window, pair: Pair, slack: float) -> Pair:
    """The pair without the pixels that the kernel misses by more than ``slack`` grey levels."""
    outside = violation(pair.samples(window.shape, window.anchor), kernel, constant)
    missed = np.zeros(pair.size, np.bool_)
    missed[window.interior(pair.size)] = outside > slack
    return pair.without(missed)


def _are_outliers(groups: Sequence[Group], kept: Sequence[Group]) -> bool:
    """Whether what was put aside is little, and next to nothing or in one place."""
    lost, known = _counts(groups, kept)
    if known == 0 or lost > thresholds.TOGETHER * known:
        return False
    side = thresholds.PATCH
    clean = [
        counts_in_squares(aside, side)[counts_in_squares(telling, side) > 0] == 0
        for telling, aside in _masks(groups, kept)
    ]
    share = float(np.mean(np.concatenate(clean)))
    return lost <= thresholds.FEW_LOST * known or share > thresholds.CLEAN


def _counts(groups: Sequence[Group], kept: Sequence[Group]) -> tuple[int, int]:
    """How many pixels were put aside, and of how many that could show what the filter does."""
    lost = known = 0
    for telling, aside in _masks(groups, kept):
        lost, known = lost + int(aside.sum()), known + int(telling.sum())
    return lost, known


def _masks(groups: Sequence[Group], kept: Sequence[Group]) -> Iterator[tuple[Mask, Mask]]:
    """For each pair the pixels that can show what the filter does, and of those the ones put aside.

    Only known pixels that differ from a neighbour can.
    """
    for pair, left in zip(chain(*groups), chain(*kept), strict=True):
        telling = np.zeros(pair.size, np.bool_)
        for image, mask in ((pair.before, telling), (pair.before.swapaxes(1, 2), telling.T)):
            differs = (image[:, 1:] != image[:, :-1]).any(axis=0)
            mask[1:] |= differs
            mask[:-1] |= differs
        telling &= np.isfinite(pair.lower) | np.isfinite(pair.upper)
        yield telling, telling & np.isneginf(left.lower) & np.isposinf(left.upper)

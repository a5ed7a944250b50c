"""The kernel, bias and rounding that reproduce every pixel of one group of planes, if any do.

Windows grow until a kernel in one meets all bounds. In each window the ways of `WAYS` are tried in
turn; the first that succeeds is the answer.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from handconv.arrays import Floats
from handconv.borders import Border
from learned.pairs import Pair
from learned.recovery import thresholds
from learned.recovery.bells import a_bell
from learned.recovery.fit import Fit
from learned.recovery.problem import Problem, proven_errors, step_of
from learned.recovery.refute import refuted
from learned.recovery.symmetry import symmetric, symmetry
from learned.recovery.ways import WAYS, a_floating_point_kernel
from learned.recovery.wide import a_wide_kernel
from learned.recovery.windows import Sums, gather, search
from learned.solve.minimax import minimax
from learned.window import SIDES, Window


def fit(pairs: Sequence[Pair], limit: Window, fixed: bool = False) -> Fit | None:
    """The smallest kernel inside ``limit`` that meets all bounds of all pairs; None if none does.

    With ``fixed``, only kernels that fill the limit are tried.
    """
    step, tried = step_of(pairs), set[Window]()
    for window in search(limit, fixed):
        if window.size > thresholds.RETRIED and refuted(pairs, window, step):
            break
        sums = gather(pairs, window)
        if sums.count < 2 * sums.moments.size + thresholds.SPARE_PIXELS:
            continue
        variance = sums.variance(sums.window)
        # bounds that are met leave a residual of half a step at most; a float's, next to none
        most = thresholds.SPREAD * step**2, thresholds.FLOAT_SPREAD * sums.square / sums.count
        if variance > max(most):
            continue
        smallest = sums.window
        if not fixed:
            least = thresholds.LEAST_SPREAD * step**2, np.finfo(np.float64).tiny
            noise = max(variance, sums.floor, *least)
            smallest = sums.trimmed(sums.smallest(), noise)
        may_be_bell = step > 0 and not fixed
        large = smallest.size >= thresholds.LARGE  # its linear program takes long
        if may_be_bell and large and smallest not in tried:
            known = a_bell(pairs, _around(sums, smallest), limit) or _a_wide_one(pairs, smallest)
            if known is not None:
                return known
        growth = range(1 if fixed else _growth(sums, smallest, step))
        grown = [each for by in growth if (each := smallest.grown(by)) not in tried]
        inside = [each for each in grown if sums.window.contains(each)]
        found = _growing(pairs, sums, inside, step)
        tried |= {smallest, *inside}
        if found is not None and (fixed or found.is_known):
            return found
        if found is not None:
            centred = Window.centred(*found.window.shape) == found.window
            kernel = found.kernel if centred else _around(sums, smallest)
            bell = a_bell(pairs, kernel, limit) if may_be_bell and not large else None
            return bell or _without_faint_rim(sums, found)
    wide = limit.size > thresholds.RETRIED and step > 0 and not fixed
    return a_wide_kernel(pairs) if wide else None


def _a_wide_one(pairs: Sequence[Pair], smallest: Window) -> Fit | None:
    """A kernel of one or two numbers, where the program for all taps takes many seconds."""
    return a_wide_kernel(pairs) if smallest.size > thresholds.RETRIED else None


def _growth(sums: Sums, smallest: Window, step: float) -> int:
    """How many windows are tried, each a tap a side larger.

    Where taps that are whole numbers leave nothing, larger ones are of use for a rim alone.
    """
    whole = step > 0 and sums.variance(smallest) < thresholds.WHOLE_TAPS * step**2
    return thresholds.GROWTH if whole else thresholds.MOST_GROWTH


def _leaves_too_much(sums: Sums, window: Window, step: float) -> bool:
    """Whether least squares leaves more than rounding alone does, in a large window.

    Errors of rounding multiples of 1/d vary by 1/12 + 1/6d² for an even d, of a squared step: that
    of a kernel that meets all bounds is one of these, but for chance.
    """
    if step == 0 or window.size < thresholds.LARGE:
        return False
    chance = 1 + thresholds.SURELY_MORE * np.sqrt(0.8 / sums.count)
    left = sums.variance(window) * chance**-1 * 12 / step**2
    levels = [1 + 2 / each**2 for each in thresholds.DENOMINATORS]
    return left > max(levels[:1]) and not any(
        level <= left * chance**2 and left <= level for level in levels
    )


def _around(sums: Sums, window: Window) -> Floats:
    """The kernel of least squares a tap around a window, the output pixel in its middle."""
    overhang = window.overhang
    around = Window.centred(2 * max(overhang[:2]) + 3, 2 * max(overhang[2:]) + 3)
    return symmetric(sums, around if sums.window.contains(around) else sums.window)


def all_fit(groups: Sequence[Sequence[Pair]], limit: Window, fixed: bool) -> list[Fit] | None:
    """An exact kernel for each group, or None if one has none."""
    found: list[Fit] = []
    for group in groups:
        if (one := fit(group, limit, fixed)) is None:
            return None
        found.append(one)
    return found


def _without_faint_rim(sums: Sums, found: Fit) -> Fit:
    """The same, or a smaller kernel that meets all bounds too."""
    kernel = np.abs(found.kernel)
    if kernel.size > thresholds.RETRIED:
        return found
    for side in SIDES:
        smaller = found.window.without(side)
        rim = kernel.copy()
        rim[(..., *smaller.inside(found.window))] = 0
        if smaller.size and rim.max() <= thresholds.FAINT * kernel.max():
            again = _fit(Problem(found.pairs, smaller, sums.kernel(smaller)))
            if again is not None:
                return _without_faint_rim(sums, again)
    return found


def _growing(
    pairs: Sequence[Pair], sums: Sums, windows: Sequence[Window], step: float
) -> Fit | None:
    """A kernel that meets all bounds, in one of some windows, each a tap a side larger.

    Wider windows also leave out the rim that some programs do not filter. Of symmetric kernels,
    which take little time, all are tried while they come much nearer to the bounds.
    """
    missed = np.inf
    for count, window in enumerate(windows, 1):
        if _leaves_too_much(sums, window, step):
            continue
        basis = symmetry(sums, window) if window.size >= thresholds.LARGE else None
        problem = Problem(pairs, window, sums.kernel(window), basis)
        found = _fit(problem)
        if found is None and basis is not None and window.size <= thresholds.RETRIED:
            # that least squares shows it as symmetric may be chance
            found = _fit(Problem(pairs, window, sums.kernel(window)))
        if found is not None:
            return found
        if count >= thresholds.GROWTH and problem.missed > thresholds.NEARER * missed:
            break
        missed = problem.missed if basis is not None else 0.0
    return None


def _fit(problem: Problem) -> Fit | None:
    """A kernel in the problem's window that meets all bounds."""
    ways = [a_floating_point_kernel] if problem.exact else WAYS
    found = next(filter(None, (way(problem) for way in ways)), None)
    return found if found is not None and found.share >= thresholds.REPRODUCED else None


def meeting_the_border(found: Fit, border: Border) -> Fit:
    """The same kernel, fitted to the rim as well now that it is known what lies outside.

    Where no kernel meets those bounds too, the old one.
    """
    wide = found.filter.widened(found.window.at_least(1))
    pairs = [replace(pair, border=border) for pair in found.pairs]
    samples = [pair.samples(wide.window.shape, wide.window.anchor) for pair in pairs]
    constant = (found.constant,) * 2
    again = minimax(samples, constant=constant, start=wide.kernel[0])
    if again.violation > found.tolerance:
        return found
    made = replace(wide, kernel=again.kernel[None])
    return replace(found, filter=made.trimmed(), reach=wide.window)


def with_proven_errors(found: Fit) -> Fit:
    """With how far kernels that meet all bounds may be from this one, unless it has many taps.

    Of fractions, only for so few taps that others may do as well.
    """
    fraction = found.filter.fraction is not None
    most = thresholds.CERTIFIED_FRACTIONS if fraction else thresholds.CERTIFIED
    if found.filter.rounding == "exact" or found.kernel.size > most:
        return found
    samples = []
    for pair in found.pairs:
        rim = np.ones(pair.size, np.bool_)  # which the fit left out
        rim[found.reach.interior(pair.size)] = False
        samples.append(found.samples(pair.without(rim)))
    return replace(found, errors=proven_errors(samples, found.kernel, found.tolerance))

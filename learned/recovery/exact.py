"""The answer where kernels reproduce every pixel, one for each group of planes."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from learned.pairs import Pair
from learned.recovery.answer import Answer, Part, together
from learned.recovery.doubt import unexcited
from learned.recovery.evidence import Evidence
from learned.recovery.fit import Fit, fit, meeting_the_border, proven_errors
from learned.recovery.layout import Layout
from learned.recovery.window import Window

WIDE = 0.2  # of the largest tap: taps that are known no better are not known
SMALL = 225  # taps; kernels up to this are fitted again once the border is known
NOT_QUITE = 0.1  # grey levels


def all_fit(groups: Sequence[Sequence[Pair]], limit: Window, fixed: bool) -> list[Fit] | None:
    """An exact kernel for each group, or None if one has none."""
    found = []
    for group in groups:
        one = fit(group, limit, fixed)
        if one is None:
            return None
        found.append(one)
    return found


def exact_answer(
    seen: Sequence[Evidence],
    groups: Sequence[Sequence[Pair]],
    layout: Layout,
    fits: Sequence[Fit],
    rim_share: float = 1.0,
) -> Answer:
    """An answer that reproduces all pixels of the groups; undetermined where others do as well.

    ``rim_share`` of the rim pixels must fit for a border to fit.
    """
    found = _laid_out(layout, fits, rim_share)
    known = all(each.fraction or "exact" in each.roundings for each in fits)
    borders = found.borders(seen)
    largest = max(each.kernel.size for each in fits)
    if borders and not known and max(found.reach.overhang) > 0 and largest <= SMALL:
        fits = [
            meeting_the_border([replace(pair, border=borders[0]) for pair in group], each)
            for group, each in zip(groups, fits, strict=True)
        ]
        found = _laid_out(layout, fits, rim_share)
    errors = [proven_errors(g, each) for g, each in zip(groups, fits, strict=True)]
    parts = [replace(part, errors=e) for part, e in zip(_parts(fits), errors, strict=True)]
    doubts = [unexcited(group, found.window) for group in groups]
    if not any(doubts) and any(_is_wide(part) for part in parts):
        doubts = [
            "Kernels that differ widely reproduce every pixel: the pictures are too small, too "
            "dull or clipped too much to tell them apart."
        ]
    return replace(
        found,
        verdict="undetermined" if any(doubts) else "linear",
        parts=together(parts),
        findings=[doubt for doubt in doubts if doubt][:1],
    )


def _laid_out(layout: Layout, fits: Sequence[Fit], rim_share: float) -> Answer:
    tolerance = max(each.tolerance for each in fits)
    reach = fits[0].reach
    for each in fits[1:]:
        reach = reach.union(each.reach)
    roundings = tuple(r for r in fits[0].roundings if all(r in each.roundings for each in fits))
    # taps that are not quite known predict the rim, which they were not fitted to, not quite
    rim_tolerances = (tolerance,) if all(f.fraction for f in fits) else (tolerance, NOT_QUITE)
    parts = together(_parts(fits))
    return Answer(
        "linear", layout, parts, reach, roundings, [], tolerance, rim_tolerances, rim_share
    )


def _parts(fits: Sequence[Fit]) -> list[Part]:
    return [Part(each.kernel, each.window, each.bias, each.fraction) for each in fits]


def _is_wide(part: Part) -> bool:
    if part.errors is None:
        return False
    return float(part.errors.max()) > WIDE * float(np.abs(part.kernel).max())

"""The best kernels where none reproduces every pixel: noise, JPEG, a stamp, another filter."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from learned.pairs import Pair
from learned.recovery.answer import Answer
from learned.recovery.approximate import Approximation, approximate
from learned.recovery.brightness import by_brightness
from learned.recovery.evidence import Evidence
from learned.recovery.exact import all_fit, exact_answer
from learned.recovery.fit import Fit
from learned.recovery.judge import judged, nothing_to_see
from learned.recovery.layout import Layout, groups_of, layouts, limited
from learned.recovery.outliers import (
    are_outliers,
    counts,
    may_be_outliers,
    put_aside,
    put_aside_again,
    put_aside_contradictions,
)
from learned.recovery.search import gather
from learned.recovery.structure import structure
from learned.recovery.window import Window

FEW_TAPS = 50  # kernels up to this are worth several programs to find out what contradicts them
BRIGHT = (
    "The colours of the after image are coarser than its brightness, as JPEG stores them: the taps "
    "are those of the brightness."
)


def inexact_answer(
    seen: Sequence[Evidence], limit: Window, fixed: bool, progress: Callable[[str], None]
) -> Answer:
    """The best kernels where none reproduces every pixel, and what is left."""
    bright = by_brightness(seen, _few(limit))
    layout: Layout = "pooled" if bright else _likely_layout(seen, limit)
    groups = [bright] if bright else groups_of(seen, layout)
    best = [approximate(group, limited(limit, layout), fixed) for group in groups]
    parts = [each for each in best if each is not None]
    if len(parts) < len(best):
        return nothing_to_see(seen)
    progress("a part that was painted over")
    cleaned = _without_outliers(seen, layout, parts, limited(limit, layout), fixed)
    if cleaned is not None:
        return cleaned
    progress("is the rest noise?")
    found = judged(groups, layout, parts, limit)
    return replace(found, findings=[BRIGHT, *found.findings]) if bright else found


def _few(limit: Window) -> Window:
    return Window.centred(min(5, limit.rows), min(5, limit.columns))


def _likely_layout(seen: Sequence[Evidence], limit: Window) -> Layout:
    """The simplest layout, unless another leaves less than half as much, with few taps each."""
    window = _few(limit)
    left: dict[Layout, float] = {}
    for layout in layouts(seen[0]):
        sums = [gather(group, window) for group in groups_of(seen, layout)]
        left[layout] = sum(each.variance(window) for each in sums) / len(sums)
    return next(layout for layout in left if left[layout] <= 2 * min(left.values()))


def _without_outliers(
    seen: Sequence[Evidence],
    layout: Layout,
    parts: Sequence[Approximation],
    limit: Window,
    fixed: bool,
) -> Answer | None:
    """An exact kernel for all but a few pixels, if those are few or lie together."""
    groups = groups_of(seen, layout)
    kept = [put_aside(group, part) for group, part in zip(groups, parts, strict=True)]
    if not may_be_outliers(groups, kept):
        return None
    rough = _fit_the_rest(kept, parts, limit, fixed)
    if rough is None:
        return None
    kept = [put_aside_again(group, each) for group, each in zip(groups, rough[1], strict=True)]
    fitted = _fit_the_rest(kept, parts, limit, fixed)
    if fitted is None or not are_outliers(groups, kept):
        return None
    kept, fits = fitted
    rests = [structure(g, f.kernel, f.bias, f.window) for g, f in zip(groups, fits, strict=True)]
    if max(each.predicted for each in rests) > 0.5:
        return None
    lost, known = counts(groups, kept)
    found = exact_answer(seen, kept, layout, fits, rim_share=1 - 2 * lost / known - 0.01)
    finding = f"{lost / known:.2%} of the pixels do not fit: something else was done to them."
    return replace(found, findings=[finding, *found.findings])


def _fit_the_rest(
    kept: list[list[Pair]], parts: Sequence[Approximation], limit: Window, fixed: bool
) -> tuple[list[list[Pair]], list[Fit]] | None:
    """Exact kernels, if need be without pixels that contradict the others, and what they fit."""
    fits = all_fit(kept, limit, fixed)
    if fits is None and max(part.kernel.size for part in parts) <= FEW_TAPS:
        kept = [
            put_aside_contradictions(each, part.window.union(Window.centred(3, 3)))
            for each, part in zip(kept, parts, strict=True)
        ]
        fits = all_fit(kept, limit, fixed)
    return None if fits is None else (kept, fits)

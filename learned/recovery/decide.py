"""From evidence to one answer: exact for all pixels, exact but for a few, or the best there is."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from learned.pairs import Pair
from learned.recovery.answer import Answer, Part, Verdict, together
from learned.recovery.approximate import Approximation, approximate
from learned.recovery.doubt import repeated, unexcited
from learned.recovery.evidence import Evidence, readings
from learned.recovery.fit import Fit, fit, meeting_the_border, proven_errors
from learned.recovery.layout import Layout, groups_of, layouts, limited
from learned.recovery.outliers import counts, may_be_outliers, put_aside, put_aside_again
from learned.recovery.search import gather
from learned.recovery.structure import structure
from learned.recovery.window import Window

WIDE = 0.2  # of the largest tap: taps that are known no better are not known
SMALL = 225  # taps; kernels up to this are fitted again once the border is known
NOT_QUITE = 0.1  # grey levels
NOISE = {"beyond": 0.2, "predicted": 0.2, "varying": 0.15, "correlated": 0.1}
"""What noise stays below; see `Structure`. JPEG leaves up to 0.17, 0.10 and 0.02."""
EXPLAINED = 0.1  # a kernel that explains less of the after image explains nothing


def answer(
    seen: list[Evidence], limit: Window, fixed: bool, progress: Callable[[str], None]
) -> tuple[list[Evidence], Answer]:
    """The best that can be said of the filter of all these pictures, and how they were read."""
    for reading in readings(seen):
        for layout in layouts(reading[0]):
            progress(f"exact kernel, {layout}")
            groups = groups_of(reading, layout)
            fits = _all_fit(groups, limited(limit, layout), fixed)
            if fits is not None:
                return reading, _exact(reading, groups, layout, fits)
    progress("best kernel")
    return seen, _approximate(seen, limit, fixed, progress)


def _all_fit(groups: list[list[Pair]], limit: Window, fixed: bool) -> list[Fit] | None:
    found = []
    for group in groups:
        one = fit(group, limit, fixed)
        if one is None:
            return None
        found.append(one)
    return found


def _exact(
    seen: Sequence[Evidence],
    groups: Sequence[Sequence[Pair]],
    layout: Layout,
    fits: Sequence[Fit],
    rim_share: float = 1.0,
) -> Answer:
    """An answer that reproduces all pixels of the groups; undetermined where others do as well."""
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


def _approximate(
    seen: Sequence[Evidence], limit: Window, fixed: bool, progress: Callable[[str], None]
) -> Answer:
    """The best kernels where none reproduces every pixel, and what is left."""
    layout = _likely_layout(seen, limit)
    groups = groups_of(seen, layout)
    found = [approximate(group, limited(limit, layout), fixed) for group in groups]
    parts = [each for each in found if each is not None]
    if len(parts) < len(found):
        return _nothing(seen)
    progress("a part that was painted over")
    cleaned = _without_outliers(seen, layout, parts, limited(limit, layout), fixed)
    if cleaned is not None:
        return cleaned
    progress("is the rest noise?")
    return _judged(seen, layout, parts, limit)


def _likely_layout(seen: Sequence[Evidence], limit: Window) -> Layout:
    """The simplest layout, unless another leaves less than half as much, with few taps each."""
    window = Window.centred(min(5, limit.rows), min(5, limit.columns))
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
    fits = _all_fit(kept, limit, fixed)
    if fits is None:
        return None
    kept = [put_aside_again(group, each) for group, each in zip(groups, fits, strict=True)]
    fits = _all_fit(kept, limit, fixed) or fits
    judged = [structure(g, f.kernel, f.bias, f.window) for g, f in zip(groups, fits, strict=True)]
    if max(each.predicted for each in judged) > 0.5:
        return None
    lost, known = counts(groups, kept)
    found = _exact(seen, kept, layout, fits, rim_share=1 - 2 * lost / known - 0.01)
    finding = f"{lost / known:.2%} of the pixels do not fit: something else was done to them."
    return replace(found, findings=[finding, *found.findings])


def _judged(
    seen: Sequence[Evidence], layout: Layout, parts: Sequence[Approximation], limit: Window
) -> Answer:
    """Whether what the best kernels leave is noise."""
    judged = [structure(p.pairs, p.kernel, p.bias, p.window) for p in parts]
    rms = float(np.sqrt(np.mean([p.rms**2 for p in parts])))
    worst = {name: max(getattr(each, name) for each in judged) for name in NOISE}
    explained = min(each.explained for each in judged)
    linear = explained > EXPLAINED and all(worst[name] < NOISE[name] for name in NOISE)
    findings = [
        f"No kernel of up to {limit.rows} × {limit.columns} taps reproduces every pixel; the best "
        f"leaves {rms:.2g} grey levels (root mean square)."
    ]
    if linear:
        findings.append(
            "What it leaves looks like noise or compression, not like another kind of filter: the "
            "taps are its least-squares fit, with standard errors."
        )
    else:
        findings.append(_why_not(worst, explained))
    for part in parts:
        if max(part.window.rows / limit.rows, part.window.columns / limit.columns) > 0.9:
            findings.append("The kernel fills the largest size that was tried; try --max-size.")
            break
    verdict: Verdict = "linear" if linear else "not linear"
    repeats = [repeated(p.pairs, p.window) for p in parts]
    if linear and any(repeats):
        verdict = "undetermined"
        findings.append(next(sentence for sentence in repeats if sentence))
    laid_out = together([Part(p.kernel, p.window, p.bias, None, p.errors) for p in parts])
    tolerance = 1e-6
    return Answer(
        verdict,
        layout,
        laid_out,
        laid_out[0].window,
        (),
        findings,
        tolerance,
        rim_tolerances=(3 * rms,),
        rim_share=0.95,
    )


def _why_not(worst: dict[str, float], explained: float) -> str:
    if explained <= EXPLAINED:
        return "It explains next to nothing of the after image: are these two of the same scene?"
    if worst["beyond"] >= NOISE["beyond"]:
        return (
            f"A larger kernel would explain {worst['beyond']:.0%} of that: raise --max-size or "
            f"leave out --size."
        )
    if worst["varying"] >= NOISE["varying"] and worst["predicted"] < 0.5:
        return (
            f"It changes over the picture: a kernel for each quarter leaves {worst['varying']:.0%} "
            f"less. A distortion, a vignette, or a filter that adapts, but no single kernel."
        )
    if worst["predicted"] >= NOISE["predicted"]:
        return (
            f"That is not noise: {worst['predicted']:.0%} of it can be told from the before "
            f"picture by what no kernel sees, as sorted neighbours, magnitudes or curves."
        )
    return "That is not noise: it goes together over long distances."


def _nothing(seen: Sequence[Evidence]) -> Answer:
    """Where every pixel is clipped."""
    kernel = np.zeros((len(seen[0].before), 1, 1))
    layout: Layout = "pooled" if len(seen[0].before) == len(seen[0].after) else "mixed"
    count = 1 if layout == "pooled" else len(seen[0].after)
    parts = [Part(kernel[:1] if layout == "pooled" else kernel, Window(0, 0, 1, 1), 0.0)] * count
    finding = (
        "Almost every pixel of the after image is clipped, so it says nothing about the taps. A "
        "threshold does that, or a kernel with very large taps."
    )
    return Answer("undetermined", layout, parts, parts[0].window, (), [finding], 1e-6, (1e-6,))

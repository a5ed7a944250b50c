"""The verdict where no kernel reproduces every pixel: is what the best one leaves noise?"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from learned.pairs import Pair
from learned.recovery.answer import Answer, Part, Verdict, together
from learned.recovery.approximate import Approximation
from learned.recovery.doubt import repeated
from learned.recovery.evidence import Evidence
from learned.recovery.layout import Layout
from learned.recovery.structure import LINEAR, structure
from learned.recovery.window import Window
from learned.solve.predict import violation

NOISE = {"beyond": 0.2, "predicted": 0.2, "varying": 0.15, "correlated": 0.1}
"""What noise stays below; see `Structure`. JPEG leaves up to 0.17, 0.10 and 0.02."""
EXPLAINED = 0.1  # a kernel that explains less of the after image explains nothing
TELLING = 1000  # pixels; of fewer nobody can say whether they are noise
FAR_OFF = 5  # times the root mean square of what is left
MISSED = 0.1  # share of the pixels that may be that far off
ROUNDING_ERROR = 1e-6  # grey levels


def judged(
    groups: Sequence[Sequence[Pair]], layout: Layout, parts: Sequence[Approximation], limit: Window
) -> Answer:
    """The answer that these least-squares kernels make, one for each group, with its verdict."""
    rms = float(np.sqrt(np.mean([part.rms**2 for part in parts])))
    verdict, why = _verdict(groups, parts)
    findings = [
        f"No kernel of up to {limit.rows} × {limit.columns} taps reproduces every pixel; the best "
        f"leaves {rms:.2g} grey levels (root mean square).",
        why,
    ]
    largest = max(max(p.window.rows / limit.rows, p.window.columns / limit.columns) for p in parts)
    if verdict == "linear" and largest > 0.9 and max(limit.shape) > 1:
        findings.append("The kernel fills the largest size that was tried; try --max-size.")
    laid_out = together([Part(p.kernel, p.window, p.bias, None, p.errors) for p in parts])
    return Answer(
        verdict,
        layout,
        laid_out,
        laid_out[0].window,
        (),
        findings,
        ROUNDING_ERROR,
        rim_tolerances=(3 * rms,),
        rim_share=0.95,
    )


def _verdict(
    groups: Sequence[Sequence[Pair]], parts: Sequence[Approximation]
) -> tuple[Verdict, str]:
    """And the reason, as a sentence."""
    pixels = sum(_pixels(pair, parts[0].window) for group in groups for pair in group)
    if pixels < TELLING:
        return "undetermined", (
            f"Only {pixels} pixels lie away from the border and are not clipped: too few to tell "
            f"noise from another kind of filter. Use larger pictures."
        )
    rests = [structure(part.pairs, part.kernel, part.bias, part.window) for part in parts]
    missed = max(_missed(group, part) for group, part in zip(groups, parts, strict=True))
    if missed > MISSED:
        return "not linear", (
            f"It misses {missed:.0%} of the pixels by far and explains the others well, as where a "
            f"program takes magnitudes, or treats two kinds of pixels differently."
        )
    worst = {name: max(getattr(each, name) for each in rests) for name in NOISE}
    explained = min(each.explained for each in rests)
    if explained <= EXPLAINED or any(worst[name] >= NOISE[name] for name in NOISE):
        return "not linear", _why_not(worst, explained)
    repeats = [repeated(part.pairs, part.window) for part in parts]
    if any(repeats):
        return "undetermined", next(sentence for sentence in repeats if sentence)
    return "linear", (
        "What it leaves looks like noise or compression, not like another kind of filter: the "
        "taps are its least-squares fit, with standard errors."
    )


def _pixels(pair: Pair, window: Window) -> int:
    """How many have both bounds, and a neighbourhood that the judgement can look at."""
    around = window.union(Window.centred(LINEAR, LINEAR))
    known: NDArray[np.bool_] = np.isfinite(pair.lower) & np.isfinite(pair.upper)
    return int(known[around.interior(known.shape)].sum())


def _missed(group: Sequence[Pair], part: Approximation) -> float:
    """Share of all pixels that are far off, be they left out by least squares as clipped."""
    off = [violation(part.window.samples(pair), part.kernel, part.bias).ravel() for pair in group]
    known = np.concatenate([each[np.isfinite(each)] for each in off])
    return float(np.mean(known > FAR_OFF * part.rms + 0.5))


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


def nothing_to_see(seen: Sequence[Evidence]) -> Answer:
    """Where next to no pixel tells anything."""
    kernel = np.zeros((len(seen[0].before), 1, 1))
    layout: Layout = "pooled" if len(seen[0].before) == len(seen[0].after) else "mixed"
    count = 1 if layout == "pooled" else len(seen[0].after)
    parts = [Part(kernel[:1] if layout == "pooled" else kernel, Window(0, 0, 1, 1), 0.0)] * count
    finding = "The pictures have too few pixels to tell one kernel from another."
    if seen[0].after[0].size > TELLING:
        finding = (
            "Almost every pixel of the after image is clipped, so it says nothing about the taps. "
            "A threshold does that, or a kernel with very large taps."
        )
    return Answer("undetermined", layout, parts, parts[0].window, (), [finding], 1e-6, (1e-6,))

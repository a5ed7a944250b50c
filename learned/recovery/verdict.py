"""What can be said of a filter: is the best kernel the only one, and is what it leaves noise?"""

from collections.abc import Sequence
from itertools import chain
from typing import Literal

import numpy as np

from learned.pairs import Pair
from learned.recovery import thresholds
from learned.recovery.fit import Fit
from learned.recovery.fit_noisy import Rough
from learned.recovery.problem import neighbourhoods
from learned.recovery.reading import Reading
from learned.recovery.residual import Residual, study
from learned.recovery.windows import halfway
from learned.solve.directions import directions
from learned.solve.predict import violation
from learned.window import Window, containing

LEAST_SQUARES = "the taps are its least-squares fit, with standard errors."
Verdict = Literal["linear", "not linear", "undetermined"]


def judge_exact(fits: Sequence[Fit]) -> tuple[Verdict, str]:
    """Of kernels that reproduce every pixel: undetermined where others do as well, and why."""
    window = containing([fit.window for fit in fits])
    if all(fit.named for fit in fits) and window.size > thresholds.KNOWN_TAPS:
        # one or two numbers, not thousands of taps; `directions` would take a minute
        doubt = next(filter(None, (_repeated(fit.pairs, Window(0, 0, 1, 1)) for fit in fits)), "")
        return ("undetermined", doubt) if doubt else ("linear", "")
    doubt = next(filter(None, (_unexcited(fit.pairs, window) for fit in fits)), "")
    if not doubt and any(map(_is_wide, fits)):
        doubt = (
            "Kernels that differ widely reproduce every pixel: the pictures are too small, too "
            "dull or clipped too much to tell them apart."
        )
    return ("undetermined", doubt) if doubt else ("linear", "")


def judge_noisy(rough: Rough) -> tuple[Verdict, str]:
    """Of least-squares kernels that do not reproduce every pixel: is the rest noise? And why."""
    judged, pixels = rough.fits[0].window.at_least(thresholds.LINEAR), 0
    for pair in chain(*rough.groups):
        known = np.isfinite(halfway(pair.lower, pair.upper))
        pixels += int(known[judged.interior(pair.size)].sum())
    if pixels < thresholds.TELLING:
        return "undetermined", (
            f"Only {pixels} pixels lie away from the border and are not clipped: too few to tell "
            f"noise from another kind of filter. Use larger pictures."
        )
    missed = max(map(_missed, rough.groups, rough.fits))
    if missed > thresholds.MISSED:
        return "not linear", (
            f"It misses {missed:.0%} of the pixels by far and explains the others well, as where a "
            f"program takes magnitudes, or treats two kinds of pixels differently."
        )
    why = _why_not([study(fit) for fit in rough.fits])
    if why:
        return "not linear", why
    doubt = next(filter(None, (_repeated(fit.pairs, fit.window) for fit in rough.fits)), "")
    if doubt:
        return "undetermined", doubt
    return "linear", (
        "What it leaves looks like noise or compression, not like another kind of filter: "
        + LEAST_SQUARES
    )


def why_nothing(seen: Sequence[Reading]) -> str:
    """Why next to no pixel tells anything."""
    if seen[0].after[0].size <= thresholds.TELLING:
        return "The pictures have too few pixels to tell one kernel from another."
    return (
        "Almost every pixel of the after image is clipped, so it says nothing about the taps. A "
        "threshold does that, or a kernel with very large taps."
    )


def _unexcited(pairs: Sequence[Pair], window: Window) -> str:
    """What the photos say nothing about in a window a little larger than the kernel's."""
    around = window.at_least(3)
    try:
        samples = [pair.samples(around.shape, around.anchor) for pair in pairs]
        dull = directions(samples, True).dull
    except ValueError:  # no pixel with bounds, or a picture smaller than the window
        return "The pictures have too few pixels to tell one kernel from another."
    if dull.shape[1] == 0:
        return _repeated(pairs, window)
    return (
        f"The before picture does not excite {dull.shape[1]} of the {len(dull)} directions that "
        f"a bias and {around.rows} × {around.columns} taps have: kernels that differ in those "
        f"reproduce it as well. Use a picture with more texture."
    )


def _repeated(pairs: Sequence[Pair], window: Window) -> str:
    """Whether the before picture has too few different neighbourhoods, as a sentence."""
    unknowns = len(pairs[0].before) * window.size + 1
    different = neighbourhoods([pair.samples(window.shape, window.anchor) for pair in pairs])
    enough = thresholds.REPEATED * unknowns
    if unknowns == thresholds.PLAIN_UNKNOWNS or different >= enough:
        return ""
    return (
        f"The before picture repeats itself: it has only {different} different neighbourhoods for "
        f"{unknowns} unknowns, so a quite different kernel may do the same there."
    )


def _is_wide(fit: Fit) -> bool:
    if fit.errors is None or not fit.kernel.any():
        return False
    return float(fit.errors.max()) > thresholds.WIDE * float(np.abs(fit.kernel).max())


def _missed(group: Sequence[Pair], fit: Fit) -> float:
    """Share of all pixels that are far off, be they left out by least squares as clipped."""
    off = [violation(fit.samples(pair), fit.kernel, fit.constant).ravel() for pair in group]
    known = np.concatenate([each[np.isfinite(each)] for each in off])
    return float(np.mean(known > thresholds.FAR_OFF * fit.rms + 0.5))


def _why_not(left: Sequence[Residual]) -> str:
    """Why what is left is not noise; nothing if it may be."""
    if min(each.explained for each in left) <= thresholds.EXPLAINED:
        return "It explains next to nothing of the after image: are these two of the same scene?"
    worst = {name: max(getattr(each, name) for each in left) for name in thresholds.NOISE}
    above = {name for name, limit in thresholds.NOISE.items() if worst[name] >= limit}
    if "beyond" in above:
        return (
            f"A larger kernel would explain {worst['beyond']:.0%} of that: raise --max-size or "
            f"leave out --size."
        )
    if "varying" in above and worst["predicted"] < thresholds.MOSTLY:
        return (
            f"It changes over the picture: a kernel for each quarter leaves {worst['varying']:.0%} "
            f"less. A distortion, a vignette, or a filter that adapts, but no single kernel."
        )
    if "predicted" in above:
        return (
            f"That is not noise: {worst['predicted']:.0%} of it can be told from the before "
            f"picture by what no kernel sees, as sorted neighbours, magnitudes or curves."
        )
    return "That is not noise: it goes together over long distances." if above else ""

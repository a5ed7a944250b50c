"""All kinds of explanations, from simple to general: what each reproduces is counted."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from handconv.arrays import Array
from learned.recovery import thresholds
from learned.recovery.explanations import bilateral, curve, frames, magnitudes, morphology, ranks
from learned.recovery.explanations.explanation import Explanation
from learned.recovery.reading import Reading

KINDS = {
    "a frame": frames.explain,
    "a curve": curve.explain,
    "a rank": ranks.explain,
    "morphology": morphology.explain,
    "a magnitude": magnitudes.explain,
    "a bilateral filter": bilateral.explain,
}
"""What is tried, in this order; until one reproduces every pixel."""


def explain_all(
    seen: Sequence[Reading], by_kernel: float, progress: Callable[[str], None]
) -> list[Explanation]:
    """What the program may have done, best first; none where nothing reproduces much.

    Parameters
    ----------
    seen : 8- or 16-bit pairs; parameters are found from the first, pixels of all are counted
    by_kernel : share of the pixels that the best kernel reproduces
    progress : is told each step as it begins
    """
    if any(each.kind != "u" for pair in seen for each in (pair.before.dtype, pair.after.dtype)):
        return []
    unchanged = share_reproduced(seen, lambda before: before)
    missing = 1 - max(by_kernel, unchanged)
    least = max(thresholds.CLAIMED, 1 - thresholds.LEFT * missing)
    found: list[Explanation] = []
    for name, explain in KINDS.items():
        progress(name)
        for each in explain(seen[0]):
            share = share_reproduced(seen, each.apply)
            if share >= least:
                found.append(replace(each, exact_pixels=share))
        if any(each.exact_pixels == 1 for each in found):
            break
    return sorted(found, key=lambda each: -each.exact_pixels)


def share_reproduced(seen: Sequence[Reading], make: Callable[[Array], Array]) -> float:
    """Share of the after-pixels that ``make`` stores alike; 0 where it makes another shape."""
    same = known = 0
    for pair in seen:
        made = make(pair.before)
        if made.shape[1:] == pair.size:
            made = made[:, *pair.inside]
        if made.shape == pair.after.shape:
            same += int((made == pair.after).sum())
        known += pair.after.size
    return same / known

"""All kinds of explanations, from simple to general: what each reproduces is counted."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from learned.filter import Filter
from learned.recovery import thresholds
from learned.recovery.explanations import (
    bilateral,
    browser_blurs,
    chains,
    colour,
    curve,
    enhance,
    frames,
    light,
    local,
    magnitudes,
    morphology,
    ranks,
    resize,
    unsharp,
    varying,
    vips_blurs,
)
from learned.recovery.explanations.counting import share_reproduced, share_unchanged
from learned.recovery.explanations.explanation import Explanation
from learned.recovery.reading import Reading

Explain = Callable[[Reading], Iterator[Explanation]]
"""What every kind has: explanations of a pair that are worth to be counted."""
OF_ANY_SIZE: dict[str, Explain] = {
    "a frame": frames.explain,
    "every second pixel": frames.explain_steps,
    "a resize": resize.explain,
}
"""What is tried where nobody knows which pixels go together, in this order."""
IN_PLACE: dict[str, Explain] = {
    "a frame": frames.explain,
    "a curve": curve.explain,
    "a blend by Pillow": enhance.explain,
    "a colour space": colour.explain,
    "a rank": ranks.explain,
    "morphology": morphology.explain,
    "a magnitude": magnitudes.explain,
    "a bilateral filter": bilateral.explain,
}
"""What is tried of pictures that lie over each other, in this order."""
MOVED = (frames.explain, frames.explain_steps)
"""What is tried of floating point, too: pixels that are moved stay what they are."""
AROUND_A_KERNEL = {
    "a browser's blur": browser_blurs.explain,
    "a blur by libvips": vips_blurs.explain,
    "a chain": chains.explain,
    "an unsharp mask": unsharp.explain,
}
"""The same, of what has the best kernel for a start."""
IN_PARTS: dict[str, Explain] = {
    "a part of the picture": local.explain,
    "a gain that changes": varying.explain,
}
"""What is tried last, with linear light: a filter with a part painted over is simpler."""


def explain_simply(
    seen: Sequence[Reading], kernel: Filter | None, progress: Callable[[str], None]
) -> list[Explanation]:
    """What `IN_PLACE` and `AROUND_A_KERNEL` say, with the share that it reproduces, however small.

    The parameters are those of `explain_all`.
    """
    return _counted(IN_PLACE | _around(kernel, AROUND_A_KERNEL), seen, progress)


def explain_all(
    seen: Sequence[Reading],
    kernel: Filter | None,
    by_kernel: float,
    progress: Callable[[str], None],
    simply: Sequence[Explanation] | None = None,
) -> list[Explanation]:
    """What the program may have done, best first; none where nothing reproduces much.

    Parameters
    ----------
    seen : 8- or 16-bit pairs; parameters are found from the first, pixels of all are counted
    kernel : the best one, if there is one
    by_kernel : share of the pixels that it reproduces
    progress : is told each step as it begins
    simply : what `explain_simply` found, if it was asked already
    """
    found = list(explain_simply(seen, kernel, progress) if simply is None else simply)
    if not reproduced(found):
        found += _counted(
            IN_PARTS | _around(kernel, {"linear light": light.explain}), seen, progress
        )
    missing = 1 - max(by_kernel, share_unchanged(seen))
    return _claimed(found, max(thresholds.CLAIMED, 1 - thresholds.LEFT * missing))


def explain_sizes(seen: Reading, progress: Callable[[str], None]) -> list[Explanation]:
    """The same of one pair of different sizes, of which it is not known what goes together."""
    return _claimed(_counted(OF_ANY_SIZE, [seen], progress), thresholds.CLAIMED)


def reproduced(found: Sequence[Explanation]) -> bool:
    """Whether one of them reproduces every pixel."""
    return any(each.exact_pixels == 1 for each in found)


def _around(
    kernel: Filter | None, kinds: Mapping[str, Callable[..., Iterator[Explanation]]]
) -> dict[str, Explain]:
    """These kinds, told the kernel; none where there is none."""
    if kernel is None:
        return {}
    return {name: partial(explain, by_kernel=kernel) for name, explain in kinds.items()}


def _counted(
    tried: Mapping[str, Explain], seen: Sequence[Reading], progress: Callable[[str], None]
) -> list[Explanation]:
    """All that these kinds say; tried until something reproduces every pixel."""
    if any(each.kind != "u" for pair in seen for each in (pair.before.dtype, pair.after.dtype)):
        tried = {name: explain for name, explain in tried.items() if explain in MOVED}
    found: list[Explanation] = []
    for name, explain in tried.items():
        progress(name)
        found += [
            replace(each, exact_pixels=share_reproduced(seen, each)) for each in explain(seen[0])
        ]
        if reproduced(found):
            break
    return found


def _claimed(found: Sequence[Explanation], least: float) -> list[Explanation]:
    """Those that reproduce at least such a share of the pixels, best first."""
    enough = [each for each in found if each.exact_pixels >= max(least, each.least)]
    return sorted(enough, key=lambda each: -each.exact_pixels)

"""Morphology: minima and maxima after one another, and what they take away."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import cv2
import numpy as np

from handconv.arrays import Array
from learned.recovery import thresholds
from learned.recovery.explanations.explanation import Explanation
from learned.recovery.explanations.footprints import LARGEST, Footprint, footprints
from learned.recovery.explanations.rims import MODES, Reach, bordered, pad, with_best_border
from learned.recovery.reading import Reading

STEPS = {  # what is subtracted from what, each a list of steps one after another
    "opening": (["erode", "dilate"], None),
    "closing": (["dilate", "erode"], None),
    "top-hat": ([], ["erode", "dilate"]),
    "black-hat": (["dilate", "erode"], []),
    "gradient": (["dilate"], ["erode"]),
    "inner gradient": ([], ["erode"]),
    "outer gradient": (["dilate"], []),
}
BORDERS = {"ignored": "none: what lies outside is left out", **MODES}
MOST = 2  # of the footprints' sizes: how far two steps reach


class Patch(NamedTuple):
    """A lively part of the pair, as planes: the after image without what the rim decides."""

    before: Array
    after: Array


def explain(seen: Reading) -> Iterator[Explanation]:
    """The operation and footprint that fit most pixels of a part."""
    if seen.before.shape != seen.after.shape or min(seen.size) < thresholds.PATCH_SIDE:
        return
    patch = _lively_part(seen)
    found: tuple[float, str, Footprint] | None = None
    for footprint in footprints():
        if footprint.reach[0] != footprint.reach[1] or footprint.reach[2] != footprint.reach[3]:
            continue
        shares = _shares(patch, footprint)
        name = max(shares, key=lambda each: shares[each])
        if found is None or shares[name] > found[0]:
            found = shares[name], name, footprint
            if shares[name] == 1:
                break
    if found is not None and found[0] >= thresholds.RANKED:
        yield _explanation(*found[1:], seen)


def morphology(
    planes: Array, footprint: Array, more: list[str], less: list[str] | None, mode: str
) -> Array:
    """The planes after the steps ``more``, less the planes after the steps ``less``."""
    after = in_steps(planes, footprint, more, mode)
    return after if less is None else after - in_steps(planes, footprint, less, mode)


def in_steps(planes: Array, footprint: Array, steps: list[str], mode: str) -> Array:
    """Erode (minimum) or dilate (maximum), one after another."""
    above, left = footprint.shape[0] // 2, footprint.shape[1] // 2
    for step in steps:
        pick = cv2.erode if step == "erode" else cv2.dilate
        if mode == "ignored":
            planes = np.stack([pick(plane, footprint) for plane in planes])
            continue
        seen = pad(planes, (above, above, left, left), mode)
        picked = np.stack([pick(plane, footprint) for plane in seen])
        planes = picked[:, above : above + planes.shape[1], left : left + planes.shape[2]]
    return planes


def _lively_part(seen: Reading) -> Patch:
    """Of the first channel, the square in which the after image varies most."""
    side, margin = thresholds.PATCH_SIDE, MOST * (LARGEST // 2)
    before, after = seen.before[0], seen.after[0]
    places = [
        (top, left)
        for top in range(0, seen.size[0] - side + 1, side // 2)
        for left in range(0, seen.size[1] - side + 1, side // 2)
    ]
    at = max(places, key=lambda place: float(after[_square(place, side)].std()))
    inner = np.s_[margin:-margin, margin:-margin]
    return Patch(before[_square(at, side)], after[_square(at, side)][inner])


def _square(at: tuple[int, int], side: int) -> tuple[slice, slice]:
    top, left = at
    return slice(top, top + side), slice(left, left + side)


def _shares(patch: Patch, footprint: Footprint) -> dict[str, float]:
    """Share of the pixels that each operation fits."""
    mask, margin = footprint.mask.astype(np.uint8), MOST * (LARGEST // 2)
    low, high = cv2.erode(patch.before, mask), cv2.dilate(patch.before, mask)
    opened, closed, same = cv2.dilate(low, mask), cv2.erode(high, mask), patch.before
    made = {
        "opening": opened,
        "closing": closed,
        "top-hat": same - opened,
        "black-hat": closed - same,
        "gradient": high - low,
        "inner gradient": same - low,
        "outer gradient": high - same,
    }
    inner = np.s_[margin:-margin, margin:-margin]
    return {name: float(np.mean(each[inner] == patch.after)) for name, each in made.items()}


def _explanation(name: str, footprint: Footprint, seen: Reading) -> Explanation:
    more, less = STEPS[name]
    parameters: dict[str, Any] = {
        "name": name,
        "shape": footprint.shape,
        "size": list(footprint.mask.shape),
        "footprint": footprint.mask.astype(int).tolist(),
    }
    settings = {"footprint": footprint.mask.astype(np.uint8), "more": more, "less": less}
    article = "an" if name[0] in "aeiou" else "a"
    sentence = f"{article} {name} (morphology) with {footprint.words}"
    reach: Reach = tuple(MOST * each for each in footprint.reach)  # type: ignore[assignment]
    plain = Explanation("morphology", sentence, parameters, morphology, settings, max(reach))
    return with_best_border(bordered(plain, BORDERS), seen, reach)

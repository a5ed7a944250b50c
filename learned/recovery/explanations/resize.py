"""Which resizer of which library: each is run, and what it reproduces is counted."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import NamedTuple

import cv2
import numpy as np

from handconv.arrays import Array
from learned.recovery import thresholds
from learned.recovery.explanations.explanation import Explanation
from learned.recovery.explanations.resize_candidates import (
    by_opencv,
    by_pillow,
    by_scipy,
    by_skimage,
    by_torch,
)
from learned.recovery.reading import Reading

ORDERS, RARE_ORDERS = (1, 3, 0), (2, 4, 5)
SKIMAGE_MODES = ("reflect", "edge", "symmetric", "constant", "wrap")
SCIPY_MODES = ("constant", "nearest", "reflect", "mirror", "grid-constant", "wrap", "grid-wrap")
GRID_MODES = ("nearest", "reflect", "mirror", "grid-constant", "grid-wrap")
ROUNDINGS = ("nearest", "floor")
REFUSALS = (cv2.error, ValueError, OSError, TypeError, RuntimeError)
"""What libraries raise for a dtype or a size that they do not take."""


class Tried(NamedTuple):
    """A resizer, and how far its picture is from the after image: mean grey levels."""

    explanation: Explanation
    distance: float

    @property
    def share(self) -> float:
        return self.explanation.exact_pixels

    @property
    def name(self) -> str:
        return f"{self.explanation.parameters['library']} {self.explanation.parameters['method']}"


def explain(seen: Reading) -> Iterator[Explanation]:
    """The resizer that reproduces the most pixels; in "alike" those that reproduce as many.

    Slow libraries are tried where no fast one reproduces every pixel, but one comes near: where
    none does, the pictures are not of one scene, or a part was cut off.
    """
    before, after = seen.before, seen.after
    if before.shape[1:] == after.shape[1:] or len(before) != len(after):
        return
    if before.dtype != after.dtype or max(before.size, after.size) > thresholds.RESIZED:
        return
    sizes = before.shape[1:], after.shape[1:]
    fast = (*by_opencv(*sizes), *by_pillow(*sizes), *by_torch(*sizes))
    tried = list(_counted(fast, seen))
    slower = ((ORDERS, 1), (RARE_ORDERS, thresholds.RESIZER_FOUND))
    for orders, enough in slower if _is_near(tried, before, after) else ():
        if max((each.share for each in tried), default=0) >= enough:
            break
        for slow in (by_skimage(*sizes, orders), by_scipy(*sizes, orders)):
            ranked = sorted(_counted(slow, seen), key=lambda each: each.distance)
            tried += ranked + [
                one
                for nearest in ranked[: thresholds.RESIZERS_KEPT]
                for one in _counted(_variants(nearest.explanation), seen)
            ]
    most = max((each.share for each in tried), default=0.0)
    likely = [each.explanation for each in tried if each.share == most]
    whole = list(_counted(likely, seen, np.s_[:]))
    best = max(whole, key=lambda each: each.share, default=None)
    if best is None or best.share < thresholds.RESIZER_NEAR:
        return
    names = dict.fromkeys(each.name for each in whole if each.share == best.share)
    alike = [name for name in names if name != best.name]
    parameters = best.explanation.parameters | {"alike": alike}
    sentence = best.explanation.sentence
    if best.share < thresholds.RESIZER_FOUND:
        sentence = f"{sentence}, or nearly so: no resizer that is known makes all of it"
    yield replace(best.explanation, parameters=parameters, sentence=sentence)


def _is_near(tried: Sequence[Tried], before: Array, after: Array) -> bool:
    """Whether a resizer comes much nearer than flat grey, and than the middle of the picture."""
    level = after.astype(np.float64)
    off = [float(np.abs(level - level.mean()).mean())]
    missing = np.subtract(before.shape[1:], after.shape[1:])
    if missing.min() >= 0:
        (top, left), (rows, columns) = missing // 2, after.shape[1:]
        middle = before[:, top : top + rows, left : left + columns]
        off.append(float(np.abs(middle - level).mean()))
    nearest = min((each.distance for each in tried), default=np.inf)
    return nearest < thresholds.RESIZER_ROUGH * min(off)


def _counted(
    made: Iterable[Explanation], seen: Reading, channels: slice | None = None
) -> Iterator[Tried]:
    """With the share of the pixels that each reproduces, by default of the liveliest channel."""
    if channels is None:
        liveliest = int(np.argmax([np.ptp(each) and each.std() for each in seen.after]))
        channels = np.s_[liveliest : liveliest + 1]
    before, after = seen.before[channels], seen.after[channels]
    for each in made:
        try:
            ours = each.apply(before)
        except REFUSALS:
            continue
        if ours.shape == after.shape and ours.dtype == after.dtype:
            share = float((ours == after).mean())
            distance = float(np.abs(ours - after.astype(np.float64)).mean())
            yield Tried(replace(each, exact_pixels=share), distance)


def _variants(nearest: Explanation) -> Iterator[Explanation]:
    """With other borders and roundings, where the library has a choice."""
    if nearest.parameters["library"] == "SciPy":
        for mode in GRID_MODES if nearest.settings["grid_mode"] else SCIPY_MODES:
            yield _with(nearest, {"mode": mode}, {"border": mode})
        return
    for mode, rounding, kept in product(SKIMAGE_MODES, ROUNDINGS, (False, True)):
        settings: dict[str, object] = {"mode": mode, "rounding": rounding}
        settings["preserve_range"] = kept
        yield _with(nearest, settings, {"border": mode, "rounding": rounding})


def _with(one: Explanation, settings: dict[str, object], more: dict[str, object]) -> Explanation:
    return replace(one, settings=one.settings | settings, parameters=one.parameters | more)

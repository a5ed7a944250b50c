"""What filters do at the rim of the picture, and which of it a pair shows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from handconv.arrays import Array
from handconv.borders import NAMES
from learned.recovery import thresholds
from learned.recovery.explanations.explanation import Explanation
from learned.recovery.reading import Reading

Reach = tuple[int, int, int, int]
"""Pixels above, below, left and right."""

MODES = {mode: border for border, mode in NAMES["numpy.pad"].items()}
"""NumPy's names of the borders, and ours."""


def pad(planes: Array, reach: Reach, mode: str) -> Array:
    """More pixels around each plane."""
    above, below, left, right = reach
    return np.pad(planes, ((0, 0), (above, below), (left, right)), mode)  # type: ignore[call-overload, no-any-return]


def keep_rim(after: Array, before: Array, reach: Reach) -> Array:
    """The after image, with the rim of the before image."""
    above, below, left, right = reach
    whole = before.astype(after.dtype)
    inside = np.s_[:, above : before.shape[1] - below, left : before.shape[2] - right]
    whole[inside] = after[inside]
    return whole


def with_best_border(tried: Iterator[Explanation], seen: Reading, reach: Reach) -> Explanation:
    """Of explanations that differ at the rim or in the rounding, the one that reproduces most.

    Tried on the corners only, put together to one small picture: there, the rim sees what it sees
    in the whole picture.
    """
    side = max(4 * max(reach), thresholds.CORNER)
    rows, columns = (_ends(length, side) for length in seen.size)
    before, after = (each[:, rows][:, :, columns] for each in (seen.before, seen.after))
    return max(tried, key=lambda each: float(np.mean(each.apply(before) == after)))


def bordered(explanation: Explanation, borders: Mapping[str, str]) -> Iterator[Explanation]:
    """The explanation with each of these: what ``make`` calls it in ``mode``, and our name."""
    for mode, border in borders.items():
        settings: dict[str, Any] = {**explanation.settings, "mode": mode}
        parameters = {**explanation.parameters, "border": border}
        yield replace(explanation, parameters=parameters, settings=settings)


def rounded_as(explanation: Explanation, roundings: Sequence[str]) -> Iterator[Explanation]:
    """The explanation with each of these roundings."""
    for rounding in roundings:
        settings = {**explanation.settings, "rounding": rounding}
        parameters = {**explanation.parameters, "rounding": rounding}
        yield replace(explanation, parameters=parameters, settings=settings)


def _ends(length: int, side: int) -> Array:
    """Places of a line without its middle."""
    places = np.arange(length)
    return places if length <= 2 * side else np.concatenate([places[:side], places[-side:]])

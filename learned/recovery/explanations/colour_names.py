"""Simple changes that a table of a channel may stand for: factors, offsets, gamma, equalised."""

from collections.abc import Iterator
from itertools import product

import cv2
import numpy as np

from handconv.arrays import Array, Floats, Integers, Mask
from learned.recovery.explanations.colour_changes import Change

ROUNDINGS = {"floor": 0.5, "nearest": 0.0}
"""How far a table lies below what was rounded, on average."""
DIGITS = range(4)
TOP = 255


def simple_changes(table: Integers, counts: Integers, period: int) -> Iterator[Change]:
    """Changes near the table, simple ones first, most of them wrong: who asks has to try them.

    Parameters
    ----------
    table : (256,) what most likely becomes of each level
    counts : (256,) pixels of each level
    period : of a hue; 0 of others
    """
    known = counts > 0
    if not known.any():
        return
    if period:
        by = _shift(table, counts, period)
        yield ["shift", by, period]
        return
    levels, inner = np.arange(256), known & (table > 0) & (table < TOP)
    yield ["linear", 0, int(np.bincount(table, weights=counts).argmax()), "floor"]
    if inner.sum() <= 1:
        return
    yield ["linear", -1, 255, "floor"]
    yield ["linear", 1, int(np.median((table - levels)[inner])), "floor"]
    yield from _factors(levels[inner], table[inner], counts[inner])
    yield from _gammas(table, inner & (levels > 0) & (levels < TOP))


def equalised_table(channel: Array) -> Integers:
    """(256,) the table of `cv2.equalizeHist` for a whole channel; its levels may be fewer."""
    equalised, table = cv2.equalizeHist(channel), np.zeros(256, np.int64)
    table[channel.ravel()] = equalised.ravel()
    return table


def _shift(table: Integers, counts: Integers, period: int) -> int:
    """The shift that most pixels have."""
    by = (table - np.arange(256))[:period] % period
    return int(np.bincount(by, weights=counts[:period]).argmax())


def _factors(levels: Integers, after: Integers, counts: Integers) -> Iterator[Change]:
    """Times a factor; then times a factor and more."""
    weights = np.sqrt(counts)
    for digits, (rounding, below) in product(DIGITS, ROUNDINGS.items()):
        target = (after + below).astype(np.float64)
        factor = round(float(_median_ratio(levels, target, counts)), digits)
        yield ["linear", factor, 0, rounding]
        inverse = float(_median_ratio(levels, target, counts))
        if inverse > 0 and digits == 0:
            yield ["linear", 1 / max(1, round(1 / inverse)), 0, rounding]
    for digits, (rounding, below) in product(DIGITS, ROUNDINGS.items()):
        slope, _ = np.polyfit(levels, after + below, 1, w=weights)
        factor = round(float(slope), digits)
        rest = float(np.median(after + below - factor * levels))
        for offset in dict.fromkeys((round(rest), round(rest, 1))):
            yield ["linear", factor, offset, rounding]


def _median_ratio(levels: Integers, target: Floats, counts: Integers) -> Floats:
    """Of pixels, those of high levels counting more: theirs is known best."""
    some = levels > 0
    ratio, weight = target[some] / levels[some], counts[some] * levels[some]
    order = np.argsort(ratio)
    middle = np.searchsorted(np.cumsum(weight[order]), weight.sum() / 2)
    return np.asarray(ratio[order][min(middle, len(order) - 1)] if len(order) else 1.0)


def _gammas(table: Integers, inner: Mask) -> Iterator[Change]:
    if not inner.any():
        return
    levels = np.flatnonzero(inner)
    for digits, (rounding, below) in product((1, 2, 3), ROUNDINGS.items()):
        steep = np.log(levels / 255)
        exponent = float(np.median(np.log((table[inner] + below) / 255) / steep))
        for tried in (
            round(exponent, digits),
            1 / round(1 / exponent, digits) if exponent < 1 else 1,
        ):
            yield ["gamma", tried, rounding]

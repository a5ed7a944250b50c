"""Filters in linear light: a curve decodes the levels, a kernel sums light, and back again."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from learned.filter import Filter
from learned.recovery import thresholds
from learned.recovery.explanations.counting import share_reproduced
from learned.recovery.explanations.explanation import Explanation
from learned.recovery.explanations.in_light import filter_in_light
from learned.recovery.explanations.light_curves import Storing, Way
from learned.recovery.explanations.light_fit import Found, fit_light, rank
from learned.recovery.explanations.rims import MODES, bordered, with_best_border
from learned.recovery.explanations.samples import lively_part
from learned.recovery.reading import Reading

SIXTEEN_BITS = 65535
KEPT = {0: "floating point", 255: "8 bits", SIXTEEN_BITS: "16 bits"}
"""How light is kept between the steps."""


def explain(seen: Reading, by_kernel: Filter) -> Iterator[Explanation]:
    """The curve, and the kernel behind it, that reproduce the most pixels."""
    if seen.before.shape != seen.after.shape:
        return
    largest = 2 * max(by_kernel.window.at_least(3).overhang) + 1
    ranked = rank(seen.middle(), largest)
    likely = [each for each in ranked if each.share >= ranked[0].share - thresholds.LIGHT_BEHIND]
    found: list[Explanation] = []
    for each in likely[: thresholds.LIGHT_TRIED]:
        kernel = fit_light(seen, each)
        if kernel is not None:
            found += _explained(seen, each.way, kernel)
    if found:
        part = [lively_part(seen)]
        yield max(found, key=lambda each: share_reproduced(part, each))


def _explained(seen: Reading, way: Way, found: Found) -> Iterator[Explanation]:
    """With the border that fits best, for each way to keep light that has these bounds."""
    reach, (rows, columns) = found.window.overhang, found.window.shape
    where = f"in linear light, decoded by {way.curve.name}"
    if way.curve.exponent == 0:
        where = "on the logarithm of the levels"
    for storing, halves in _kept(way.storing):
        settings: dict[str, Any] = {
            "kernel": found.kernel,
            "reach": reach,
            "mode": "edge",
            "curve": list(way.curve.numbers),
            **storing._asdict(),
            "halves": halves,
            "top": int(np.iinfo(seen.after.dtype).max),
        }
        parameters = {
            "curve": way.curve.name,
            "kernel": found.kernel.tolist(),
            "anchor": list(found.window.anchor),
            "denominator": found.denominator,
            "light": "8 bits by table" if storing.by_table else KEPT[storing.steps],
            "rounding": storing.rounding,
        }
        sentence = f"a kernel of {rows} × {columns} taps {where}"
        made = Explanation("light", sentence, parameters, filter_in_light, settings)
        made = replace(made, reach=max(reach), least=thresholds.LIGHT_LEAST)
        yield with_best_border(bordered(made, MODES), seen, reach)


def _kept(storing: Storing) -> Iterator[tuple[Storing, str]]:
    """Ways to keep light that have the same bounds, with what becomes of halves of steps."""
    yield storing, "halves up"
    if storing.steps:
        yield storing, "nearest"
    elif not storing.by_table:
        yield storing._replace(steps=SIXTEEN_BITS), "halves up"

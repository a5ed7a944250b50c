"""Local: one kernel in most of the picture, and something else was done to a part of it."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from handconv.arrays import Floats, Mask
from learned.recovery import thresholds
from learned.recovery.explanations import chains
from learned.recovery.explanations.acts import filtered, in_two_parts
from learned.recovery.explanations.curve import read_table
from learned.recovery.explanations.explanation import Explanation
from learned.recovery.explanations.parts import Part, exact_where, largest_patch, most_alike
from learned.recovery.explanations.rims import MODES, bordered, with_best_border
from learned.recovery.fit import Fit
from learned.recovery.fit_noisy import least_squares
from learned.recovery.names import matches
from learned.recovery.reading import Reading, groups_of
from learned.window import Region, Window

BORDERS = {**MODES, "unfiltered": "none: the rim is unfiltered"}
ROUNDINGS = ("nearest", "halves up", "floor")
SHAPES = ("rectangle", "ellipse")


class Act(NamedTuple):
    """What `acts.done` is told, and the words for it."""

    how: str
    settings: dict[str, Any]
    words: str

    @property
    def told(self) -> tuple[str, dict[str, Any]]:
        return self.how, self.settings


def explain(seen: Reading) -> Iterator[Explanation]:
    """The kernel of most tiles, where it does not hold, and what was done there."""
    if seen.before.shape != seen.after.shape or seen.before.dtype != np.uint8:
        return
    if seen.after.dtype != np.uint8 or (most := most_alike(seen)) is None:
        return
    kernel = _as_filtered(most.fit, seen)
    left = ~most.explained
    region = largest_patch(left, thresholds.GAPS)
    if region is None or kernel is None:
        return
    if _area(region) >= thresholds.ALL_AROUND * left.size:
        yield from _framed(seen, most, kernel)
        return
    region = _to_the_edges(region, most)
    if left[region].sum() < thresholds.IN_ONE_PLACE * left.sum():
        return
    within = np.zeros(seen.size, np.bool_)
    within[region] = left[region]
    other = _what(seen, within, region)
    if other is not None:
        yield _best(seen, region, _act(kernel), other)
    elif left[region].mean() >= thresholds.MOSTLY_LEFT:
        yield _alone(kernel, region)


def _framed(seen: Reading, most: Part, kernel: Explanation) -> Iterator[Explanation]:
    """The kernel in one region, and a simple thing all around it."""
    explained = np.zeros(seen.size, np.bool_)
    inside = most.fit.window.interior(seen.size)
    explained[inside] = most.explained[inside]
    region = largest_patch(explained, 0)
    if region is None or region == inside:
        return
    around = np.ones(seen.size, np.bool_)
    around[region] = False
    other = _what(seen, around, None)
    if other is not None:
        yield _best(seen, region, other, _act(kernel))


def _to_the_edges(region: Region, most: Part) -> Region:
    """With the rim of the picture, of which the kernel tells nothing, where it lies next to it."""
    size = most.explained.shape
    rows, columns = (
        slice(
            0 if part.start <= inner.start else part.start,
            length if part.stop >= inner.stop else part.stop,
        )
        for part, inner, length in zip(region, most.fit.window.interior(size), size, strict=True)
    )
    return rows, columns


def _what(seen: Reading, mask: Mask, region: Region | None) -> Act | None:
    """What was done to the pixels of a mask, if it is simple."""
    before, after = seen.before[:, mask], seen.after[:, mask]
    if (before == after).mean() >= thresholds.SURE:
        return Act("kernel", _identity(), "left as it was")
    if (after == after[:, :1]).all():
        levels = after[:, 0].tolist()
        words = "filled with " + ", ".join(map(str, levels))
        return Act("filled", {"levels": levels}, words)
    table = read_table(before.ravel(), after.ravel())
    if table.share >= thresholds.SURE:
        tables = table.filled(seen.after.dtype)[None].tolist()
        return Act("curve", {"tables": tables}, "under a curve of the grey levels")
    if region is None or min(part.stop - part.start for part in region) < thresholds.PART_SIDE:
        return None
    inner = np.zeros(seen.size, np.bool_)
    inner[region] = True
    pairs = groups_of([seen], "pooled")[0]
    limit = Window.centred(thresholds.PART_TAPS, thresholds.PART_TAPS)
    found = exact_where(pairs, inner & _away_from_edges(mask, region), limit)
    kernel = None if found is None else _as_filtered(found.fit, seen.part(region))
    return _boxes(seen.part(region)) if kernel is None else _act(kernel)


def _boxes(part: Reading) -> Act | None:
    """Blurs by boxes with 8 bits between, as Pillow has them."""
    side = min(thresholds.PART_TAPS, min(part.size) // 3 | 1)
    near = least_squares(groups_of([part], "pooled")[0], Window.centred(side, side), fixed=False)
    if near is None:
        return None
    down, across = near.kernel[0].sum(axis=1), near.kernel[0].sum(axis=0)  # hardly noisy, as sums
    kernel = replace(near.filter, kernel=np.outer(down, across) / max(1e-9, float(down.sum())))
    found = next((e for e in chains.explain(part, kernel) if e.make is chains.box_blurs), None)
    return None if found is None else Act("boxes", found.settings, found.sentence)


def _away_from_edges(mask: Mask, region: Region) -> Mask:
    """The part of a region, in its middle, in which an ellipse lies too, and no kernel sees out."""
    inner = np.zeros(mask.shape, np.bool_)
    rows, columns = (
        slice(part.start + length // 4, part.stop - length // 4)
        for part, length in ((part, part.stop - part.start) for part in region)
    )
    inner[rows, columns] = True
    return inner


def _identity() -> dict[str, Any]:
    return {
        "kernel": [[1.0]], "reach": (0, 0, 0, 0), "mode": "edge", "bias": 0.0, "rounding": "nearest"
    }  # fmt: skip


def _as_filtered(fit: Fit, seen: Reading) -> Explanation | None:
    """The kernel of a fit, with the border and the rounding that reproduce most of the corners."""
    wide = fit.filter.widened(fit.window.at_least(1))
    kernel = wide.kernel[0, 0]
    reach = wide.window.overhang
    settings: dict[str, Any] = {
        "kernel": kernel.tolist(), "reach": reach, "mode": "edge", "bias": wide.bias[0]
    }  # fmt: skip
    parameters = {
        "kernel": settings["kernel"],
        "anchor": list(wide.window.anchor),
        "bias": settings["bias"],
    }
    words = _words(kernel, wide.bias[0])
    plain = Explanation("local", words, parameters, filtered, settings)
    tried = (
        replace(each, settings={**each.settings, "rounding": rounding})
        for each, rounding in product(bordered(plain, BORDERS), ROUNDINGS)
    )
    if not fits_in(reach, seen.size):
        return None
    return with_best_border(tried, seen, reach)


def _words(kernel: Floats, bias: float) -> str:
    rows, columns = kernel.shape
    if kernel.size > 1:
        names = matches(kernel)
        named = f" ({names[0]['name']})" if names else ""
        return f"a kernel of {rows} × {columns} taps{named}"
    factor = float(kernel[0, 0])
    if factor == 1 and bias == 0:
        return "left as it was"
    return f"levels times {factor:.6g} plus {bias:.6g}"


def fits_in(reach: tuple[int, int, int, int], size: tuple[int, int]) -> bool:
    """Whether the kernel is smaller than the picture: a border can be mirrored once."""
    above, below, left, right = reach
    return max(above, below) < size[0] and max(left, right) < size[1]


def _act(kernel: Explanation) -> Act:
    return Act("kernel", kernel.settings, kernel.sentence)


def _best(seen: Reading, region: Region, outside: Act, inside: Act) -> Explanation:
    """The shape of the region, and whether it was cut out first: what reproduces most of it."""
    rows, columns = region
    numbers = [rows.start, rows.stop, columns.start, columns.stop]
    words = f"{outside.words}, but for rows {rows.start} to {rows.stop - 1}, columns "
    parameters: dict[str, Any] = {
        "region": numbers,
        "outside": outside.words,
        "inside": inside.words,
    }
    tried = []
    for shape, apart in product(SHAPES, (False, True)):
        settings = {
            "region": numbers, "shape": shape, "outside": outside.told, "inside": inside.told,
            "apart": apart,
        }  # fmt: skip
        oval = "" if shape == "rectangle" else " (the ellipse in them)"
        sentence = f"{words}{columns.start} to {columns.stop - 1}{oval}: {inside.words}"
        told = {**parameters, "shape": shape}
        tried.append(Explanation("local", sentence, told, in_two_parts, settings))
    return max(tried, key=lambda each: int((each.apply(seen.before) == seen.after).sum()))


def _alone(kernel: Explanation, region: Region) -> Explanation:
    rows, columns = region
    where = f"rows {rows.start} to {rows.stop - 1}, columns {columns.start} to {columns.stop - 1}"
    parameters = {
        "region": [rows.start, rows.stop, columns.start, columns.stop],
        "outside": kernel.sentence,
        "inside": None,
        **kernel.parameters,
    }
    sentence = f"{kernel.sentence}, but for {where}: something else was done there"
    return replace(kernel, sentence=sentence, parameters=parameters)


def _area(region: Region) -> int:
    rows, columns = region
    return int((rows.stop - rows.start) * (columns.stop - columns.start))

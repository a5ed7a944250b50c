"""Blurs of browsers: CSS ``blur()``, SVG's ``feGaussianBlur`` and a canvas' ``filter``.

Skia (Chromium, Android, Flutter) blurs by three boxes along rows, then along columns, with 8 bits
between (SkBlurEngine.cpp; the boxes are those of the SVG specification, ``feGaussianBlur``). CSS
blurs the levels; SVG, unless told otherwise, light of 8 bits. What lies outside is transparent: on
a page the rim fades to white.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
from scipy import ndimage

from handconv.arrays import Array
from learned.filter import Filter
from learned.recovery import thresholds
from learned.recovery.explanations.chains import variance
from learned.recovery.explanations.explanation import Explanation
from learned.recovery.explanations.light_curves import SRGB, decode, encode
from learned.recovery.explanations.rims import with_best_border
from learned.recovery.explanations.samples import lively_part
from learned.recovery.reading import Reading

PER_SIGMA = 3 * np.sqrt(2 * np.pi) / 4
"""Pixels of a box for each of sigma."""
OUTSIDE = ("white", "black", "nearest")
NEAR = 2  # pixels that a box may differ from what the best kernel's spread asks for


def explain(seen: Reading, by_kernel: Filter) -> Iterator[Explanation]:
    """The boxes that reproduce most, if they come near."""
    kernel = by_kernel.kernel
    if kernel.ndim == len("oimn"):  # of channels apart: the first tells as much
        kernel = kernel[0, 0]
    alike = seen.before.shape == seen.after.shape
    if not alike or not seen.before.dtype == seen.after.dtype == np.uint8:
        return
    total = float(kernel.sum())
    if abs(total - 1) > thresholds.ROUGH_SUM or kernel.size == 1:
        return
    spread = sum(variance(kernel.sum(axis=axis) / total) for axis in (0, 1)) / 2
    likely = round(float(np.sqrt(4 * spread + 1)))
    widths = range(max(2, likely - NEAR), likely + NEAR + 1)
    part = lively_part(seen)
    tried = [
        replace(made, exact_pixels=float(np.mean(made.apply(part.before) == part.after)))
        for made in (_blur(width, linear) for width, linear in product(widths, (False, True)))
    ]
    best = max(tried, key=lambda each: each.exact_pixels)
    if best.exact_pixels < thresholds.CHAINED - thresholds.PART_SPARE:
        return
    outside = (
        replace(best, settings=best.settings | {"outside": outside},
                parameters=best.parameters | {"outside": outside})
        for outside in OUTSIDE
    )  # fmt: skip
    yield with_best_border(outside, seen, (best.reach or 1,) * 4)


def three_boxes(planes: Array, width: int, curve: list[float] | None, outside: str) -> Array:
    """Three boxes of so many pixels, of an even number the third of one more: along rows, then
    along columns, stored in 8 bits after each; of the levels, or of light behind a curve."""
    box, last = np.ones(width, np.int64), np.ones(width + 1 - width % 2, np.int64)
    taps = np.convolve(np.convolve(box, box), last)
    total = int(taps.sum())
    sums = planes.astype(np.int64)
    if curve is not None:
        sums = np.rint(255 * decode(planes / 255, *curve)).astype(np.int64)
    inside = np.full_like(sums, 255)
    mode = "nearest" if outside == "nearest" else "constant"
    for axis in (2, 1):
        for layer in (sums, inside):
            level = ndimage.correlate1d(layer, taps, axis, mode=mode)  # type: ignore[arg-type]
            layer[:] = (level + (total + 1) // 2) * round(2**32 / total) >> 32
    if curve is not None:
        whole = np.maximum(inside, 1)
        sums = np.rint(whole * encode((sums / whole).clip(0, 1), *curve)).astype(np.int64)
    if outside == "white":
        sums += 255 - inside
    return sums.clip(0, 255).astype(np.uint8)


def _blur(width: int, linear: bool) -> Explanation:
    lowest, highest = ((width + half) / PER_SIGMA for half in (-0.5, 0.5))
    settings: dict[str, Any] = {"width": width, "outside": "nearest"}
    settings["curve"] = list(SRGB.numbers) if linear else None
    space = "light of 8 bits" if linear else "the levels"
    sentence = (
        f"a browser's blur (Skia's) of {space}: three boxes of {width} pixels along rows, then "
        f"columns, with 8 bits between, as for a sigma of {lowest:.2f} to {highest:.2f}"
    )
    parameters = {"name": "browser blur", "width": width, "sigma": [lowest, highest]}
    kind = "chain"
    if linear:
        kind, parameters = "light", parameters | {"curve": SRGB.name, "light": "8 bits"}
    reach = 3 * (width // 2 + 1)
    return Explanation(
        kind, sentence, parameters, three_boxes, settings, reach, thresholds.LIGHT_LEAST
    )

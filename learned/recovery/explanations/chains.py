"""Chains: blurs in several passes along rows and columns, each stored in 8 bits before the next."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np
from scipy import ndimage

from handconv.arrays import Array, Floats
from handconv.borders import NAMES
from handconv.kernels import families
from learned.filter import Filter
from learned.recovery import thresholds
from learned.recovery.explanations.counting import share_reproduced
from learned.recovery.explanations.explanation import Explanation
from learned.recovery.explanations.rims import rounded_as, with_best_border
from learned.recovery.explanations.rounding import rounded
from learned.recovery.explanations.samples import lively_part
from learned.recovery.reading import Reading

PASSES = (3, 1, 2)  # of boxes; three are the usual stand-in for a Gaussian
ROUNDINGS = ("nearest", "halves up", "floor")
BORDERS = {mode: border for border, mode in NAMES["scipy.ndimage"].items()}


def explain(seen: Reading, by_kernel: Filter) -> Iterator[Explanation]:
    """Passes that together come near the best kernel, if that is a blur."""
    kernel = by_kernel.kernel
    if seen.before.shape != seen.after.shape or seen.before.dtype != np.uint8 or kernel.ndim > 2:  # noqa: PLR2004
        return
    total = float(kernel.sum())
    if abs(total - 1) > thresholds.BLUR_SUM:
        return
    down, across = kernel.sum(axis=1) / total, kernel.sum(axis=0) / total
    if np.abs(np.outer(down, across) - kernel).max() > thresholds.SEPARABLE * kernel.max():
        return
    reach = (max(kernel.shape),) * 4
    tried = [
        with_best_border(iter(group), seen, reach)
        for group in (list(_boxes(down, across)), list(_two_passes(down, across)))
        if group
    ]
    part = lively_part(seen)
    for explanation in tried:
        share = share_reproduced([part], explanation)
        if share >= thresholds.CHAINED - thresholds.PART_SPARE:
            yield replace(explanation, least=thresholds.CHAINED)


def box_blurs(planes: Array, radius: float, passes: int) -> Array:
    """Boxes along rows, then along columns, in fixed point; outside is the nearest pixel.

    A radius of 2.3 has five whole pixels, and 0.3 of one at either end.
    """
    whole = int(radius)
    inner = int(np.float32(2**24) / np.float32(2 * radius + 1))
    outer = (2**24 - (2 * whole + 1) * inner) // 2
    for axis in (2, 1):
        for _ in range(passes):
            widths = [(whole + 1, whole + 1) if each == axis else (0, 0) for each in range(3)]
            seen = np.moveaxis(np.pad(planes.astype(np.int64), widths, "edge"), axis, -1)
            sums = np.cumsum(np.pad(seen, [(0, 0), (0, 0), (1, 0)]), axis=-1)
            count = planes.shape[axis]
            middle = sums[..., 2 * whole + 2 : 2 * whole + 2 + count] - sums[..., 1 : 1 + count]
            ends = seen[..., :count] + seen[..., 2 * whole + 2 :]
            level = (middle * inner + ends * outer + 2**23) >> 24
            planes = np.moveaxis(level, -1, axis).clip(0, 255).astype(np.uint8)
    return planes


def box_radius(sigma: float, passes: int) -> float:
    """Of boxes that together have the variance of a Gaussian (Gwosdek et al., SSVM 2011)."""
    variance = sigma * sigma / passes
    whole = np.floor((np.sqrt(12 * variance + 1) - 1) / 2)
    part = (2 * whole + 1) * (whole * (whole + 1) - 3 * variance)
    return float(whole + part / (6 * (variance - (whole + 1) ** 2)))


def two_passes(
    planes: Array, kernels: list[list[float]], axes: list[int], rounding: str, mode: str
) -> Array:
    """One kernel after the other along its axis; stored in 8 bits after each."""
    for kernel, axis in zip(kernels, axes, strict=True):
        level = ndimage.correlate1d(planes.astype(np.float64), kernel, axis, mode=mode)  # type: ignore[arg-type]
        whole = rounded(np.round(level, 9), rounding)  # what misses a half by 1e-9 is one
        planes = np.clip(whole, 0, 255).astype(np.uint8)
    return planes


def _boxes(down: Floats, across: Floats) -> Iterator[Explanation]:
    """Three boxes of the variance of the kernel, or fewer."""
    sigma = float(np.sqrt((variance(down) + variance(across)) / 2))
    if sigma <= thresholds.LEAST_SIGMA:
        return
    for passes, digits in product(PASSES, (0, 1, 2)):
        if passes > 1:
            near = round(sigma, digits)
            settings = {"radius": box_radius(max(near, 0.1), passes), "passes": passes}
            parameters = {"name": "boxes", "sigma": near, **settings}
            sentence = (
                f"a Gaussian of sigma {near:g} by {passes} box blurs along rows, then columns, "
                f"with 8 bits between"
            )
        else:
            settings = {"radius": round(box_radius(sigma, 1), digits), "passes": 1}
            parameters = {"name": "boxes", **settings}
            sentence = (
                f"a box blur of radius {settings['radius']:g} along rows, then columns, "
                f"with 8 bits between"
            )
        reach = passes * (int(settings["radius"]) + 1)
        yield Explanation("chain", sentence, parameters, box_blurs, settings, reach)


def _two_passes(down: Floats, across: Floats) -> Iterator[Explanation]:
    for vertical, horizontal in product(_simple(down), _simple(across)):
        for order in ((1, 2), (2, 1)):
            kernels = [(vertical if axis == 1 else horizontal).tolist() for axis in order]
            settings = {"kernels": kernels, "axes": list(order)}
            first = "columns, then rows" if order[0] == 1 else "rows, then columns"
            parameters = {
                "name": "two passes",
                "kernels": kernels,
                "first": first,
            }
            size = f"{len(vertical)} × {len(horizontal)} taps"
            sentence = f"a blur along {first} with 8 bits between, of {size}"
            reach = max(len(vertical), len(horizontal))
            plain = Explanation("chain", sentence, parameters, two_passes, settings, reach)
            for each, mode in product(rounded_as(plain, ROUNDINGS), BORDERS):
                yield replace(
                    each,
                    settings={**each.settings, "mode": mode},
                    parameters={**each.parameters, "border": BORDERS[mode]},
                )


def _simple(taps: Floats) -> Iterator[Floats]:
    """Taps that may have been meant: simple fractions, a Gaussian, or the taps as they are."""
    odd = taps if len(taps) % 2 else np.append(taps, 0.0)
    found = 0
    for denominator in range(1, thresholds.LARGEST_DENOMINATOR + 1):
        whole = np.rint(odd * denominator)
        near = np.abs(odd * denominator - whole).max() < thresholds.NEAR_NUMERATOR
        if whole.sum() == denominator and near and found < thresholds.FRACTIONS_TRIED:
            yield whole / denominator
            found += 1
    sigma = float(np.sqrt(variance(odd)))
    for digits in (1, 2):
        yield families.gaussian(len(odd), max(round(sigma, digits), 0.1)).sum(axis=0)


def variance(taps: Floats) -> float:
    """Of a blur's taps along one axis, pixels squared."""
    places = np.arange(len(taps))
    mean = float((taps * places).sum())
    return max(0.0, float((taps * (places - mean) ** 2).sum()))

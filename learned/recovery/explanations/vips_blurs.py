"""Gaussian blurs of libvips, and so of sharp: whole taps of seven bits, 8 bits between the passes.

``vips_gaussmat`` makes a mask of whole numbers up to 20, as far as it is more than a fifth of its
middle; ``vips_convi`` turns that into taps of seven bits. Versions before 8.15 shift each product
right before it is added (Orc), later ones the sum (Highway). Rows come first, then columns.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from handconv.arrays import Array, Floats, Integers
from learned.filter import Filter
from learned.recovery import thresholds
from learned.recovery.explanations.chains import variance
from learned.recovery.explanations.explanation import Explanation
from learned.recovery.explanations.samples import lively_part
from learned.recovery.reading import Reading

BITS = 7
MASK_TOP, LEAST = 20, 0.2
LIKELY = 6  # masks nearest the best kernel that are tried
WIDER = (0.7, 1.8)  # of the best kernel's sigma: a mask is cut off, so that its own is smaller
VERSIONS = {"8.15 and later, sharp": False, "before 8.15": True}
"""Whether products are shifted one by one."""


def explain(seen: Reading, by_kernel: Filter) -> Iterator[Explanation]:
    """The mask and the version that reproduce most, if they come near."""
    kernel = by_kernel.kernel
    if kernel.ndim > 2 or seen.before.shape != seen.after.shape:  # noqa: PLR2004
        return
    if not seen.before.dtype == seen.after.dtype == np.uint8:
        return
    total = float(kernel.sum())
    if abs(total - 1) > thresholds.ROUGH_SUM or kernel.size == 1:
        return
    sigmas, part = _likely(kernel / total), lively_part(seen)
    tried = [_blur(each, version) for each in sigmas for version in VERSIONS]
    shares = [float(np.mean(each.apply(part.before) == part.after)) for each in tried]
    if max(shares, default=0.0) >= thresholds.CHAINED - thresholds.PART_SPARE:
        yield tried[int(np.argmax(shares))]


def blur_in_whole_numbers(planes: Array, taps: list[int], each_by: int, sum_by: int) -> Array:
    """Along rows, then along columns: each product is shifted right by ``each_by`` bits, their sum
    by ``sum_by``, halves up. Outside is the nearest pixel."""
    reach = len(taps) // 2
    for axis in (2, 1):
        widths = [(reach, reach) if each == axis else (0, 0) for each in range(3)]
        seen = np.moveaxis(np.pad(planes.astype(np.int64), widths, "edge"), axis, -1)
        count = planes.shape[axis]
        total = np.full((*seen.shape[:-1], count), 2**sum_by // 2)
        for place, tap in enumerate(taps):
            total += (seen[..., place : place + count] * tap + 2**each_by // 2) >> each_by
        planes = np.moveaxis(total >> sum_by, -1, axis).clip(0, 255).astype(np.uint8)
    return planes


def mask_of(sigma: float) -> Integers:
    """(taps,) whole numbers, as ``vips_gaussmat`` makes them for a separable mask.

    >>> mask_of(1.5).tolist()
    [8, 16, 20, 16, 8]
    """
    reach = int(np.ceil(sigma * np.sqrt(-2 * np.log(LEAST)))) + 1
    bell = np.exp(-(np.arange(reach + 1) ** 2) / (2 * sigma * sigma))
    half = bell[bell >= LEAST]
    mask: Integers = np.rint(MASK_TOP * np.concatenate([half[:0:-1], half])).astype(np.int64)
    return mask


def seven_bits(mask: Integers, one_by_one: bool) -> tuple[list[int], int, int]:
    """Taps, and by how many bits each product and the sum are shifted: ``vips_convi_intize``."""
    scaled = mask / mask.sum()
    shift = int(np.ceil(np.log2(scaled.max()) + 1))
    each_by = int(np.ceil(np.log2(len(mask)))) if one_by_one else 0
    taps = np.rint(2.0 ** (BITS - shift) * scaled).astype(np.int64)
    return taps.tolist(), each_by, BITS - shift - each_by


def _likely(kernel: Floats) -> list[list[float]]:
    """Sigmas of two digits, those of one mask together, of the masks nearest the kernel."""
    across = kernel.sum(axis=0)
    sigma = float(np.sqrt(variance(across)))
    masks: dict[tuple[int, ...], list[float]] = {}
    lowest, highest = (round(100 * factor * sigma) for factor in WIDER)
    for hundredth in range(max(1, lowest), highest + 1):
        mask = mask_of(hundredth / 100)
        if len(mask) > 1:
            masks.setdefault(tuple(mask.tolist()), []).append(hundredth / 100)

    def distance(mask: tuple[int, ...]) -> float:
        side = max(len(mask), len(across))
        a, b = (_centred(np.asarray(each) / np.sum(each), side) for each in (mask, across))
        return float(np.abs(a - b).sum())

    return [masks[mask] for mask in sorted(masks, key=distance)[:LIKELY]]


def _centred(taps: Floats, side: int) -> Floats:
    before = (side - len(taps)) // 2
    return np.pad(taps, (before, side - len(taps) - before))


def _blur(sigmas: list[float], version: str) -> Explanation:
    taps, each_by, sum_by = seven_bits(mask_of(sigmas[0]), VERSIONS[version])
    shortest = min(sigmas, key=lambda each: (len(f"{each:g}"), each))
    parameters = {"name": "libvips", "version": version, "sigma": shortest}
    parameters |= {"sigmas": [sigmas[0], sigmas[-1]], "taps": taps}
    settings = {"taps": taps, "each_by": each_by, "sum_by": sum_by}
    sentence = (
        f"a Gaussian blur by libvips ({version}) of sigma {shortest:g} ({sigmas[0]:g} to "
        f"{sigmas[-1]:g} do the same): {len(taps)} whole taps along rows, then columns, with 8 "
        f"bits between"
    )
    made = Explanation("chain", sentence, parameters, blur_in_whole_numbers, settings, len(taps))
    return replace(made, least=thresholds.CHAINED)

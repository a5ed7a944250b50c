"""What a before and an after picture say, whatever files they came in."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from learned.pairs import Pair, bounds

Pixels = NDArray[Any]

LARGEST_CROP = 128  # pixels a side that a filter without padding may have taken off


@dataclass(frozen=True)
class Evidence:
    """One pair of pictures as planes.

    Attributes
    ----------
    before : (in-channels, rows, columns) as stored
    after : (out-channels, rows, columns) as stored
    pairs : the bounds, one pair for each out-channel, before any border
    colour : whether the before picture came with channels, be they equal or not
    clip : where a floating-point after image was cut off, (lowest, highest); else None
    notes : what was decided on the way, in sentences
    """

    before: Pixels
    after: Pixels
    pairs: list[Pair]
    colour: bool
    clip: tuple[float, float] | None = None
    notes: list[str] = field(default_factory=list)


def readings(seen: list[Evidence]) -> Iterator[list[Evidence]]:
    """The same pictures as they are; then floating-point ones as what else they may hold."""
    yield seen
    if any(each.after.dtype.kind != "f" for each in seen):
        return
    lowest = min(float(each.after.min()) for each in seen)
    highest = max(float(each.after.max()) for each in seen)
    clip = (lowest if lowest == 0 else -np.inf, highest if highest in (1, 255, 65535) else np.inf)
    if clip != (-np.inf, np.inf):
        yield [_clipped(each, clip) for each in seen]
    for scale, dtype in ((1, np.uint8), (255, np.uint8), (1, np.uint16), (65535, np.uint16)):
        stored = [_as_levels(each.after, scale, dtype) for each in seen]
        planes = [each for each in stored if each is not None]
        if len(planes) == len(seen):
            yield [_stored(each, plane, scale) for each, plane in zip(seen, planes, strict=True)]
            return


def _clipped(seen: Evidence, clip: tuple[float, float]) -> Evidence:
    pairs = []
    for pair in seen.pairs:
        cut = (pair.lower <= clip[0]) | (pair.upper >= clip[1])
        lower, upper = np.where(cut, -np.inf, pair.lower), np.where(cut, np.inf, pair.upper)
        pairs.append(replace(pair, lower=lower, upper=upper))
    return replace(seen, pairs=pairs, clip=clip)


def _as_levels(planes: Pixels, scale: int, dtype: type[np.unsignedinteger[Any]]) -> Pixels | None:
    """The planes as whole numbers of 1/scale, if that is what they hold."""
    levels = planes.astype(np.float64) * scale
    whole = np.rint(levels)
    if np.abs(levels - whole).max() > 1e-3 or whole.min() < 0 or whole.max() > np.iinfo(dtype).max:
        return None
    stored: Pixels = whole.astype(dtype)
    return stored


def _stored(seen: Evidence, after: Pixels, scale: int) -> Evidence:
    before = seen.before
    if before.dtype.kind == "f":
        levels = _as_levels(before, scale, after.dtype.type)
        before = before.astype(np.float64) * scale if levels is None else levels
    note = f"The after picture holds whole numbers in floating point, times 1/{scale}."
    pairs = []
    margins = (
        (seen.pairs[0].lower.shape[0] - after.shape[1]) // 2,
        (seen.pairs[0].lower.shape[1] - after.shape[2]) // 2,
    )
    for plane in after:
        pairs.append(Pair(before, *_bounds(plane, margins), None))
    return replace(seen, before=before, after=after, pairs=pairs, notes=[*seen.notes, note])


def evidence(before: Pixels, after: Pixels, crop: bool = False) -> Evidence:
    """Bring two pictures together.

    Parameters
    ----------
    before, after : (rows, columns) or (rows, columns, 3 or 4) uint8, uint16 or floating point
    crop : whether an after picture that is smaller by an even number of pixels lies in the middle
        of the before picture, as filters without padding leave it

    Raises
    ------
    ValueError
        if the sizes differ otherwise.
    """
    notes: list[str] = []
    before_planes, after_planes = _planes(before), _planes(after)
    before_planes, after_planes = _without_alpha(before_planes, after_planes, notes)
    before_planes, after_planes = _grey(before_planes), _grey(after_planes)
    margins = _margins(before_planes.shape[1:], after_planes.shape[1:], crop)
    pairs = [Pair(before_planes, *_bounds(plane, margins), None) for plane in after_planes]
    return Evidence(before_planes, after_planes, pairs, before.ndim == 3, None, notes)


def _bounds(plane: Pixels, margins: tuple[int, int]) -> tuple[Pixels, Pixels]:
    """Of one after plane, in the middle of pixels of which nothing is known."""
    lower, upper = bounds(plane, "exact" if plane.dtype.kind == "f" else "nearest")
    if margins == (0, 0):
        return lower, upper
    around = tuple((margin, margin) for margin in margins)
    return (
        np.pad(lower, around, constant_values=-np.inf),
        np.pad(upper, around, constant_values=np.inf),
    )


def _planes(picture: Pixels) -> Pixels:
    if picture.ndim not in (2, 3) or 0 in picture.shape:
        raise ValueError(
            f"picture has shape {picture.shape}; it must be (rows, columns), or (rows, columns, "
            f"3 or 4), with at least one pixel."
        )
    if picture.dtype not in (np.uint8, np.uint16) and picture.dtype.kind != "f":
        raise ValueError(
            f"picture has dtype {picture.dtype}; pass uint8, uint16 or floating point."
        )
    planes = np.atleast_3d(picture).transpose(2, 0, 1)
    return np.ascontiguousarray(planes)


def _without_alpha(before: Pixels, after: Pixels, notes: list[str]) -> tuple[Pixels, Pixels]:
    alphas = [planes[3] for planes in (before, after) if len(planes) == 4]
    if len(alphas) == 2 and np.array_equal(*alphas):
        notes.append("Alpha is the same in both pictures, and left out.")
    elif any((alpha != alpha.flat[0]).any() for alpha in alphas):
        notes.append("Alpha differs between the pictures; it is ignored, the colours compared.")
    return before[:3], after[:3]


def _grey(planes: Pixels) -> Pixels:
    """One plane where red, green and blue are equal everywhere."""
    return planes[:1] if all(np.array_equal(planes[0], plane) for plane in planes[1:]) else planes


def _margins(before: tuple[int, ...], after: tuple[int, ...], crop: bool) -> tuple[int, int]:
    """How many rows and columns the after picture lacks on each side."""
    missing = [b - a for b, a in zip(before, after, strict=True)]
    if missing == [0, 0]:
        return 0, 0
    sizes = f"before has {before[0]} × {before[1]} pixels and after {after[0]} × {after[1]}"
    even = all(0 <= each <= 2 * LARGEST_CROP and each % 2 == 0 for each in missing)
    if even and crop:
        return missing[0] // 2, missing[1] // 2
    if even:
        raise ValueError(
            f"{sizes}. If the filter left out the rim, pass --crop: the after picture then lies in "
            f"the middle of the before picture."
        )
    raise ValueError(f"{sizes}; a filter keeps the size. Crop or export both to the same size.")

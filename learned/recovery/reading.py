"""What a before and an after picture say, whatever files they came in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from handconv.arrays import Array
from learned.pairs import Pair, bounds
from learned.recovery import thresholds
from learned.window import Region, Window

Layout = Literal["pooled", "separate", "mixed"]
"""One kernel for all channels, one for each, or one from every channel to every channel."""

ALPHA = 4  # channels of a picture that has it


@dataclass(frozen=True)
class Reading:
    """One pair of pictures as planes.

    Attributes
    ----------
    before : (in-channels, rows, columns) as stored
    after : (out-channels, rows, columns) as stored; smaller where a filter left out the rim
    pairs : the bounds, one pair for each out-channel, before any border
    colour, after_colour : whether the pictures came with channels, be they equal or not
    clip : where a floating-point after image was cut off: lowest, highest
    notes : what was decided on the way, in sentences
    """

    before: Array
    after: Array
    pairs: list[Pair]
    colour: bool
    after_colour: bool
    clip: tuple[float, float] = (-np.inf, np.inf)
    notes: list[str] = field(default_factory=list)

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of the before picture."""
        rows, columns = self.before.shape[1:]
        return rows, columns

    @property
    def inside(self) -> Region:
        """Where the after picture lies in the before picture."""
        (top, left), (rows, columns) = _margins(self.before, self.after), self.after.shape[1:]
        return slice(top, top + rows), slice(left, left + columns)

    def part(self) -> "Reading":
        """The middle of large pictures, to find out quickly what no kernel does; else all."""
        rows, columns = self.inside
        side = thresholds.LARGE_SIDE
        if (rows.stop - rows.start) * (columns.stop - columns.start) <= side**2:
            return self
        (top, bottom), (left, right) = (
            ((part.start + part.stop - side) // 2, (part.start + part.stop + side) // 2)
            for part in (rows, columns)
        )
        top, left = max(top, rows.start), max(left, columns.start)
        middle = slice(top, min(bottom, rows.stop)), slice(left, min(right, columns.stop))
        after = self.after[:, top - rows.start :, left - columns.start :]
        pairs = [
            replace(p, before=self.before[:, *middle], lower=p.lower[middle], upper=p.upper[middle])
            for p in self.pairs
        ]
        after = after[:, : pairs[0].size[0], : pairs[0].size[1]]
        return replace(self, before=self.before[:, *middle], after=after, pairs=pairs)

    def is_known(self) -> bool:
        """Whether half of the after-pixels are not clipped."""
        return all(
            2 * int((np.isfinite(p.lower) & np.isfinite(p.upper)).sum()) >= p.lower.size
            for p in self.pairs
        )


def read(before: Array, after: Array, crop: bool = False) -> Reading:
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
    planes = _without_alpha(_planes(before), _planes(after), notes)
    before_planes, after_planes = map(_grey, planes)
    _check_sizes(before_planes.shape[1:], after_planes.shape[1:], crop)
    reading = Reading(
        before_planes,
        after_planes,
        [],
        before.ndim == len("yxc"),
        after.ndim == len("yxc"),
        notes=notes,
    )
    return _with_bounds(reading)


def readings(seen: list[Reading]) -> Iterator[list[Reading]]:
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
        levels = [_as_levels(each.after, scale, dtype) for each in seen]
        planes = [each for each in levels if each is not None]
        if len(planes) == len(seen):
            yield [_stored(each, plane, scale) for each, plane in zip(seen, planes, strict=True)]
            return


def layouts(reading: Reading) -> Iterator[Layout]:
    """How the channels may go together, from simple to general."""
    incoming, outgoing = len(reading.before), len(reading.after)
    if incoming == outgoing:
        yield "pooled"
        if incoming > 1:
            yield "separate"
    if max(incoming, outgoing) > 1:
        yield "mixed"


def planes_of(reading: Reading, layout: Layout) -> list[Pair]:
    """One pair for each out-channel, with the in-channels that it may be made of."""
    if layout == "mixed":
        return reading.pairs
    return [
        replace(pair, before=reading.before[channel : channel + 1])
        for channel, pair in enumerate(reading.pairs)
    ]


def groups_of(seen: Sequence[Reading], layout: Layout) -> list[list[Pair]]:
    """The pairs that one kernel has to explain; one group for each kernel."""
    by_picture = [planes_of(each, layout) for each in seen]
    if layout == "pooled":
        return [[pair for pairs in by_picture for pair in pairs]]
    return [list(pairs) for pairs in zip(*by_picture, strict=True)]


def limited(limit: Window, layout: Layout) -> Window:
    """The largest window of a layout."""
    return limit.at_most(thresholds.MIXED_SIZE) if layout == "mixed" else limit


def _with_bounds(reading: Reading) -> Reading:
    """Bounds of each after plane, in the middle of pixels of which nothing is known."""
    pairs = []
    for plane in reading.after:
        lower, upper = bounds(plane, "exact" if plane.dtype.kind == "f" else "nearest")
        around = [(margin, margin) for margin in _margins(reading.before, reading.after)]
        if any(map(any, around)):
            lower = np.pad(lower, around, constant_values=-np.inf)
            upper = np.pad(upper, around, constant_values=np.inf)
        pairs.append(Pair(reading.before, lower, upper, None))
    return replace(reading, pairs=pairs)


def _clipped(reading: Reading, clip: tuple[float, float]) -> Reading:
    pairs = []
    for pair in reading.pairs:
        cut = (pair.lower <= clip[0]) | (pair.upper >= clip[1])
        pairs.append(pair.without(cut))
    return replace(reading, pairs=pairs, clip=clip)


def _as_levels(planes: Array, scale: int, dtype: type[np.unsignedinteger[Any]]) -> Array | None:
    """The planes as whole numbers of 1/scale, if that is what they hold."""
    levels = planes.astype(np.float64) * scale
    whole = np.rint(levels)
    off = np.abs(levels - whole).max()
    if off > thresholds.WHOLE or whole.min() < 0 or whole.max() > np.iinfo(dtype).max:
        return None
    return whole.astype(dtype)


def _stored(reading: Reading, after: Array, scale: int) -> Reading:
    before = reading.before
    if before.dtype.kind == "f":
        levels = _as_levels(before, scale, after.dtype.type)
        before = before.astype(np.float64) * scale if levels is None else levels
    note = f"The after picture holds whole numbers in floating point, times 1/{scale}."
    found = replace(reading, before=before, after=after, notes=[*reading.notes, note])
    return _with_bounds(found)


def _planes(picture: Array) -> Array:
    if picture.ndim not in (2, 3) or 0 in picture.shape:
        raise ValueError(
            f"picture has shape {picture.shape}; it must be (rows, columns), or (rows, columns, "
            f"3 or 4), with at least one pixel."
        )
    if picture.dtype not in (np.uint8, np.uint16) and picture.dtype.kind != "f":
        raise ValueError(
            f"picture has dtype {picture.dtype}; pass uint8, uint16 or floating point."
        )
    if not np.abs(picture).max() <= thresholds.LARGEST_VALUE:  # NaN is not either
        raise ValueError(
            f"picture holds values up to {np.abs(picture).max():.3g}; at most "
            f"{thresholds.LARGEST_VALUE:g} can be recovered from. Scale both pictures down."
        )
    return np.ascontiguousarray(np.atleast_3d(picture).transpose(2, 0, 1))


def _without_alpha(before: Array, after: Array, notes: list[str]) -> tuple[Array, Array]:
    alphas = [planes[-1] for planes in (before, after) if len(planes) == ALPHA]
    if len(alphas) > 1 and np.array_equal(*alphas):
        notes.append("Alpha is the same in both pictures, and left out.")
    elif any((alpha != alpha.flat[0]).any() for alpha in alphas):
        notes.append("Alpha differs between the pictures; it is ignored, the colours compared.")
    return before[:3], after[:3]


def _grey(planes: Array) -> Array:
    """One plane where red, green and blue are equal everywhere."""
    return planes[:1] if all(np.array_equal(planes[0], plane) for plane in planes[1:]) else planes


def _margins(before: Array, after: Array) -> tuple[int, int]:
    """How many rows and columns the after picture lacks on each side."""
    rows, columns = np.subtract(before.shape[1:], after.shape[1:]) // 2
    return int(rows), int(columns)


def _check_sizes(before: tuple[int, ...], after: tuple[int, ...], crop: bool) -> None:
    missing = np.subtract(before, after)
    if not missing.any():
        return
    sizes = f"before has {before[0]} × {before[1]} pixels and after {after[0]} × {after[1]}"
    if (missing % 2).any() or missing.min() < 0 or missing.max() > 2 * thresholds.LARGEST_CROP:
        raise ValueError(f"{sizes}; a filter keeps the size. Crop or export both to the same size.")
    if not crop:
        raise ValueError(
            f"{sizes}. If the filter left out the rim, pass --crop: the after picture then lies in "
            f"the middle of the before picture."
        )

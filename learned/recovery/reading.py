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
        return _in_the_middle(self.size, self.after.shape[1:])

    def after_at(self, region: Region) -> Array:
        """The after-pixels in a region of the before picture."""
        rows, columns = (
            slice(part.start - inside.start, part.stop - inside.start)
            for part, inside in zip(region, self.inside, strict=True)
        )
        return self.after[:, rows, columns]

    def clipped(self, clip: tuple[float, float]) -> "Reading":
        """With nothing known of the pixels at these ends of the range: there they were cut off."""
        low, high = clip
        pairs = [pair.without((pair.lower <= low) | (pair.upper >= high)) for pair in self.pairs]
        return replace(self, pairs=pairs, clip=clip)

    def middle(self) -> "Reading":
        """Of large pictures the middle, else all."""
        lengths = self.after.shape[1:]
        if lengths[0] * lengths[1] <= thresholds.LARGE_SIDE**2:
            return self
        sides = [min(thresholds.LARGE_SIDE, each) for each in lengths]
        return self.part(_in_the_middle(self.size, sides))

    def swapped(self) -> "Reading":
        """The after picture as before, and the before picture as after; they are of one size."""
        colour, after_colour = self.after_colour, self.colour
        return _with_bounds(Reading(self.after, self.before, [], colour, after_colour))

    def part(self, region: Region) -> "Reading":
        """What it says of a region of the before picture, which the after picture covers."""
        before = self.before[:, *region]
        pairs = [
            replace(p, before=before, lower=p.lower[region], upper=p.upper[region])
            for p in self.pairs
        ]
        return replace(self, before=before, after=self.after_at(region), pairs=pairs)


def _in_the_middle(whole: Sequence[int], part: Sequence[int]) -> Region:
    rows, columns = (slice((n - m) // 2, (n + m) // 2) for n, m in zip(whole, part, strict=True))
    return rows, columns


def common(one: Region, other: Region) -> Region:
    """What lies in both."""
    rows, columns = (
        slice(max(a.start, b.start), max(a.start, b.start, min(a.stop, b.stop)))
        for a, b in zip(one, other, strict=True)
    )
    return rows, columns


def read_all(befores: Sequence[Array], afters: Sequence[Array], crop: bool) -> list[Reading]:
    """Bring the pictures of each pair together: see `read`.

    Raises ``ValueError`` for no pictures, for more of one than of the other, for several kinds.
    """
    if len(befores) != len(afters) or not befores:
        raise ValueError(
            f"before has {len(befores)} pictures and after {len(afters)}; give as many of one as "
            f"of the other, at least one."
        )
    seen = [read(b, a, crop) for b, a in zip(befores, afters, strict=True)]
    kinds = {(len(e.before), len(e.after), e.before.dtype, e.after.dtype) for e in seen}
    if len(kinds) > 1:
        raise ValueError(
            "pictures differ in channels or bit depth from pair to pair. Give pairs of one kind, "
            "or one pair at a time."
        )
    return seen


def read(before: Array, after: Array, crop: bool = False) -> Reading:
    """Bring two pictures together.

    Parameters
    ----------
    before, after : (rows, columns) or (rows, columns, 3 or 4) uint8, uint16 or floating point
    crop : whether an after picture that is smaller by an even number of pixels lies in the middle
        of the before picture, as filters without padding leave it

    Raises ``ValueError`` for arrays that are no pictures, and if the sizes differ otherwise.
    """
    seen = read_of_any_sizes(before, after)
    _check_sizes(seen.before.shape[1:], seen.after.shape[1:], crop)
    notes = _about_alpha(as_planes(before), as_planes(after))
    return _with_bounds(replace(seen, notes=notes))


def read_of_any_sizes(before: Array, after: Array) -> Reading:
    """Two pictures as planes; without bounds, as it is not known which pixels go together."""
    planes = [_grey(as_planes(each)[:3]) for each in (before, after)]
    colour, after_colour = (each.ndim == len("yxc") for each in (before, after))
    return Reading(planes[0], planes[1], [], colour, after_colour)


def middles(seen: Sequence[Reading]) -> list[Reading] | None:
    """The middles of large pictures, to find out quickly what no kernel does.

    None where no picture is large, or half of the pixels of a middle are clipped.
    """
    parts = [each.middle() for each in seen]
    pairs = [pair for part in parts for pair in part.pairs]
    known = [(np.isfinite(pair.lower) & np.isfinite(pair.upper)).mean() for pair in pairs]
    large = any(part is not each for part, each in zip(parts, seen, strict=True))
    return parts if large and 2 * min(known) >= 1 else None


def readings(seen: list[Reading]) -> Iterator[list[Reading]]:
    """The same pictures as they are; then floating-point ones as what else they may hold."""
    yield seen
    if any(each.after.dtype.kind != "f" for each in seen):
        return
    lowest = min(float(each.after.min()) for each in seen)
    highest = max(float(each.after.max()) for each in seen)
    clip = (lowest if lowest == 0 else -np.inf, highest if highest in (1, 255, 65535) else np.inf)
    if clip != (-np.inf, np.inf):
        yield [each.clipped(clip) for each in seen]
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
    around = [(part.start, part.start) for part in reading.inside]
    for plane in reading.after:
        lower, upper = bounds(plane, "exact" if plane.dtype.kind == "f" else "nearest")
        if lower.shape != reading.size:
            lower = np.pad(lower, around, constant_values=-np.inf)
            upper = np.pad(upper, around, constant_values=np.inf)
        pairs.append(Pair(reading.before, lower, upper, None))
    return replace(reading, pairs=pairs)


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


def as_planes(picture: Array) -> Array:
    """A picture as (channels, rows, columns); ``ValueError`` for an array that is none."""
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


def _about_alpha(before: Array, after: Array) -> list[str]:
    alphas = [planes[-1] for planes in (before, after) if len(planes) == ALPHA]
    if len(alphas) > 1 and np.array_equal(*alphas):
        return ["Alpha is the same in both pictures, and left out."]
    if any((alpha != alpha.flat[0]).any() for alpha in alphas):
        return ["Alpha differs between the pictures; it is ignored, the colours compared."]
    return []


def _grey(planes: Array) -> Array:
    """One plane where red, green and blue are equal everywhere."""
    return planes[:1] if all(np.array_equal(planes[0], plane) for plane in planes[1:]) else planes


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

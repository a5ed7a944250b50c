"""What the numbers in a JPEG say of a kernel: between which bounds sums of its taps lie."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from handconv.arrays import Array, Floats, Integers, Mask
from handconv.pictures.jpeg import GREY, SIDE, Stored, blocks, transform
from handconv.pictures.jpeg_encoders import Encoder
from learned.filter import Filter
from learned.recovery import thresholds
from learned.recovery.fit_noisy import BRIGHTNESS
from learned.recovery.reading import Reading
from learned.window import Window


class Plane(NamedTuple):
    """The brightness of a pair."""

    before: Floats  # (rows, columns) grey levels, less their mean
    mean: float
    seen: Reading
    stored: Stored


class Rows(NamedTuple):
    """One row for each number: the sum of coefficients times unknowns lies where it was stored."""

    coefficients: Array  # (numbers, taps + 1), the last that of the constant
    numbers: Integers
    places: Integers  # of each in its block, 0 to 63
    shift: Floats  # to be taken off the bounds
    steps: Floats  # (8, 8)

    def bounds(self, encoder: Encoder) -> tuple[Floats, Floats]:
        lower, upper = encoder.bounds(self.numbers, self.places, self.steps)
        return lower - self.shift, upper - self.shift


def plane_of(seen: Reading, stored: Stored) -> Plane:
    before = brightness(seen.before.astype(np.float64))
    mean = float(before.mean())
    return Plane(before - mean, mean, seen, stored)


def brightness(channels: Floats) -> Floats:
    """Of (1 or 3, …)."""
    bright: Floats = channels[0]
    return bright if len(channels) == 1 else np.tensordot(BRIGHTNESS, channels, axes=1)


def rows_of(plane: Plane, mean: float, window: Window, unknowns: Floats, numbers: int) -> Rows:
    """Of the liveliest blocks, for ``numbers`` coefficients at most.

    Left out are blocks in which a pixel may have been clipped, and even ones: there pixels are all
    rounded in the same direction, and that is no noise.
    """
    taps = unknowns[:-1].reshape(window.shape)
    row, column = _lively(plane, mean, window, unknowns, numbers)
    known = plane.stored.known[row, column]
    parts = [_moved(plane.before, row, column, window, at)[known] for at in np.ndindex(taps.shape)]
    even = np.zeros((len(row), SIDE, SIDE))
    even[:, 0, 0] = SIDE
    # of the picture less its mean, where the unknowns are of the first one
    shift = even[known] * ((plane.mean - mean) * taps.sum() - GREY)
    places = np.broadcast_to(np.arange(SIDE**2).reshape(SIDE, SIDE), known.shape)[known]
    coefficients = np.stack([*parts, even[known]], axis=-1).astype(np.float32)
    found = plane.stored.numbers[row, column][known]
    return Rows(coefficients, found, places, shift, plane.stored.steps)


def _lively(
    plane: Plane, mean: float, window: Window, unknowns: Floats, numbers: int
) -> tuple[Integers, Integers]:
    taps = unknowns[:-1].reshape(window.shape)
    tops, lefts = _inside(plane, window)
    made = Filter(taps, window, (float(unknowns[-1] - mean * taps.sum()),))
    levels = made.predict(plane.seen.before)
    pixels = np.stack([blocks(level) for level in levels])  # (channels, …, …, 8, 8)
    margin, top = thresholds.JPEG_MARGIN, np.iinfo(np.uint8).max
    usable = ((pixels > margin) & (pixels < top - margin)).all(axis=(0, 3, 4))
    activity = np.where(usable, brightness(pixels).std(axis=(2, 3)), 0)[tops][:, lefts]
    most = max(1, numbers // (SIDE**2 * len(unknowns)))
    chosen = np.flatnonzero(activity > thresholds.JPEG_ACTIVE)
    chosen = chosen[np.argsort(-activity.flat[chosen])[:most]]
    row, column = np.unravel_index(chosen, activity.shape)
    return row + tops.start, column + lefts.start


def _inside(plane: Plane, window: Window) -> tuple[slice, slice]:
    """Rows and columns of blocks that have all taps inside the picture."""
    region = window.interior(plane.before.shape)
    rows, columns = (
        slice(-(-part.start // SIDE), max(-(-part.start // SIDE), part.stop // SIDE))
        for part in region
    )
    return rows, columns


def _moved(
    before: Floats, row: Integers, column: Integers, window: Window, tap: tuple[int, ...]
) -> Floats:
    """(blocks, 8, 8) coefficients of the before picture, moved as the tap sees it."""
    side = np.arange(SIDE)
    down = row[:, None] * SIDE + side + window.top + tap[0]
    along = column[:, None] * SIDE + side + window.left + tap[1]
    patches = before[down[:, :, None], along[:, None, :]]
    return transform(patches.reshape(-1, SIDE))[:, 0]


class Storing:
    """Stores what a filter makes as JPEG again, and counts the numbers that come out alike."""

    def __init__(self, planes: Sequence[Plane], around: Window, encoder: Encoder) -> None:
        self.planes, self.around, self.encoder = planes, around, encoder

    def share(self, made: Filter, most: int | None = None) -> float:
        """Of the numbers other than zero, in either: those that are the same."""
        return self.counted(made, most)[0]

    def counted(self, made: Filter, most: int | None = None) -> tuple[float, int]:
        """The share, and of how many.

        ``most`` is a number of blocks along each side, in the middle of the pictures.
        """
        same = count = 0
        for plane in self.planes:
            part = _middle(_inside(plane, self.around), most)
            rows, columns = (slice(each.start * SIDE, each.stop * SIDE) for each in part)
            alike = made.one_for_all()
            after = alike.store(alike.predict(plane.seen.before, (rows, columns)))
            bright = np.rint(brightness(after.astype(np.float64)))
            coefficients = self.encoder.coefficients(bright)
            numbers = self.encoder.numbers(coefficients, plane.stored.steps)
            wanted = plane.stored.numbers[part]
            known: Mask = plane.stored.known[part] & ((numbers != 0) | (wanted != 0))
            same += int((numbers == wanted)[known].sum())
            count += int(known.sum())
        return (same / count if count else 0.0), count


def _middle(part: tuple[slice, slice], most: int | None) -> tuple[slice, slice]:
    def cut(line: slice) -> slice:
        spare = max(0, line.stop - line.start - most) // 2 if most else 0
        return slice(line.start + spare, line.stop - spare)

    return cut(part[0]), cut(part[1])

"""Take a filter back off a picture.

The story, from top to bottom: go through the picture in parts, each with its surroundings; put the
parts together; filter the result again and count the after-pixels that come back.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from handconv import correlate
from handconv.arrays import Array
from handconv.engine.threads import in_threads
from learned.filter import Filter, equal
from learned.undoing.natural import Levels
from learned.undoing.part import GUESSED, PROBABLE, PROVED, is_dominant, undo_part
from learned.undoing.spectrum import Spectrum, spectrum
from learned.window import Region

SIDE = 256  # pixels of a part
ALPHA = 4  # channels of a picture that has it
BAND_PIXELS = 2**20  # that are filtered again at a time
ALIKE = 1e-5  # of the largest value: sums in floating point that count as equal
LARGEST = 1e30  # of a value in floating point
NOISE_MASK = np.array([1.0, -2.0, 1.0])


@dataclass(frozen=True)
class Undone:
    """The picture before, as found.

    Attributes
    ----------
    picture : as the after picture: (rows, columns) or (rows, columns, channels), of its dtype
    sure : (channels, rows, columns) uint8: 2 where a pixel is proved (no other value leads to the
        after picture, if the filter made it), 1 probable (no other value fits its neighbours as
        they were found), 0 guessed. In floating point nothing is proved.
    same : share of the after-pixels, of those that were filtered, that filtering ``picture`` again
        gives back: equal stored values, counted; in floating point, up to rounding errors
    made : whether the filter can have made the after picture; False: it breaks bounds
    noise : standard deviation of what was taken to be added to the filter's result, grey levels
    filter : what was undone
    after : (channels, rows, columns)
    """

    picture: Array
    sure: Array
    same: float
    made: bool
    noise: float
    filter: Filter
    after: Array

    @property
    def spectrum(self) -> Spectrum:
        return spectrum(self.filter)

    @property
    def shares(self) -> dict[str, float]:
        """The shares of the pixels that are proved, probable and guessed."""
        names = {"proved": PROVED, "probable": PROBABLE, "guessed": GUESSED}
        return {name: float((self.sure == kind).mean()) for name, kind in names.items()}


def undo(
    after: Array,
    made_by: Filter,
    *,
    error: float = 0.0,
    noise: float | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Undone:
    """Find the picture that ``made_by`` turned into ``after``.

    Parameters
    ----------
    after : (rows, columns), or (rows, columns, 3 or 4) red, green, blue, alpha; uint8, uint16 or
        floating point; alpha is kept as it is
    made_by : the filter, such as ``recover(before, after).filter``
    error : grey levels by which the filter's sums may be off, as its taps are not known better
    noise : standard deviation of what was added to the filter's result, grey levels; 0: nothing.
        None: found out, where one cannot do without
    progress : is told how many parts of how many are done

    Raises ``ValueError`` for an array that is no picture, or of other channels or another dtype
    than the filter makes, and for negative noise.

    >>> photo = np.random.default_rng(0).integers(100, 150, (32, 32), dtype=np.uint8)
    >>> from learned.undoing.known import known_filter
    >>> sharpened = known_filter([[0, -1, 0], [-1, 8, -1], [0, -1, 0]], divisor=4)
    >>> undone = undo(sharpened.apply(photo[None])[0], sharpened)
    >>> bool((undone.picture == photo).all()), undone.shares["proved"], undone.same
    (True, 1.0, 1.0)
    """
    _check(after, made_by)
    if noise is not None and not 0 <= noise < np.inf:
        raise ValueError(f"noise is {noise:g} grey levels; it must be 0 or more.")
    planes = np.ascontiguousarray(np.atleast_3d(after).transpose(2, 0, 1))
    colours = planes[: ALPHA - 1]
    made_by = replace(made_by, dtype=colours.dtype.name)
    if after.dtype.kind == "f":
        made_by = replace(made_by, rounding="exact")
    levels = _levels(colours, made_by, noise)
    found = _go_through(colours, made_by, levels, error, progress)
    made = found is not None
    if found is None:  # so noise came on top, or something was done to the picture afterwards
        levels = levels._replace(noise=noise or max(_noise(colours), levels.unit))
        found = _go_through(colours, made_by, levels, error, progress)
    before, sure = found or (colours, np.zeros(colours.shape, np.uint8))
    same = _share_same(before, colours, made_by)
    if len(planes) == ALPHA and len(before) == ALPHA - 1:
        before = np.concatenate([before, planes[ALPHA - 1 :]])
    picture = before[0] if len(before) == 1 else np.ascontiguousarray(before.transpose(1, 2, 0))
    return Undone(picture, sure, same, made, levels.noise, made_by, colours)


def _problems(colours: Array, made_by: Filter) -> Iterator[tuple[Array, Filter, slice]]:
    """The channels that go together, a filter of four axes, and which channels before it has."""
    if made_by.kernel.ndim == len("oimn"):
        yield colours, made_by, slice(0, made_by.kernel.shape[1])
        return
    fraction = made_by.fraction
    if fraction is not None:
        fraction = fraction._replace(numerator=fraction.numerator[None, None])
    one = replace(made_by, kernel=made_by.kernel[None, None], fraction=fraction)
    for channel in range(len(colours)):
        only = slice(channel, channel + 1)
        yield colours[only], replace(one, bias=(made_by.bias * len(colours))[only]), only


def _go_through(
    colours: Array,
    made_by: Filter,
    levels: Levels,
    error: float,
    progress: Callable[[int, int], None],
) -> tuple[Array, Array] | None:
    """All parts, some at a time; None where the filter cannot have made one of them."""
    channels = len(colours) if made_by.kernel.ndim == len("mn") else made_by.kernel.shape[1]
    before = np.empty((channels, *colours.shape[1:]), colours.dtype)
    sure = np.empty(before.shape, np.uint8)
    jobs = [
        (problem, core)
        for problem in _problems(colours, made_by)
        for core in _cores(colours.shape[1:])
    ]
    done: list[bool] = []

    def work(job: tuple[tuple[Array, Filter, slice], Region]) -> None:
        (after, filter_, which), core = job
        if all(done):
            part = undo_part(after, filter_, core, levels, error)
            if part is not None:
                before[which, *core], sure[which, *core] = part
            done.append(part is not None)
            progress(len(done), len(jobs))

    in_threads(work, jobs)
    return (before, sure) if all(done) else None


def _cores(shape: tuple[int, ...]) -> Iterator[Region]:
    """Parts of about `SIDE` × `SIDE` pixels that together are the picture."""
    lines = []
    for length in shape:
        count = -(-length // SIDE)
        ends = [length * number // count for number in range(count + 1)]
        lines.append([slice(a, b) for a, b in pairwise(ends)])
    for rows in lines[0]:
        for columns in lines[1]:
            yield rows, columns


def _levels(colours: Array, made_by: Filter, noise: float | None) -> Levels:
    """Grey levels and noise; where intervals do not shrink, noise is estimated if not given."""
    whole = colours.dtype.kind == "u"
    top = float(np.iinfo(colours.dtype).max) if whole else float(np.abs(colours).max()) or 1.0
    if noise is None:
        noise = 0.0 if not whole or is_dominant(made_by) else _noise(colours)
    return Levels(top, 1.0 if whole else ALIKE * top, noise)


def _noise(colours: Array) -> float:
    """Standard deviation of noise, grey levels: Immerkær, *Comput. Vis. Image Underst.* 64, 1996.

    A mask that no smooth picture answers to; its median answer, as edges are few. What rounding
    itself adds is taken off.
    """
    plane = colours[0].astype(np.float32)
    if min(plane.shape) < len(NOISE_MASK):
        return 0.0
    mask = np.outer(NOISE_MASK, NOISE_MASK)
    answer = np.abs(correlate(plane, mask)[1:-1, 1:-1]) / np.sqrt((mask**2).sum())
    deviation = float(np.median(answer)) / 0.6745  # of a normal distribution, from its median
    return float(np.sqrt(max(0.0, deviation**2 - 1 / 12)))


def _share_same(before: Array, colours: Array, made_by: Filter) -> float:
    """A band of rows at a time, so that large pictures need little memory."""
    rim = made_by.rim
    rows, columns = (
        rim.inner(colours.shape[1:]) if rim else (slice(0, n) for n in colours.shape[1:])
    )
    step = max(1, BAND_PIXELS // max(1, columns.stop - columns.start))
    tolerance = ALIKE * float(np.abs(colours).max()) if colours.dtype.kind == "f" else 0.0
    same = known = 0
    for first in range(rows.start, rows.stop, step):
        region = slice(first, min(first + step, rows.stop)), columns
        again = made_by.store(made_by.predict(before, region))
        alike = equal(again, colours[:, *region], tolerance)
        same, known = same + int(alike.sum()), known + alike.size
    return same / known if known else 1.0


def _check(after: Array, made_by: Filter) -> None:
    if after.ndim not in (2, 3) or 0 in after.shape or (after.ndim == 3 and after.shape[2] > ALPHA):
        raise ValueError(
            f"after has shape {after.shape}; it must be (rows, columns), or (rows, columns, 3 or "
            f"4), with at least one pixel."
        )
    if after.dtype not in (np.uint8, np.uint16) and after.dtype.kind != "f":
        raise ValueError(f"after has dtype {after.dtype}; pass uint8, uint16 or floating point.")
    if not np.abs(after).max() <= LARGEST:  # NaN is not either
        raise ValueError(f"after holds values beyond {LARGEST:g} or NaN. Scale it down.")
    channels = min(ALPHA - 1, after.shape[2]) if after.ndim == 3 else 1
    kernel = made_by.kernel
    if kernel.ndim == len("oimn") and len(kernel) != channels:
        raise ValueError(
            f"after has {channels} channels; the filter makes {len(kernel)}. Pass a picture of as "
            f"many, or the filter that made this one."
        )
    if made_by.rounding == "exact" and after.dtype.kind != "f":
        raise ValueError(
            f"after has dtype {after.dtype}, and the filter's rounding is exact; name how sums "
            f"were rounded: nearest, halves up or floor."
        )

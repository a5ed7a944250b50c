"""The kernel behind an after picture that was stored as JPEG, from the numbers that it stores.

JPEG stores no pixels. It cuts the picture into blocks, transforms each, and rounds every
coefficient to a multiple of a step. So each number says between which bounds a coefficient was, as
a pixel of 8 bits says it of a grey level. The transform is linear: a coefficient of the after
picture is the sum of the taps times those of the before picture, moved by each tap. Pixels were
rounded before they were transformed, which is noise of known size on a coefficient. What is looked
for are the taps that make the stored numbers likeliest.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from scipy.special import chdtri

from handconv.arrays import Array, Floats, Integers, Mask
from handconv.pictures.jpeg import GREY, SIDE, Stored, blocks, transform
from learned.filter import Filter
from learned.recovery import thresholds
from learned.recovery.border import fitting_borders
from learned.recovery.case import Case
from learned.recovery.draft import Draft
from learned.recovery.fit import Fit
from learned.recovery.fit_noisy import BRIGHTNESS, Rough
from learned.recovery.names import as_taps, known_blurs, matches
from learned.recovery.reading import Reading
from learned.recovery.record import Recovery
from learned.recovery.windows import without_zero_lines
from learned.solve.fractions import Rational, simplest_between, with_one_denominator
from learned.solve.likelihood import Likeliest, likeliest, likeliest_noise
from learned.window import Window

LATE = 1 / 16
"""Grey levels below a half of a step from which libjpeg rounds up: its coefficients are whole
eighths of a grey level before they are divided, and were rounded to those."""
NOISE = (0.03, 0.06, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5)
"""Grey levels on a coefficient, of which the likeliest is taken: little where all sums are whole,
0.29 where they were rounded, 0.35 to 0.4 where the brightness of rounded colours was too."""


class Plane(NamedTuple):
    """The brightness of a pair."""

    before: Floats  # (rows, columns) grey levels, less their mean
    mean: float
    channels: Array  # (channels, rows, columns) of the before picture
    stored: Stored


class ThroughJpeg(NamedTuple):
    """A filter, and the share that it reproduces of the stored numbers other than zero."""

    fit: Fit
    share: float


def fit_through_jpeg(
    rough: Rough, seen: Sequence[Reading], stored: Sequence[Stored], limit: Window, fixed: bool
) -> ThroughJpeg | None:
    """The likeliest kernel, if one makes most of the numbers that are stored.

    ``rough`` is that of least squares on the pixels; all channels are filtered alike.
    """
    first = rough.fits[0]
    planes = [_plane(one, each) for one, each in zip(seen, stored, strict=True)]
    window, start = first.window, _Start(first.kernel[0], first.filter.bias[0])
    if not fixed:
        window, start = _window(planes, window, start, limit)
    found = _fitted(planes, window, start, thresholds.JPEG_NUMBERS)
    if found is None:
        return None
    made = _made(planes, window, found)
    variances = np.maximum(0, found.covariance.diagonal()[:-1])
    share = _share(planes, made, seen)
    if share < thresholds.JPEG_REPRODUCED:
        return None
    errors = np.sqrt(variances).reshape(1, *window.shape)[:, *made.window.inside(window)]
    return ThroughJpeg(replace(first, filter=made, reach=window, errors=errors), share)


def _window(
    planes: Sequence[Plane], window: Window, start: "_Start", limit: Window
) -> tuple[Window, "_Start"]:
    """Which taps there are, from some of the numbers: where a larger window asks for no more."""
    for attempt in range(thresholds.JPEG_GROWTH):
        wide = window.grown(1) if attempt else window
        if not limit.contains(wide) or wide.size > thresholds.JPEG_TAPS:
            break
        found = _fitted(planes, wide, start.within(window, wide), thresholds.JPEG_FEW)
        if found is None:
            break
        smaller = without_zero_lines(wide, found.unknowns[:-1], found.covariance[:-1, :-1])
        taps = found.unknowns[:-1].reshape(wide.shape)[smaller.inside(wide)]
        done = attempt > 0 and window.contains(smaller)
        window, start = smaller, _Start(taps, _bias(found, planes))
        if done:
            break
    return window, start


class _Start(NamedTuple):
    """Where a search starts."""

    taps: Floats
    bias: float

    def within(self, window: Window, wide: Window) -> "_Start":
        return self._replace(taps=window.enlarge(self.taps, wide))


def _plane(seen: Reading, stored: Stored) -> Plane:
    before = _brightness(seen.before.astype(np.float64))
    mean = float(before.mean())
    return Plane(before - mean, mean, seen.before, stored)


def _brightness(channels: Floats) -> Floats:
    """Of (1 or 3, …)."""
    bright: Floats = channels[0]
    return bright if len(channels) == 1 else np.tensordot(BRIGHTNESS, channels, axes=1)


def _bias(found: Likeliest, planes: Sequence[Plane]) -> float:
    """The last unknown is the grey level that the mean of the first picture comes out at."""
    return float(found.unknowns[-1] - planes[0].mean * found.unknowns[:-1].sum())


def _fitted(planes: Sequence[Plane], window: Window, start: _Start, most: int) -> Likeliest | None:
    """The likeliest taps in a window, and after them the constant: see `_bias`."""
    found, noise = None, NOISE[-4]
    unknowns = np.append(start.taps, start.bias + planes[0].mean * start.taps.sum())
    for _ in range(thresholds.JPEG_ROUNDS):
        parts = [
            _sums(plane, planes[0].mean, window, unknowns, most // len(planes)) for plane in planes
        ]
        rows, lower, upper = map(np.concatenate, zip(*parts, strict=True))
        if len(rows) < thresholds.FEWEST_PER_TAP * len(unknowns):
            return None
        if found is not None:
            noise = likeliest_noise(rows @ unknowns, lower, upper, NOISE)
        found = likeliest(rows, lower, upper, unknowns, noise)
        unknowns = found.unknowns
    return found


def _sums(
    plane: Plane, mean: float, window: Window, unknowns: Floats, numbers: int
) -> tuple[Array, Floats, Floats]:
    """Rows of coefficients for each unknown, and the bounds of their sums.

    Left out are blocks in which a pixel may have been clipped, and even ones: there pixels are all
    rounded in the same direction, and that is no noise.
    """
    taps = unknowns[:-1].reshape(window.shape)
    constant = unknowns[-1] - mean * taps.sum()
    tops, lefts = _inside(plane, window)
    made = Filter(taps, window, (float(constant),))
    levels = made.predict(plane.channels)
    pixels = np.stack([blocks(level) for level in levels])  # (channels, …, …, 8, 8)
    margin, top = thresholds.JPEG_MARGIN, np.iinfo(np.uint8).max
    usable = ((pixels > margin) & (pixels < top - margin)).all(axis=(0, 3, 4))
    activity = np.where(usable, _brightness(pixels).std(axis=(2, 3)), 0)[tops][:, lefts]
    most = max(1, numbers // (SIDE**2 * len(unknowns)))
    chosen = np.flatnonzero(activity > thresholds.JPEG_ACTIVE)
    chosen = chosen[np.argsort(-activity.flat[chosen])[:most]]
    row, column = np.unravel_index(chosen, activity.shape)
    row, column = row + tops.start, column + lefts.start
    known = plane.stored.known[row, column]
    parts = [_moved(plane.before, row, column, window, at)[known] for at in np.ndindex(taps.shape)]
    even = np.zeros((len(row), SIDE, SIDE))
    even[:, 0, 0] = SIDE
    rows = np.stack([*parts, even[known]], axis=-1).astype(np.float32)
    lower, upper = _bounds(plane.stored, row, column)
    # of the picture less its mean, where the unknowns are of the first one
    shift = even[known] * ((plane.mean - mean) * taps.sum() - GREY)
    return rows, lower[known] - shift, upper[known] - shift


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


def _bounds(stored: Stored, row: Integers, column: Integers) -> tuple[Floats, Floats]:
    numbers = stored.numbers[row, column]
    outward = np.where(numbers == 0, 1, np.sign(numbers)) * LATE
    lower = (numbers - 0.5) * stored.steps - np.where(numbers == 0, -LATE, outward)
    return lower, (numbers + 0.5) * stored.steps - outward


def _made(planes: Sequence[Plane], window: Window, found: Likeliest) -> Filter:
    """With simple fractions and a whole bias, where these are likely."""
    taps = found.unknowns[:-1].reshape(window.shape)
    simple = _simple(taps, window, found)
    bias, error = _bias(found, planes), 1 / np.sqrt(found.information[-1, -1])
    kernel, fraction = taps, None
    if simple is not None:
        fraction = simple if isinstance(simple, Rational) else None
        kernel = simple.kernel if isinstance(simple, Rational) else simple
        # the likeliest constant where the taps are these
        moved = found.information[-1, :-1] @ (taps - kernel).ravel() / found.information[-1, -1]
        constant = found.unknowns[-1] + moved
        bias = float(constant - planes[0].mean * kernel.sum())
    room = thresholds.STANDARD_ERRORS * float(error) + thresholds.JPEG_BIAS
    whole = simplest_between(bias - room, bias + room)
    bias = float(whole) if whole.denominator == 1 else bias
    if fraction is not None:
        fraction = Rational(fraction.numerator[None, None], fraction.denominator)
    return Filter(kernel[None, None], window, (bias,), "nearest", fraction=fraction).trimmed()


def _simple(taps: Floats, window: Window, found: Likeliest) -> Rational | Floats | None:
    """Known kernels and fractions that are about as likely as the likeliest taps."""
    covariance = found.covariance[:-1, :-1]
    alone = Likeliest(taps.ravel(), np.linalg.inv(covariance).astype(np.float64, copy=False))
    enough = float(chdtri(taps.size, thresholds.UNLIKELY))
    error = float(np.sqrt(covariance.diagonal().max()))
    slack = thresholds.STANDARD_ERRORS * error
    for fraction in with_one_denominator(taps, slack):
        if alone.distance(fraction.kernel.ravel()) < enough:
            return fraction
    for kernel in _known(taps, slack):
        if alone.distance(kernel.ravel()) < enough:
            return next(with_one_denominator(kernel, thresholds.NEAR_KNOWN), None) or kernel
    return None


def _known(taps: Floats, slack: float) -> Iterator[Floats]:
    yield from known_blurs(taps)
    for match in matches(taps, slack):
        scale = simplest_between(*sorted((match["scale"] * 0.98, match["scale"] * 1.02)))
        yield as_taps({**match, "scale": float(scale)})


def _share(planes: Sequence[Plane], made: Filter, seen: Sequence[Reading]) -> float:
    """Of the numbers that are not zero, those that come out when the picture is stored again."""
    same = count = 0
    for plane, each in zip(planes, seen, strict=True):
        made_here = replace(made.one_for_all(), dtype=each.after.dtype.name)
        after = made_here.apply(plane.channels)
        coefficients = transform(np.rint(_brightness(after)) - GREY)
        numbers = np.floor((np.abs(coefficients) + LATE) / plane.stored.steps + 0.5)
        numbers *= np.sign(coefficients)
        tops, lefts = _inside(plane, made.window)
        part = np.s_[tops, lefts]
        known: Mask = plane.stored.known[part] & (
            (numbers[part] != 0) | (plane.stored.numbers[part] != 0)
        )
        same += int((numbers[part] == plane.stored.numbers[part])[known].sum())
        count += int(known.sum())
    return same / count if count else 0.0


def answer_through_jpeg(case: Case, rough: Rough, through: ThroughJpeg) -> Recovery:
    """The answer that the numbers in a JPEG make likeliest."""
    draft = Draft(case.seen, "pooled", [through.fit])
    tolerances = [thresholds.RIM_NOISE * through.fit.rms]
    borders = fitting_borders(draft.planes, draft.reach, tolerances, thresholds.RIM_SHARE)
    findings = [
        f"The after picture {'is' if case.stored else 'was'} a JPEG. Stored as one again, what the "
        f"filter makes has {through.share:.2%} of the coefficients other than zero as they are in "
        f"it.",
        draft.about_the_rim(borders)[0],
    ]
    found = draft.recovery("linear", borders, findings)
    return replace(found, exact_coefficients=through.share)


def usable(seen: Sequence[Reading], stored: Sequence[Stored | None]) -> list[Stored]:
    """What JPEG files hold, where all of them do of pictures that go with it."""
    found = [each for each in stored if each is not None]
    if len(found) < len(seen):
        return []
    fits = all(
        one.after.dtype == np.uint8
        and one.after.shape[1:] == one.size
        and tuple(length // SIDE for length in one.size) == each.numbers.shape[:2]
        and len(one.before) == len(one.after)
        for one, each in zip(seen, found, strict=True)
    )
    return found if fits else []

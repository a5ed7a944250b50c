"""The kernel behind an after picture that was stored as JPEG, from the numbers that it stores.

JPEG stores no pixels. It cuts the picture into blocks, transforms each, and rounds every
coefficient to a multiple of a step. So each number says between which bounds a coefficient was, as
a pixel of 8 bits says it of a grey level. The transform is linear: a coefficient of the after
picture is the sum of the taps times those of the before picture, moved by each tap. Pixels were
rounded before they were transformed, which is noise of known size on a coefficient. What is looked
for are the taps that make the stored numbers likeliest.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from scipy.special import chdtri

from handconv.arrays import Floats
from handconv.pictures.jpeg import SIDE, Stored
from handconv.pictures.jpeg_encoders import ENCODERS, Encoder
from handconv.pictures.jpeg_traces import stored_behind
from learned.filter import Filter
from learned.recovery import thresholds
from learned.recovery.border import fitting_borders
from learned.recovery.case import Case
from learned.recovery.draft import Draft
from learned.recovery.fit import Fit
from learned.recovery.jpeg_candidates import Candidate, candidates
from learned.recovery.jpeg_numbers import Plane, Rows, Storing, plane_of, rows_of
from learned.recovery.reading import Reading
from learned.recovery.record import Recovery
from learned.recovery.windows import without_zero_lines
from learned.solve.fractions import Rational, simplest_between
from learned.solve.likelihood import Likeliest, likeliest, log_likelihood
from learned.window import Window

NOISE = (0.03, 0.06, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.7, 1.0, 1.5)
"""Grey levels on a coefficient, of which the likeliest is taken: little where all sums are whole,
0.29 where they were rounded, 0.35 to 0.4 where the brightness of rounded colours was too."""


class ThroughJpeg(NamedTuple):
    """A filter, the encoder, and the share that they reproduce of the numbers other than zero."""

    fit: Fit
    encoder: Encoder | None  # None: it rounds as none that is known here
    share: float


class Found(NamedTuple):
    """The likeliest unknowns in a window, with an encoder, and how likely, per number.

    The unknowns are the taps, and the grey level that the mean of the first picture comes out at.
    """

    window: Window
    likeliest: Likeliest
    encoder: Encoder
    mean: float
    likelihood: float
    noise: float

    @property
    def taps(self) -> Floats:
        return self.likeliest.unknowns[:-1].reshape(self.window.shape)

    @property
    def errors(self) -> Floats:
        """Standard errors of the taps."""
        variances = self.likeliest.covariance.diagonal()[:-1]
        return np.asarray(np.sqrt(np.maximum(0, variances)).reshape(self.window.shape))

    @property
    def alone(self) -> Likeliest:
        """The taps without the constant, which may be anything."""
        covariance = self.likeliest.covariance[:-1, :-1]
        return Likeliest(self.taps.ravel(), np.linalg.inv(covariance).astype(np.float64))

    def bias(self, kernel: Floats) -> float:
        """The likeliest bias of a kernel in the same window."""
        information = self.likeliest.information[-1]
        moved = information[:-1] @ (self.taps - kernel).ravel() / information[-1]
        return float(self.likeliest.unknowns[-1] + moved - self.mean * kernel.sum())


def fit_through_jpeg(
    first: Fit, seen: Sequence[Reading], stored: Sequence[Stored], limit: Window, fixed: bool
) -> ThroughJpeg | None:
    """The likeliest kernel, if one makes most of the numbers that are stored.

    ``first`` is that of least squares on the pixels; all channels are filtered alike.
    """
    planes = [plane_of(one, each) for one, each in zip(seen, stored, strict=True)]
    window, start = first.window, np.append(first.kernel[0], 0)
    start[-1] = first.filter.bias[0] + planes[0].mean * start[:-1].sum()
    few = max(thresholds.JPEG_FEWEST, 2 * thresholds.FEWEST_PER_TAP * len(start) ** 2)
    rounds = thresholds.JPEG_ROUNDS
    each = (_fitted(planes, window, start, few, encoder, rounds) for encoder in ENCODERS)
    encoders = {found.likelihood: found for found in each if found is not None}
    if not encoders:
        return None
    likely = encoders[max(encoders)]
    encoder, start = likely.encoder, likely.likeliest.unknowns
    if not fixed:
        window, start = _window(planes, window, start, limit, encoder)
    found = _fitted(planes, window, start, thresholds.JPEG_NUMBERS, encoder)
    if found is None:
        return None
    storing = Storing(planes, window.grown(2), found.encoder)
    chosen = Candidate(found.taps, window)
    share = storing.share(_filter(found, chosen, seen))
    if share < thresholds.JPEG_LIKELY:
        return None
    simple = _simple(found, storing, seen)
    if simple is not None:
        chosen = simple
        share = storing.share(_filter(found, chosen, seen))
    if share < thresholds.JPEG_REPRODUCED:
        return None
    around = chosen.window.union(window)
    if around != window:
        start = np.append(
            chosen.window.enlarge(chosen.kernel, around), found.likeliest.unknowns[-1]
        )
        found = _fitted(planes, around, start, thresholds.JPEG_NUMBERS, encoder) or found
    made = _filter(found, chosen, seen).trimmed()
    if found.noise >= (
        thresholds.JPEG_NOISY if share > thresholds.JPEG_CLEAN else thresholds.JPEG_NOISE
    ):
        return ThroughJpeg(replace(first, filter=made, reach=around, errors=None), None, share)
    errors = found.errors[None][:, *made.window.inside(found.window)]
    return ThroughJpeg(
        replace(first, filter=made, reach=around, errors=errors), found.encoder, share
    )


def _window(
    planes: Sequence[Plane], window: Window, start: Floats, limit: Window, encoder: Encoder
) -> tuple[Window, Floats]:
    """Which taps there are, from some of the numbers: where a larger window asks for no more."""
    for attempt in range(thresholds.JPEG_GROWTH):
        wide = window.grown(1) if attempt else window
        if not limit.contains(wide) or wide.size > thresholds.JPEG_TAPS:
            break
        taps = window.enlarge(start[:-1].reshape(window.shape), wide)
        found = _fitted(planes, wide, np.append(taps, start[-1]), thresholds.JPEG_FEW, encoder)
        if found is None:
            break
        covariance = found.likeliest.covariance[:-1, :-1]
        smaller = without_zero_lines(wide, found.taps.ravel(), covariance)
        done = attempt > 0 and window.contains(smaller)
        window = smaller
        start = np.append(found.taps[smaller.inside(wide)], found.likeliest.unknowns[-1])
        if done:
            break
    return window, start


def _fitted(
    planes: Sequence[Plane],
    window: Window,
    start: Floats,
    most: int,
    encoder: Encoder,
    rounds: int = 2,
) -> Found | None:
    """The likeliest taps in a window, with the likeliest noise."""
    mean, noise, found, likelihood = planes[0].mean, NOISE[6], None, -np.inf
    unknowns = start
    for _ in range(rounds):
        parts = [rows_of(plane, mean, window, unknowns, most // len(planes)) for plane in planes]
        rows = np.concatenate([part.coefficients for part in parts])
        if len(rows) < thresholds.FEWEST_PER_TAP * len(unknowns):
            return None
        bounds = _bounds(parts, encoder)
        if found is not None:
            sums = rows @ unknowns
            tried = {log_likelihood(sums, *bounds, each): each for each in NOISE}
            likelihood, noise = max(tried) / len(rows), tried[max(tried)]
        found = likeliest(rows, *bounds, unknowns, noise)
        unknowns = found.unknowns
    return found and Found(window, found, encoder, mean, likelihood, noise)


def _bounds(parts: Sequence[Rows], encoder: Encoder) -> tuple[Floats, Floats]:
    lower, upper = zip(*(part.bounds(encoder) for part in parts), strict=True)
    return np.concatenate(lower), np.concatenate(upper)


def _simple(found: Found, storing: Storing, seen: Sequence[Reading]) -> Candidate | None:
    """A kernel that one asks for, if it has as many numbers right as the likeliest taps.

    One that any taps have near them must have far fewer wrong than all others.
    """
    few, likeliest_taps = thresholds.JPEG_BLOCKS, Candidate(found.taps, found.window)
    likely, numbers = storing.counted(_filter(found, likeliest_taps, seen), few)
    enough = thresholds.JPEG_FARTHER * float(chdtri(found.taps.size, thresholds.UNLIKELY))
    near = []
    for each in candidates(found.taps, found.window, found.alone):
        if found.window.contains(each.window):
            inside = each.window.enlarge(each.kernel, found.window).ravel()
            if found.alone.distance(inside) > enough:
                continue
        near.append((storing.share(_filter(found, each, seen), thresholds.JPEG_GLANCE), each))
    near = sorted(near, key=lambda one: -one[0])[: thresholds.JPEG_TRIED]
    shares = {each: storing.share(_filter(found, each, seen), few) for _, each in near}
    sure = [
        each for each in shares if not each.lucky and shares[each] > likely - thresholds.JPEG_ALIKE
    ]
    best = max(shares, key=shares.__getitem__, default=None)
    if best is not None and best.lucky:
        next_best = max([likely, *(shares[each] for each in shares if each != best)])
        error = np.sqrt(likely * (1 - likely) / max(1, numbers))
        better = next_best + thresholds.JPEG_SIGMAS * error
        if shares[best] > max(better, 1 - thresholds.JPEG_CLEARLY * (1 - next_best)):
            return best
    return max(sure, key=shares.__getitem__, default=None)


def _filter(found: Found, chosen: Candidate, seen: Sequence[Reading]) -> Filter:
    """With the likeliest bias, a whole one where that is likely."""
    around = found.window.union(chosen.window)
    kernel = chosen.window.enlarge(chosen.kernel, around)
    inner = kernel[found.window.inside(around)]
    beyond = float(kernel.sum() - inner.sum())
    bias = found.bias(inner) - found.mean * beyond
    room = thresholds.STANDARD_ERRORS / np.sqrt(found.likeliest.information[-1, -1])
    room = float(room) + thresholds.JPEG_BIAS
    whole = simplest_between(bias - room, bias + room)
    bias = float(whole) if whole.denominator == 1 else bias
    fraction = chosen.fraction
    if fraction is not None:
        fraction = Rational(fraction.numerator[None, None], fraction.denominator)
    return Filter(
        chosen.kernel[None, None], chosen.window, (bias,), "nearest", fraction=fraction,
        dtype=seen[0].after.dtype.name,
    )  # fmt: skip


def answer_through_jpeg(case: Case, through: ThroughJpeg) -> Recovery:
    """The answer that the numbers in a JPEG make likeliest."""
    draft = Draft(case.seen, "pooled", [through.fit])
    tolerances = [thresholds.RIM_NOISE * through.fit.rms]
    borders = fitting_borders(draft.planes, draft.reach, tolerances, thresholds.RIM_SHARE)
    was = f"The after picture {'is' if case.stored else 'was'} a JPEG"
    if through.encoder is None:
        was += ", whose encoder rounds as none that is known here: errors are not known"
    else:
        was += f", rounded as by {through.encoder.name}"
    again = (
        f"{was}. Stored as one again, what the filter makes has {through.share:.2%} of the "
        f"coefficients of its brightness, other than zero, as they are in it."
    )
    findings = [again, draft.about_the_rim(borders)[0]]
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


def traces(seen: Sequence[Reading]) -> list[Stored]:
    """What JPEGs stored that after pictures were decoded from, told from their pixels."""
    return usable(seen, [stored_behind(each.after) for each in seen])

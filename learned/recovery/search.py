"""Which taps a filter has: least squares in every window at once.

One pass over the pictures gives the Gram matrix of the largest window. Those of all smaller
windows are parts of it, so what each of them leaves unexplained costs next to nothing more.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from learned.pairs import Pair
from learned.recovery.window import Window
from learned.solve.gram import Statistics, correlate_with_image, statistics
from learned.solve.predict import Samples

Floats = NDArray[np.float64]

PIXELS = 20_000  # that patches are made of, where clipped pixels forbid lag products
FIRST_SIZES = (1, 3, 5, 11)  # taps a side of the first searches; most filters are smaller
SIDES = ("top", "bottom", "left", "right")


@dataclass(frozen=True)
class Sums:
    """Least squares with a free bias, for every window inside ``window``.

    Attributes
    ----------
    gram : (channels, rows, columns, channels, rows, columns) of the patches less their mean
    moments : (channels, rows, columns) with the after image less its mean
    square : sum of squares of the after image less its mean
    count : number of pixels
    mean : (channels, rows, columns) mean pixel under each tap
    grey : mean of the after image
    """

    window: Window
    gram: Floats
    moments: Floats
    square: float
    count: int
    mean: Floats
    grey: float

    def at(self, window: Window) -> tuple[Floats, Floats]:
        """Gram matrix (taps, taps) and moments (taps,) of a smaller window."""
        rows, columns = window.inside(self.window)
        gram = self.gram[:, rows, columns, :, rows, columns]
        moments = self.moments[:, rows, columns]
        return gram.reshape(moments.size, moments.size), moments.ravel()

    def solution(self, window: Window) -> tuple[Floats, Floats]:
        """The kernel (channels, M, N) of this window, and the inverse of its Gram matrix."""
        gram, moments = self.at(window)
        inverse = np.linalg.inv(gram + _ridge(gram))
        kernel: Floats = (inverse @ moments).reshape(-1, *window.shape)
        return kernel, inverse.astype(np.float64, copy=False)

    def bias(self, kernel: Floats, window: Window) -> float:
        rows, columns = window.inside(self.window)
        return self.grey - float((kernel * self.mean[:, rows, columns]).sum())

    def variance(self, window: Window) -> float:
        """What a kernel in this window leaves unexplained: squared grey levels for each pixel."""
        gram, moments = self.at(window)
        explained = float(moments @ _solved(gram, moments))
        return max(0.0, self.square - explained) / max(1, self.count - len(moments) - 1)

    def smallest(self) -> Window:
        """The smallest of `windows` that leaves hardly more than the largest."""
        enough = 1.05 * self.variance(self.window) + self.floor()
        return next(each for each in windows(self.window) if self.variance(each) <= enough)

    def floor(self) -> float:
        """The variance that rounding errors of these sums amount to."""
        return 1e-11 * self.square / self.count

    def trimmed(self, window: Window, noise: float) -> Window:
        """Without the outer lines of taps that are zero within their standard errors.

        Line after line is dropped where a Wald test sees no difference: k' C⁻¹ k for the line's
        taps k, C their covariance, is about as large as the number of taps.

        Parameters
        ----------
        noise : variance of the residual, squared grey levels
        """
        channels = self.moments.shape[0]
        gram, moments = self.at(window)
        covariance = np.linalg.inv(gram + _ridge(gram))
        taps = covariance @ moments
        places = np.indices((channels, *window.shape)).reshape(3, -1)
        while True:
            found: dict[str, float] = {}
            for side in SIDES:
                line = _line(places, side)
                smaller = window.without(side)
                if smaller.rows and smaller.columns and not line.all():
                    weight = np.linalg.solve(covariance[np.ix_(line, line)], taps[line])
                    excess = float(taps[line] @ weight) / noise - line.sum()
                    found[side] = excess / np.sqrt(2 * line.sum())
            if not found or min(found.values()) > 6:
                return window
            side = min(found, key=lambda side: found[side])
            line = _line(places, side)
            rest = ~line
            shift = np.linalg.solve(covariance[np.ix_(line, line)], covariance[np.ix_(line, rest)])
            taps = taps[rest] - taps[line] @ shift
            covariance = covariance[np.ix_(rest, rest)] - covariance[np.ix_(rest, line)] @ shift
            places, window = places[:, rest], window.without(side)


def gather(pairs: Sequence[Pair], window: Window) -> Sums:
    """The sums over those pixels of all pairs that are not clipped."""
    seen = [window.samples(pair) for pair in pairs]
    chosen = [_chosen(samples) for samples in seen]
    count = sum(int(mask.sum()) for mask in chosen)
    # nearly centred from the start, so that little is lost to rounding where it is centred exactly
    level = np.mean([samples.image.mean(axis=(1, 2)) for samples in seen], axis=0)[:, None, None]
    middles = [halfway(samples.lower, samples.upper) for samples in seen]
    pairs_of_both = list(zip(middles, chosen, strict=True))
    grey = sum(float(middle[mask].sum()) for middle, mask in pairs_of_both) / max(1, count)
    images = [np.ascontiguousarray(samples.image - level) for samples in seen]
    parts, ones = [], []
    for samples, image, (middle, mask) in zip(seen, images, pairs_of_both, strict=True):
        target = np.where(mask, middle - grey, 0.0)
        parts.append(_statistics(samples._replace(image=image), target, mask))
        ones.append(correlate_with_image(image, mask.astype(np.float64)).ravel())
    total = sum(parts[1:], start=parts[0])
    one = np.sum(ones, axis=0)
    shape = (len(level), *window.shape)
    return Sums(
        window,
        (total.gram - np.outer(one, one) / max(1, count)).reshape(shape + shape),
        total.moments.reshape(shape),
        total.square,
        count,
        one.reshape(shape) / max(1, count) + level,
        grey,
    )


def searched(pairs: Sequence[Pair], limit: Window) -> Iterator[Sums]:
    """Sums for small windows, one of ordinary size, and the largest."""
    sides = {(min(side, limit.rows), min(side, limit.columns)) for side in FIRST_SIZES}
    for rows, columns in sorted(sides - {limit.shape}):
        yield gather(pairs, Window.centred(rows, columns))
    yield gather(pairs, limit)


def windows(limit: Window) -> list[Window]:
    """Windows of odd sides, from one tap up, each inside the next; the last is ``limit``."""
    sides = range(1, max(limit.shape) + 1, 2)
    found = [Window.centred(min(side, limit.rows), min(side, limit.columns)) for side in sides]
    return [window for window in found[:-1] if limit.contains(window)] + [limit]


def halfway(lower: NDArray[np.floating], upper: NDArray[np.floating]) -> Floats:
    """The middle of the bounds; not a finite number where they have but one end, or none."""
    with np.errstate(invalid="ignore"):  # inf - inf
        middle: Floats = (lower.astype(np.float64) + upper) / 2
    return middle


def _chosen(samples: Samples) -> NDArray[np.bool_]:
    """The pixels to sum over: all that are not clipped, or so many that patches can be made."""
    known: NDArray[np.bool_] = np.isfinite(samples.lower) & np.isfinite(samples.upper)
    pixels = np.flatnonzero(known)
    if known.size - len(pixels) > PIXELS and len(pixels) > PIXELS:
        known[:] = False
        rng = np.random.default_rng(0)
        known.flat[rng.choice(pixels, PIXELS, replace=False)] = True
    return known


def _statistics(samples: Samples, target: Floats, mask: NDArray[np.bool_]) -> Statistics:
    """Of the pixels in the mask, by lag products where few are left out; target is 0 elsewhere."""
    if 2 * int(mask.sum()) < mask.size:
        return statistics(samples, target, mask)
    whole = statistics(samples, target)
    if mask.all():
        return whole
    rest = statistics(samples, target, ~mask)
    return Statistics(whole.gram - rest.gram, whole.moments, whole.square, whole.count - rest.count)


def _solved(gram: Floats, moments: Floats) -> Floats:
    return np.linalg.solve(gram + _ridge(gram), moments).astype(np.float64, copy=False)


def _ridge(gram: Floats) -> Floats:
    """So little that it tells only where the pictures say nothing."""
    size = len(gram)
    return np.eye(size) * max(1e-13 * float(np.trace(gram)), np.finfo(np.float64).tiny)


def _line(places: NDArray[np.intp], side: str) -> NDArray[np.bool_]:
    """Which of the taps at ``places`` (channel, row, column) lie outermost on that side."""
    along = places[1 if side in ("top", "bottom") else 2]
    outermost = along.min() if side in ("top", "left") else along.max()
    return np.asarray(along == outermost)

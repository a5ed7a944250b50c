"""Which taps a filter has: least squares in every window at once.

One pass over the pictures gives the Gram matrix of the largest window. Those of all smaller
windows are parts of it, so what each of them leaves unexplained costs next to nothing more.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from handconv.arrays import Array, Floats, Integers, Mask
from learned.pairs import Pair
from learned.recovery import thresholds
from learned.solve.gram import Statistics, correlate_with_image, statistics
from learned.solve.predict import Samples
from learned.window import SIDES, Window


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
        """Gram matrix (taps, taps), a little regularised, and moments (taps,) of a window."""
        rows, columns = window.inside(self.window)
        moments = self.moments[:, rows, columns]
        gram = self.gram[:, rows, columns, :, rows, columns].reshape(moments.size, moments.size)
        # so little that it tells only where the pictures say nothing
        ridge = max(thresholds.RIDGE * float(np.trace(gram)), np.finfo(np.float64).tiny)
        return gram + ridge * np.eye(len(gram)), moments.ravel()

    def taps(self, window: Window) -> int:
        """Unknowns of a kernel in this window, the bias apart."""
        return len(self.moments) * window.size

    def kernel(self, window: Window) -> Floats:
        """(channels, M, N) of least squared error."""
        gram, moments = self.at(window)
        taps = np.linalg.solve(gram, moments).astype(np.float64, copy=False)
        return taps.reshape(-1, *window.shape)

    def covariance(self, window: Window) -> Floats:
        """(taps, taps) of the taps, for noise of variance 1."""
        return np.linalg.inv(self.at(window)[0]).astype(np.float64, copy=False)

    def bias(self, kernel: Floats, window: Window) -> float:
        rows, columns = window.inside(self.window)
        return self.grey - float((kernel * self.mean[:, rows, columns]).sum())

    def variance(self, window: Window) -> float:
        """What a kernel in this window leaves unexplained: squared grey levels for each pixel."""
        gram, moments = self.at(window)
        explained = float(moments @ np.linalg.solve(gram, moments))
        return max(0.0, self.square - explained) / max(1, self.count - len(moments) - 1)

    def smallest(self) -> Window:
        """The smallest of `windows` that leaves hardly more than the largest."""
        enough = thresholds.ENOUGH * self.variance(self.window) + self.floor
        return next(each for each in windows(self.window) if self.variance(each) <= enough)

    @property
    def floor(self) -> float:
        """The variance that is but rounding errors of these sums."""
        return thresholds.SUMS * self.square / self.count

    def trimmed(self, window: Window, noise: float) -> Window:
        """Without the outer lines of taps that are zero within their standard errors.

        ``noise`` is the variance of the residual, squared grey levels.
        """
        covariance = self.covariance(window)
        taps = covariance @ self.at(window)[1]
        # where pictures say nothing of some taps, their covariance times the noise overflows
        return without_zero_lines(window, taps / np.sqrt(noise), covariance)


def without_zero_lines(window: Window, taps: Floats, covariance: Floats) -> Window:
    """The window without the outer lines of taps that are zero within their standard errors.

    Line after line is dropped where a Wald test sees no difference: k' C⁻¹ k for the line's
    taps k, C their covariance, is about as large as the number of taps.

    Parameters
    ----------
    taps : (channels × taps,), the last axis of the window's shape running fastest
    covariance : (channels × taps, channels × taps) of these
    """
    places = np.indices((len(taps) // window.size, *window.shape)).reshape(3, -1)
    while True:
        excess: dict[str, float] = {}
        for side in SIDES:
            line = _line(places, side)
            if window.without(side).size and not line.all():
                weight = np.linalg.solve(covariance[np.ix_(line, line)], taps[line])
                wald, count = float(taps[line] @ weight), int(line.sum())
                excess[side] = (wald - count) / np.sqrt(2 * count)
        if not excess or min(excess.values()) > thresholds.WALD:
            return window
        side = min(excess, key=lambda side: excess[side])
        line = _line(places, side)
        rest = ~line
        shift = np.linalg.solve(covariance[np.ix_(line, line)], covariance[np.ix_(line, rest)])
        taps = taps[rest] - taps[line] @ shift
        covariance = covariance[np.ix_(rest, rest)] - covariance[np.ix_(rest, line)] @ shift
        places, window = places[:, rest], window.without(side)


def gather(pairs: Sequence[Pair], window: Window) -> Sums:
    """The sums over those pixels of all pairs that are not clipped."""
    seen = [pair.samples(window.shape, window.anchor) for pair in pairs]
    many = window.size > thresholds.RETRIED
    most = thresholds.PATCH_PIXELS // len(pairs) if many else thresholds.PATCH_PIXELS
    chosen = [_chosen(samples, most) for samples in seen]
    count = max(1, sum(int(mask.sum()) for mask in chosen))
    # nearly centred from the start, so that little is lost to rounding where it is centred exactly
    level = np.mean([samples.image.mean(axis=(1, 2)) for samples in seen], axis=0)[:, None, None]
    middles = [halfway(samples.lower, samples.upper) for samples in seen]
    grey = sum(float(m[mask].sum()) for m, mask in zip(middles, chosen, strict=True)) / count
    parts, ones = [], []
    for samples, middle, mask in zip(seen, middles, chosen, strict=True):
        image = np.ascontiguousarray(samples.image - level)
        target = np.where(mask, middle - grey, 0.0)
        parts.append(_statistics(samples._replace(image=image), target, mask))
        ones.append(correlate_with_image(image, mask.astype(np.float64)).ravel())
    total, one = sum(parts[1:], start=parts[0]), np.sum(ones, axis=0)
    shape = (len(level), *window.shape)
    # where nothing but rounding is left of it, it is not smaller than that
    rounding = np.finfo(np.float64).eps * float(np.trace(total.gram)) * np.eye(len(one))
    return Sums(
        window,
        (total.gram - np.outer(one, one) / count + rounding).reshape(shape + shape),
        total.moments.reshape(shape),
        total.square,
        total.count,
        one.reshape(shape) / count + level,
        grey,
    )


def searched(pairs: Sequence[Pair], limit: Window, fixed: bool) -> Iterator[Sums]:
    """The sums for those windows of `search` that lie inside the pictures."""
    for window in search(limit, fixed):
        insides = (window.interior(pair.size) for pair in pairs)
        if all(part.start < part.stop for inside in insides for part in inside):
            yield gather(pairs, window)


def search(limit: Window, fixed: bool) -> list[Window]:
    """Small windows, one of ordinary size, and the largest; if ``fixed``, that alone."""
    sides = () if fixed else thresholds.FIRST_SIZES
    smaller = {limit.at_most(side) for side in sides} - {Window.centred(*limit.shape)}
    return [*sorted(smaller, key=lambda window: window.shape), limit]


def largest_window(
    sizes: Sequence[tuple[int, int]], size: tuple[int, int] | None, max_size: int
) -> Window:
    """The window to search: of the given size, or as large as the pictures have pixels for.

    ``sizes`` are those of the pictures, (rows, columns) all. Raises ``ValueError`` for a size that
    is not positive, not inside the pictures, or takes too much memory.
    """
    rows, columns = map(min, zip(*sizes, strict=True))
    if size is not None:
        name, (down, across) = "size", size
        if not (1 <= down <= rows and 1 <= across <= columns):
            raise ValueError(
                f"size is {down} × {across}; it must be at least 1 × 1 and at most the size of "
                f"the picture, {rows} × {columns}."
            )
    else:
        name, side = "max_size", max_size - (max_size + 1) % 2
        if max_size < 1:
            raise ValueError(f"max_size is {max_size}; it must be at least 1.")
        down, across = (min(side, length - (length + 1) % 2) for length in (rows, columns))
        while down * across > 1:
            pixels = (rows - down + 1) * (columns - across + 1) * len(sizes)
            if pixels > 2 * down * across + thresholds.SPARE_PIXELS:
                break
            down, across = max(1, down - 2), max(1, across - 2)
    most = thresholds.MOST_TAPS
    if down * across > most:  # least squares keeps some matrices of taps × taps
        gibibytes = 6 * 8 * (down * across) ** 2 / 2**30
        raise ValueError(
            f"{name} asks for {down} × {across} taps, which take {gibibytes:.0f} GiB of memory; "
            f"at most {most} taps are tried, as 81 × 81."
        )
    return Window.centred(down, across)


def windows(limit: Window) -> list[Window]:
    """Windows of odd sides, from one tap up, each inside the next; the last is ``limit``."""
    found = [limit.at_most(side) for side in range(1, max(limit.shape) + 1, 2)]
    return [window for window in found[:-1] if limit.contains(window)] + [limit]


def halfway(lower: Array, upper: Array) -> Floats:
    """The middle of the bounds; not a finite number where they have but one end, or none."""
    with np.errstate(invalid="ignore"):  # inf - inf
        middle: Floats = (lower.astype(np.float64) + upper) / 2
    return middle


def counts_in_squares(mask: Mask, side: int) -> Integers:
    """How many pixels are True in each square of this side, from the top left corner on."""
    counts = mask.astype(np.int64)
    for axis, length in enumerate(mask.shape):
        counts = np.add.reduceat(counts, np.arange(0, length, side), axis=axis)
    return counts


def _chosen(samples: Samples, most: int) -> Mask:
    """The pixels to sum over: all that are not clipped, or so many that patches can be made."""
    known: Mask = np.isfinite(samples.lower) & np.isfinite(samples.upper)
    pixels = np.flatnonzero(known)
    if min(known.size - len(pixels), len(pixels)) > most:
        known[:] = False
        known.flat[np.random.default_rng(0).choice(pixels, most, replace=False)] = True
    return known


def _statistics(samples: Samples, target: Floats, mask: Mask) -> Statistics:
    """Of the pixels in the mask, by lag products where few are left out; target is 0 elsewhere."""
    if 2 * int(mask.sum()) < mask.size:
        return statistics(samples, target, mask)
    whole = statistics(samples, target)
    if mask.all():
        return whole
    rest = statistics(samples, target, ~mask)
    return Statistics(whole.gram - rest.gram, whole.moments, whole.square, whole.count - rest.count)


def _line(places: Array, side: str) -> Mask:
    """Which of the taps at ``places`` (channel, row, column) lie outermost on that side."""
    along = places[1 if side in ("top", "bottom") else 2]
    outermost = along.min() if side in ("top", "left") else along.max()
    return np.asarray(along == outermost)

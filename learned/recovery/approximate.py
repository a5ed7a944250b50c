"""The best kernel where none reproduces every pixel: after noise, JPEG, or a painted-over part."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from learned.pairs import Pair
from learned.recovery.search import Sums, gather, halfway, searched, windows
from learned.recovery.window import Window
from learned.solve.predict import predict

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

BLOCK = 8  # pixels a side; JPEG spreads what clipping does over a block
FEWEST = 30  # pixels for each unknown, to go on without some pixels


@dataclass(frozen=True)
class Approximation:
    """A least-squares kernel.

    Attributes
    ----------
    kernel, errors : (channels, M, N) taps and their standard errors
    window : where the taps lie
    bias : grey levels
    rms : root mean square of the residual, grey levels
    pairs : those that it was fitted to: without the pixels that clipping may have spoilt
    """

    kernel: Floats
    errors: Floats
    window: Window
    bias: float
    rms: float
    pairs: list[Pair]


def approximate(pairs: Sequence[Pair], limit: Window, fixed: bool = False) -> Approximation | None:
    """The kernel of least squared error; None where all pixels are clipped.

    Pixels are left out by what the kernel predicts for them, not by what they are: leaving out
    the clipped ones alone would favour those that noise kept from being clipped.
    """
    found = least_squares(pairs, limit, fixed)
    if found is None or not any(_is_clipped(pair).any() for pair in pairs):
        return found
    for _ in range(3):
        kept = [_unclipped(pair, found) for pair in pairs]
        # these pixels hardly ask for many more taps, and the largest windows take the time
        again = least_squares(kept, limit if fixed else _around(found.window, limit), fixed)
        if again is None:
            return found
        found = again
    return found


def _around(window: Window, limit: Window) -> Window:
    """A centred window that reaches two taps farther, within the limit."""
    side = 2 * max(window.overhang) + 5
    return Window.centred(min(limit.rows, side), min(limit.columns, side))


def residual(pair: Pair, found: Approximation) -> Floats:
    """(rows, columns) after less predicted; NaN where the pixel says nothing of that."""
    inside = found.window.interior(pair.lower.shape)
    samples = found.window.samples(pair)
    rest = np.full(pair.lower.shape, np.nan)
    level = predict(samples.image, found.kernel) + found.bias
    middle = halfway(samples.lower, samples.upper)
    rest[inside] = np.where(np.isfinite(middle), middle - level, np.nan)
    return rest


def least_squares(pairs: Sequence[Pair], limit: Window, fixed: bool) -> Approximation | None:
    """The kernel of least squared error over the unclipped pixels; None where those are too few."""
    best: tuple[Sums, Window] | None = None
    for sums in [gather(pairs, limit)] if fixed else searched(pairs, limit):
        if sums.count < 10:
            return None
        candidates = [limit] if fixed else windows(sums.window)
        candidates = [w for w in candidates if sums.count > FEWEST * _taps(sums, w)]
        if not candidates:
            continue
        found = min(candidates, key=lambda window: _score(sums, window))
        # larger sums see fewer pixels: they count where they want a window that smaller ones lack
        if best is None or not best[0].window.contains(found):
            best = sums, found
    if best is None:
        return None
    sums, window = best
    noise = max(sums.variance(window), sums.floor(), 1e-300)
    window = window if fixed else sums.trimmed(window, noise)
    kernel, covariance = sums.solution(window)
    with np.errstate(over="ignore"):  # of taps that the before picture says nothing about
        errors = np.sqrt(np.maximum(0.0, covariance.diagonal() * noise)).reshape(kernel.shape)
    rms = float(np.sqrt(noise))
    return Approximation(kernel, errors, window, sums.bias(kernel, window), rms, list(pairs))


def _score(sums: Sums, window: Window) -> float:
    """Schwarz's criterion (Annals of Statistics 6, 1978), per pixel; the lower the better."""
    price = _taps(sums, window) * np.log(sums.count) / sums.count
    return float(np.log(sums.variance(window) + sums.floor() + 1e-300) + price)


def _taps(sums: Sums, window: Window) -> int:
    return len(sums.moments) * window.rows * window.columns


def _is_clipped(pair: Pair) -> Mask:
    clipped: Mask = np.isfinite(pair.lower) != np.isfinite(pair.upper)
    return clipped


def _unclipped(pair: Pair, found: Approximation) -> Pair:
    """Without the pixels of blocks in which the kernel predicts one to be clipped, or almost."""
    lowest, highest = float(pair.upper.min()), float(pair.lower.max())
    inside = found.window.interior(pair.lower.shape)
    level = np.full(pair.lower.shape, (lowest + highest) / 2)
    level[inside] = predict(found.window.samples(pair).image, found.kernel) + found.bias
    margin = min(3 * found.rms, (highest - lowest) / 4)
    spoilt = (level < lowest + margin) | (level > highest - margin) | _is_clipped(pair)
    near = _blocks(spoilt)
    return forget(pair, near if (~near).sum() > FEWEST * found.kernel.size else spoilt)


def _blocks(mask: Mask) -> Mask:
    """True in every block of `BLOCK` × `BLOCK` pixels where ``mask`` is anywhere true."""
    found = mask
    for axis in (0, 1):
        starts = np.arange(0, mask.shape[axis], BLOCK)
        some = np.logical_or.reduceat(found, starts, axis=axis)
        found = some.repeat(BLOCK, axis=axis).take(np.arange(mask.shape[axis]), axis=axis)
    return found


def forget(pair: Pair, mask: Mask) -> Pair:
    """The pair, with nothing known of the after-pixels in the mask."""
    return replace(
        pair,
        lower=np.where(mask, -np.inf, pair.lower),
        upper=np.where(mask, np.inf, pair.upper),
    )

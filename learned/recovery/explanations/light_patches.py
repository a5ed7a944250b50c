"""Neighbourhoods of single pixels and the light behind them, which curves are fitted to.

A level hides more light where the curve is steep, so each pixel weighs as its bounds are narrow.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from handconv.arrays import Array, Floats, Integers
from learned.recovery import thresholds
from learned.recovery.explanations.light_curves import Way, bounds_of_levels, light_of_levels
from learned.recovery.reading import Reading
from learned.window import Window


@dataclass(frozen=True)
class Lit:
    """The light of patches (pixels, taps), and the bounds (pixels,) of what becomes of it.

    The first ``fitted`` pixels are for the fit, the others to judge it by.
    """

    window: Window
    light: Array
    lower: Floats
    upper: Floats
    fitted: int

    def share(self, kernel: Floats) -> float:
        """Of the pixels to judge by, those that the (M, N) kernel brings inside their bounds."""
        lower, upper = self.lower[self.fitted :], self.upper[self.fitted :]
        level = self.light[self.fitted :] @ kernel.ravel()
        known = np.isfinite(lower) | np.isfinite(upper)
        return float(((lower <= level) & (level <= upper) & known).mean())

    def weighted(self) -> tuple[Array, Floats]:
        """Patches (pixels, taps) to fit to and the middle (pixels,) of their bounds, both over the
        width of these; without those of one bound only."""
        lower, upper = self.lower[: self.fitted], self.upper[: self.fitted]
        use = np.flatnonzero(np.isfinite(lower) & np.isfinite(upper))
        weight = 1 / (upper[use] - lower[use])
        return self.light[use] * weight[:, None], (lower[use] + upper[use]) / 2 * weight

    def least_squares(self) -> tuple[Floats, Floats]:
        """The (M, N) kernel of weighted least squares, and the inverse (taps, taps) of the
        covariance of its taps."""
        design, target = self.weighted()
        gram = (design.T @ design).astype(np.float64)
        gram += np.eye(len(gram)) * max(1e-300, thresholds.RIDGE * float(np.trace(gram)))
        taps = np.linalg.solve(gram, design.T @ target).astype(np.float64)
        left = float(np.mean((design @ taps - target) ** 2)) if len(target) else 0.0
        return taps.reshape(self.window.shape), gram / max(thresholds.LEAST_SPREAD, left)


@dataclass(frozen=True)
class Patches:
    """Neighbourhoods of random pixels where the before image varies, as stored.

    Attributes
    ----------
    levels : (pixels, taps) of the before image
    after : (pixels,) of the after image
    fitted : so many of them are for the fit
    tops : the highest levels of both
    """

    window: Window
    levels: Integers
    after: Integers
    fitted: int
    tops: tuple[int, int]

    def inside(self, window: Window) -> "Patches":
        """Only what lies in a smaller window."""
        part = self.levels.reshape(-1, *self.window.shape)[:, *window.inside(self.window)]
        return replace(self, window=window, levels=part.reshape(len(part), window.size))

    def lit(self, way: Way) -> Lit:
        """The light behind them."""
        lower, upper = bounds_of_levels(*way, self.tops[1])
        light = light_of_levels(*way, self.tops[0])[self.levels]
        return Lit(self.window, light, lower[self.after], upper[self.after], self.fitted)


def take_patches(seen: Reading, window: Window, fitted: int, judged: int) -> Patches | None:
    """So many to fit to and to judge by; fewer of small pictures, None where far too few."""
    inside = window.interior(seen.size)
    levels, after = [], []
    rng = np.random.default_rng(0)
    count = -(-(fitted + judged) // len(seen.before))
    for plane, target in zip(seen.before, seen.after, strict=True):
        spread = cv2.dilate(plane, np.ones((3, 3))) - cv2.erode(plane, np.ones((3, 3)))
        spread, stored = spread[inside], target[inside]
        lively = np.flatnonzero(spread >= max(1, np.median(spread)))
        chosen = rng.permutation(lively)[:count]
        views = np.lib.stride_tricks.sliding_window_view(plane, window.shape)
        rows, columns = np.divmod(chosen, stored.shape[1])
        levels.append(views[rows, columns].reshape(len(chosen), window.size))
        after.append(stored[rows, columns])
    mixed = rng.permutation(sum(map(len, after)))
    fitted = len(mixed) * fitted // (fitted + judged)
    if fitted < thresholds.REPEATED * window.size or len(mixed) < thresholds.TELLING:
        return None
    tops = int(np.iinfo(seen.before.dtype).max), int(np.iinfo(seen.after.dtype).max)
    return Patches(
        window, np.concatenate(levels)[mixed], np.concatenate(after)[mixed], fitted, tops
    )

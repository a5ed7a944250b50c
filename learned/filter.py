"""A filter as a program applies it: kernel, bias, border, rounding, and how results are stored."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from handconv.arrays import Array, Floats, Mask
from handconv.borders import Border
from learned.solve.fractions import Rational
from learned.solve.predict import predict
from learned.window import Region, Window

Storing = Literal["exact", "nearest", "halves up", "floor"]
"""As `learned.pairs.Rounding`; "nearest" sends halves to the even number, as NumPy and OpenCV do,
"halves up" to the larger one, as Pillow does."""


@dataclass(frozen=True)
class Filter:
    """Correlate, add the bias, clip, round, store.

    Attributes
    ----------
    kernel : (out-channels, in-channels, M, N) taps; (1, 1, M, N) filters every channel alike
    window : where the taps lie
    bias : grey levels, one for each out-channel of the kernel
    rounding : how sums are stored
    border : what stands outside the image
    fraction : the same kernel as numerators and a denominator, where it is that simple: sums of
        whole numbers are then exact
    dtype : of the stored image
    clip : lowest and highest value of a stored image in floating point; whole numbers are clipped
        to what their dtype holds
    """

    kernel: Floats
    window: Window
    bias: tuple[float, ...]
    rounding: Storing = "exact"
    border: Border = "replicate"
    fraction: Rational | None = None
    dtype: str = "float64"
    clip: tuple[float, float] = (-np.inf, np.inf)

    @property
    def shift(self) -> float:
        """Grey levels from a sum to the middle of all sums that are stored alike: bounds are those
        of rounding to the nearest, and truncation is that half a grey level lower."""
        return -0.5 if self.rounding == "floor" else 0.0

    def predict(self, before: Array, region: Region | None = None) -> Floats:
        """The sums before they are stored: (out-channels, rows, columns) grey levels.

        Parameters
        ----------
        before : (channels, rows, columns) real
        region : the output pixels wanted; all of them where it is None
        """
        region = region or (slice(0, before.shape[1]), slice(0, before.shape[2]))
        seen = self.window.under(before, region, self.border)
        taps, denominator = self.fraction or (self.kernel, 1)
        whole = self.fraction is not None and before.dtype.kind in "bu"
        one_for_all = self.kernel.shape[:2] == (1, 1)
        sums = []
        for channel in range(len(before) if one_for_all else len(self.kernel)):
            source, number = (seen[channel : channel + 1], 0) if one_for_all else (seen, channel)
            total = predict(source, taps[number].astype(np.float64, copy=False))
            if whole:
                np.rint(total, out=total)  # takes off rounding errors
            if denominator > 1:
                total /= denominator
            total += self.bias[number]
            sums.append(total)
        return np.stack(sums)

    def store(self, level: Floats) -> Array:
        """Sums as they are stored: clipped, rounded, of the filter's dtype."""
        if self.rounding == "exact":
            return level.clip(*self.clip).astype(self.dtype)
        if self.rounding == "nearest":
            level = np.rint(level)
        else:
            level = np.floor(level + (0.5 if self.rounding == "halves up" else 0.0))
        return level.clip(0, np.iinfo(self.dtype).max).astype(self.dtype)

    def apply(self, before: Array, region: Region | None = None) -> Array:
        """The (channels, rows, columns) image as the program stores it: see `predict`."""
        return self.store(self.predict(before, region))

    def trimmed(self) -> "Filter":
        """Without the outer rows and columns of taps that are zero."""
        window = self.window.cut_to(self.kernel)
        part = (..., *window.inside(self.window))
        fraction = self.fraction
        if fraction is not None:
            fraction = fraction._replace(numerator=np.ascontiguousarray(fraction.numerator[part]))
        kernel = np.ascontiguousarray(self.kernel[part])
        return replace(self, kernel=kernel, window=window, fraction=fraction)

    def widened(self, window: Window) -> "Filter":
        """With zeros around the taps, as far as the window goes, which must contain them."""
        fraction = self.fraction
        if fraction is not None:
            numerator = self.window.enlarge(fraction.numerator, window)
            fraction = fraction._replace(numerator=numerator)
        kernel = self.window.enlarge(self.kernel, window)
        return replace(self, kernel=kernel, window=window, fraction=fraction)


def stacked(filters: Sequence[Filter], *, diagonal: bool) -> Filter:
    """One filter of those of single out-channels, (1, in-channels, M, N) each.

    With ``diagonal`` each of them sees the one in-channel of its own number; else all see all.
    """
    window = filters[0].window
    for each in filters[1:]:
        window = window.union(each.window)
    wide = [each.widened(window) for each in filters]

    def laid_out(kernels: Sequence[Array]) -> Array:
        if not diagonal:
            return np.concatenate(kernels)
        count = len(kernels)
        whole = np.zeros((count, count, *window.shape), kernels[0].dtype)
        for channel, kernel in enumerate(kernels):
            whole[channel, channel] = kernel[0, 0]
        return whole

    fraction = None
    fractions = [each.fraction for each in wide if each.fraction is not None]
    if len(fractions) == len(wide):
        common = int(np.lcm.reduce([each.denominator for each in fractions]))
        numerators = [each.numerator * (common // each.denominator) for each in fractions]
        fraction = Rational(laid_out(numerators), common)
    return replace(
        wide[0],
        kernel=laid_out([each.kernel for each in wide]),
        window=window,
        bias=tuple(each.bias[0] for each in wide),
        fraction=fraction,
    )


def equal(ours: Array, theirs: Array, tolerance: float) -> Mask:
    """Where stored values are the same; in floating point, up to rounding errors (tolerance)."""
    if theirs.dtype.kind != "f":
        return np.asarray(ours == theirs)
    return np.asarray(np.abs(ours.astype(np.float64) - theirs) <= tolerance)

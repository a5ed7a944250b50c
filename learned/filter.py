"""A filter as a program applies it: kernel, bias, border, rounding, and how results are stored."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np

from handconv.arrays import Array, Floats, Mask
from handconv.borders import Border
from learned.solve.fractions import Rational
from learned.solve.predict import predict
from learned.window import Region, Window, containing

Storing = Literal["exact", "nearest", "halves up", "floor"]
WHOLE = 1e-9  # grey levels; sums that miss a whole number by less do so by rounding errors
STORE: dict[Storing, Callable[[Floats], Floats]] = {
    "exact": lambda level: level,
    "nearest": np.rint,  # halves to the even number, as NumPy and OpenCV do
    "halves up": lambda level: np.floor(level + 0.5),  # as Pillow does
    "floor": lambda level: np.floor(level + WHOLE),
}
"""What is done to a sum before it is clipped."""


class Rim(NamedTuple):
    """What a program leaves around the picture that it filtered, by widths in pixels.

    It is "unfiltered", as the before image; "filled" with the value, as stored; or "copied" from
    the outermost pixels that were filtered.
    """

    above: int
    below: int
    left: int
    right: int
    kind: Literal["unfiltered", "filled", "copied"]
    value: float = 0.0

    def inner(self, shape: tuple[int, ...]) -> Region:
        """What lies inside of it, of a picture of ``shape`` (rows, columns)."""
        rows, columns = shape
        return slice(self.above, rows - self.below), slice(self.left, columns - self.right)


@dataclass(frozen=True)
class Filter:
    """Correlate, add the bias, round, clip, store.

    Where the kernel is so simple that there is a fraction, sums of whole numbers are exact. Stored
    whole numbers are clipped to what their dtype holds.
    """

    kernel: Floats  # (M, N) taps, for every channel alike; or (out-channels, in-channels, M, N)
    window: Window  # where the taps lie
    bias: tuple[float, ...]  # grey levels, one for each out-channel
    rounding: Storing = "exact"  # how sums are stored
    border: Border = "replicate"
    fraction: Rational | None = None  # the same kernel
    dtype: str = "float64"  # of the stored image
    clip: tuple[float, float] = (-np.inf, np.inf)  # of a stored image in floating point
    outside: float = 0.0  # grey level outside the image, for the border "constant"
    rim: Rim | None = None  # what is left around the picture, if not all of it is filtered

    @property
    def shift(self) -> float:
        """Grey levels from a sum to the middle of all sums that are stored alike: bounds are those
        of rounding to the nearest, and truncation is that half a grey level lower."""
        return -0.5 if self.rounding == "floor" else 0.0

    @property
    def total_bias(self) -> tuple[float, ...]:
        """The bias, and what the kernel makes of the grey level outside: see `predict`."""
        sums = self.kernel.sum(axis=tuple(range(self.kernel.ndim))[-3:])
        return tuple((np.array(self.bias) + sums * self.outside).tolist())

    def predict(self, before: Array, region: Region | None = None) -> Floats:
        """The sums before they are stored: (out-channels, rows, columns) grey levels.

        ``before`` is (channels, rows, columns), ``region`` the output pixels wanted; None: all.
        """
        region = region or (slice(0, before.shape[1]), slice(0, before.shape[2]))
        taps, denominator = self.fraction or (self.kernel, 1)
        taps, whole = taps.astype(np.float64, copy=False), before.dtype.kind in "bui"
        if self.outside:  # the same as zeros outside, with all pixels that much darker
            whole = whole and float(self.outside).is_integer()
            number = np.int64 if whole else np.float64
            before = before.astype(number) - number(self.outside)
        seen = self.window.under(before, region, self.border)
        if taps.ndim == 2:
            total = np.stack([predict(plane[None], taps[None]) for plane in seen])
        else:
            total = np.stack([predict(seen, of_channel) for of_channel in taps])
        if self.fraction is not None and whole:
            np.rint(total, out=total)  # whole numbers: takes off rounding errors
        if denominator > 1:
            total /= denominator
        total += np.reshape(self.total_bias, (-1, 1, 1))
        return total

    def store(self, level: Floats) -> Array:
        """Sums as they are stored: rounded, clipped, of the filter's dtype."""
        clip = self.clip if self.rounding == "exact" else (0, np.iinfo(self.dtype).max)
        return STORE[self.rounding](level).clip(*clip).astype(self.dtype)

    def apply(self, before: Array) -> Array:
        """The (channels, rows, columns) image as the program stores it: see `predict`."""
        after = self.store(self.predict(before))
        if self.rim is None:
            return after
        inside = slice(None), *self.rim.inner(before.shape[1:])
        if self.rim.kind == "copied":
            return np.pad(after[inside], ((0, 0), self.rim[:2], self.rim[2:4]), mode="edge")
        rim = before if self.rim.kind == "unfiltered" else np.full_like(after, self.rim.value)
        whole = rim.astype(self.dtype)
        whole[inside] = after[inside]
        return whole

    def trimmed(self) -> "Filter":
        """Without the outer rows and columns of taps that are zero."""
        window = self.window.cut_to(self.kernel)
        part = (..., *window.inside(self.window))
        return self._with_taps(lambda taps: np.ascontiguousarray(taps[part]), window)

    def widened(self, window: Window) -> "Filter":
        """With zeros around the taps, as far as the window goes, which must contain them."""
        return self._with_taps(lambda taps: self.window.enlarge(taps, window), window)

    def one_for_all(self) -> "Filter":
        """Of a kernel (1, 1, M, N): the same for every channel."""
        return self._with_taps(lambda taps: taps[0, 0], self.window)

    def _with_taps(self, change: Callable[[Array], Array], window: Window) -> "Filter":
        fraction = self.fraction
        if fraction is not None:
            fraction = fraction._replace(numerator=change(fraction.numerator))
        return replace(self, kernel=change(self.kernel), window=window, fraction=fraction)


def stacked(filters: Sequence[Filter], *, diagonal: bool) -> Filter:
    """One filter of those of single out-channels, (1, in-channels, M, N) each.

    With ``diagonal`` each of them sees the one in-channel of its own number; else all see all.
    """
    window = containing([each.window for each in filters])
    wide = [each.widened(window) for each in filters]

    def laid_out(kernels: Sequence[Array]) -> Array:
        whole = np.concatenate(kernels)
        axes = ..., None, None
        return np.eye(len(whole), dtype=whole.dtype)[axes] * whole if diagonal else whole

    fraction, fractions = None, [each.fraction for each in wide if each.fraction]
    if len(fractions) == len(wide):
        common = int(np.lcm.reduce([each.denominator for each in fractions]))
        numerators = [each.numerator * (common // each.denominator) for each in fractions]
        fraction = Rational(laid_out(numerators), common)
    kernel, bias = laid_out([each.kernel for each in wide]), tuple(each.bias[0] for each in wide)
    return replace(wide[0], kernel=kernel, window=window, bias=bias, fraction=fraction)


def equal(ours: Array, theirs: Array, tolerance: float) -> Mask:
    """Where stored values are the same; in floating point, up to rounding errors (tolerance)."""
    if theirs.dtype.kind != "f":
        return np.asarray(ours == theirs)
    return np.asarray(np.abs(ours.astype(np.float64) - theirs) <= tolerance)

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
"""As `learned.pairs.Rounding`; "nearest" sends halves to the even number, as NumPy and OpenCV do,
"halves up" to the larger one, as Pillow does."""

STORE: dict[Storing, Callable[[Floats], Floats]] = {
    "exact": lambda level: level,
    "nearest": np.rint,
    "halves up": lambda level: np.floor(level + 0.5),
    "floor": np.floor,
}
"""What each does to a sum before it is clipped."""


class Rim(NamedTuple):
    """What a program leaves around the picture that it filtered.

    Attributes
    ----------
    above, below, left, right : width, pixels
    kind : "unfiltered", as the before image; "filled" with ``value``; or "copied" from the
        outermost pixels that were filtered
    value : as stored
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
    """Correlate, add the bias, clip, round, store.

    Attributes
    ----------
    kernel : (M, N) taps, for every channel alike; or (out-channels, in-channels, M, N)
    window : where the taps lie
    bias : grey levels, one for each out-channel
    rounding : how sums are stored
    border : what stands outside the image
    fraction : the same kernel as numerators and a denominator, where it is that simple: sums of
        whole numbers are then exact
    dtype : of the stored image
    outside : grey level outside the image, for the border "constant"
    rim : what the program leaves around the picture, if it does not filter all of it
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
    outside: float = 0.0
    rim: Rim | None = None

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
        taps, denominator = self.fraction or (self.kernel, 1)
        taps = taps.astype(np.float64, copy=False)
        if self.outside:  # the same as zeros outside, with all pixels that much darker
            whole = before.dtype.kind in "bu" and float(self.outside).is_integer()
            before = before.astype(np.int64 if whole else np.float64) - self.outside
            before = before.astype(np.int64) if whole else before
        seen = self.window.under(before, region, self.border)
        if taps.ndim == 2:
            total = np.stack([predict(plane[None], taps[None]) for plane in seen])
        else:
            total = np.stack([predict(seen, of_channel) for of_channel in taps])
        if self.fraction is not None and before.dtype.kind in "bui":
            np.rint(total, out=total)  # whole numbers: takes off rounding errors
        if denominator > 1:
            total /= denominator
        total += np.reshape(self.total_bias, (-1, 1, 1))
        return total

    @property
    def total_bias(self) -> tuple[float, ...]:
        """The bias, and what the kernel makes of the grey level outside: see `outside`."""
        if not self.outside:
            return self.bias
        axes = tuple(range(self.kernel.ndim))[-3:]
        sums = np.atleast_1d(self.kernel.sum(axis=axes) * self.outside)
        return tuple(float(b + s) for b, s in zip(self.bias, sums, strict=True))

    def store(self, level: Floats) -> Array:
        """Sums as they are stored: clipped, rounded, of the filter's dtype."""
        if self.rounding == "exact":
            return level.clip(*self.clip).astype(self.dtype)
        stored = STORE[self.rounding](level)
        return stored.clip(0, np.iinfo(self.dtype).max).astype(self.dtype)

    def apply(self, before: Array) -> Array:
        """The (channels, rows, columns) image as the program stores it: see `predict`."""
        after = self.store(self.predict(before))
        if self.rim is None:
            return after
        rows, columns = self.rim.inner(before.shape[1:])
        inner = after[:, rows, columns]
        if self.rim.kind == "copied":
            widths = (0, 0), self.rim[:2], self.rim[2:4]
            return np.pad(inner, widths, mode="edge")
        rim = before if self.rim.kind == "unfiltered" else np.full_like(after, self.rim.value)
        whole = rim.astype(self.dtype)
        whole[:, rows, columns] = inner
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
        if diagonal:
            whole = np.eye(len(whole), dtype=whole.dtype)[..., None, None] * whole
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

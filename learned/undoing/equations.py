"""What an after picture says of the picture before: a sum of pixels between two bounds, each.

The unknowns are the pixels before. Every after-pixel gives one equation: the taps times the pixels
under them add up to something between a lower and an upper bound. Where the taps are fractions all
is multiplied by their denominator, and whole numbers stay whole numbers.
"""

from typing import NamedTuple

import numpy as np

from handconv import convolve, correlate
from handconv.arrays import Array, Floats, Integers
from handconv.borders import Border, border_indices
from learned.filter import Filter
from learned.window import Region

ROUNDING_ERROR = 2.0**-22
"""Of sums of taps that are no fractions, as a share of the largest sum: programs that make them in
float32 are off by less."""
WHOLE = 1e-6  # of a bound that counts as a whole number


class Equations(NamedTuple):
    """The equations of a part of a picture, for the unknown pixels of the same part.

    The unknowns are padded to all places that the taps reach: ``rows`` and ``columns`` tell which
    unknown stands at each place. Equations of pixels beyond the part have infinite bounds.
    """

    taps: Floats  # (out-channels, in-channels, M, N), in parts of ``denominator``
    denominator: int
    lower: Floats  # (out-channels, rows, columns) of the sums, in the same parts; -inf: none
    upper: Floats
    rows: Integers  # (rows + M - 1,) of the unknown at each padded row; -1: outside the picture
    columns: Integers  # (columns + N - 1,)
    corner: tuple[int, int]  # the padded place of the first unknown
    outside: float  # grey level where there is no unknown
    margin: float  # by how much sums may be off, in the same parts; 0 where they are whole numbers

    @property
    def shape(self) -> tuple[int, int, int]:
        """(in-channels, rows, columns) of the unknowns."""
        return self.taps.shape[1], *self.lower.shape[1:]

    @property
    def core(self) -> Region:
        """Where the unknowns themselves stand among the padded places."""
        rows, columns = (
            slice(start, start + length)
            for start, length in zip(self.corner, self.shape[1:], strict=True)
        )
        return rows, columns

    def pad(self, unknowns: Array) -> Array:
        """The unknowns (in-channels, rows, columns) at all places that the taps reach."""
        padded: Array = unknowns[:, self.rows[:, None], self.columns]
        padded[:, self.rows < 0] = self.outside
        padded[:, :, self.columns < 0] = self.outside
        return padded

    def sums(self, unknowns: Array) -> Array:
        """What the taps make of the unknowns: (out-channels, rows, columns)."""
        padded = self.pad(unknowns)
        rows, columns = self.shape[1:]
        total = np.zeros((len(self.taps), *padded.shape[1:]), padded.dtype)
        for out, source in zip(*np.nonzero(self.taps.any(axis=(2, 3))), strict=True):
            total[out] += correlate(padded[source], self.taps[out, source], "constant", (0, 0))
        return total[:, :rows, :columns]

    def spread_back(self, weights: Array) -> Array:
        """The transpose of `sums` without what is outside: for each unknown the sum of tap ×
        weight over the equations that it is in.

        ``weights`` is (out-channels, rows, columns), zero where an equation has no bounds.
        """
        rows, columns = self.shape[1:]
        wide = np.zeros((len(self.taps), len(self.rows), len(self.columns)), weights.dtype)
        wide[:, :rows, :columns] = weights
        total = np.zeros((self.shape[0], *wide.shape[1:]), weights.dtype)
        for out, source in zip(*np.nonzero(self.taps.any(axis=(2, 3))), strict=True):
            total[source] += convolve(wide[out], self.taps[out, source], "constant", (0, 0))
        return self._fold(total)

    def _fold(self, padded: Array) -> Array:
        """The transpose of `pad`: every place added to the unknown that stands there."""
        (top, left), (_, rows, columns) = self.corner, self.shape
        tall = padded[:, top : top + rows].copy()
        for place in _copies(self.rows, top):
            tall[:, self.rows[place]] += padded[:, place]
        folded = tall[:, :, left : left + columns].copy()
        for place in _copies(self.columns, left):
            folded[:, :, self.columns[place]] += tall[:, :, place]
        return folded

    def distance(self, sums: Array) -> Array:
        """How far sums lie above (positive) or below their bounds."""
        off: Array = sums - np.clip(sums, self.lower, self.upper).astype(sums.dtype, copy=False)
        return off


def equations(after: Array, made_by: Filter, part: Region, error: float = 0.0) -> Equations:
    """The equations of the pixels in ``part`` of a picture.

    Parameters
    ----------
    after : (out-channels, rows, columns) as stored, the whole picture
    made_by : the filter; its kernel has four axes
    part : rows and columns of the unknowns
    error : grey levels by which a sum may be off as the taps are not known better
    """
    made_by = made_by.widened(made_by.window.at_least(1))  # the output pixel inside
    window, shape = made_by.window, after.shape[1:]
    taps, denominator = made_by.fraction or (made_by.kernel, 1)
    rows, whole_rows = _places(part[0], window.top, window.rows, shape[0], made_by.border)
    columns, whole_columns = _places(part[1], window.left, window.columns, shape[1], made_by.border)
    filtered: Array = np.zeros(shape, np.bool_)
    filtered[made_by.rim.inner(shape) if made_by.rim else (slice(None), slice(None))] = True
    known = filtered[part] & whole_rows[:, None] & whole_columns
    lower, upper = sum_bounds(after[:, *part], made_by)
    whole = made_by.fraction is not None and float(made_by.outside).is_integer() and error == 0
    largest = float(np.abs(taps).sum(axis=(1, 2, 3)).max()) * largest_level(made_by.dtype)
    return Equations(
        taps=taps.astype(np.float64),
        denominator=denominator,
        lower=np.where(known, lower, -np.inf),
        upper=np.where(known, upper, np.inf),
        rows=rows,
        columns=columns,
        corner=window.anchor,
        outside=made_by.outside,
        margin=0.0 if whole else denominator * error + ROUNDING_ERROR * largest,
    )


def _places(
    span: slice, first: int, taps: int, length: int, border: Border
) -> tuple[Integers, Array]:
    """The unknown at each padded place along one axis, and the equations with no tap beyond.

    Places beyond the part, but in the picture, show the nearest unknown.
    """
    places = border_indices(span.start + first, span.stop + first + taps - 1, length, border)
    beyond = (places >= 0) & ((places < span.start) | (places >= span.stop))
    line = np.where(places < 0, -1, (places - span.start).clip(0, span.stop - span.start - 1))
    whole = np.logical_not(np.lib.stride_tricks.sliding_window_view(beyond, taps).any(axis=1))
    return line, whole


def sum_bounds(after: Array, made_by: Filter) -> tuple[Floats, Floats]:
    """The lowest and the highest sum, before the bias, that each after-pixel can be stored from.

    ``after`` is (out-channels, rows, columns); so are the bounds, in parts of the denominator of
    the filter's fraction, and then whole numbers. Infinite where clipped.
    """
    denominator = made_by.fraction.denominator if made_by.fraction else 1
    bias = np.reshape(made_by.bias, (-1, 1, 1))
    level = after.astype(np.float64)
    if made_by.rounding == "exact":
        lowest, highest = made_by.clip
        lower = np.where(level <= lowest, -np.inf, level - bias) * denominator
        upper = np.where(level >= highest, np.inf, level - bias) * denominator
        return lower, upper
    below, above = (0.0, 1.0) if made_by.rounding == "floor" else (0.5, 0.5)
    lower, upper = denominator * (level - below - bias), denominator * (level + above - bias)
    if made_by.fraction is not None:
        lower, upper = np.ceil(lower - WHOLE), np.floor(upper + WHOLE)
        # the upper end itself is stored one higher; to the nearest, no one knows how halves go
        # nor does anyone where a sum with grey levels outside is made in floating point
        if (
            made_by.rounding != "nearest"
            and not made_by.outside
            and all(float(2 * each).is_integer() for each in bias.flat)
        ):
            upper -= upper == denominator * (level + above - bias)
    top = largest_level(made_by.dtype)
    return np.where(after == 0, -np.inf, lower), np.where(after == top, np.inf, upper)


def largest_level(dtype: str) -> float:
    """The largest grey level; 1 for floating point, where there is none."""
    return float(np.iinfo(dtype).max) if np.dtype(dtype).kind == "u" else 1.0


def _copies(line: Integers, first: int) -> list[int]:
    """The padded places that are copies of an unknown that stands elsewhere."""
    own = np.arange(len(line)) - first
    return np.flatnonzero((line >= 0) & (line != own)).tolist()

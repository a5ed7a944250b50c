"""Where the taps of a kernel lie, seen from the output pixel."""

from collections.abc import Sequence
from functools import reduce
from typing import NamedTuple

import numpy as np

from handconv.arrays import Array
from handconv.borders import Border, cut_out

Region = tuple[slice, slice]
SIDES = {
    "top": (1, 0, -1, 0),
    "bottom": (0, 0, -1, 0),
    "left": (0, 1, 0, -1),
    "right": (0, 0, 0, -1),
}
"""What one row or column less on each side adds to the numbers of a window."""


class Window(NamedTuple):
    """A rectangle of taps. The output pixel, at (0, 0), need not lie inside it: then it is a shift.

    >>> Window.centred(3, 5)
    Window(top=-1, left=-2, rows=3, columns=5)
    """

    top: int
    left: int
    rows: int
    columns: int

    @classmethod
    def centred(cls, rows: int, columns: int) -> "Window":
        return cls(-(rows // 2), -(columns // 2), rows, columns)

    @property
    def shape(self) -> tuple[int, int]:
        return self.rows, self.columns

    @property
    def size(self) -> int:
        """Taps of one channel."""
        return self.rows * self.columns

    @property
    def anchor(self) -> tuple[int, int]:
        """The tap that lies on the output pixel; it may be outside the window."""
        return -self.top, -self.left

    @property
    def overhang(self) -> tuple[int, int, int, int]:
        """How far the taps reach above, below, left and right of the output pixel."""
        bottom, right = self.top + self.rows - 1, self.left + self.columns - 1
        return max(0, -self.top), max(0, bottom), max(0, -self.left), max(0, right)

    def interior(self, shape: tuple[int, int]) -> Region:
        """The output pixels of an image of ``shape`` whose taps all lie inside the image."""
        above, below, left, right = self.overhang
        return slice(above, shape[0] - below), slice(left, shape[1] - right)

    def under(self, image: Array, region: Region, border: Border) -> Array:
        """What the taps of the output pixels in ``region`` see of (channels, rows, columns).

        Returns (channels, rows of the region + M - 1, columns + N - 1): a view where all of it lies
        inside the image.
        """
        (first, last), (start, stop) = (
            (part.start + begin, part.stop + begin + taps - 1)
            for part, begin, taps in zip(region, self[:2], self.shape, strict=True)
        )
        if min(first, start) >= 0 and last <= image.shape[1] and stop <= image.shape[2]:
            return image[:, first:last, start:stop]
        seen = cut_out(image.transpose(1, 2, 0), (first, last), (start, stop), border)
        return np.ascontiguousarray(seen.transpose(2, 0, 1))

    def inside(self, other: "Window") -> Region:
        """Which taps of ``other``, which must contain this window, are this window's."""
        row, column = self.top - other.top, self.left - other.left
        return slice(row, row + self.rows), slice(column, column + self.columns)

    def enlarge(self, values: Array, other: "Window") -> Array:
        """Taps (…, rows, columns) of this window as those of ``other``, which contains it."""
        whole = np.zeros((*values.shape[:-2], *other.shape), values.dtype)
        whole[(..., *self.inside(other))] = values
        return whole

    def contains(self, other: "Window") -> bool:
        return self.union(other) == self

    def union(self, other: "Window") -> "Window":
        """The smallest window that contains both."""
        top, left = min(self.top, other.top), min(self.left, other.left)
        bottom = max(self.top + self.rows, other.top + other.rows)
        right = max(self.left + self.columns, other.left + other.columns)
        return Window(top, left, bottom - top, right - left)

    def at_least(self, side: int) -> "Window":
        """With ``side`` × ``side`` taps around the output pixel, and what it has beyond."""
        return self.union(Window.centred(side, side))

    def at_most(self, side: int) -> "Window":
        """Centred, no side longer than ``side``."""
        return Window.centred(min(self.rows, side), min(self.columns, side))

    def grown(self, by: int) -> "Window":
        return Window(self.top - by, self.left - by, self.rows + 2 * by, self.columns + 2 * by)

    def without(self, side: str) -> "Window":
        """One row or column less on one of `SIDES`."""
        return Window(*(number + more for number, more in zip(self, SIDES[side], strict=True)))

    def cut_to(self, kernel: Array) -> "Window":
        """Without the outer rows and columns where ``kernel`` (…, rows, columns) is zero.

        Of nothing but zeros one is left, on the output pixel if that lies inside.
        """
        used = np.any(kernel != 0, axis=tuple(range(kernel.ndim - 2)))
        if not used.any():
            used[tuple(np.clip(self.anchor, 0, np.array(self.shape) - 1))] = True
        rows, columns = (np.flatnonzero(used.any(axis=axis)).tolist() for axis in (1, 0))
        height, width = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
        return Window(self.top + rows[0], self.left + columns[0], height, width)


def containing(windows: Sequence[Window]) -> Window:
    """The smallest window that contains all of these."""
    return reduce(Window.union, windows)

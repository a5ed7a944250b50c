"""Where the taps of a kernel lie, seen from the output pixel."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from learned.pairs import Pair
from learned.solve.predict import Samples


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
    def anchor(self) -> tuple[int, int]:
        """The tap that lies on the output pixel; it may be outside the window."""
        return -self.top, -self.left

    @property
    def overhang(self) -> tuple[int, int, int, int]:
        """How many pixels above, below, left and right of the output pixel are looked at."""
        return (
            max(0, -self.top),
            max(0, self.top + self.rows - 1),
            max(0, -self.left),
            max(0, self.left + self.columns - 1),
        )

    def interior(self, shape: tuple[int, int]) -> tuple[slice, slice]:
        """The output pixels of an image of ``shape`` whose taps all lie inside the image."""
        above, below, left, right = self.overhang
        return slice(above, shape[0] - below), slice(left, shape[1] - right)

    def samples(self, pair: Pair) -> Samples:
        """What a pair says of kernels in this window, the border left out."""
        rows, columns = self.interior((pair.lower.shape[0], pair.lower.shape[1]))
        if rows.start >= rows.stop or columns.start >= columns.stop:
            raise ValueError(
                f"photo of {pair.lower.shape[0]} × {pair.lower.shape[1]} pixels is too small for "
                f"{self.rows} × {self.columns} taps. Use a larger photo or a smaller size."
            )
        image = pair.before[
            :,
            rows.start + self.top : rows.stop + self.top + self.rows - 1,
            columns.start + self.left : columns.stop + self.left + self.columns - 1,
        ]
        return Samples(image, pair.lower[rows, columns], pair.upper[rows, columns])

    def inside(self, other: "Window") -> tuple[slice, slice]:
        """Which taps of ``other``, which must contain this window, are this window's."""
        row, column = self.top - other.top, self.left - other.left
        return slice(row, row + self.rows), slice(column, column + self.columns)

    def contains(self, other: "Window") -> bool:
        return self.union(other) == self

    def union(self, other: "Window") -> "Window":
        """The smallest window that contains both."""
        top, left = min(self.top, other.top), min(self.left, other.left)
        bottom = max(self.top + self.rows, other.top + other.rows)
        right = max(self.left + self.columns, other.left + other.columns)
        return Window(top, left, bottom - top, right - left)

    def grown(self, by: int) -> "Window":
        return Window(self.top - by, self.left - by, self.rows + 2 * by, self.columns + 2 * by)

    def without(self, side: str) -> "Window":
        """One row or column less at the ``"top"``, ``"bottom"``, ``"left"`` or ``"right"``."""
        top, left, rows, columns = self
        return {
            "top": Window(top + 1, left, rows - 1, columns),
            "bottom": Window(top, left, rows - 1, columns),
            "left": Window(top, left + 1, rows, columns - 1),
            "right": Window(top, left, rows, columns - 1),
        }[side]

    def cut_to(self, kernel: NDArray[Any]) -> tuple["Window", NDArray[Any]]:
        """Without the outer rows and columns where ``kernel`` (…, rows, columns) is zero."""
        used = np.any(kernel != 0, axis=tuple(range(kernel.ndim - 2)))
        rows, columns = np.flatnonzero(used.any(axis=1)), np.flatnonzero(used.any(axis=0))
        if len(rows) == 0:  # nothing but zeros: one of them stands for all
            return Window(0, 0, 1, 1), np.zeros((*kernel.shape[:-2], 1, 1))
        part = Window(
            self.top + int(rows[0]),
            self.left + int(columns[0]),
            int(rows[-1] - rows[0]) + 1,
            int(columns[-1] - columns[0]) + 1,
        )
        return part, kernel[..., *part.inside(self)]

"""Footprints: which neighbours of a pixel a filter looks at."""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import cv2
import numpy as np

from handconv.arrays import Mask

LARGEST = 15  # pixels a side


class Footprint(NamedTuple):
    """Neighbours, and the one that lies on the output pixel: (row, column)."""

    shape: str  # "rectangle", "disc", "cross", …
    mask: Mask
    anchor: tuple[int, int]

    @property
    def reach(self) -> tuple[int, int, int, int]:
        """How far it reaches above, below, left and right of the output pixel."""
        (row, column), (rows, columns) = self.anchor, self.mask.shape
        return row, rows - 1 - row, column, columns - 1 - column

    @property
    def words(self) -> str:
        rows, columns = self.mask.shape
        return f"a {self.shape} of {rows} × {columns} pixels"


@cache
def footprints() -> list[Footprint]:
    """All that are tried, from likely to unlikely."""
    found: dict[tuple[bytes, tuple[int, ...], tuple[int, int]], Footprint] = {}
    for each in _all():
        found.setdefault((each.mask.tobytes(), each.mask.shape, each.anchor), each)
    return list(found.values())


def _all() -> Iterator[Footprint]:
    sides = range(1, LARGEST + 1)
    for side in sides[1:]:
        yield from _rectangles(side, side)
    for radius in range(1, LARGEST // 2 + 1):
        yield from _round(radius)
    for side in sides[1:]:
        yield from _rectangles(1, side)
        yield from _rectangles(side, 1)
    for rows in sides[1:]:
        for columns in sides[1:]:
            if rows != columns:
                yield from _rectangles(rows, columns)


def _rectangles(rows: int, columns: int) -> Iterator[Footprint]:
    """With the output pixel in the middle: of an even side there are two."""
    for row in sorted({rows // 2, (rows - 1) // 2}, reverse=True):
        for column in sorted({columns // 2, (columns - 1) // 2}, reverse=True):
            yield Footprint("rectangle", np.ones((rows, columns), np.bool_), (row, column))


def _round(radius: int) -> Iterator[Footprint]:
    """Crosses, diamonds and what programs call a disc or an octagon."""
    y, x = np.abs(np.mgrid[-radius : radius + 1, -radius : radius + 1])
    square = y * y + x * x
    masks = [
        ("cross", (y == 0) | (x == 0)),
        ("diagonal cross", y == x),
        ("diamond", y + x <= radius),
    ]
    for largest in np.unique(square[(square >= radius**2) & (square < (radius + 1) ** 2)]):
        masks.append(("disc", square <= largest))
    masks += [("octagon", y + x <= radius + cut) for cut in range(1, radius)]
    side = 2 * radius + 1
    ellipse = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    masks.append(("ellipse", ellipse.astype(np.bool_)))
    ring = [(f"{name} without its middle", mask & (y + x > 0)) for name, mask in masks[:1]]
    ring.append(("square without its middle", y + x > 0))
    for name, mask in masks + ring:
        yield Footprint(name, np.asarray(mask), (radius, radius))

"""What is to be filtered and how, what lies around it, and how it is cut into tiles."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from handconv.arrays import Array, Floats, Integers
from handconv.borders import Border, border_indices
from handconv.engine.plan import Plan

BYTES = 1 << 19  # of a tile, with what surrounds it: half of a usual second-level cache
ROW = 2048  # numbers in a row of a tile, enough for a loop to get into its stride

Selection = slice | NDArray[np.intp]


class Surroundings(NamedTuple):
    """What lies under tap row i of output row y: image row ``rows[y + i]``; so for columns."""

    rows: NDArray[np.intp]  # -1 outside a constant border
    columns: NDArray[np.intp]
    side_by_side: tuple[int, int]  # from, to: here ``columns`` goes up by one at a time
    anchor: tuple[int, int]


@lru_cache(maxsize=16)
def surroundings(
    shape: tuple[int, int], kernel: tuple[int, int], anchor: tuple[int, int], border: Border
) -> Surroundings:
    """For an image of ``shape`` (rows, columns)."""
    rows, columns = (
        border_indices(-at, length + taps - 1 - at, length, border)
        for length, taps, at in zip(shape, kernel, anchor, strict=True)
    )
    rows.flags.writeable = columns.flags.writeable = False  # every caller gets the same
    return Surroundings(rows, columns, (anchor[1], anchor[1] + shape[1]), anchor)


class Task(NamedTuple):
    """How to filter stacks of images of one shape and dtype."""

    plan: Plan
    shape: tuple[int, int, int, int]  # images, rows, columns, channels
    dtype: np.dtype[Any]
    kernel: Floats
    around: Surroundings
    threads: int


Work = Callable[[Integers, Array, Array], None]
"""What each thread does with (counter, images, out): draws pieces of the work, and filters them."""


def under(
    around: Surroundings, top: int, bottom: int, left: int, right: int
) -> tuple[Selection, Selection, Surroundings]:
    """Which rows and columns of the image lie under places top … bottom - 1, left … right - 1, and
    the surroundings of what these rows and columns make."""
    down, rows = _selected(around.rows[top:bottom])
    along, columns = _selected(around.columns[left:right])
    first, after = (min(max(at - left, 0), right - left) for at in around.side_by_side)
    return down, along, Surroundings(rows, columns, (first, after), around.anchor)


def _selected(under: NDArray[np.intp]) -> tuple[Selection, NDArray[np.intp]]:
    """What is needed, and where each of ``under`` is among it."""
    needed = np.unique(under[under >= 0])
    among = np.where(under < 0, -1, np.searchsorted(needed, under))
    first, last = int(needed[0]), int(needed[-1])
    return (slice(first, last + 1) if last - first + 1 == len(needed) else needed), among


def tile_shape(
    image: tuple[int, ...], kernel: tuple[int, int], numbers: int, threads: int
) -> tuple[int, int]:
    """Rows and columns of the output that one tile covers.

    image : rows, columns, channels
    numbers : of the image, that a tile may hold with what the kernel reaches around it
    threads : that are to have as many tiles each
    """
    height, width, channels = image
    above, beside = kernel[0] - 1, kernel[1] - 1
    room = min(ROW, numbers // (2 * above + 16)) // channels
    columns = even_part(width, max(room, 2 * beside) - beside)
    rows = numbers // ((columns + beside) * channels) - above
    return even_part(height, max(rows, above), threads), columns


def band_shape(
    image: tuple[int, ...], kernel: tuple[int, int], numbers: int, bands: int
) -> tuple[int, int]:
    """Likewise, where only as many rows are held at a time as the kernel has."""
    height, width, channels = image
    beside = kernel[1] - 1
    room = min(ROW, numbers // kernel[0]) // channels
    rows = max(-(-height // bands), kernel[0])
    return even_part(height, rows), even_part(width, max(room, 2 * beside) - beside)


def even_part(length: int, most: int, times: int = 1) -> int:
    """How long each part is when ``length`` is cut into equal parts, as few as their size of at
    most ``most`` allows, and some multiple of ``times``."""
    parts = -(-length // (max(most, 1) * times)) * times
    return -(-length // parts)

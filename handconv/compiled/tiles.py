"""Tiles: pieces of the image, each copied with its surroundings into memory that stays in cache.

Borders, colour, strides, byte order and dtypes are all dealt with here, by NumPy. What follows
is plain arithmetic on floats.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from handconv.borders import Border, border_indices

NUMBERS = 1 << 17  # in a tile: half a megabyte of float32, which the second-level cache holds
ROW = 1024  # numbers in a row of a tile, enough for the loops to get into their stride


class Tile(NamedTuple):
    """Output pixels [top:bottom, left:right] of one image of the stack."""

    image: int
    top: int
    bottom: int
    left: int
    right: int


class Surroundings(NamedTuple):
    """Where the pixels under a kernel come from: image row ``row_of[y + i]`` for tap row i."""

    anchor: tuple[int, int]
    row_of: NDArray[np.intp]  # (image rows + kernel rows - 1,), -1 outside a constant border
    column_of: NDArray[np.intp]


def surroundings(
    shape: tuple[int, ...], kernel: tuple[int, int], anchor: tuple[int, int], border: Border
) -> Surroundings:
    """For an image of ``shape`` (rows, columns, …)."""
    row_of, column_of = (
        border_indices(-at, length + taps - 1 - at, length, border)
        for at, length, taps in zip(anchor, shape, kernel, strict=False)
    )
    return Surroundings(anchor, row_of, column_of)


def tile_shape(
    rows: int, columns: int, channels: int, kernel: tuple[int, int]
) -> tuple[int, int]:
    """How many output rows and columns a tile has."""
    above, beside = kernel[0] - 1, kernel[1] - 1
    room = max(min(ROW, NUMBERS // (2 * above + 16)) // channels, 2 * beside, 1)
    tile_columns = _even_parts(columns, max(room - beside, 1))
    tile_rows = NUMBERS // ((tile_columns + beside) * channels) - above
    return _even_parts(rows, max(tile_rows, above, 1)), tile_columns


def _even_parts(length: int, most: int) -> int:
    """The length of a part, where ``length`` is cut into few parts of at most ``most``."""
    parts = -(-length // most)
    return -(-length // parts)


def cut(images: int, rows: int, columns: int, shape: tuple[int, int]) -> list[Tile]:
    """Tiles of at most ``shape`` that cover all images."""
    return [
        Tile(image, top, min(top + shape[0], rows), left, min(left + shape[1], columns))
        for image in range(images)
        for top in range(0, rows, shape[0])
        for left in range(0, columns, shape[1])
    ]


def fill(
    memory: NDArray[Any], image: NDArray[Any], tile: Tile, kernel: tuple[int, int], around: Surroundings
) -> None:
    """Copy the tile and what the kernel reaches around it to the top left of ``memory``.

    memory : (rows, columns, channels), at least as large as the tile and its surroundings
    image : (rows, columns, channels)
    """
    row_of = around.row_of[tile.top : tile.bottom + kernel[0] - 1]
    column_of = around.column_of[tile.left : tile.right + kernel[1] - 1]
    target = memory[: len(row_of), : len(column_of)]
    first_row, first_column = tile.top - around.anchor[0], tile.left - around.anchor[1]
    up, down = _inside(first_row, len(row_of), image.shape[0])
    west, east = _inside(first_column, len(column_of), image.shape[1])

    rows = image[first_row + up : first_row + down]
    target[up:down, west:east] = rows[:, first_column + west : first_column + east]
    for side in (slice(west), slice(east, None)):
        target[up:down, side] = rows[:, column_of[side]]
        target[up:down, side][:, column_of[side] < 0] = 0
    for side in (slice(up), slice(down, None)):
        target[side] = image[row_of[side, None], column_of]
        target[side, column_of < 0] = 0
        target[side][row_of[side] < 0] = 0


def _inside(first: int, count: int, length: int) -> tuple[int, int]:
    """Which of the places first … first + count - 1 lie in 0 … length - 1, counted from first."""
    return max(0, -first), min(count, length - first)

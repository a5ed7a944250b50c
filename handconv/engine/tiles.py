"""How an image is cut, where the pixels around it come from, and taps in groups of four."""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from handconv.borders import Border, border_indices

BYTES = 1 << 19  # of a tile, with what surrounds it: half of a usual second-level cache
ROW = 2048  # of them in a row, enough for a loop to get into its stride


Floats = NDArray[np.floating[Any]]
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


def cut_out(
    around: Surroundings, top: int, bottom: int, left: int, right: int
) -> tuple[Selection, Selection, Surroundings]:
    """Which rows and columns of the image lie under places top … bottom - 1, left … right - 1, and
    the surroundings of what these rows and columns make."""
    down, rows = _selected(around.rows[top:bottom])
    along, columns = _selected(around.columns[left:right])
    side_by_side = [min(max(at - left, 0), right - left) for at in around.side_by_side]
    return (
        down,
        along,
        Surroundings(rows, columns, (side_by_side[0], side_by_side[1]), around.anchor),
    )


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


def in_fours(places: NDArray[np.intp], weights: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Fill up the taps, (taps,) and (…, taps), to a multiple of four with weights of zero.

    They lie on the first place rather than outside the kernel, where a NaN might stand.
    """
    return _filled_up(places, weights, -weights.shape[-1] % 4)


def in_fours_and_fives(
    places: NDArray[np.intp], weights: Floats
) -> tuple[NDArray[np.intp], Floats]:
    """Likewise, to a sum of fours and fives: all but 1, 2, 3, 6, 7 and 11 are one already."""
    short = {1: 3, 2: 2, 3: 1, 6: 2, 7: 1, 11: 1}
    return _filled_up(places, weights, short.get(weights.shape[-1], 0))


def _filled_up(
    places: NDArray[np.intp], weights: Floats, short: int
) -> tuple[NDArray[np.intp], Floats]:
    none = np.zeros((*weights.shape[:-1], short), weights.dtype)
    return np.append(places, places[:1].repeat(short)), np.append(weights, none, axis=-1)

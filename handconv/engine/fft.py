"""Filtering by multiplying spectra, tile by tile (overlap-save)."""

import itertools
import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from handconv.arrays import Array, Floats
from handconv.engine.plan import Plan
from handconv.engine.taps import add_dense, in_fours_and_fives
from handconv.engine.threads import in_threads, scratch
from handconv.engine.tiles import Surroundings, Task

ROUNDING = 2.0**-48  # times the largest pixel and the sum of all |taps|: above every error
UNEVEN = {4: 2.0**24, 8: 2.0**16}  # bytes of a result -> how many times a pixel may be another
ROWS = 256  # that are transformed at a time


def prepare(task: Task, itemsize: int) -> Callable[[Array, Array], None]:
    """What correlates stacks into an output whose numbers have so many bytes.

    A circular correlation of a tile is right wherever it has not wrapped: for all but the last
    M - 1 rows and N - 1 columns, over which the next tile lies.

    In float64, so that the result is as exact as a sum in float32, and sums of whole numbers can
    be rounded to what they are. A NaN or infinity would spread over its whole tile, and so would
    the rounding errors of a pixel much larger than others; those of huge whole numbers would reach
    a half. Such tiles are filtered tap by tap.
    """
    from scipy import fft

    plan, (count, *size, channels), _, kernel, around, _ = task
    (height, width), (taps_down, taps_along) = plan.tile, kernel.shape
    rows, columns = height - taps_down + 1, width - taps_along + 1
    shape = height, width // 2 + 1
    turned = np.zeros(shape, np.complex128)
    with np.errstate(over="ignore", invalid="ignore"):  # of taps whose tiles are all hard
        turned[:taps_down] = fft.rfft(kernel, width)
        turned = np.conj(fft.fft(turned, axis=0, overwrite_x=True))
    hard_from, uneven = _hard_from(plan, kernel, task.dtype), UNEVEN[itemsize]
    tops, lefts = range(0, size[0], rows), range(0, size[1], columns)
    corners = list(itertools.product(range(count), tops, lefts, range(channels)))

    def tile(images: Array, out: Array, corner: tuple[int, int, int, int]) -> None:
        image, top, left, channel = corner
        numbers = scratch(np.dtype(np.float64), height * width + 2 * math.prod(shape))
        memory = numbers[: height * width].reshape(plan.tile)
        spectrum = numbers[height * width :].view(np.complex128).reshape(shape)
        _fill(memory, images[image, ..., channel], top, left, around)
        view = out[image, top : top + rows, left : left + columns, channel]
        with np.errstate(over="ignore", invalid="ignore"):  # what does not fit is infinite
            if hard_from < math.inf and _is_hard(memory, hard_from, uneven):
                view[:] = _tap_by_tap(memory, kernel)[: view.shape[0], : view.shape[1]]
                return
            for part in _parts(height):
                spectrum[part] = fft.rfft(memory[part])
            fft.fft(spectrum, axis=0, overwrite_x=True)
            np.multiply(spectrum, turned, out=spectrum)
            fft.ifft(spectrum, axis=0, overwrite_x=True)
            for part in _parts(len(view)):
                result = fft.irfft(spectrum[part], width)[:, : view.shape[1]]
                view[part] = np.rint(result, out=result) if plan.whole else result

    def run(images: Array, out: Array) -> None:
        in_threads(partial(tile, images, out), corners)

    return run


def _hard_from(plan: Plan, kernel: Floats, pixels: np.dtype[Any]) -> float:
    """The |pixel| from which a tile is hard whatever else it holds: whole sums could be rounded
    to others, or spectra overflow. Infinite where no tile of such an image is hard."""
    with np.errstate(over="ignore"):
        taps = max(1.0, float(np.abs(kernel).sum()))
    most = 0.25 / ROUNDING / taps if plan.whole else 2.0**900 / taps
    small = pixels.kind in "biu" and pixels.itemsize <= 2
    return math.inf if small and most > 2**16 else most


def _is_hard(tile: Floats, hard_from: float, uneven: float) -> bool:
    """Whether rounding errors, which transforms spread over the whole tile, would be seen.

    So they are where the largest |pixel| is more than ``uneven`` times that of another part.
    """
    peak = max(float(tile.max()), -float(tile.min()))
    if not peak < hard_from:  # or NaN
        return True
    sample = tile[::16, ::8]  # nearly always enough
    return peak > uneven * _quietest(sample) and peak > uneven * _quietest(tile)


def _quietest(tile: Floats) -> float:
    """The least of the largest |numbers| of blocks of 2 x 4, but for zeros; 0 without any."""
    sizes = np.abs(tile[: len(tile) // 2 * 2, : tile.shape[1] // 4 * 4])
    sizes = np.maximum(sizes[::2], sizes[1::2])
    for _ in range(2):
        sizes = np.maximum(sizes[:, ::2], sizes[:, 1::2])
    least = float(sizes.min(where=sizes > 0, initial=np.inf))
    return least if least < np.inf else 0.0


def _parts(rows: int) -> Iterator[slice]:
    """A few rows at a time: arrays that the allocator keeps instead of returning to the system,
    since fetching them back page by page takes as long as the transform."""
    return (slice(top, min(top + ROWS, rows)) for top in range(0, rows, ROWS))


def _fill(memory: Floats, image: Array, top: int, left: int, around: Surroundings) -> None:
    """Copy what lies under the kernel for outputs from (top, left) on, and zeros beyond."""
    rows = around.rows[top : top + memory.shape[0]]
    columns = around.columns[left : left + memory.shape[1]]
    target = memory[: len(rows), : len(columns)]
    first = left - around.side_by_side[0]  # of the columns, west … east - 1 lie side by side
    west, east = max(0, -first), min(len(columns), image.shape[1] - first)
    target[:, west:east] = image[rows, first + west : first + east]
    for side in (slice(0, west), slice(east, None)):
        target[:, side] = image[rows[:, None], columns[side]]
    target[rows < 0] = 0
    target[:, columns < 0] = 0
    memory[len(rows) :] = 0
    memory[:, len(columns) :] = 0


def _tap_by_tap(memory: Floats, kernel: Floats) -> Floats:
    rows, columns = (side - taps + 1 for side, taps in zip(memory.shape, kernel.shape, strict=True))
    result = np.zeros((rows, columns))
    places, weights = in_fours_and_fives(np.arange(kernel.shape[1]), kernel)
    add_dense(
        memory.ravel(), memory.shape[1], places, weights, rows, columns, result.ravel(), 0, columns
    )
    return result

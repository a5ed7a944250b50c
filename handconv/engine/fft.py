"""Filtering by multiplying spectra, tile by tile (overlap-save)."""

import itertools
import math
from collections.abc import Iterator

import numpy as np

from handconv.arrays import Array, Floats
from handconv.engine.taps import add_dense, in_fours_and_fives
from handconv.engine.threads import in_threads, scratch
from handconv.engine.tiles import Call, Surroundings

UNEVEN = 2.0**24  # float64 has 29 bits more than float32, of which transforms spend about five
ROWS = 256  # that are transformed at a time


def run(call: Call) -> None:
    """Correlate a stack.

    A circular correlation of a tile is right wherever it has not wrapped: for all but the last
    M - 1 rows and N - 1 columns, over which the next tile lies.

    In float64, so that the result is as exact as a sum in float32, and sums of whole numbers can
    be rounded to what they are. A NaN or infinity would spread over its whole tile, and so would
    the rounding errors of a pixel much larger than the others: such tiles are filtered tap by tap.
    """
    from scipy import fft

    plan, images, kernel, around, _, out = call
    (height, width), (taps_down, taps_along) = plan.tile, kernel.shape
    rows, columns = height - taps_down + 1, width - taps_along + 1
    shape = height, width // 2 + 1
    turned = np.zeros(shape, np.complex128)
    turned[:taps_down] = fft.rfft(kernel, width)
    turned = np.conj(fft.fft(turned, axis=0, overwrite_x=True))

    def work(corner: tuple[int, int, int, int]) -> None:
        image, top, left, channel = corner
        numbers = scratch(np.dtype(np.float64), height * width + 2 * math.prod(shape))
        memory = numbers[: height * width].reshape(plan.tile)
        spectrum = numbers[height * width :].view(np.complex128).reshape(shape)
        _fill(memory, images[image, ..., channel], top, left, around)
        view = out[image, top : top + rows, left : left + columns, channel]
        with np.errstate(over="ignore", invalid="ignore"):  # what does not fit is infinite
            if _is_uneven(memory):
                view[:] = _tap_by_tap(memory, kernel)[: view.shape[0], : view.shape[1]]
                return
            for part in _parts(height):
                spectrum[part] = fft.rfft(memory[part])
            fft.fft(spectrum, axis=0, overwrite_x=True)
            if not np.isfinite(spectrum[0, 0]):  # the sum over the tile
                view[:] = _tap_by_tap(memory, kernel)[: view.shape[0], : view.shape[1]]
                return
            np.multiply(spectrum, turned, out=spectrum)
            fft.ifft(spectrum, axis=0, overwrite_x=True)
            for part in _parts(len(view)):
                result = fft.irfft(spectrum[part], width)[:, : view.shape[1]]
                view[part] = np.rint(result, out=result) if plan.whole else result

    count, height_of_all, width_of_all, channels = images.shape
    tops, lefts = range(0, height_of_all, rows), range(0, width_of_all, columns)
    in_threads(work, list(itertools.product(range(count), tops, lefts, range(channels))))


def _is_uneven(tile: Floats) -> bool:
    """Whether rounding errors of the largest number would be seen beside the smaller ones."""
    some = np.abs(tile[::5, ::5])
    some = some[some > 0]
    return some.size > 0 and float(np.abs(tile).max()) > UNEVEN * float(np.quantile(some, 0.05))


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

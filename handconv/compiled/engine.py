"""Filter a stack of images by a plan: cut it into pieces, and share them among threads."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from handconv.borders import Border
from handconv.compiled.loops import sum_at_frame, sum_few_taps
from handconv.compiled.methods import METHODS, Floats, Target
from handconv.compiled.plan import Job, Plan
from handconv.compiled.threads import get_threads, share
from handconv.compiled.tiles import Surroundings, Tile, cut, fill, surroundings, tile_shape

READ_IN_PLACE = (np.bool_, np.uint8, np.float32, np.float64)  # others are converted in tiles
BANDS = 4  # for each thread, so that one that starts late or is interrupted holds up none
WORTH_A_THREAD = 50_000  # nanoseconds of work; waking a thread takes about as long


def job(images: NDArray[Any]) -> Job:
    """What a plan must know of a stack, (images, rows, columns, channels)."""
    in_place = images.flags.c_contiguous and images.dtype in READ_IN_PLACE
    return Job(images.shape[1], images.shape[2], images.dtype, in_place)


def run(
    plan: Plan,
    images: NDArray[Any],
    kernel: NDArray[np.float64],
    border: Border,
    anchor: tuple[int, int],
    out: Floats,
) -> None:
    """Correlate a stack, (images, rows, columns, channels), into ``out``, which is contiguous."""
    around = surroundings(images.shape[1:], kernel.shape, anchor, border)
    threads = min(get_threads(), 1 + int(plan.cost * images.size / WORTH_A_THREAD))
    if images.dtype == np.bool_:
        images = images.view(np.uint8)
    if plan.method == "few taps":
        _run_in_bands(plan, images, kernel, around, threads, out)
    else:
        _run_in_tiles(plan, images, kernel, around, threads, out)


class _Band(NamedTuple):
    """Rows top … bottom - 1 of one image."""

    image: int
    top: int
    bottom: int


def _run_in_bands(
    plan: Plan,
    images: NDArray[Any],
    kernel: NDArray[np.float64],
    around: Surroundings,
    threads: int,
    out: Floats,
) -> None:
    """Read the pixels where they lie; only at the frame look up what the border says."""
    _, height, width, channels = images.shape
    stride = width * channels
    (above, left), (rows, columns) = around.anchor, kernel.shape
    bottom, right = height - (rows - 1 - above), width - (columns - 1 - left)
    inner = above, bottom, left, max(left, right)

    taps = np.argwhere(kernel)
    tap_rows, tap_columns = taps[:, 0].copy(), taps[:, 1].copy()
    weights = kernel[kernel != 0].astype(plan.work)
    places = tuple(((taps - around.anchor) @ [stride, channels]).tolist())
    each = tuple(weights)

    def work(bands: Iterator[_Band]) -> None:
        for band in bands:
            source, target = images[band.image], out[band.image]
            first, last = max(band.top, above), min(band.bottom, bottom)
            if first < last and left < right:
                flat, begin, count = source.reshape(-1), left * channels, (right - left) * channels
                sum_few_taps(
                    flat, places, each, stride, first, last, begin, count, target.reshape(-1)
                )
            look_up = around.row_of, around.column_of, tap_rows, tap_columns, weights
            sum_at_frame(source, target, band.top, band.bottom, inner, *look_up)

    rows_of_band = max(1, -(-height // (BANDS * threads)))
    bands = [
        _Band(image, top, min(top + rows_of_band, height))
        for image in range(len(images))
        for top in range(0, height, rows_of_band)
    ]
    share(work, bands, threads)


def _run_in_tiles(
    plan: Plan,
    images: NDArray[Any],
    kernel: NDArray[np.float64],
    around: Surroundings,
    threads: int,
    out: Floats,
) -> None:
    """Copy each tile and its surroundings into memory of the working type, and filter that."""
    number, height, width, channels = images.shape
    reach = kernel.shape[0] - 1, kernel.shape[1] - 1
    if plan.method == "fft":
        rows, columns = plan.tile[0] - reach[0], plan.tile[1] - reach[1]
    else:
        rows, columns = tile_shape(height, width, channels, kernel.shape)
    rounded_last = plan.work != out.dtype and plan.method != "fft"

    def work(tiles: Iterator[Tile]) -> None:
        memory = np.zeros((rows + reach[0], columns + reach[1], channels), plan.work)
        sums = np.empty((rows, columns, channels) if rounded_last else 0, plan.work)
        method = METHODS[plan.method](plan, kernel, memory)
        with np.errstate(over="ignore", invalid="ignore"):  # inf - inf is NaN, and no news
            for tile in tiles:
                fill(memory, images[tile.image], tile, kernel.shape, around)
                view = out[tile.image, tile.top : tile.bottom, tile.left : tile.right]
                if rounded_last:
                    part = sums[: view.shape[0], : view.shape[1]]
                    method(Target(part, sums.reshape(-1), 0, columns * channels))
                    view[:] = part
                else:
                    start = ((tile.image * height + tile.top) * width + tile.left) * channels
                    method(Target(view, out.reshape(-1), start, width * channels))

    share(work, cut(number, height, width, (rows, columns)), threads)

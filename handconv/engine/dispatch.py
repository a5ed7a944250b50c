"""Filter a stack of images by a plan: cut it into pieces, and share them among threads."""

import itertools
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handconv.borders import Border
from handconv.engine import fft
from handconv.engine.box import box
from handconv.engine.few_taps import few_taps
from handconv.engine.jit import settled
from handconv.engine.lines import lines
from handconv.engine.plan import Job, Method, Plan
from handconv.engine.taps import dense, separable, sparse
from handconv.engine.threads import CACHE_LINE, get_threads, scratch, together
from handconv.engine.tiles import (
    BYTES,
    Surroundings,
    band_shape,
    cut_out,
    in_fours,
    in_fours_and_fives,
    surroundings,
    tile_shape,
)

Floats = NDArray[np.floating[Any]]

READ_IN_PLACE = (np.bool_, np.uint8, np.uint16, np.int16, np.float32, np.float64)
BANDS = 8  # for each thread, so that one that starts late or is interrupted holds up none
WORTH_A_THREAD = 50_000  # nanoseconds of work; waking a thread takes about as long
SLAB = 1 << 18  # bytes for each thread that are converted at a time


def job(images: NDArray[Any]) -> Job:
    """What a plan must know of a stack, (images, rows, columns, channels)."""
    in_place = images.flags.c_contiguous and images.dtype in READ_IN_PLACE
    _, rows, columns, channels = images.shape
    return Job(rows, columns, channels, images.size, images.dtype, in_place)


def run(
    plan: Plan,
    images: NDArray[Any],
    kernel: NDArray[np.float64],
    border: Border,
    anchor: tuple[int, int],
    out: Floats,
) -> None:
    """Correlate a stack, (images, rows, columns, channels), into ``out`` of the same shape."""
    if images.dtype == np.bool_:
        images = images.view(np.uint8)
    around = surroundings(images.shape[1:3], kernel.shape, anchor, border)
    threads = min(get_threads(), 1 + int(plan.cost * images.size / WORTH_A_THREAD))
    if plan.method == "fft":
        fft.run(plan, images, kernel, around, threads, out)
    elif job(images).in_place and plan.work == out.dtype and out.flags.c_contiguous:
        _run_in_place(plan, images, kernel, around, threads, out)
    else:
        _run_in_slabs(plan, images, kernel, around, threads, out)


def _run_in_place(
    plan: Plan,
    images: NDArray[Any],
    kernel: NDArray[np.float64],
    around: Surroundings,
    threads: int,
    out: Floats,
) -> None:
    """``images`` and ``out`` are contiguous and of dtypes that the loops are made for."""
    counter = np.zeros(3, np.int64)
    make = {"few taps": _few_taps, "lines": _lines}.get(plan.method, _in_tiles)
    work = make(plan, counter, images, kernel, around, threads, out)
    together(work, threads, lambda: settled(counter))


def _few_taps(
    plan: Plan,
    counter: NDArray[np.int64],
    images: NDArray[Any],
    kernel: NDArray[np.float64],
    around: Surroundings,
    threads: int,
    out: Floats,
) -> Callable[[], None]:
    inner, taps, each, apart, pair = _arranged(
        kernel.tobytes(),
        kernel.shape,
        around.anchor,
        images.shape[1:],
        plan.work,
        images.dtype.kind,
    )
    band = -(-images.shape[1] // (BANDS * threads))
    return lambda: few_taps(counter, images, out, band, inner, around[:2], taps, each, apart, pair)


def _lines(
    plan: Plan,
    counter: NDArray[np.int64],
    images: NDArray[Any],
    kernel: NDArray[np.float64],
    around: Surroundings,
    threads: int,
    out: Floats,
) -> Callable[[], None]:
    (rows, columns), above = kernel.shape, around.anchor[0]
    _, height, width, channels = images.shape
    inner = above, height - (rows - 1 - above)
    down, along = (tuple(map(plan.work.type, weights)) for weights in plan.terms[0])
    band = -(-height // (BANDS * threads))

    def work() -> None:
        memory = scratch(plan.work, 2 * (width + columns - 1) * channels)
        lines(counter, images, out, band, inner, around[:3], memory, down, along)

    return work


@lru_cache(maxsize=64)
def _arranged(
    kernel_bytes: bytes,
    shape: tuple[int, int],
    anchor: tuple[int, int],
    image: tuple[int, int, int],
    work: np.dtype[Any],
    kind: str,
) -> tuple[Any, ...]:
    """inner, taps, each, apart, pair of `few_taps`; remembered, to keep small filters quick."""
    height, width, channels = image
    above, left = anchor
    inner = above, height - (shape[0] - 1 - above), left, width - (shape[1] - 1 - left)
    kernel = np.frombuffer(kernel_bytes).reshape(shape)
    rows, columns = np.nonzero(kernel)
    weights = kernel[rows, columns].astype(work)
    places = ((rows - above) * width + (columns - left)) * channels
    each = dict(zip(places.tolist(), weights, strict=True))
    # From integers, the loop for pairs would not be turned into vector instructions.
    apart, pair = _paired(each, width * channels) if kind == "f" else (1, None)
    return inner, (rows, columns, weights), (tuple(each), tuple(each.values())), apart, pair


def _paired(
    each: dict[int, Any], stride: int
) -> tuple[int, tuple[tuple[tuple[Any, ...], ...], ...] | None]:
    """How far apart two output rows are that have most taps in common, and these taps.

    stride : numbers in a row
    Returns one or two rows, and the taps as in `few_taps._sum_in_pairs`; None where the rows have
    none in common, and so nothing to share.
    """
    shared = [len(each.keys() & {place + apart * stride for place in each}) for apart in (1, 2)]
    apart = 2 if shared[1] > shared[0] else 1
    if not max(shared):
        return apart, None
    below = {place + apart * stride: weight for place, weight in each.items()}
    parts = each.keys() - below.keys(), each.keys() & below.keys(), below.keys() - each.keys()
    either = below | each, each | below
    return apart, tuple(
        (tuple(places), *(tuple(weights[place] for place in places) for weights in either))
        for places in map(sorted, parts)
    )


def _in_tiles(
    plan: Plan,
    counter: NDArray[np.int64],
    images: NDArray[Any],
    kernel: NDArray[np.float64],
    around: Surroundings,
    threads: int,
    out: Floats,
) -> Callable[[], None]:
    numbers, channels = BYTES // plan.work.itemsize, out.shape[3]
    if plan.method == "box":  # which keeps as many rows as the box has, however high the tile
        cover = band_shape(out.shape[1:], kernel.shape, numbers, 2 * threads)
        rows = kernel.shape[0]
    else:
        cover = tile_shape(out.shape[1:], kernel.shape, numbers, threads)
        rows = cover[0] + kernel.shape[0] - 1
    wide = (cover[1] + kernel.shape[1] - 1) * channels
    wide += -wide % (CACHE_LINE // plan.work.itemsize)
    loop, memories = DRIVERS[plan.method]
    taps = _taps(plan, kernel.tobytes(), kernel.shape, wide, channels)

    def work() -> None:
        memory = scratch(plan.work, memories, rows, wide)
        loop(counter, images, out, cover, kernel.shape, around[:3], *memory, *taps)

    return work


DRIVERS = {  # a loop, and how much memory of the size of a tile it needs
    "sparse": (sparse, 1),
    "dense": (dense, 1),
    "separable": (separable, 2),
    "box": (box, 1),
}


@lru_cache(maxsize=64)
def _taps(
    plan: Plan, kernel_bytes: bytes, shape: tuple[int, int], wide: int, channels: int
) -> tuple[Any, ...]:
    """The last arguments of the loop: where taps lie in a tile, ``wide`` to a row, and weights."""
    kernel = np.frombuffer(kernel_bytes).reshape(shape).astype(plan.work)
    down, along = np.arange(shape[0]) * wide, np.arange(shape[1]) * channels
    if plan.method == "box":
        return (kernel[0, 0],)
    if plan.method == "separable":
        columns, rows = (np.array(one).astype(plan.work) for one in zip(*plan.terms, strict=True))
        return in_fours(along, rows), in_fours(down, columns)
    if plan.method == "dense":
        return in_fours_and_fives(along, kernel)
    row, column = np.nonzero(kernel)
    return in_fours(down[row] + along[column], kernel[row, column])


def _run_in_slabs(
    plan: Plan,
    images: NDArray[Any],
    kernel: NDArray[np.float64],
    around: Surroundings,
    threads: int,
    out: Floats,
) -> None:
    """Convert some rows at a time to what is summed in, and filter those."""
    # Few taps and lines take image and output to lie alike.
    elsewhere: dict[str, Method] = {"few taps": "sparse", "lines": "separable"}
    plan = plan._replace(method=elsewhere.get(plan.method, plan.method))
    shape, reach = images.shape[1:], (kernel.shape[0] - 1, kernel.shape[1] - 1)
    rows, columns = tile_shape(shape, kernel.shape, SLAB * threads // plan.work.itemsize, 1)
    for image, target in zip(images, out, strict=True):
        for top, left in itertools.product(range(0, shape[0], rows), range(0, shape[1], columns)):
            view = target[top : top + rows, left : left + columns]
            bottom, right = top + len(view) + reach[0], left + view.shape[1] + reach[1]
            down, along, within = cut_out(around, top, bottom, left, right)
            part = image[down][:, along].astype(plan.work, order="C")[None]
            sums = np.empty((1, *view.shape), plan.work)
            _run_in_place(plan, part, kernel, within, threads, sums)
            with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite
                view[:] = sums[0]

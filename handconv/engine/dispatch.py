"""Filter a stack of images by a plan: cut it into pieces, and share them among threads."""

import itertools
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from handconv.arrays import Array, Floats, Integers
from handconv.borders import Border
from handconv.engine import few_taps, fft, lines
from handconv.engine.box import box
from handconv.engine.jit import settled
from handconv.engine.plan import Job, Method, Plan
from handconv.engine.taps import add_up, in_fours, in_fours_and_fives, separable
from handconv.engine.threads import CACHE_LINE, get_threads, scratch, together
from handconv.engine.tiles import BYTES, Call, band_shape, surroundings, tile_shape, under

READ_IN_PLACE = (np.bool_, np.uint8, np.uint16, np.int16, np.float32, np.float64)
BANDS = 8  # for each thread, so that one that starts late or is interrupted holds up none
WORTH_A_THREAD = 50_000  # nanoseconds of work; waking a thread takes about as long
SLAB = 1 << 18  # bytes for each thread that are converted at a time


def job(images: Array) -> Job:
    """What a plan must know of a stack, (images, rows, columns, channels)."""
    in_place = images.flags.c_contiguous and images.dtype in READ_IN_PLACE
    _, rows, columns, channels = images.shape
    return Job(rows, columns, channels, images.size, images.dtype, in_place)


def run(
    plan: Plan, images: Array, kernel: Floats, border: Border, anchor: tuple[int, int], out: Array
) -> None:
    """Correlate a stack, (images, rows, columns, channels), into ``out`` of the same shape."""
    if images.dtype == np.bool_:
        images = images.view(np.uint8)
    around = surroundings(images.shape[1:3], kernel.shape, anchor, border)
    threads = min(get_threads(), 1 + int(plan.cost * images.size / WORTH_A_THREAD))
    call = Call(plan, images, kernel, around, threads, out)
    if plan.method == "fft":
        fft.run(call)
    elif job(images).in_place and plan.work == out.dtype and out.flags.c_contiguous:
        _run_in_place(call)
    else:
        _run_in_slabs(call)


def _run_in_place(call: Call) -> None:
    """Images and output are contiguous and of dtypes that the loops are made for."""
    counter = np.zeros(3, np.int64)
    band = -(-call.images.shape[1] // (BANDS * call.threads))
    prepare = {"few taps": few_taps.prepare, "lines": lines.prepare}.get(
        call.plan.method, _in_tiles
    )
    together(prepare(call, counter, band), call.threads, lambda: settled(counter))


def _run_in_slabs(call: Call) -> None:
    """Convert some rows at a time to what is summed in, and filter those."""
    plan, images, kernel, around, threads, out = call
    # Few taps and lines take image and output to lie alike.
    elsewhere: dict[str, Method] = {"few taps": "sparse", "lines": "separable"}
    plan = plan._replace(method=elsewhere.get(plan.method, plan.method))
    shape, reach = images.shape[1:], (kernel.shape[0] - 1, kernel.shape[1] - 1)
    rows, columns = tile_shape(shape, kernel.shape, SLAB * threads // plan.work.itemsize, 1)
    for image, target in zip(images, out, strict=True):
        for top, left in itertools.product(range(0, shape[0], rows), range(0, shape[1], columns)):
            view = target[top : top + rows, left : left + columns]
            bottom, right = top + len(view) + reach[0], left + view.shape[1] + reach[1]
            down, along, within = under(around, top, bottom, left, right)
            part = image[down][:, along].astype(plan.work, order="C")[None]
            sums = np.empty((1, *view.shape), plan.work)
            _run_in_place(Call(plan, part, kernel, within, threads, sums))
            with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite
                view[:] = sums[0]


LOOPS = {"sparse": add_up, "dense": add_up, "separable": separable, "box": box}


def _in_tiles(call: Call, counter: Integers, _: int) -> Callable[[], None]:
    """What each thread does: draws tiles, and filters them."""
    plan, images, kernel, around, threads, out = call
    numbers, channels = BYTES // plan.work.itemsize, out.shape[3]
    if plan.method == "box":  # which keeps as many rows as the box has, however high the tile
        cover = band_shape(out.shape[1:], kernel.shape, numbers, 2 * threads)
        rows = kernel.shape[0]
    else:
        cover = tile_shape(out.shape[1:], kernel.shape, numbers, threads)
        rows = cover[0] + kernel.shape[0] - 1
    wide = (cover[1] + kernel.shape[1] - 1) * channels
    wide += -wide % (CACHE_LINE // plan.work.itemsize)
    memories = 2 if plan.method == "separable" else 1
    loop = LOOPS[plan.method]
    taps = _taps(plan, kernel.tobytes(), kernel.shape, wide, channels)

    def draw() -> None:
        memory = scratch(plan.work, memories, rows, wide)
        loop(counter, images, out, cover, kernel.shape, around[:3], *memory, *taps)

    return draw


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

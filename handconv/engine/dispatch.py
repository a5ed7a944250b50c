"""Filter stacks of images by a plan: cut them into pieces, and share these among threads."""

import itertools
import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from handconv.arrays import Array, Floats
from handconv.borders import Border
from handconv.engine import few_taps, fft, lines
from handconv.engine.box import box
from handconv.engine.jit import direct, settled
from handconv.engine.plan import Job, Method, Plan
from handconv.engine.taps import add_up, in_fours, in_fours_and_fives, separable
from handconv.engine.threads import CACHE_LINE, get_threads, scratch, together
from handconv.engine.tiles import BYTES, Task, Work, band_shape, surroundings, tile_shape, under

BANDS = 8  # for each thread, so that one that starts late or is interrupted holds up none
WORTH_A_THREAD = 50_000  # nanoseconds of work; waking a thread takes about as long
SLAB = 1 << 18  # bytes for each thread that are converted at a time

Filtering = Callable[[Array, Array], None]
"""Filters the first array, (images, rows, columns, channels), into the second."""


def prepare(
    plan: Plan, job: Job, kernel: Floats, border: Border, anchor: tuple[int, int], to: np.dtype[Any]
) -> Filtering:
    """What correlates stacks such as the job's; ``to`` is the dtype of the output."""
    if job.dtype == np.bool_:
        number = job._replace(dtype=np.dtype(np.uint8))
        filtering = prepare(plan, number, kernel, border, anchor, to)
        return lambda images, out: filtering(images.view(np.uint8), out)
    around = surroundings(job.shape[1:3], kernel.shape, anchor, border)
    threads = min(get_threads(), 1 + int(plan.cost * math.prod(job.shape) / WORTH_A_THREAD))
    task = Task(plan, job.shape, job.dtype, kernel, around, threads)
    if plan.method == "fft":
        return fft.prepare(task, to.itemsize)
    if job.in_place and plan.work == to:
        return _in_place(task)
    return partial(_in_slabs, task)


def _in_place(task: Task) -> Filtering:
    """For images and output that are contiguous and of dtypes that the loops are made for."""
    band = -(-task.shape[1] // (BANDS * task.threads))
    if task.plan.method == "few taps":
        work = few_taps.prepare(task, band)
    elif task.plan.method == "lines":
        work = lines.prepare(task, band)
    else:
        work = _in_tiles(task)

    def alone(images: Array, out: Array) -> None:
        work(np.zeros(3, np.int64), images, out)

    def shared(images: Array, out: Array) -> None:
        counter = np.zeros(3, np.int64)
        together(lambda: work(counter, images, out), task.threads, lambda: settled(counter))

    return alone if task.threads == 1 else shared


def _in_slabs(task: Task, images: Array, out: Array) -> None:
    """Convert some rows at a time to what is summed in, and filter those."""
    plan, shape, _, kernel, around, threads = task
    # Few taps and lines take image and output to lie alike.
    elsewhere: dict[str, Method] = {"few taps": "sparse", "lines": "separable"}
    plan = plan._replace(method=elsewhere.get(plan.method, plan.method))
    reach = kernel.shape[0] - 1, kernel.shape[1] - 1
    rows, columns = tile_shape(shape[1:], kernel.shape, SLAB * threads // plan.work.itemsize, 1)
    for image, target in zip(images, out, strict=True):
        for top, left in itertools.product(range(0, shape[1], rows), range(0, shape[2], columns)):
            view = target[top : top + rows, left : left + columns]
            bottom, right = top + len(view) + reach[0], left + view.shape[1] + reach[1]
            down, along, within = under(around, top, bottom, left, right)
            part = image[down][:, along].astype(plan.work, order="C")[None]
            sums = np.empty((1, *view.shape), plan.work)
            _in_place(Task(plan, part.shape, part.dtype, kernel, within, threads))(part, sums)
            with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite
                view[:] = sums[0]


LOOPS = {"sparse": add_up, "dense": add_up, "separable": separable, "box": box}


def _in_tiles(task: Task) -> Work:
    """What each thread does: draws tiles, and filters them."""
    plan, shape, _, kernel, around, threads = task
    numbers, channels = BYTES // plan.work.itemsize, shape[3]
    if plan.method == "box":  # which keeps as many rows as the box has, however high the tile
        cover = band_shape(shape[1:], kernel.shape, numbers, 2 * threads)
        rows = kernel.shape[0]
    else:
        cover = tile_shape(shape[1:], kernel.shape, numbers, threads)
        rows = cover[0] + kernel.shape[0] - 1
    wide = (cover[1] + kernel.shape[1] - 1) * channels
    wide += -wide % (CACHE_LINE // plan.work.itemsize)
    memories = 2 if plan.method == "separable" else 1
    loop, border = direct(LOOPS[plan.method]), around[:3]
    taps = _taps(plan, kernel, wide, channels)

    def draw(counter: Array, images: Array, out: Array) -> None:
        memory = scratch(plan.work, memories, rows, wide)
        loop(counter, images, out, cover, kernel.shape, border, *memory, *taps)

    return draw


def _taps(plan: Plan, kernel: Floats, wide: int, channels: int) -> tuple[Any, ...]:
    """The last arguments of the loop: where taps lie in a tile, ``wide`` to a row, and weights."""
    kernel = kernel.astype(plan.work)
    down, along = np.arange(len(kernel)) * wide, np.arange(kernel.shape[1]) * channels
    if plan.method == "box":
        return (kernel[0, 0],)
    if plan.method == "separable":
        columns, rows = (np.array(one).astype(plan.work) for one in zip(*plan.terms, strict=True))
        return in_fours(along, rows), in_fours(down, columns)
    if plan.method == "dense":
        return in_fours_and_fives(along, kernel)
    row, column = np.nonzero(kernel)
    return in_fours(down[row] + along[column], kernel[row, column])

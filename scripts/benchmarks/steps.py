"""From the double loop to `correlate` in seven steps, each measured: docs/seven_steps.md.

Every step fills ``out`` with the correlation of a padded picture and a kernel, all of them float32,
from step 5 on of 5 × 5 taps, from step 6 on with an even number of rows.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from benchmarks.report import OWNED, conditions, write
from benchmarks.timing import interleaved
from handconv import correlate
from handconv.engine.jit import compiled
from handconv.engine.threads import get_threads
from handconv.files import complete_folder
from handconv.pictures import skimage_photo, to_grey
from handconv.words import table

Picture = NDArray[np.float32]
REACH = 2


def loops(out: Picture, padded: Picture, kernel: Picture) -> None:
    """1. For every pixel, for every tap: multiply, and add up."""
    for y in range(out.shape[0]):
        for x in range(out.shape[1]):
            out[y, x] = 0
            for i in range(kernel.shape[0]):
                for j in range(kernel.shape[1]):
                    out[y, x] += kernel[i, j] * padded[y + i, x + j]


def whole_pictures(out: Picture, padded: Picture, kernel: Picture) -> None:
    """2. The loops inside out: for every tap, NumPy adds a whole picture, moved and scaled."""
    rows, columns = out.shape
    out[:] = 0
    for i in range(kernel.shape[0]):
        for j in range(kernel.shape[1]):
            out += kernel[i, j] * padded[i : i + rows, j : j + columns]


compiled_loops = compiled(loops)
"""3. The definition again, compiled."""


@compiled
def along_the_rows(out: Picture, padded: Picture, kernel: Picture) -> None:
    """4. The innermost loop runs along a row: 8 or 16 pixels in one instruction."""
    for y in range(out.shape[0]):
        line = out[y]
        line[:] = 0
        for i in range(kernel.shape[0]):
            for j in range(kernel.shape[1]):
                tap, pixels = kernel[i, j], padded[y + i, j:]
                for x in range(len(line)):
                    line[x] += tap * pixels[x]


@compiled
def of_known_size(out: Picture, padded: Picture, kernel: Picture) -> None:
    """5. A size that the compiler knows: all 25 products are added up before a sum is stored."""
    for y in range(out.shape[0]):
        for x in range(out.shape[1]):
            total = np.float32(0)
            for i in range(5):
                for j in range(5):
                    total += kernel[i, j] * padded[y + i, x + j]
            out[y, x] = total


@compiled
def two_rows_at_a_time(out: Picture, padded: Picture, kernel: Picture) -> None:
    """6. A pixel, once loaded, serves the upper row under kernel row i, the lower under i - 1."""
    for y in range(0, out.shape[0] - 1, 2):
        for x in range(out.shape[1]):
            upper = lower = np.float32(0)
            for i in range(6):
                for j in range(5):
                    pixel = padded[y + i, x + j]
                    if i < 5:
                        upper += kernel[i, j] * pixel
                    if i > 0:
                        lower += kernel[i - 1, j] * pixel
            out[y, x], out[y + 1, x] = upper, lower


POOL = ThreadPoolExecutor()


def on_all_cores(out: Picture, padded: Picture, kernel: Picture) -> None:
    """7. Each core fills a band of rows; compiled code runs without the interpreter lock."""
    band = 2 * -(-len(out) // (2 * get_threads()))
    jobs = [
        POOL.submit(two_rows_at_a_time, out[top : top + band], padded[top:], kernel)
        for top in range(band, len(out), band)
    ]
    two_rows_at_a_time(out[:band], padded, kernel)
    for job in jobs:
        job.result()


STEPS: dict[str, Callable[..., Any]] = {
    "1 the definition": loops,
    "2 whole pictures": whole_pictures,
    "3 compiled": compiled_loops,
    "4 along the rows": along_the_rows,
    "5 of known size": of_known_size,
    "6 two rows at a time": two_rows_at_a_time,
    "7 on all cores": on_all_cores,
}


def benchmark(folder: Path, rounds: int = 61) -> str:
    """Time the steps in turn; write ``folder``, and return the table."""
    photo = np.tile(to_grey(skimage_photo("camera")), (2, 2)).astype(np.float32)
    kernel = np.random.default_rng(0).normal(size=(5, 5)).astype(np.float32)
    padded = np.pad(photo, REACH, "edge")
    out = np.zeros_like(photo)
    calls: dict[str, Callable[[], object]] = {
        name: partial(step, out, padded, kernel) for name, step in STEPS.items()
    }
    calls["handconv.correlate"] = partial(correlate, photo, kernel, "replicate", out=out)
    calls["handconv.correlate"]()  # compiles
    for step in STEPS.values():
        step(out[:2], padded[:6], kernel)
    times = interleaved(calls, rounds)
    seconds = {name: float(np.median(each)) for name, each in times.items()}
    everything = {"conditions": conditions(get_threads(), rounds), "seconds": seconds}
    with complete_folder(folder, OWNED) as inside:
        write(inside, everything, _figure(seconds, photo.shape))
    first = seconds["1 the definition"]
    rows = [[name, _words(each), f"{first / each:,.0f} ×"] for name, each in seconds.items()]
    return table(["step", "time", "times as fast"], rows)


def _words(seconds: float) -> str:
    return f"{seconds:.3g} s" if seconds >= 1 else f"{1000 * seconds:.3g} ms"


def _figure(seconds: dict[str, float], shape: tuple[int, ...]) -> Figure:
    figure = Figure(figsize=(8, 3.6), layout="constrained", dpi=120)
    axes = figure.subplots()
    names = list(seconds)[::-1]
    bars = axes.barh(names, [1000 * seconds[name] for name in names], color="#0072b2")
    axes.bar_label(bars, [_words(seconds[name]) for name in names], padding=3)
    axes.set_xscale("log")
    axes.set_xlabel(f"ms for {shape[0]} × {shape[1]} pixels and 5 × 5 taps")
    axes.margins(x=0.15)
    axes.spines[["top", "right"]].set_visible(False)
    return figure

"""Measure `correlate` beside OpenCV, SciPy, a copy of the image, and the tutorial's own loop.

All contestants filter the same image with a replicate border to float32 (the size of the input,
written where they can to the same memory), on the same number of threads, in turn.
`ndimage` and the loop know one thread only. The loop is timed on a crop and scaled up by pixels.
"""

import os
import platform
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

import cv2
import numpy as np
import scipy.fft
import scipy.ndimage
import scipy.signal
from numpy.typing import NDArray

from benchmarks.timing import interleaved
from handconv.borders import pad
from handconv.correlate import correlate
from handconv.engine.threads import set_threads
from handconv.kernels import BANK, named
from handconv.reference import correlate_loop

SHAPE = (1190, 1640)  # of the photo for which the tutorial's loop was found unusable
CROP = 24  # pixels a side for the tutorial's loop
OURS, OPENCV, COPY, LOOP = "handconv", "cv2.filter2D", "np.copyto", "tutorial's loop"
NDIMAGE, OACONVOLVE = "scipy.ndimage", "scipy oaconvolve"

Image = NDArray[Any]
Kernel = NDArray[np.float64]
Maker = Callable[[Image, Kernel, Image, int], Callable[[], object]]
"""Image, kernel, memory for the result and number of threads -> a call that filters."""


@dataclass(frozen=True)
class Case:
    """What is to be filtered."""

    group: str  # "bank", "random" or "sizes"
    kernel: str
    taps: Kernel
    rows: int
    columns: int
    dtype: str


@dataclass(frozen=True)
class Result:
    """Milliseconds (medians) of all who took part in a case."""

    group: str
    kernel: str
    rows: int
    columns: int
    dtype: str
    milliseconds: dict[str, float]

    def ratio(self, other: str) -> float:
        """How many times longer the other one took than handconv."""
        return self.milliseconds[other] / self.milliseconds[OURS]


def cases(quick: bool = False) -> Iterator[Case]:
    """The bank, full-rank random kernels of 3 to 63 on a side, and images of 256² to 4096²."""
    random = np.random.default_rng(0)
    for dtype in ("float32", "uint8"):
        for name in BANK:
            yield Case("bank", name, named(name), *SHAPE, dtype)
    for side in (3, 5, 9, 15, 31, 63):
        taps = random.normal(size=(side, side))
        for dtype in ("float32",) if quick else ("float32", "uint8"):
            yield Case("random", f"random {side}x{side}", taps, *SHAPE, dtype)
    sides = (256, 512, 1024) if quick else (256, 512, 1024, 2048, 4096)
    for name in ("sharpen", "large_blur", "random 9x9"):
        taps = named(name) if name in BANK else random.normal(size=(9, 9))
        for side in sides:
            yield Case("sizes", name, taps, side, side, "float32")


def measure(case: Case, threads: int, rounds: int, others: Mapping[str, Maker]) -> Result:
    """Time everyone on one case. ``others`` are more contestants; growing sizes are for few.

    The quick take turns among themselves, and then the slow, whose threads would still be busy
    waiting, and whose pixels still fill the caches, when a quick one's turn comes.
    """
    random = np.random.default_rng(0)
    image = random.integers(0, 256, (case.rows, case.columns)).astype(case.dtype)
    out = np.empty(image.shape, np.float32)
    quick: dict[str, Maker] = {OURS: _ours, OPENCV: _opencv, COPY: _copy}
    slow: dict[str, Maker] = {NDIMAGE: _ndimage, OACONVOLVE: _oaconvolve, LOOP: _loop, **others}
    milliseconds = {}
    for makers in (quick, slow if case.group != "sizes" else {}):
        calls = {name: make(image, case.taps, out, threads) for name, make in makers.items()}
        if OURS in calls:
            calls[OURS]()  # what has to be compiled is compiled before anyone is timed
        for name, timing in interleaved(calls, rounds).items():
            milliseconds[name] = 1e3 * timing.median
    if LOOP in milliseconds:
        milliseconds[LOOP] *= case.rows * case.columns / CROP**2
    return Result(case.group, case.kernel, case.rows, case.columns, case.dtype, milliseconds)


def summary(results: list[Result]) -> dict[str, Any]:
    """The figures that matter, by name."""
    bank = [one for one in results if one.group == "bank"]
    ratios = [one.ratio(OPENCV) for one in bank]
    small = [one for one in bank if named(one.kernel).size == 9 and one.dtype == "float32"]
    sizes = [one for one in results if one.group == "sizes"]
    return {
        "bank_opencv_over_ours_geometric_mean": float(np.exp(np.mean(np.log(ratios)))),
        "bank_opencv_over_ours_least": min(ratios),
        "bank_loop_over_ours_geometric_mean": float(
            np.exp(np.mean([np.log(one.ratio(LOOP)) for one in bank]))
        ),
        "3x3_float32_ours_over_copy_most": max(1 / one.ratio(COPY) for one in small),
        "random_opencv_over_ours": {
            f"{one.kernel} {one.dtype}": one.ratio(OPENCV)
            for one in results
            if one.group == "random"
        },
        "nanoseconds_per_pixel": {
            name: {
                f"{one.rows}x{one.columns}": 1e6 * one.milliseconds[OURS] / (one.rows * one.columns)
                for one in sizes
                if one.kernel == name
            }
            for name in dict.fromkeys(one.kernel for one in sizes)
        },
    }


def conditions(threads: int, rounds: int) -> dict[str, Any]:
    """Where and how it was measured: without this a time means nothing."""
    packages = ["numpy", "numba", "scipy", "opencv-python"]
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "threads": threads,
        "rounds": rounds,
        "border": "replicate",
        "python": platform.python_version(),
        "versions": {package: version(package) for package in packages},
    }


def as_json(results: list[Result], threads: int, rounds: int) -> dict[str, Any]:
    """All of it, to be saved."""
    return {
        "conditions": conditions(threads, rounds),
        "summary": summary(results),
        "results": [asdict(one) for one in results],
    }


def _processor() -> str:
    try:
        with open("/proc/cpuinfo") as file:
            return next(
                line.split(":")[1].strip() for line in file if line.startswith("model name")
            )
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _ours(image: Image, kernel: Kernel, out: Image, threads: int) -> Callable[[], object]:
    set_threads(threads)
    return lambda: correlate(image, kernel, out=out)


def _opencv(image: Image, kernel: Kernel, out: Image, threads: int) -> Callable[[], object]:
    cv2.setNumThreads(threads)
    taps, border = kernel.astype(np.float32), cv2.BORDER_REPLICATE
    return lambda: cv2.filter2D(image, cv2.CV_32F, taps, dst=out, borderType=border)


def _copy(image: Image, kernel: Kernel, out: Image, threads: int) -> Callable[[], object]:
    """float32 to float32, whatever the image: the least that writing the result takes."""
    source = image.astype(np.float32, copy=False)
    return lambda: np.copyto(out, source)


def _ndimage(image: Image, kernel: Kernel, out: Image, threads: int) -> Callable[[], object]:
    return lambda: scipy.ndimage.correlate(image, kernel, output=out, mode="nearest")


def _oaconvolve(image: Image, kernel: Kernel, out: Image, threads: int) -> Callable[[], object]:
    above, left = kernel.shape[0] // 2, kernel.shape[1] // 2
    turned = kernel[::-1, ::-1].astype(np.float32)

    def call() -> object:
        padded = pad(image, (above, above), (left, left), "replicate").astype(np.float32)
        with scipy.fft.set_workers(threads):
            return scipy.signal.oaconvolve(padded, turned, mode="valid")

    return call


def _loop(image: Image, kernel: Kernel, out: Image, threads: int) -> Callable[[], object]:
    crop = image[:CROP, :CROP]
    return lambda: correlate_loop(crop, kernel)

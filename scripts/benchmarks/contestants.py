"""Who filters: handconv, OpenCV, SciPy, torch, a copy of the image, and the tutorial's own loop.

All contestants filter the same image with a replicate border to float32 (the size of the input,
written where they can to the same memory), on the same number of threads.
`ndimage` and the loop know one thread only. The loop is timed on a crop and scaled up by pixels.
"""

from collections.abc import Callable

import cv2
import numpy as np
import scipy.fft
import scipy.ndimage
import scipy.signal

from handconv.arrays import Array, Floats
from handconv.borders import pad
from handconv.correlate import correlate
from handconv.engine.threads import set_threads
from handconv.reference import correlate_loop

OURS, OPENCV, COPY, LOOP = "handconv", "cv2.filter2D", "np.copyto", "tutorial's loop"
NDIMAGE, OACONVOLVE, TORCH = "scipy.ndimage", "scipy oaconvolve", "torch conv2d"
COLOURS = {
    OURS: "#d1495b",
    OPENCV: "#30638e",
    OACONVOLVE: "#edae49",
    TORCH: "#8d6a9f",
    NDIMAGE: "#7a9e7e",
    LOOP: "#b8b8b8",
}
CROP = 24  # pixels a side for the tutorial's loop

Maker = Callable[[Array, Floats, Array, int], Callable[[], object]]
"""Image, kernel, memory for the result and number of threads -> a call that filters."""


def _ours(image: Array, kernel: Floats, out: Array, threads: int) -> Callable[[], object]:
    set_threads(threads)
    return lambda: correlate(image, kernel, out=out)


def _opencv(image: Array, kernel: Floats, out: Array, threads: int) -> Callable[[], object]:
    cv2.setNumThreads(threads)
    taps, border = kernel.astype(np.float32), cv2.BORDER_REPLICATE
    return lambda: cv2.filter2D(image, cv2.CV_32F, taps, dst=out, borderType=border)


def _copy(image: Array, kernel: Floats, out: Array, threads: int) -> Callable[[], object]:
    """float32 to float32, whatever the image: the least that writing the result takes."""
    source = image.astype(np.float32, copy=False)
    return lambda: np.copyto(out, source)


def _ndimage(image: Array, kernel: Floats, out: Array, threads: int) -> Callable[[], object]:
    return lambda: scipy.ndimage.correlate(image, kernel, output=out, mode="nearest")


def _oaconvolve(image: Array, kernel: Floats, out: Array, threads: int) -> Callable[[], object]:
    above, left = kernel.shape[0] // 2, kernel.shape[1] // 2
    turned = kernel[::-1, ::-1].astype(np.float32)

    def call() -> object:
        padded = pad(image, (above, above), (left, left), "replicate").astype(np.float32)
        with scipy.fft.set_workers(threads):
            return scipy.signal.oaconvolve(padded, turned, mode="valid")

    return call


def _torch(image: Array, kernel: Floats, out: Array, threads: int) -> Callable[[], object]:
    import torch  # here: it can be left out
    from torch.nn import functional

    torch.set_num_threads(threads)
    pixels = torch.from_numpy(image)[None, None]
    taps = torch.from_numpy(kernel).float()[None, None]
    above, left = kernel.shape[0] // 2, kernel.shape[1] // 2

    def call() -> object:
        padded = functional.pad(pixels.float(), (left, left, above, above), mode="replicate")
        with torch.no_grad():
            return functional.conv2d(padded, taps)

    return call


def _loop(image: Array, kernel: Floats, out: Array, threads: int) -> Callable[[], object]:
    crop = image[:CROP, :CROP]
    return lambda: correlate_loop(crop, kernel)


QUICK: dict[str, Maker] = {OURS: _ours, OPENCV: _opencv, COPY: _copy}
SLOW: dict[str, Maker] = {NDIMAGE: _ndimage, OACONVOLVE: _oaconvolve, LOOP: _loop, TORCH: _torch}

"""Pillow: filters with kernels, in 8 bits. Their rim is left as it was."""

import numpy as np
from PIL import Image, ImageChops, ImageFilter, ImageOps

from benchmarks.pairs.probing import Run
from benchmarks.pairs.programs.program import Program, some_taps
from handconv.arrays import Array

BUILT_IN = (
    *("BLUR", "CONTOUR", "DETAIL", "EDGE_ENHANCE", "EDGE_ENHANCE_MORE"),
    *("EMBOSS", "FIND_EDGES", "SHARPEN", "SMOOTH", "SMOOTH_MORE"),
)


def run(kernel: ImageFilter.Filter) -> Run:
    return lambda picture: np.asarray(Image.fromarray(picture).filter(kernel))


def kernel_program(name: str, kernel: ImageFilter.Kernel) -> Program:
    """By definition: Pillow lays the kernel on the picture upside down."""
    size, scale, offset, taps = kernel.filterargs
    written = np.reshape(np.array(taps, dtype=np.float64), size[::-1])
    return Program(
        *("pillow", name, run(kernel), "unfiltered", "nearest"),
        taps=written[::-1] / scale,
        bias=float(offset),
    )


def own(rows: int, seed: int) -> ImageFilter.Kernel:
    """Whole-number taps of no simple shape."""
    taps = np.rint(some_taps(rows, rows, seed) * 40).astype(int)
    return ImageFilter.Kernel((rows, rows), taps.ravel().tolist())


def programs() -> list[Program]:
    kernels = {name: getattr(ImageFilter, name)() for name in BUILT_IN}
    kernels |= {f"Kernel of {side}, seed {seed}": own(side, seed) for side, seed in SOME}
    emboss = [-2, -1, 0, -1, 1, 1, 0, 1, 2]
    kernels["Kernel emboss"] = ImageFilter.Kernel((3, 3), emboss, 1, 30)
    one = np.ones((1, 1))
    shift = np.zeros((5, 9))
    shift[0, 0] = 1
    return [
        *(kernel_program(name, kernel) for name, kernel in kernels.items()),
        Program("pillow", "invert", _invert, None, "nearest", taps=-one, bias=255.0),
        Program("pillow", "point 0.7 v + 20", _point, None, "nearest", taps=0.7 * one, bias=20.0),
        Program("pillow", "offset 4 2", _offset, "wrap", "nearest", taps=shift),
    ]


SOME = ((3, 1), (3, 2), (5, 3), (5, 4))


def _invert(picture: Array) -> Array:
    return np.asarray(ImageOps.invert(Image.fromarray(picture)))


def _point(picture: Array) -> Array:
    return np.asarray(Image.fromarray(picture).point([round(0.7 * v + 20) for v in range(256)]))


def _offset(picture: Array) -> Array:
    return np.asarray(ImageChops.offset(Image.fromarray(picture), 4, 2))

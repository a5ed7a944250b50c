"""OpenCV: 8-bit pictures in, 8-bit pictures out."""

from collections.abc import Callable

import cv2
import numpy as np

from benchmarks.pairs.probing import Run, steps
from benchmarks.pairs.programs.program import Program, some_taps
from handconv.arrays import Array, Floats

BORDERS = {
    "reflect_101": cv2.BORDER_REFLECT_101,
    "replicate": cv2.BORDER_REPLICATE,
    "reflect": cv2.BORDER_REFLECT,
    "constant": cv2.BORDER_CONSTANT,
}
STEPS = "a bright pixel in 8 bits, row by row: taps are multiples of 1/256"


def filter2d(taps: Floats, border: str = "reflect_101", delta: float = 0.0) -> Run:
    return lambda picture: cv2.filter2D(picture, -1, taps, delta=delta, borderType=BORDERS[border])


def disc(radius: int) -> Floats:
    away = np.hypot(*np.mgrid[-radius : radius + 1, -radius : radius + 1])
    inside = (away <= radius + 0.5).astype(np.float64)
    return np.asarray(inside / inside.sum())


def motion(side: int, degrees: float) -> Floats:
    """A line through the middle, as thick as one pixel."""
    rows, columns = np.mgrid[-(side // 2) : side // 2 + 1, -(side // 2) : side // 2 + 1]
    turn = np.deg2rad(degrees)
    off_line = np.abs(rows * np.cos(turn) + columns * np.sin(turn))
    line = np.clip(1 - off_line, 0, None)
    return np.asarray(line / line.sum())


def gaussian(side: int, sigma: float) -> Program:
    """In 8 bits OpenCV blurs with rows of taps that are multiples of 1/256: not those in floats."""
    row = steps(lambda line: cv2.GaussianBlur(line, (side, 1), sigma), side)

    def run(picture: Array) -> Array:
        return cv2.GaussianBlur(picture, (side, side), sigma)

    name = f"GaussianBlur {side} sigma {sigma:g}"
    taps = np.outer(row, row)
    return Program("opencv-python", name, run, "reflect_101", "nearest", taps=taps, how=STEPS)


def blur(rows: int, columns: int, border: str = "reflect_101") -> Program:
    def run(picture: Array) -> Array:
        return cv2.blur(picture, (columns, rows), borderType=BORDERS[border])

    taps = np.full((rows, columns), 1 / (rows * columns))
    name = f"blur {rows} x {columns}"
    return Program("opencv-python", name, run, border, "nearest", taps=taps)


def probed(name: str, run: Callable[[Array], Array], border: str = "reflect_101") -> Program:
    return Program("opencv-python", name, run, border, "nearest")


def own(name: str, taps: Floats, border: str = "reflect_101", delta: float = 0.0) -> Program:
    """With taps of the caller: those are the definition."""
    run = filter2d(taps, border, delta)
    return Program("opencv-python", f"filter2D {name}", run, border, "nearest", taps, delta)


def programs() -> list[Program]:
    sharpen = np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]], dtype=np.float64)
    binomial = np.array([1, 4, 6, 4, 1]) / 16
    gabor = cv2.getGaborKernel((11, 11), 2.0, 0.6, 6.0, 0.7, 0.3).astype(np.float64)
    return [
        *(blur(3, 3), blur(5, 5, "replicate"), blur(1, 9), blur(9, 9, "reflect")),
        *(blur(15, 15), blur(21, 21, "replicate"), blur(31, 31), blur(17, 3)),
        *(gaussian(3, 0.8), gaussian(5, 1.1), gaussian(9, 2.0), gaussian(21, 4.0)),
        probed("Sobel x", lambda picture: cv2.Sobel(picture, -1, 1, 0)),
        probed("Sobel y 5", lambda picture: cv2.Sobel(picture, -1, 0, 1, ksize=5)),
        probed("Sobel xy", lambda picture: cv2.Sobel(picture, -1, 1, 1)),
        probed("Scharr x", lambda picture: cv2.Scharr(picture, -1, 1, 0)),
        probed("Laplacian 1", lambda picture: cv2.Laplacian(picture, -1)),
        probed("Laplacian 3", lambda picture: cv2.Laplacian(picture, -1, ksize=3)),
        probed("sepFilter2D", lambda picture: cv2.sepFilter2D(picture, -1, binomial, binomial)),
        own("sharpen", sharpen),
        own("sharpen, replicate", sharpen, "replicate"),
        own("emboss", np.array([[-2.0, -1, 0], [-1, 1, 1], [0, 1, 2]])),
        own("relief", np.array([[-1.0, 0, 0], [0, 0, 0], [0, 0, 1]]), "reflect", 128.0),
        *(own(f"any {side}, seed {side}", some_taps(side, side, side)) for side in (3, 5, 7, 11)),
        own("any 5 x 9", some_taps(5, 9, 2), "constant"),
        own("any 15 x 15", some_taps(15, 15, 15)),
        *(own(f"disc {radius}", disc(radius), "replicate") for radius in (2, 4, 8)),
        *(
            own(f"motion {side}", motion(side, angle))
            for side, angle in ((9, 45), (19, 20), (25, 70))
        ),
        own("gabor 11", gabor / np.abs(gabor).sum() * 4, delta=100.0),
    ]

"""Programs for pictures of three channels: each channel alike, or mixed."""

from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageFilter
from scipy import ndimage
from skimage import color, filters

from benchmarks.pairs.programs.program import Program, some_taps
from benchmarks.pairs.programs.with_opencv import filter2d
from benchmarks.pairs.programs.with_pillow import kernel_program
from handconv.arrays import Array, Floats

SEPIA = np.array([[0.393, 0.769, 0.189], [0.349, 0.686, 0.168], [0.272, 0.534, 0.131]]) / 1.4
STEPS = np.rint(SEPIA * 1024) / 1024  # what OpenCV calculates with in 8 bits
LUMA = np.array([[19595, 38470, 7471]]) / 65536  # what Pillow calculates with


def programs() -> list[Program]:
    sharpen = np.array([[0.0, -1, 0], [-1, 5, -1], [0, -1, 0]])
    alike = {"sharpen": sharpen, "any 3": some_taps(3, 3, 71), "any 5": some_taps(5, 5, 72)}
    names = ("BLUR", "DETAIL", "EMBOSS", "SHARPEN", "FIND_EDGES", "SMOOTH")
    return [
        *(kernel_program(name, getattr(ImageFilter, name)()) for name in names),
        *(
            Program(
                "opencv-python", f"filter2D {name}", filter2d(taps), "reflect_101", "nearest", taps
            )
            for name, taps in alike.items()
        ),
        Program(
            "opencv-python", "blur 7", _blur, "reflect_101", "nearest", np.full((7, 7), 1 / 49)
        ),
        Program("scipy", "gaussian_filter 1.2", _gaussian, "reflect", channels=3),
        Program("scikit-image", "unsharp_mask", _unsharp, "reflect", channels=3),
        mixing("pillow", "convert to L", _luma, LUMA),
        mixing("pillow", "convert with a matrix", _sepia, SEPIA),
        mixing("opencv-python", "swap red and blue", _swap, np.eye(3)[::-1]),
        mixing("opencv-python", "transform", _transform, STEPS),
        Program("scikit-image", "rgb2gray", _grey, None, channels=3),
        Program("scikit-image", "rgb2gray and sobel_h", _edges, "reflect", channels=3),
        Program("scipy", "one kernel a channel", _own_each, "reflect", channels=3),
    ]


def mixing(library: str, name: str, run: Any, matrix: Floats) -> Program:
    """Each pixel on its own: 1 × 1 taps."""
    return Program(library, name, run, None, "nearest", matrix[:, :, None, None])


def _blur(picture: Array) -> Array:
    return cv2.blur(picture, (7, 7))


def _gaussian(picture: Array) -> Array:
    return np.asarray(ndimage.gaussian_filter(picture, (1.2, 1.2, 0)))


def _unsharp(picture: Array) -> Array:
    return np.asarray(filters.unsharp_mask(picture, 1.0, 1.0, preserve_range=True, channel_axis=2))


def _luma(picture: Array) -> Array:
    return np.asarray(Image.fromarray(picture).convert("L"))


def _sepia(picture: Array) -> Array:
    matrix: Any = np.pad(SEPIA, ((0, 0), (0, 1))).ravel().tolist()
    return np.asarray(Image.fromarray(picture).convert("RGB", matrix))


def _swap(picture: Array) -> Array:
    return cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)


def _transform(picture: Array) -> Array:
    return cv2.transform(picture, SEPIA)


def _grey(picture: Array) -> Array:
    return np.asarray(color.rgb2gray(picture))


def _edges(picture: Array) -> Array:
    return np.asarray(filters.sobel_h(color.rgb2gray(picture)))


def _own_each(picture: Array) -> Array:
    taps = [some_taps(3, 3, 80 + channel) for channel in range(3)]
    planes = [ndimage.correlate(picture[..., channel], taps[channel]) for channel in range(3)]
    return np.stack(planes, axis=-1)

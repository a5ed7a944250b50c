"""scikit-image: float pictures in, float pictures out."""

from typing import Any

import numpy as np
from skimage import filters

from benchmarks.pairs.programs.program import Program
from handconv.arrays import Array


def program(function: str, border: str, *values: Any, times: float = 1.0, **named: Any) -> Program:
    """One of `skimage.filters`, its result ``times`` a factor."""

    def run(picture: Array) -> Array:
        return times * np.asarray(getattr(filters, function)(picture, *values, **named))

    shown = [f"{each:g}" for each in (*values, *named.values()) if isinstance(each, float)]
    return Program("scikit-image", " ".join([function, *shown]), run, border)


def programs() -> list[Program]:
    def gabor(picture: Array) -> Array:
        return np.asarray(filters.gabor(picture, 0.25, theta=0.6, sigma_x=2, sigma_y=2)[0])

    return [
        program("gaussian", "replicate", 0.8, preserve_range=True),
        program("gaussian", "reflect", 1.7, mode="reflect", preserve_range=True),
        program("gaussian", "reflect_101", 2.5, mode="mirror", preserve_range=True),
        program("difference_of_gaussians", "replicate", 1.0, 2.0, times=4),
        program("unsharp_mask", "reflect", 1.0, 1.5, preserve_range=True),
        program("sobel_h", "reflect", times=2),
        program("sobel_v", "reflect"),
        program("scharr_h", "reflect"),
        program("prewitt_v", "reflect", times=3),
        program("farid_h", "reflect", times=2),
        program("roberts_pos_diag", "reflect", times=2),
        program("laplace", "reflect"),
        Program("scikit-image", "gabor 0.25", gabor, "reflect"),
    ]

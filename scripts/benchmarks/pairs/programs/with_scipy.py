"""SciPy: float pictures in, float pictures out; and `ndimage` in 8 bits, which truncates."""

from typing import Any

import numpy as np
from scipy import ndimage, signal

from benchmarks.pairs.probing import Run
from benchmarks.pairs.programs.program import Program, some_taps
from handconv.arrays import Array, Floats

MODES = {
    "reflect": "reflect",
    "replicate": "nearest",
    "reflect_101": "mirror",
    "constant": "constant",
    "wrap": "wrap",
}


def nd(function: str, border: str, *values: Any, **named: Any) -> Program:
    """One of `scipy.ndimage`."""
    mode = MODES[border]

    def run(picture: Array) -> Array:
        filtered: Array = getattr(ndimage, function)(picture, *values, mode=mode, **named)
        return filtered

    shown = [str(each) for each in (*values, *named.values()) if np.ndim(each) == 0]
    name = " ".join([function, *shown, border])
    return Program("scipy", name, run, border)


def own(name: str, taps: Floats, border: str, *, turned: bool = False) -> Program:
    """With taps of the caller, correlated, or convolved, which turns them."""
    function = ndimage.convolve if turned else ndimage.correlate
    mode: Any = MODES[border]
    run: Run = lambda picture: function(picture, taps, mode=mode)  # noqa: E731
    return Program("scipy", f"{function.__name__} {name} {border}", run, border)


def truncating(name: str, taps: Floats, border: str) -> Program:
    """In 8 bits `ndimage` truncates; no sum here leaves the range, where it would wrap around."""
    mode: Any = MODES[border]
    run: Run = lambda picture: ndimage.correlate(picture, taps, mode=mode)  # noqa: E731
    return Program("scipy", f"correlate in 8 bits, {name}", run, border, "floor", taps)


def programs() -> list[Program]:
    box, ring = np.full((3, 3), 1 / 9), np.array([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]]) / 16
    return [
        *(nd("uniform_filter", "reflect", side) for side in (3, 5, 15)),
        nd("uniform_filter", "wrap", 7),
        nd("uniform_filter1d", "replicate", 9),
        nd("gaussian_filter", "reflect", 0.7),
        nd("gaussian_filter", "replicate", 1.0),
        nd("gaussian_filter", "reflect_101", 1.5),
        nd("gaussian_filter", "constant", 2.5),
        nd("gaussian_filter", "reflect", 3.0, order=(0, 1)),
        nd("gaussian_laplace", "reflect", 1.2),
        nd("sobel", "reflect"),
        nd("prewitt", "replicate", 1),
        nd("laplace", "wrap"),
        own("any 3", some_taps(3, 3, 31), "reflect"),
        own("any 3", some_taps(3, 3, 32), "wrap", turned=True),
        own("any 5", some_taps(5, 5, 33), "reflect_101", turned=True),
        own("any 7", some_taps(7, 7, 34), "constant"),
        own("any 17", some_taps(17, 17, 35), "reflect"),
        nd("correlate1d", "replicate", np.array([1.0, -3, 0, 3, -1]) / 2),
        Program("scipy", "savgol_filter 7 2", _savgol, "replicate"),
        Program("scipy", "convolve2d symm", _symm, "reflect"),
        Program("scipy", "fftconvolve", _fft, "constant"),
        Program("scipy", "shift 0.3 0.4", _shift, "replicate"),
        truncating("box", box, "reflect"),
        truncating("1 2 1", ring, "replicate"),
        truncating(
            "any 5", np.abs(some_taps(5, 5, 36)) / np.abs(some_taps(5, 5, 36)).sum(), "wrap"
        ),
        truncating("half", np.array([[0.25, 0, 0], [0, 0, 0], [0, 0, 0.5]]), "reflect_101"),
    ]


def _savgol(picture: Array) -> Array:
    return np.asarray(signal.savgol_filter(picture, 7, 2, axis=1, mode="nearest"))


def _symm(picture: Array) -> Array:
    return np.asarray(signal.convolve2d(picture, some_taps(5, 3, 37), "same", "symm"))


def _fft(picture: Array) -> Array:
    return np.asarray(signal.fftconvolve(picture, some_taps(9, 9, 38), "same"))


def _shift(picture: Array) -> Array:
    return np.asarray(ndimage.shift(picture, (0.3, 0.4), order=1, mode="nearest"))

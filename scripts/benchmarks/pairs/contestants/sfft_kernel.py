"""SFFT, image subtraction in Fourier space: one kernel for the whole picture, flat background."""

from importlib import import_module

import numpy as np

from benchmarks.pairs.contestants.patches import plane_by_plane
from benchmarks.pairs.records import Answer, Question
from handconv.arrays import Floats

NEEDS = ("sfft",)
CONFIGURE = import_module("sfft.sfftcore.SFFTConfigure").SingleSFFTConfigure.SSC
SUBTRACT = import_module("sfft.sfftcore.SFFTSubtract").GeneralSFFTSubtract.GSS
REALIZE = import_module("sfft.utils.SFFTSolutionReader").Realize_MatchingKernel
QUIET = {"NUM_CPU_THREADS_4SUBTRACT": 1, "VERBOSE_LEVEL": 0}


def find(question: Question) -> Answer:
    return Answer(plane_by_plane(question, subtracted))


def subtracted(before: Floats, after: Floats, shape: tuple[int, int]) -> Floats:
    """The half width that it is given is that of the longer side; the rest should be zeros."""
    half = max(1, max(shape) // 2)
    numpy = {"BACKEND_4SUBTRACT": "Numpy"}
    rows, columns = before.shape
    config = CONFIGURE(
        *(rows, columns, half), KerPolyOrder=0, BGPolyOrder=0, ConstPhotRatio=True, **numpy, **QUIET
    )
    pictures = dict(
        zip(("PixA_I", "PixA_J", "PixA_mI", "PixA_mJ"), (before, after) * 2, strict=True)
    )
    solution = SUBTRACT(**pictures, SFFTConfig=config, **numpy, **QUIET)[0]
    side = 2 * half + 1
    centre = np.array([[rows / 2 + 0.5, columns / 2 + 0.5]])
    found = REALIZE(centre).FromArray(solution, rows, columns, side, side, 0, config[0]["Fpq"])[0]
    top, left = half - shape[0] // 2, half - shape[1] // 2
    turned: Floats = found[::-1, ::-1]
    return turned[top : top + shape[0], left : left + shape[1]]

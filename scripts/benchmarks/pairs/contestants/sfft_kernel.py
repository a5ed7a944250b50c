"""SFFT, image subtraction in Fourier space: one kernel for the whole picture, flat background."""

from importlib import import_module

import numpy as np

from benchmarks.pairs.contestants.patches import plane_by_plane
from benchmarks.pairs.records import Answer, Question
from handconv.arrays import Floats

NEEDS = ("sfft",)
QUIET = {"NUM_CPU_THREADS_4SUBTRACT": 1, "VERBOSE_LEVEL": 0}


def find(question: Question) -> Answer:
    return Answer(plane_by_plane(question, subtracted))


def subtracted(before: Floats, after: Floats, shape: tuple[int, int]) -> Floats:
    """The half width that it is given is that of the longer side; the rest should be zeros."""
    core = import_module("sfft.sfftcore.SFFTConfigure"), import_module("sfft.sfftcore.SFFTSubtract")
    reader = import_module("sfft.utils.SFFTSolutionReader")
    half = max(1, max(shape) // 2)
    numpy = {"BACKEND_4SUBTRACT": "Numpy"}
    rows, columns = before.shape
    config = core[0].SingleSFFTConfigure.SSC(
        *(rows, columns, half), KerPolyOrder=0, BGPolyOrder=0, ConstPhotRatio=True, **numpy, **QUIET
    )
    pictures = dict(
        zip(("PixA_I", "PixA_J", "PixA_mI", "PixA_mJ"), (before, after) * 2, strict=True)
    )
    solution = core[1].GeneralSFFTSubtract.GSS(**pictures, SFFTConfig=config, **numpy, **QUIET)[0]
    side = 2 * half + 1
    centre = np.array([[rows / 2 + 0.5, columns / 2 + 0.5]])
    found = reader.Realize_MatchingKernel(centre).FromArray(
        solution, rows, columns, side, side, 0, config[0]["Fpq"]
    )[0]
    top, left = half - shape[0] // 2, half - shape[1] // 2
    turned: Floats = found[::-1, ::-1]
    return turned[top : top + shape[0], left : left + shape[1]]

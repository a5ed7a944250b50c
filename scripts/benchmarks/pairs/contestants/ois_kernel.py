"""OIS: optimal image subtraction by a kernel of free pixels; clipped pixels and rim are masked."""

from importlib import import_module

import numpy as np

from benchmarks.pairs.contestants.patches import is_clipped, plane_by_plane
from benchmarks.pairs.records import Answer, Question
from handconv.arrays import Floats

NEEDS = ("ois",)
SUBTRACT = import_module("ois").optimal_system


def find(question: Question) -> Answer:
    def subtracted(before: Floats, after: Floats, shape: tuple[int, int]) -> Floats:
        bad = is_clipped(question, after)
        down, across = shape[0] // 2, shape[1] // 2
        rim = np.pad(
            np.zeros(np.subtract(bad.shape, (2 * down, 2 * across)), np.bool_),
            ((down, down), (across, across)),
            constant_values=True,
        )
        masked = np.ma.array(after, mask=bad | rim)
        kernel = SUBTRACT(masked, before, kernelshape=shape, bkgdegree=0, method="Bramich")[2]
        return np.asarray(kernel)[::-1, ::-1]

    return Answer(plane_by_plane(question, subtracted))

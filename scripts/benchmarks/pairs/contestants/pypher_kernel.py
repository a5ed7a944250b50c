"""PyPHER's homogenization kernel, the pictures as its PSFs, regularised by the rounding noise."""

from importlib import import_module

import numpy as np

from benchmarks.pairs.contestants.patches import middle, plane_by_plane, rounding_noise
from benchmarks.pairs.records import Answer, Question
from handconv.arrays import Floats

NEEDS = ("pypher",)
HOMOGENIZE = import_module("pypher.pypher").homogenization_kernel


def find(question: Question) -> Answer:
    return Answer(plane_by_plane(question, homogenizing))


def homogenizing(before: Floats, after: Floats, shape: tuple[int, int]) -> Floats:
    """Its PSFs have sum 1: times the ratio of the sums."""
    noise = rounding_noise(before) / before.sum() ** 2
    whole, _ = HOMOGENIZE(after / after.sum(), before / before.sum(), noise)
    return middle(after.sum() / before.sum() * np.asarray(whole), shape)

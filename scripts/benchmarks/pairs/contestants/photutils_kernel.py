"""photutils' `make_kernel` (once `create_matching_kernel`), the pictures as its two PSFs."""

from importlib import import_module

import numpy as np

from benchmarks.pairs.contestants.patches import middle, plane_by_plane, rounding_noise
from benchmarks.pairs.records import Answer, Question
from handconv.arrays import Floats

NEEDS = ("photutils",)
MAKE_KERNEL = import_module("photutils.psf_matching").make_kernel


def find(question: Question) -> Answer:
    return Answer(plane_by_plane(question, matching))


def matching(before: Floats, after: Floats, shape: tuple[int, int]) -> Floats:
    """It takes odd sides, and gives a kernel with sum 1: times the ratio of the sums.

    What it leaves out are frequencies weaker than a share of the strongest, the sum of the pixels:
    that of the rounding noise.
    """
    odd = tuple(slice(0, length - 1 + length % 2) for length in before.shape)
    seen, made = before[odd], after[odd]
    weak = np.sqrt(rounding_noise(seen)) / seen.sum()
    return middle(
        made.sum() / seen.sum() * np.asarray(MAKE_KERNEL(seen, made, regularization=weak)), shape
    )

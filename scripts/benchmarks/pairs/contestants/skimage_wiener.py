"""scikit-image's Wiener deconvolution of the after picture by the before picture."""

import numpy as np
from skimage import restoration

from benchmarks.pairs.contestants.patches import middle, plane_by_plane, rounding_noise
from benchmarks.pairs.records import Answer, Question
from handconv.arrays import Floats

NEEDS = ("skimage",)


def find(question: Question) -> Answer:
    return Answer(plane_by_plane(question, deconvolved))


def deconvolved(before: Floats, after: Floats, shape: tuple[int, int]) -> Floats:
    """``balance`` as its documentation says: noise against the prior, a Laplacian."""
    noise = rounding_noise(before)
    return middle(np.asarray(restoration.wiener(after, before, noise, clip=False)), shape)

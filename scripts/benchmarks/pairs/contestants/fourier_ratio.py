"""The ratio of the spectra after and before, regularised by the power of the rounding noise."""

import numpy as np

from benchmarks.pairs.contestants.patches import middle, plane_by_plane, rounding_noise
from benchmarks.pairs.records import Answer, Question
from handconv.arrays import Floats

NEEDS = ("numpy",)


def find(question: Question) -> Answer:
    return Answer(plane_by_plane(question, ratio))


def ratio(before: Floats, after: Floats, shape: tuple[int, int]) -> Floats:
    """Without the means, which a bias would spoil."""
    seen, made = (np.fft.fft2(each - each.mean()) for each in (before, after))
    power = np.abs(seen) ** 2 + rounding_noise(before)
    return middle(np.fft.fftshift(np.fft.ifft2(seen.conj() * made / power).real), shape)

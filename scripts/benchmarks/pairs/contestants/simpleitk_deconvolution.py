"""SimpleITK's Tikhonov deconvolution of the after picture by the before picture."""

from importlib import import_module

from benchmarks.pairs.contestants.patches import middle, plane_by_plane, rounding_noise
from benchmarks.pairs.records import Answer, Question
from handconv.arrays import Floats

NEEDS = ("SimpleITK",)
ITK = import_module("SimpleITK")


def find(question: Question) -> Answer:
    return Answer(plane_by_plane(question, deconvolved))


def deconvolved(before: Floats, after: Floats, shape: tuple[int, int]) -> Floats:
    """The before picture is the "kernel"; around the after picture it is told to see it again."""
    seen, made = (ITK.GetImageFromArray(each - each.mean()) for each in (before, after))
    periodic = ITK.TikhonovDeconvolutionImageFilter.PERIODIC_PAD
    whole = ITK.TikhonovDeconvolution(made, seen, rounding_noise(before), False, periodic)
    return middle(ITK.GetArrayFromImage(whole), shape)

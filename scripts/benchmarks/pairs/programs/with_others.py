"""pyvips, SimpleITK and albumentations, where they are installed."""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from benchmarks.pairs.probing import Run
from benchmarks.pairs.programs.program import Program, some_taps


def programs() -> list[Program]:
    makers = {"pyvips": _pyvips, "SimpleITK": _simpleitk, "albumentations": _albumentations}
    return [program for name, make in makers.items() if find_spec(name) for program in make()]


def _pyvips() -> list[Program]:
    """It widens the picture by its edge pixels."""
    vips = import_module("pyvips")
    unsharp = vips.Image.new_from_array([[-1, -1, -1], [-1, 16, -1], [-1, -1, -1]], scale=8)
    own = vips.Image.new_from_array(some_taps(5, 7, 61).tolist())

    def on(call: Callable[[Any], Any]) -> Run:
        return lambda picture: call(vips.Image.new_from_array(picture)).numpy()

    named = {
        "conv unsharp": on(lambda image: image.conv(unsharp, precision="float")),
        "conv any 5 x 7": on(lambda image: image.conv(own, precision="float")),
        "gaussblur 1.5": on(lambda image: image.gaussblur(1.5, precision="float")),
        "compass": on(lambda image: image.conv(unsharp.rot45(), precision="float")),
        "gaussblur 5": on(lambda image: image.gaussblur(5, precision="float")),
    }
    return [Program("pyvips", name, run, "replicate") for name, run in named.items()]


def _simpleitk() -> list[Program]:
    """At the edge it goes on with the edge pixels (zero-flux Neumann)."""
    itk = import_module("SimpleITK")

    def on(call: Callable[[Any], Any]) -> Run:
        return lambda picture: itk.GetArrayFromImage(call(itk.GetImageFromArray(picture)))

    named = {
        "Mean 2": on(lambda image: itk.Mean(image, [2, 2])),
        "DiscreteGaussian 1.5": on(lambda image: itk.DiscreteGaussian(image, 1.5, 32, 1e-4)),
        "BinomialBlur 2": on(lambda image: itk.BinomialBlur(image, 2)),
        "Laplacian": on(lambda image: itk.Laplacian(image, False)),
        "Derivative": on(lambda image: itk.Derivative(image, 0, 1, False)),
    }
    borders = {"BinomialBlur 2": None}
    return [
        Program("SimpleITK", name, run, borders.get(name, "replicate"))
        for name, run in named.items()
    ]


def _albumentations() -> list[Program]:
    """In 8 bits, by OpenCV; the taps as its documentation says."""
    augment = import_module("albumentations")
    middle, relief = np.zeros((3, 3)), np.array([[-1.5, -0.5, 0], [-0.5, 1, 0.5], [0, 0.5, 1.5]])
    middle[1, 1] = 1
    edge = np.where(middle, 9.0, -1.0)
    transforms = {
        "Blur 5": (augment.Blur((5, 5), p=1), np.full((5, 5), 1 / 25)),
        "Sharpen 0.4": (augment.Sharpen((0.4, 0.4), (1.0, 1.0), p=1), 0.6 * middle + 0.4 * edge),
        "Emboss 0.6": (augment.Emboss((0.6, 0.6), (0.5, 0.5), p=1), 0.4 * middle + 0.6 * relief),
    }

    def on(transform: Any) -> Run:
        return lambda picture: np.asarray(transform(image=picture)["image"])

    return [
        Program("albumentations", name, on(transform), "reflect_101", "nearest", taps)
        for name, (transform, taps) in transforms.items()
    ]

"""Programs that no kernel can replace."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageFilter, ImageOps
from scipy import ndimage, signal
from skimage import exposure, filters, restoration
from torch.nn import functional

from benchmarks.pairs.probing import Run
from benchmarks.pairs.programs.program import STORE
from benchmarks.pairs.programs.with_torch import on_tensors
from handconv.arrays import Array

store = STORE["nearest"]


def programs() -> dict[tuple[str, str], Run]:
    """(library, name) → the function; 8-bit grey pictures in and out."""
    return {
        **{("pillow", name): run for name, run in _pillow().items()},
        **{("opencv-python", name): run for name, run in _opencv().items()},
        **{("scipy", name): run for name, run in _scipy().items()},
        **{("scikit-image", name): run for name, run in _skimage().items()},
        ("torch", "max_pool2d 3"): _max_pool,
    }


def _pillow() -> dict[str, Run]:
    def on(call: Callable[[Any], Any]) -> Run:
        return lambda picture: np.asarray(call(Image.fromarray(picture)))

    return {
        "MedianFilter 3": on(lambda image: image.filter(ImageFilter.MedianFilter(3))),
        "MinFilter 3": on(lambda image: image.filter(ImageFilter.MinFilter(3))),
        "ModeFilter 5": on(lambda image: image.filter(ImageFilter.ModeFilter(5))),
        "UnsharpMask 2 150 12": on(lambda image: image.filter(ImageFilter.UnsharpMask(2, 150, 12))),
        "equalize": on(ImageOps.equalize),
        "posterize 3": on(lambda image: ImageOps.posterize(image, 3)),
        "solarize": on(ImageOps.solarize),
    }


def _opencv() -> dict[str, Run]:
    gamma = store(255 * (np.arange(256) / 255) ** 0.45)
    square = np.ones((3, 3), np.uint8)
    return {
        "medianBlur 5": lambda picture: cv2.medianBlur(picture, 5),
        "bilateralFilter": lambda picture: cv2.bilateralFilter(picture, 7, 40, 3),
        "erode 3": lambda picture: cv2.erode(picture, square),
        "morphology gradient": lambda p: cv2.morphologyEx(p, cv2.MORPH_GRADIENT, square),
        "CLAHE": lambda picture: cv2.createCLAHE(3.0, (4, 4)).apply(picture),
        "gamma 0.45": lambda picture: cv2.LUT(picture, gamma),
        "adaptiveThreshold": lambda p: cv2.adaptiveThreshold(p, 255, 0, 0, 11, 3),
        "absolute Sobel": lambda p: cv2.convertScaleAbs(cv2.Sobel(p, cv2.CV_32F, 1, 0)),
        "fastNlMeansDenoising": lambda p: cv2.fastNlMeansDenoising(p, None, 12, 5, 11),
    }


def _scipy() -> dict[str, Run]:
    return {
        "percentile_filter 30": lambda picture: ndimage.percentile_filter(picture, 30, 3),
        "grey_opening 5": lambda picture: ndimage.grey_opening(picture, (5, 5)),
        "wiener 5": lambda picture: store(signal.wiener(picture.astype(np.float64), (5, 5))),
        "gaussian_gradient_magnitude": _gradient,
    }


def _skimage() -> dict[str, Run]:
    def on(call: Callable[[Any], Any]) -> Run:
        return lambda picture: store(255 * np.asarray(call(picture / 255)))

    return {
        "sobel magnitude": on(filters.sobel),
        "denoise_tv_chambolle": on(lambda image: restoration.denoise_tv_chambolle(image, 0.1)),
        "equalize_adapthist": on(exposure.equalize_adapthist),
        "adjust_sigmoid": on(exposure.adjust_sigmoid),
    }


def _gradient(picture: Array) -> Array:
    return store(2 * ndimage.gaussian_gradient_magnitude(picture.astype(np.float64), 1.0))


def _max_pool(picture: Array) -> Array:
    run = on_tensors(lambda tensor: functional.max_pool2d(tensor, 3, stride=1, padding=1))
    return store(run(picture))

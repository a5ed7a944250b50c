"""Calls that resize planes with the libraries themselves, a plane at a time."""

from typing import Any

import cv2
import numpy as np
from scipy import ndimage

from handconv.arrays import Array
from learned.recovery.explanations.rounding import rounded


def resize_by_opencv(planes: Array, height: int, width: int, interpolation: str) -> Array:
    """By `cv2.resize`."""
    flag = getattr(cv2, interpolation)
    return np.stack([cv2.resize(plane, (width, height), interpolation=flag) for plane in planes])


def rescale_by_opencv(planes: Array, down: float, across: float, interpolation: str) -> Array:
    """By `cv2.resize` with factors: where these do not give whole sizes, pixels lie elsewhere."""
    flag = getattr(cv2, interpolation)
    made = [cv2.resize(x, None, fx=across, fy=down, interpolation=flag) for x in planes]
    return np.stack(made)


def pyramid_by_opencv(planes: Array, step: str) -> Array:
    """By `cv2.pyrDown` or `cv2.pyrUp`."""
    return np.stack([getattr(cv2, step)(plane) for plane in planes])


def resize_by_pillow(
    planes: Array, height: int, width: int, resample: str, reducing_gap: float | None
) -> Array:
    """By `Image.resize`."""
    from PIL import Image

    method = Image.Resampling[resample]
    made = [
        Image.fromarray(plane).resize((width, height), method, reducing_gap=reducing_gap)
        for plane in planes
    ]
    return np.stack([np.asarray(each, planes.dtype) for each in made])


def reduce_by_pillow(planes: Array, across: int, down: int) -> Array:
    """By `Image.reduce`: the mean of so many pixels."""
    from PIL import Image

    made = [Image.fromarray(plane).reduce((across, down)) for plane in planes]
    return np.stack([np.asarray(each, planes.dtype) for each in made])


def resize_by_skimage(
    planes: Array,
    height: int,
    width: int,
    order: int,
    mode: str,
    anti_aliasing: bool,
    preserve_range: bool,
    rounding: str,
) -> Array:
    """By `skimage.transform.resize`, which gives fractions that are then rounded or truncated."""
    from skimage.transform import resize

    settings: dict[str, Any] = {"order": order, "mode": mode, "anti_aliasing": anti_aliasing}
    settings["preserve_range"] = preserve_range
    made = np.stack([resize(plane, (height, width), **settings) for plane in planes])
    top = np.iinfo(planes.dtype).max
    level = made if preserve_range else made * top
    return np.asarray(rounded(level, rounding).clip(0, top).astype(planes.dtype))


def zoom_by_scipy(
    planes: Array, height: int, width: int, order: int, mode: str, grid_mode: bool
) -> Array:
    """By `scipy.ndimage.zoom`."""
    factors = height / planes.shape[1], width / planes.shape[2]
    settings: dict[str, Any] = {"order": order, "mode": mode, "grid_mode": grid_mode}
    return np.stack([ndimage.zoom(plane, factors, **settings) for plane in planes])

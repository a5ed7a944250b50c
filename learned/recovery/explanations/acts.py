"""What is done to a picture, or to a part of it: a kernel, boxes, a curve, a fill."""

from typing import Any

import cv2
import numpy as np

from handconv.arrays import Array
from learned.recovery.explanations.chains import box_blurs
from learned.recovery.explanations.curve import look_up
from learned.recovery.explanations.rims import Reach, keep_rim, pad
from learned.recovery.explanations.rounding import rounded


def done(planes: Array, how: str, settings: dict[str, Any]) -> Array:
    """The planes, "filled" with levels, through a "curve", by "boxes", or by a "kernel"."""
    if how == "filled":
        return np.broadcast_to(np.reshape(settings["levels"], (-1, 1, 1)), planes.shape)
    if how == "curve":
        return look_up(planes, np.array(settings["tables"], planes.dtype))
    if how == "boxes":
        return box_blurs(planes, **settings)
    return filtered(planes, **settings)


def filtered(
    planes: Array,
    kernel: list[list[float]],
    reach: Reach,
    mode: str,
    bias: float,
    rounding: str,
) -> Array:
    """A correlation of each plane, stored as the planes are.

    ``reach`` is how far the kernel goes above, below, left and right, ``mode`` what `numpy.pad`
    calls the border; "unfiltered" leaves the rim as it is.
    """
    if mode == "unfiltered":
        return keep_rim(filtered(planes, kernel, reach, "edge", bias, rounding), planes, reach)
    (rows, columns), top = planes.shape[1:], np.iinfo(planes.dtype).max
    after, taps = np.empty_like(planes), np.array(kernel)
    for i, plane in enumerate(pad(planes, reach, mode)):
        summed = cv2.filter2D(plane.astype(np.float64), -1, taps, anchor=(0, 0))
        level = np.round(summed[:rows, :columns] + bias, 9)  # what misses a half by 1e-9 is one
        after[i] = np.clip(rounded(level, rounding), 0, top)
    return after


def in_two_parts(
    planes: Array,
    region: list[int],
    shape: str,
    outside: tuple[str, dict[str, Any]],
    inside: tuple[str, dict[str, Any]],
    apart: bool,
) -> Array:
    """Something is done ``inside`` a region, something else outside of it.

    ``region`` is the first row and the one after the last, the same of columns; its shape a
    "rectangle" or the "ellipse" in it. What is cut out first and filtered ``apart`` does not see
    the pixels around it.
    """
    top, bottom, left, right = region
    part = np.s_[:, top:bottom, left:right]
    within = done(planes[part], *inside) if apart else done(planes, *inside)[part]
    if shape == "ellipse":
        y, x = np.mgrid[: bottom - top, : right - left]
        high, wide = (bottom - top - 1) / 2, (right - left - 1) / 2
        mask = ((y - high) / (high + 0.5)) ** 2 + ((x - wide) / (wide + 0.5)) ** 2 <= 1
    else:
        mask = np.ones((bottom - top, right - left), np.bool_)
    after = np.array(done(planes, *outside))
    after[part] = np.where(mask, within, after[part])
    return after

"""A kernel that works on light: levels are decoded, filtered, and encoded again."""

import cv2
import numpy as np

from handconv.arrays import Array
from learned.recovery.explanations.light_curves import decode, encode
from learned.recovery.explanations.rims import Reach, pad
from learned.recovery.explanations.rounding import rounded


def filter_in_light(
    planes: Array,
    kernel: Array,
    reach: Reach,
    mode: str,
    curve: list[float],
    steps: int,
    halves: str,
    by_table: bool,
    rounding: str,
    top: int,
) -> Array:
    """A correlation of the light, from 0 to 1; ``top`` is the highest level that is stored.

    ``reach`` is how far the kernel goes above, below, left and right, ``mode`` what `numpy.pad`
    calls the border. With ``steps``, light is rounded to so many steps before and after; halves of
    steps go as `rounded` says of ``halves``.
    """
    rows, columns = planes.shape[1:]
    after = np.empty(planes.shape, np.uint8 if top == 255 else np.uint16)  # noqa: PLR2004
    for i, plane in enumerate(pad(planes, reach, mode)):
        light = decode(plane / np.iinfo(planes.dtype).max, *curve)
        if steps:
            light = np.rint(light * steps) / steps
        summed = cv2.filter2D(light, -1, kernel, anchor=(0, 0))[:rows, :columns]
        level = to_levels(np.clip(summed, 0, 1), curve, steps, halves, by_table)
        after[i] = rounded(top * level, rounding)
    return after


def to_levels(light: Array, curve: list[float], steps: int, halves: str, by_table: bool) -> Array:
    """Levels from 0 to 1."""
    if by_table:
        table = np.rint(255 * encode(np.arange(256) / 255, *curve))
        return np.asarray(np.interp(255 * light, np.arange(256), table) / 255)
    if not steps:
        return encode(light, *curve)
    level = encode(rounded(np.round(light * steps, 6), halves) / steps, *curve)
    return np.asarray(np.rint(level * steps) / steps)

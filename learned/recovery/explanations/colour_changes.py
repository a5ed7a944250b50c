"""What is done to the channels of a colour space, one after the other, with 8 bits between."""

from typing import Any

import cv2
import numpy as np

from handconv.arrays import Array
from learned.recovery.explanations.colour_spaces import from_space, to_space
from learned.recovery.explanations.ranks import rank_of
from learned.recovery.explanations.rims import keep_rim, pad
from learned.recovery.explanations.rounding import rounded

Change = list[Any]
"""What `changed` does: its name, then numbers."""


def change_channels(
    planes: Array, there: str, back: str, changes: list[Change], mode: str = "edge"
) -> Array:
    """Into the space, each channel changed, and back; ``mode`` is the border of those that look
    around."""
    channels = to_space(planes, there)
    pairs = zip(channels, changes, strict=True)
    return from_space(
        np.stack([changed(channel, *change, mode) for channel, change in pairs]), back
    )


def changed(channel: Array, name: str, *rest: Any) -> Array:
    """One channel (rows, columns) of 8 bits; the last of the ``rest`` is the border."""
    *numbers, mode = rest
    if name == "unchanged":
        return channel
    if name == "equalised":
        return np.asarray(cv2.equalizeHist(channel))
    if name == "clahe":
        clip, tiles = numbers
        return np.asarray(cv2.createCLAHE(clip, (tiles, tiles)).apply(channel))
    if name == "kernel":
        return filtered(channel, np.array(numbers[0]) / numbers[1], mode)
    if name in ("median", "minimum", "maximum"):
        footprint = np.ones((numbers[0], numbers[0]), np.uint8)
        last = footprint.size - 1
        rank = {"minimum": 0, "median": last // 2, "maximum": last}[name]
        ranked = rank_of(channel[None], footprint, (numbers[0] // 2,) * 4, rank, mode)
        return np.asarray(ranked[0])
    return table_of(name, *numbers)[channel]


def table_of(name: str, *numbers: Any) -> Array:
    """(256,) what becomes of each level."""
    level = np.arange(256)
    if name == "table":
        return np.array(numbers[0], np.uint8)
    if name == "shift":
        by, period = numbers
        return np.where(level < period, (level + by) % period, level).astype(np.uint8)
    if name == "gamma":
        exponent, rounding = numbers
        made = 255 * (level / 255) ** exponent
    else:
        factor, offset, rounding = numbers
        made = level * factor + offset
    return np.clip(rounded(made, rounding), 0, 255).astype(np.uint8)


def filtered(channel: Array, kernel: Array, mode: str) -> Array:
    """A correlation with a kernel of odd sides, rounded and clipped to 8 bits."""
    down, across = (side // 2 for side in kernel.shape)
    reach = (down, down, across, across)
    if mode == "unfiltered":
        inner = filtered(channel, kernel, "edge")
        return np.asarray(keep_rim(inner[None], channel[None], reach)[0])
    wide = pad(channel[None], reach, mode)[0].astype(np.float64)
    summed = cv2.filter2D(wide, -1, kernel, anchor=(0, 0))[: channel.shape[0], : channel.shape[1]]
    return np.clip(rounded(summed, "halves up"), 0, 255).astype(np.uint8)

"""What contestants share: the pixels that a kernel sees, and single planes of pictures."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from benchmarks.pairs.records import Question
from handconv.arrays import Array, Floats, Mask

Find = Callable[[Floats, Floats, tuple[int, int]], Floats]
"""Before, after, (M, N) → taps of a correlation."""


class Patches(NamedTuple):
    """One row for each output pixel whose taps lie inside the picture.

    Attributes
    ----------
    seen : (pixels, taps) what the taps lie on
    after : (pixels, out-channels) as stored
    """

    seen: Floats
    after: Floats

    def kernel(self, taps: Floats, shape: tuple[int, ...]) -> Floats:
        """(taps, out-channels) laid out as the question's kernel."""
        return np.ascontiguousarray(taps.T.reshape(shape))


def planes(picture: Array) -> Floats:
    """(channels, rows, columns)."""
    levels = picture.astype(np.float64)
    return levels[None] if levels.ndim == 2 else levels.transpose(2, 0, 1)


def patches(question: Question, most: int | None = None, seed: int = 0) -> Patches:
    """All of a pair, or ``most`` of them drawn by chance.

    Of one kernel for all channels, each channel is one more picture.
    """
    rows, columns = question.shape[-2:]
    before, after = planes(question.before), planes(question.after)
    inner = after[:, rows // 2 : after.shape[1] - rows // 2, columns // 2 :][
        :, :, : after.shape[2] - columns + 1
    ]
    alike = len(question.shape) == 2
    windows = np.lib.stride_tricks.sliding_window_view(before, (rows, columns), axis=(1, 2))
    where = np.arange(inner[0].size)
    if most is not None and most < len(where):
        where = np.sort(np.random.default_rng(seed).choice(where, most, replace=False))
    down, across = np.unravel_index(where, inner[0].shape)
    seen = windows[:, down, across].reshape(len(before), len(where), rows * columns)
    stored = inner[:, down, across]
    if alike:
        return Patches(seen.reshape(-1, rows * columns), stored.reshape(-1, 1))
    return Patches(seen.transpose(1, 0, 2).reshape(len(where), -1), stored.T)


def is_clipped(question: Question, after: Array) -> Mask:
    """Of which pixels only one bound is known: those at the ends of 8 bits."""
    if question.after.dtype != np.uint8:
        return np.zeros(after.shape, dtype=np.bool_)
    return np.asarray((after == 0) | (after == 255))


def plane_by_plane(question: Question, find: Find) -> Floats:
    """By a method that knows single planes: the mean of the channels' kernels, or one for each.

    Raises ``ValueError`` where channels are mixed, which such a method cannot find.
    """
    before, after = planes(question.before), planes(question.after)
    rows, columns = question.shape[-2:]
    if len(question.shape) == 4 and question.shape[:2] != (1, 1) and len(before) != len(after):
        raise ValueError("this method cannot mix channels.")
    found = [find(b, a, (rows, columns)) for b, a in zip(before, after, strict=True)]
    if len(question.shape) == 2:
        return np.asarray(np.mean(found, axis=0))
    return np.eye(len(found))[..., None, None] * np.stack(found)


def middle(whole: Floats, shape: tuple[int, int]) -> Floats:
    """A kernel of a convolution in the middle of a picture, turned to one of a correlation."""
    top, left = (length // 2 - side // 2 for length, side in zip(whole.shape, shape, strict=True))
    return np.ascontiguousarray(whole[top : top + shape[0], left : left + shape[1]][::-1, ::-1])


def rounding_noise(before: Array) -> float:
    """What to add to the power of a picture's spectrum, (rows × columns) times a pixel's variance.

    Rounding to whole grey levels has a variance of 1/12; taps are taken to be of the order of 1.
    """
    return before.size / 12

"""Finding shapes: peaks of a response, and how many of them are right."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from skimage.feature import match_template, peak_local_max

from handconv.arrays import Floats, Mask


class Hit(NamedTuple):
    """A peak of a response."""

    score: float
    row: int
    column: int


def peaks(response: Floats, apart: int) -> list[Hit]:
    """The local maxima of (rows, columns), none within ``apart`` pixels of another; best first."""
    places = peak_local_max(
        response, min_distance=apart, exclude_border=False, threshold_abs=-np.inf
    )
    hits = [Hit(float(response[row, column]), int(row), int(column)) for row, column in places]
    return sorted(hits, reverse=True)


def right_hits(hits: Sequence[Hit], points: Floats, within: float) -> Mask:
    """Which hits, best first, lie within so many pixels of a point that no better hit has taken."""
    right, free = np.zeros(len(hits), bool), np.ones(len(points), bool)
    for number, hit in enumerate(hits):
        away = np.hypot(points[:, 0] - hit.row, points[:, 1] - hit.column)
        away = np.where(free, away, np.inf)
        if away.min(initial=np.inf) <= within:
            right[number], free[away.argmin()] = True, False
    return right


def average_precision(right: Mask, points: int) -> float:
    """The mean, over all points, of the precision at which each was found; 0 where it was not.

    >>> average_precision(np.array([True, False, True]), 2)  # 1/1 and 2/3
    0.8333333333333333
    """
    precision = np.cumsum(right) / np.arange(1, len(right) + 1)
    return float(precision[right].sum() / points)


def by_opencv(photo: Floats, template: Floats) -> Floats:
    """`cv2.matchTemplate`, normalised, with the photo mirrored outside; (rows, columns)."""
    half = len(template) // 2
    padded = np.pad(photo, half, mode="symmetric").astype(np.float32)
    found = cv2.matchTemplate(padded, template.astype(np.float32), cv2.TM_CCOEFF_NORMED)
    return np.asarray(found, np.float64)


def by_skimage(photo: Floats, template: Floats) -> Floats:
    """The same by `skimage.feature.match_template`."""
    padded = np.pad(photo, len(template) // 2, mode="symmetric")
    return np.asarray(match_template(padded, template), np.float64)

"""Scratches made up on photos, to be found again."""

import numpy as np

from handconv.arrays import Floats
from handconv.kernels.families import motion

LENGTH, ANGLE, TURN = 21.0, 60.0, 8.0  # pixels; degrees, and how much they vary
DEPTH = (30.0, 60.0)  # grey levels that a scratch adds, least and most
TRIES = 1000


def scratched(
    photo: Floats, count: int, apart: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """The photo (rows, columns) with bright scratches at random places, and the points (count, 2).

    Scratches are thin lines of 21 pixels, about 60° steep, whose middles are more than ``apart``
    pixels from each other. Raises ``ValueError`` where so many do not fit.
    """
    photo, points, tries = photo.copy(), np.empty((0, 2)), 0
    while len(points) < count:
        line = motion(LENGTH, rng.uniform(ANGLE - TURN, ANGLE + TURN))
        room = np.subtract(photo.shape, line.shape)
        corner = rng.integers(room + 1)
        middle = corner + np.array(line.shape) // 2
        if (np.hypot(*(points - middle).T) <= apart).any():
            tries += 1
            if tries == TRIES:
                raise ValueError(f"{count} scratches do not fit into a photo. Use fewer.")
            continue
        rows, columns = (slice(at, at + side) for at, side in zip(corner, line.shape, strict=True))
        photo[rows, columns] += rng.uniform(*DEPTH) * line / line.max()
        points = np.vstack([points, middle])
    return photo.clip(0, 255).round(), points

"""Conjugate gradients, scaled by the diagonal: sparse systems, solved as far as is needed."""

from collections.abc import Callable

import numpy as np

from handconv.arrays import Floats

STEPS = 500
PRECISION = 1e-7


def conjugate_gradients(
    times: Callable[[Floats], Floats],
    right: Floats,
    diagonal: Floats,
    steps: int = STEPS,
    precision: float = PRECISION,
) -> Floats:
    """Solve ``times(x) = right`` for a positive definite map, from 0, scaled by its diagonal.

    >>> diagonal = np.array([2.0, 4.0])
    >>> conjugate_gradients(lambda x: diagonal * x, np.array([2.0, 2.0]), diagonal).tolist()
    [1.0, 0.5]
    """
    x = np.zeros_like(right)
    left = right.copy()
    scaled = left / diagonal
    direction = scaled.copy()
    size = left @ scaled
    enough = precision**2 * size
    for _ in range(steps):
        if size <= enough:
            break
        along = times(direction)
        length = size / (direction @ along)
        x += length * direction
        left -= length * along
        scaled = left / diagonal
        size, before = left @ scaled, size
        direction = scaled + size / before * direction
    return x

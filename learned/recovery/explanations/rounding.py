"""How sums become whole numbers."""

import numpy as np

from handconv.arrays import Array


def rounded(level: Array, rounding: str) -> Array:
    """Whole numbers. What misses a half by a rounding error is one."""
    whole = np.rint(level) if rounding == "nearest" else np.floor(level + 1e-9)
    if rounding == "halves up":
        whole = np.floor(level + (0.5 + 1e-9))
    if rounding == "halves down":
        whole = np.ceil(level - (0.5 + 1e-9))
    return np.asarray(whole)

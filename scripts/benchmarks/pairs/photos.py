"""The pictures before: parts of photos of scikit-image, and pictures that tell little."""

import numpy as np

from handconv.arrays import Array
from handconv.pictures import read_picture

SIDE = 256  # pixels
GREY = ("camera", "coins", "moon", "brick", "grass", "astronaut", "cat", "coffee")
COLOUR = ("astronaut", "cat", "coffee", "rocket")


def photo(name: str, *, colour: bool = False) -> Array:
    """The middle of a photo: (SIDE, SIDE) or (SIDE, SIDE, 3) uint8."""
    whole = read_picture(f"skimage:{name}", grey=not colour)
    top, left = ((length - SIDE) // 2 for length in whole.shape[:2])
    return np.ascontiguousarray(whole[top : top + SIDE, left : left + SIDE])


def dull_pictures() -> dict[str, tuple[Array, str]]:
    """Pictures in which many kernels do the same, with the border that adds nothing new.

    Each row, or each column, or each tile is like the others, so there are fewer different
    neighbourhoods than taps.
    """
    camera, cat = photo("camera"), photo("cat")
    across = np.arange(SIDE, dtype=np.uint8)
    edge = np.where(across < SIDE // 2, 30, 220).astype(np.uint8)
    shape = (SIDE, SIDE)
    return {
        "flat": (np.full(shape, 117, np.uint8), "replicate"),
        "ramp": (np.broadcast_to(across, shape).copy(), "replicate"),
        "ramp down": (np.broadcast_to(across[:, None], shape).copy(), "reflect"),
        "rows alike": (np.broadcast_to(camera[128], shape).copy(), "replicate"),
        "columns alike": (np.broadcast_to(cat[:, 128:129], shape).copy(), "reflect"),
        "checks": (np.tile(np.array([[40, 200], [200, 40]], np.uint8), (128, 128)), "wrap"),
        "tiles": (np.tile(camera[100:102, 100:104], (128, 64)), "wrap"),
        "edge": (np.broadcast_to(edge, shape).copy(), "replicate"),
    }

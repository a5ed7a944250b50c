"""Help for the tests of recover: photos, and code snippets run in a clean place."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handconv.pictures import read_picture
from learned.recovery.recover import Recovery

Pixels = NDArray[Any]

PHOTOS = ("camera", "cat", "coffee", "moon", "brick", "grass", "coins")


@cache
def photo(name: str, rows: int = 256, columns: int = 320, colour: bool = False) -> Pixels:
    """A part from the middle of a photo; read-only, as it is shared."""
    whole = read_picture(f"skimage:{name}", grey=not colour)
    top, left = max(0, (whole.shape[0] - rows) // 2), max(0, (whole.shape[1] - columns) // 2)
    part = np.ascontiguousarray(whole[top : top + rows, left : left + columns])
    part.setflags(write=False)
    return part


def stored(values: NDArray[np.floating[Any]]) -> Pixels:
    """Rounded and clipped to 8 bits."""
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def run_code(found: Recovery, library: str, before: Pixels) -> Pixels:
    """The after image that the code for one library makes of ``before``."""
    names: dict[str, Any] = {"before": before}
    exec(found.code[library], names)
    after: Pixels = names["after"]
    return after


def interior(found: Recovery, margin: int = 0) -> tuple[slice, slice]:
    """Pixels whose whole neighbourhood lies inside the picture, less a margin."""
    rows, columns = found.kernel.shape[-2:]
    above, left = max(0, found.anchor[0]), max(0, found.anchor[1])
    below, right = (
        max(0, rows - 1 - found.anchor[0]),
        max(0, columns - 1 - found.anchor[1]),
    )
    return (
        slice(above + margin, -(below + margin) or None),
        slice(left + margin, -(right + margin) or None),
    )

"""Help for the tests of recover: photos, and code snippets run in a clean place."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handconv.pictures import read_picture
from learned.recovery.record import Recovery

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


def assert_counted(found: Recovery, before: Pixels, after: Pixels, margin: int = 0) -> None:
    """The code for every library reproduces just the share of the pixels that is claimed.

    Where the taps are no fractions, sums may differ by rounding errors from library to library,
    and a pixel in a hundred thousand with them. ``margin``: of a rim wider than the kernel.
    """
    region = (slice(None), slice(None)) if found.whole else interior(found, margin)
    for library in found.code:
        ours = run_code(found, library, before)[region]
        if after.dtype.kind == "f":
            same = np.isclose(ours, after[region], rtol=0, atol=1e-4)
        else:
            same = ours == after[region]
        slack = 0 if found.rational else 1e-5
        assert abs(same.mean() - found.exact_pixels) <= slack, library

"""The methods that work on tiles: each is made once per thread, and then filters tile after tile.

A method is made with the memory that tiles are copied into, (rows, columns, channels), and may
keep scratch memory of its own. Called with a target, it filters the tile that lies at the top
left of the memory.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from handconv.compiled.loops import add_dense, add_taps, sum_box
from handconv.compiled.plan import Plan

Floats = NDArray[np.floating[Any]]


class Target(NamedTuple):
    """Where the result goes: ``view`` is rows of ``flat``, from ``start``, ``stride`` apart."""

    view: Floats  # (rows, columns, channels)
    flat: Floats
    start: int
    stride: int


Method = Callable[[Target], None]


def sparse(plan: Plan, kernel: NDArray[np.float64], memory: Floats) -> Method:
    """Only the taps that are not zero."""
    _, columns, channels = memory.shape
    stride = columns * channels
    places, weights = _in_fours(
        np.argwhere(kernel) @ [stride, channels], kernel[kernel != 0], memory.dtype
    )

    def run(target: Target) -> None:
        view, *where = target
        view[:] = 0
        count = view[0].size
        add_taps(memory.ravel(), stride, places, weights, len(view), count, *where)

    return run


def dense(plan: Plan, kernel: NDArray[np.float64], memory: Floats) -> Method:
    """All taps, zero or not."""
    _, columns, channels = memory.shape
    places = np.arange(kernel.shape[1]) * channels
    in_fours = [_in_fours(places, row, memory.dtype) for row in kernel]
    places = in_fours[0][0]
    weights = np.stack([weights for _, weights in in_fours])

    def run(target: Target) -> None:
        view, *where = target
        view[:] = 0
        count = view[0].size
        stride = columns * channels
        add_dense(memory.ravel(), stride, places, weights, len(view), count, *where)

    return run


def box(plan: Plan, kernel: NDArray[np.float64], memory: Floats) -> Method:
    """Sums of sums."""
    _, columns, channels = memory.shape
    scale = memory.dtype.type(kernel[0, 0])

    def run(target: Target) -> None:
        view, *where = target
        count = view[0].size
        stride = columns * channels
        tile = memory.ravel()
        sum_box(tile, stride, kernel.shape, channels, scale, len(view), count, *where)

    return run


def separable(plan: Plan, kernel: NDArray[np.float64], memory: Floats) -> Method:
    """For each term, the row of taps along every row of the tile, then the column of taps down."""
    rows, columns, channels = memory.shape
    stride = columns * channels
    passed = np.empty((rows, stride), memory.dtype)
    down, along = np.arange(kernel.shape[0]) * stride, np.arange(kernel.shape[1]) * channels
    terms = [
        (_in_fours(along, row, memory.dtype), _in_fours(down, column, memory.dtype))
        for column, row in plan.terms
    ]

    def run(target: Target) -> None:
        view, *where = target
        view[:] = 0
        height, count = len(view), view[0].size
        reached = height + kernel.shape[0] - 1
        for row, column in terms:
            passed[:reached, :count] = 0
            add_taps(memory.ravel(), stride, *row, reached, count, passed.ravel(), 0, stride)
            add_taps(passed.ravel(), stride, *column, height, count, *where)

    return run


def transform(plan: Plan, kernel: NDArray[np.float64], memory: Floats) -> Method:
    """Overlap-save: multiply spectra, and keep what the circular wrap has not touched.

    In float64, so that the result is as exact as a sum in float32, and sums of whole numbers can
    be rounded to what they are. A NaN or an infinity would spread over the whole tile, so such a
    tile is filtered tap by tap.
    """
    size = memory.shape[:2]
    turned = np.conj(fft.rfft2(kernel, size))
    tap_by_tap = dense(plan, kernel, memory)

    def run(target: Target) -> None:
        view = target.view
        rows, columns, channels = view.shape
        for channel in range(channels):
            spectrum = fft.rfft2(memory[..., channel])
            if not np.isfinite(spectrum[0, 0]):  # the sum over the tile
                tap_by_tap(target)
                return
            spectrum *= turned
            result = fft.irfft2(spectrum, size, overwrite_x=True)[:rows, :columns]
            view[..., channel] = np.rint(result, out=result) if plan.whole else result

    return run


METHODS = {"sparse": sparse, "dense": dense, "box": box, "separable": separable, "fft": transform}


def _in_fours(
    places: NDArray[np.intp], weights: NDArray[np.float64], dtype: np.dtype[Any]
) -> tuple[NDArray[np.intp], Floats]:
    """Fill up to a multiple of four with zeros, on the first place rather than outside the kernel,
    where a NaN might stand."""
    short = -len(weights) % 4
    return (
        np.append(places, places[:1].repeat(short)),
        np.append(weights, np.zeros(short)).astype(dtype),
    )

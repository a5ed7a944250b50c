"""The loops that Numba compiles. Plain arithmetic on flat arrays, innermost over contiguous pixels.

Habits that make them fast, and that are easily lost:

* The innermost loop runs along a row, over memory that is contiguous for source and output, so
  that the compiler turns it into vector instructions.
* Places are unsigned. For a signed index Numba asks at every pixel whether it counts from the
  end, and the loop is no longer vectorised.
* Several taps are summed before the output is touched: four at a time is enough.
* Colour needs no loop of its own: in a row of interleaved channels the next pixel's same channel
  is ``channels`` places on.

All compiled functions live in this file, because Numba's disk cache does not notice an edit in
any other file.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numba
import numpy as np
from numba.core.caching import FunctionCache

unsigned = np.uint64


class _Cache(FunctionCache):  # type: ignore[misc]
    """Numba's disk cache, minus the crash when the disk is full or the folder is taken away."""

    def save_overload(self, sig: Any, data: Any) -> None:
        with suppress(OSError):
            super().save_overload(sig, data)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        with suppress(OSError):
            return super().load_overload(sig, target_context)


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile at the first call, without the interpreter lock, and keep the result on disk.

    Where no folder can be written the result is kept in memory. ``contract`` lets the compiler
    fuse a multiplication and an addition, which only ever removes a rounding.
    """
    dispatcher = numba.njit(nogil=True, fastmath={"contract"}, error_model="numpy")(function)
    with suppress(RuntimeError):  # Numba found nowhere to write
        dispatcher._cache = _Cache(function)
    return dispatcher  # type: ignore[no-any-return]


@compiled
def sum_few_taps(source, places, weights, stride, first, last, begin, count, out):
    """Rows first … last - 1 of the output, from column ``begin``, ``count`` numbers each.

    ``places[k]`` is where tap k lies, counted from the output pixel; ``source`` and ``out`` have
    the same ``stride``. Both tuples are part of the type, so that each number of taps is compiled
    on its own, all taps in one expression. Nothing outside the source may be under a tap.
    """
    for row in range(first, last):
        start = row * stride + begin
        for x in range(unsigned(count)):
            total = weights[0] * source[unsigned(start + places[0]) + x]
            for k in range(1, len(weights)):
                total += weights[k] * source[unsigned(start + places[k]) + x]
            out[unsigned(start) + x] = total


@compiled
def sum_at_frame(source, out, first, last, inner, row_of, column_of, rows, columns, weights):
    """Output rows first … last - 1, outside the rectangle ``inner``, looking up each pixel.

    source, out : (rows, columns, channels)
    inner : first row, last row + 1, first column, last column + 1 of what is left out
    row_of[y + rows[k]], column_of[x + columns[k]] : the pixel under tap k of output (y, x);
        -1 is outside, where zeros stand
    """
    top, bottom, left, right = inner
    for y in range(first, last):
        x = 0
        while x < out.shape[1]:
            if x == left and top <= y < bottom and left < right:
                x = right
                continue
            for channel in range(out.shape[2]):
                total = weights.dtype.type(0)
                for k in range(len(weights)):
                    row, column = row_of[y + rows[k]], column_of[x + columns[k]]
                    if row >= 0 and column >= 0:
                        total += weights[k] * source[row, column, channel]
                out[y, x, channel] = total
            x += 1


@compiled
def _add_four(out, at, count, source, p0, p1, p2, p3, w0, w1, w2, w3):
    for x in range(count):
        out[at + x] += (
            w0 * source[p0 + x] + w1 * source[p1 + x] + w2 * source[p2 + x] + w3 * source[p3 + x]
        )


@compiled
def add_taps(tile, stride, places, weights, rows, count, out, start, out_stride):
    """Add the taps, four at a time, to ``rows`` rows of the output, ``count`` numbers each.

    Tap k of output (y, x) lies on ``tile[y * stride + x + places[k]]``; the output itself is
    ``out[start + y * out_stride + x]``. The number of taps is a multiple of four.
    """
    for y in range(rows):
        at, base = unsigned(start + y * out_stride), y * stride
        for k in range(0, len(weights), 4):
            p0, p1 = unsigned(base + places[k]), unsigned(base + places[k + 1])
            p2, p3 = unsigned(base + places[k + 2]), unsigned(base + places[k + 3])
            w0, w1, w2, w3 = weights[k], weights[k + 1], weights[k + 2], weights[k + 3]
            _add_four(out, at, unsigned(count), tile, p0, p1, p2, p3, w0, w1, w2, w3)


@compiled
def _add_four_to_two(
    out, at, below, count, source, p0, p1, p2, p3, w0, w1, w2, w3, v0, v1, v2, v3
):
    for x in range(count):
        s0, s1, s2, s3 = source[p0 + x], source[p1 + x], source[p2 + x], source[p3 + x]
        out[at + x] += w0 * s0 + w1 * s1 + w2 * s2 + w3 * s3
        out[below + x] += v0 * s0 + v1 * s1 + v2 * s2 + v3 * s3


@compiled
def add_dense(tile, stride, places, weights, rows, count, out, start, out_stride):
    """Like `add_taps` for a kernel with all its taps, two output rows at a time.

    weights : (kernel rows, taps in a row, a multiple of four)
    places : (taps in a row,) places within a row

    A row of the tile, once loaded, serves two output rows: the upper one under kernel row i, the
    lower one under kernel row i - 1. That halves the loads, which are what takes the time.
    """
    length = len(weights)
    for y in range(0, rows, 2):
        at = unsigned(start + y * out_stride)
        below = unsigned(start + (y + 1) * out_stride)
        for i in range(length + 1):
            for k in range(0, len(places), 4):
                base = (y + i) * stride
                p0, p1 = unsigned(base + places[k]), unsigned(base + places[k + 1])
                p2, p3 = unsigned(base + places[k + 2]), unsigned(base + places[k + 3])
                if i < length:
                    w = weights[i]
                    w0, w1, w2, w3 = w[k], w[k + 1], w[k + 2], w[k + 3]
                if i > 0:
                    v = weights[i - 1]
                    v0, v1, v2, v3 = v[k], v[k + 1], v[k + 2], v[k + 3]
                if y + 1 == rows or i == 0:
                    if i < length:
                        _add_four(out, at, unsigned(count), tile, p0, p1, p2, p3, w0, w1, w2, w3)
                elif i == length:
                    _add_four(out, below, unsigned(count), tile, p0, p1, p2, p3, v0, v1, v2, v3)
                else:
                    _add_four_to_two(
                        out, at, below, unsigned(count), tile,
                        p0, p1, p2, p3, w0, w1, w2, w3, v0, v1, v2, v3,
                    )  # fmt: skip


@compiled
def _add_row(out, at, count, source, place):
    for x in range(count):
        out[at + x] += source[place + x]


@compiled
def _sum_of_two(out, count, source, place, other, second):
    for x in range(count):
        out[x] = source[place + x] + other[second + x]


@compiled
def _put_scaled(out, at, count, source, scale):
    for x in range(count):
        out[at + x] = scale * source[x]


@compiled
def sum_box(tile, stride, box, channels, scale, rows, count, out, start, out_stride):
    """Sums over boxes of ``box`` = (rows, columns) pixels, times ``scale``. Overwrites the tile.

    Downwards, the tile is cut into blocks as high as the box. A box then covers the tail of one
    block and the head of the next; tails are summed upwards once per block, the head grows as
    the box moves down: three additions per pixel whatever the height, and unlike a running sum
    nothing is ever subtracted, so no rounding or infinity stays behind.

    Along the row, sums of 2, 4, 8, … pixels are each the sum of two of the ones before; a sum of
    21 is one of 16, one of 4 and one of 1.
    """
    height, width = box
    wide = unsigned(count + (width - 1) * channels)
    head = np.empty(wide, tile.dtype)
    line = np.empty(wide, tile.dtype)
    other = np.empty(wide, tile.dtype)
    total = np.empty(count, tile.dtype)
    zero = unsigned(0)
    for block in range(0, rows, height):
        for i in range(block + height - 2, block - 1, -1):
            _add_row(tile, unsigned(i * stride), wide, tile, unsigned((i + 1) * stride))
        head[:] = 0
        for y in range(block, min(block + height, rows)):
            if y > block:
                _add_row(head, zero, wide, tile, unsigned((y + height - 1) * stride))
            _sum_of_two(line, wide, tile, unsigned(y * stride), head, zero)
            total[:] = 0
            power, taken = 1, 0  # line holds sums of ``power`` pixels; ``taken`` are in the total
            while True:
                if width & power:
                    _add_row(total, zero, unsigned(count), line, unsigned(taken * channels))
                    taken += power
                if taken == width:
                    break
                length = wide - unsigned((2 * power - 1) * channels)
                _sum_of_two(other, length, line, zero, line, unsigned(power * channels))
                line, other = other, line
                power *= 2
            _put_scaled(out, unsigned(start + y * out_stride), unsigned(count), total, scale)

# mypy: allow-untyped-defs, allow-untyped-calls
"""Sums over boxes, all taps equal: sums of sums, nearly the same work for any size."""

import numpy as np

from handconv.compiled.jit import CAME, LEFT, compiled, count_on, unsigned
from handconv.compiled.tile import next_tile


@compiled
def box(counter, source, out, cover, kernel, border, memory, scale):
    """Draw tiles, and put sums over boxes of the size of the kernel, times ``scale``.

    Downwards, the tile is cut into blocks as high as the box. A box then covers the tail of one
    block and the head of the next; tails are summed upwards once per block, the head grows as
    the box moves down: three additions per pixel whatever the height. Unlike in a running sum
    nothing is ever subtracted, so no rounding and no infinity stays behind.
    """
    height, width = kernel
    stride, wide = out.shape[2] * out.shape[3], memory.shape[1]
    flat, tile = out.ravel(), memory.ravel()
    head, line = np.empty(wide, memory.dtype), np.empty(wide, memory.dtype)
    other, total = np.empty(wide, memory.dtype), np.empty(wide, memory.dtype)
    count_on(counter, CAME, 1)
    while True:
        rows, count, start = next_tile(counter, source, out, cover, kernel, border, memory)
        if rows == 0:
            break
        reached = count + (width - 1) * out.shape[3]
        n = unsigned(reached)
        for block in range(0, rows, height):
            for i in range(block + height - 2, block - 1, -1):
                _add_row(tile, unsigned(i * wide), n, tile, unsigned((i + 1) * wide))
            head[:] = 0
            for y in range(block, min(block + height, rows)):
                if y > block:
                    _add_row(head, unsigned(0), n, tile, unsigned((y + height - 1) * wide))
                _sum_of_two(line, n, tile, unsigned(y * wide), head, unsigned(0))
                _sum_along(line, other, reached, width, out.shape[3], total, count)
                _put_scaled(flat, unsigned(start + y * stride), unsigned(count), total, scale)
    count_on(counter, LEFT, 1)


@compiled
def _sum_along(line, other, length, width, channels, total, count):
    """Sums of ``width`` pixels. Sums of 2, 4, 8, … are each the sum of two of the ones before; a
    sum of 21 is one of 16, one of 4 and one of 1. Overwrites ``line`` and ``other``."""
    total[:count] = 0
    power, taken = 1, 0  # line holds sums of ``power`` pixels; ``taken`` pixels are in the total
    while True:
        if width & power:
            _add_row(total, unsigned(0), unsigned(count), line, unsigned(taken * channels))
            taken += power
        if taken == width:
            return
        length -= power * channels
        _sum_of_two(other, unsigned(length), line, unsigned(0), line, unsigned(power * channels))
        line, other = other, line
        power *= 2


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

# mypy: allow-untyped-defs, allow-untyped-calls
"""Sums over boxes, all taps equal: sums of sums, nearly the same work for any size."""

import numpy as np

from handconv.engine.copying import copy_row, draw_tile, start_of
from handconv.engine.jit import CAME, LEFT, compiled, count_on, inner, unsigned


@compiled
def box(counter, source, out, cover, kernel, border, memory, scale):
    """Draw tiles, and put sums over boxes of the size of the kernel, times ``scale``.

    memory : (rows of the kernel, numbers in a row)

    Downwards, the rows are cut into blocks as high as the box. A box then covers the tail of one
    block and the head of the next. When the box stands on a block, the memory is summed upwards
    into the tails; as it moves down, each new row joins the head, and takes the place in memory
    of a tail that is used up. That is three additions per pixel whatever the height; and unlike
    in a running sum nothing is ever subtracted, so no rounding and no infinity stays behind.
    """
    (height, width), channels = kernel, out.shape[3]
    stride, wide = out.shape[2] * channels, memory.shape[1]
    pixels, flat, rows_kept = source.ravel(), out.ravel(), memory.ravel()
    head, line = np.empty(wide, memory.dtype), np.empty(wide, memory.dtype)
    other, zeros = np.empty(wide, memory.dtype), np.zeros(wide, memory.dtype)
    totals = zeros, np.empty(wide, memory.dtype), np.empty(wide, memory.dtype)
    count_on(counter, CAME, 1)
    while True:
        image, top, left, rows, columns = draw_tile(counter, out, cover)
        if rows == 0:
            break
        start, reached = start_of(out, image, top, left), columns + width - 1
        count, n = unsigned(columns * channels), unsigned(reached * channels)
        for i in range(height - 1):
            copy_row(
                pixels, source.shape, image, top + i, left, reached, border, rows_kept, i * wide
            )
        for y in range(rows):
            at, i = unsigned(start + y * stride), y % height
            last = (y + height - 1) % height * wide
            below = top + y + height - 1
            copy_row(pixels, source.shape, image, below, left, reached, border, rows_kept, last)
            if i == 0:
                for k in range(height - 2, -1, -1):
                    _add_row(rows_kept, unsigned(k * wide), n, unsigned((k + 1) * wide))
                head[:] = 0
                line[: reached * channels] = memory[0, : reached * channels]
            else:
                _add_head(line, head, n, rows_kept, unsigned(i * wide), unsigned(last))
            _sum_along(flat, at, count, scale, line, other, totals, reached, width, channels)
    count_on(counter, LEFT, 1)


@inner
def _sum_along(out, at, count, scale, line, other, totals, columns, width, channels):
    """Put sums of ``width`` pixels, times ``scale``. Overwrites ``line`` and ``other``.

    Sums of 4, 16, 64, … pixels are each the sum of four of the ones before: a sum of 23 is one of
    three pixels and of five sums of four.

    totals : an array of zeros, and two to be overwritten
    """
    so_far, spare, next_spare = totals
    power, taken = 1, 0  # line holds sums of ``power`` pixels; ``taken`` pixels are in the total
    while True:
        number, step = width // power, unsigned(power * channels)
        if number >= 16:
            number %= 4
        kept = number == 1 and taken == 0 and power < width
        if kept:  # the line is the total so far
            so_far, taken, number = line, power, 0
        while number > 0:
            some, place = min(number, 5), unsigned(taken * channels)
            taken += some * power
            number -= some
            if taken == width:
                target, to, factor = out, at, scale
            else:
                target, to, factor = spare, unsigned(0), line.dtype.type(1)
            _put_some(target, to, count, factor, so_far, line, place, step, some)
            if taken == width:
                return
            so_far, spare, next_spare = spare, next_spare, spare
        columns -= 3 * power
        _sum_of_four(other, unsigned(columns * channels), line, step)
        if kept:
            line, other, spare, next_spare = other, spare, next_spare, line
        else:
            line, other = other, line
        power *= 4


@inner
def _put_some(out, at, count, scale, so_far, line, place, step, some):
    """Put sums of ``some`` terms, from 1 to 5, and of what there is so far."""
    if some == 1:
        _put_sums(out, at, count, scale, so_far, line, place, step, (0,))
    elif some == 2:
        _put_sums(out, at, count, scale, so_far, line, place, step, (0, 1))
    elif some == 3:
        _put_sums(out, at, count, scale, so_far, line, place, step, (0, 1, 2))
    elif some == 4:
        _put_sums(out, at, count, scale, so_far, line, place, step, (0, 1, 2, 3))
    else:
        _put_sums(out, at, count, scale, so_far, line, place, step, (0, 1, 2, 3, 4))


@inner
def _put_sums(out, at, count, scale, so_far, source, place, step, terms):
    for x in range(count):
        total = so_far[x] + source[place + x]
        for k in range(1, len(terms)):
            total += source[place + unsigned(terms[k]) * step + x]
        out[at + x] = scale * total


@inner
def _sum_of_four(out, count, source, step):
    for x in range(count):
        first = source[x] + source[x + step]
        out[x] = first + (source[x + step + step] + source[x + step + step + step])


@inner
def _add_row(tile, at, count, place):
    for x in range(count):
        tile[at + x] += tile[place + x]


@inner
def _add_head(line, head, count, tile, tail, row):
    for x in range(count):
        grown = head[x] + tile[row + x]
        head[x] = grown
        line[x] = tile[tail + x] + grown

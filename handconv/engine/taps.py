# mypy: allow-untyped-defs, allow-untyped-calls
"""Add up taps over tiles: those that are not zero, all of them, or rows and then columns."""

import numpy as np
from numpy.typing import NDArray

from handconv.arrays import Array
from handconv.engine.copying import next_tile
from handconv.engine.jit import CAME, LEFT, compiled, count_on, inner, unsigned

Places = NDArray[np.intp]


@compiled
def add_up(counter, source, out, cover, kernel, border, memory, places, weights):
    """Draw tiles, and add up the taps, until none is left.

    places, weights : as `_add_taps`; or as `add_dense` takes them, where weights have two axes.
        The number of axes is part of the type, so each is compiled on its own.
    """
    stride = out.shape[2] * out.shape[3]
    flat, tile = out.ravel(), memory.ravel()
    count_on(counter, CAME, 1)
    while True:
        rows, count, start = next_tile(counter, source, out, cover, kernel, border, memory)
        if rows == 0:
            break
        _clear(flat, start, stride, rows, count)
        if weights.ndim == 1:
            _add_taps(tile, memory.shape[1], places, weights, rows, count, flat, start, stride)
        else:
            add_dense(tile, memory.shape[1], places, weights, rows, count, flat, start, stride)
    count_on(counter, LEFT, 1)


@compiled
def separable(counter, source, out, cover, kernel, border, memory, passed, along, down):
    """Draw tiles, and pass over each along the rows, then down, once for each term.

    passed : scratch, shaped like ``memory``
    along, down : places, weights, see `_add_taps`; weights are (terms, taps)
    """
    stride, wide = out.shape[2] * out.shape[3], memory.shape[1]
    flat, tile, between = out.ravel(), memory.ravel(), passed.ravel()
    count_on(counter, CAME, 1)
    while True:
        rows, count, start = next_tile(counter, source, out, cover, kernel, border, memory)
        if rows == 0:
            break
        _clear(flat, start, stride, rows, count)
        reached = rows + kernel[0] - 1
        for term in range(len(along[1])):
            _clear(between, 0, wide, reached, count)
            _add_taps(tile, wide, along[0], along[1][term], reached, count, between, 0, wide)
            _add_taps(between, wide, down[0], down[1][term], rows, count, flat, start, stride)
    count_on(counter, LEFT, 1)


@inner
def _add_taps(tile, wide, places, weights, rows, count, out, start, stride):
    """Add the taps, four at a time, to ``rows`` rows of the output, ``count`` numbers each.

    Tap k of output (y, x) lies on ``tile[y * wide + x + places[k]]``; the output itself is
    ``out[start + y * stride + x]``. The number of taps is a multiple of four.
    """
    n, p, w = unsigned(count), places, weights
    for y in range(rows):
        at, base = unsigned(start + y * stride), y * wide
        for k in range(0, len(w), 4):
            four = (w[k], w[k + 1], w[k + 2], w[k + 3])
            _add(out, at, n, tile, base, (p[k], p[k + 1], p[k + 2], p[k + 3]), four)


@compiled
def add_dense(tile, wide, places, weights, rows, count, out, start, stride):
    """Like `_add_taps` for a kernel with all its taps, two output rows at a time.

    weights : (kernel rows, taps in a row)
    places : (taps in a row,) within a row; their number is a sum of fours and fives

    A row of the tile, once loaded, serves two output rows: the upper one under kernel row i, the
    lower one under kernel row i - 1. That halves the loads, which are what takes the time.
    """
    n, p, w, length, taps = unsigned(count), places, weights.ravel(), len(weights), len(places)
    fives = taps % 4
    for y in range(0, rows, 2):
        at, below = unsigned(start + y * stride), unsigned(start + (y + 1) * stride)
        two = y + 1 < rows
        for i in range(length + two):
            use = (i < length, two and i > 0)
            base, k = (y + i) * wide, 0
            while k < taps:
                u = min(i, length - 1) * taps + k  # the first weight for the upper row
                v = max(i - 1, 0) * taps + k  # and for the lower one
                if k < 5 * fives:
                    five = (p[k], p[k + 1], p[k + 2], p[k + 3], p[k + 4])
                    upper = (w[u], w[u + 1], w[u + 2], w[u + 3], w[u + 4])
                    lower = (w[v], w[v + 1], w[v + 2], w[v + 3], w[v + 4])
                    _add_to_two(out, at, below, use, n, tile, base, five, upper, lower)
                    k += 5
                else:
                    four = (p[k], p[k + 1], p[k + 2], p[k + 3])
                    _add_to_two(
                        out, at, below, use, n, tile, base, four,
                        (w[u], w[u + 1], w[u + 2], w[u + 3]), (w[v], w[v + 1], w[v + 2], w[v + 3]),
                    )  # fmt: skip
                    k += 4


@inner
def _add(out, at, count, source, base, places, weights):
    for x in range(count):
        total = weights[0] * source[unsigned(base + places[0]) + x]
        for k in range(1, len(weights)):
            total += weights[k] * source[unsigned(base + places[k]) + x]
        out[at + x] += total


@inner
def _add_to_two(out, at, below, use, count, source, base, places, upper, lower):
    """Add to both rows, or to the one in use: the other lies outside the kernel."""
    if not use[1]:
        _add(out, at, count, source, base, places, upper)
    elif not use[0]:
        _add(out, below, count, source, base, places, lower)
    else:
        for x in range(count):
            pixel = source[unsigned(base + places[0]) + x]
            total, second = upper[0] * pixel, lower[0] * pixel
            for k in range(1, len(places)):
                pixel = source[unsigned(base + places[k]) + x]
                total += upper[k] * pixel
                second += lower[k] * pixel
            out[at + x] += total
            out[below + x] += second


@inner
def _clear(out, start, stride, rows, count):
    for y in range(rows):
        out[start + y * stride : start + y * stride + count] = 0


def in_fours(places: Places, weights: Array) -> tuple[Places, Array]:
    """Fill up the taps, (taps,) and (…, taps), to a multiple of four with weights of zero.

    They lie on the first place rather than outside the kernel, where a NaN might stand.
    """
    return _filled_up(places, weights, -weights.shape[-1] % 4)


def in_fours_and_fives(places: Places, weights: Array) -> tuple[Places, Array]:
    """Likewise, to a sum of fours and fives: all but 1, 2, 3, 6, 7 and 11 are one already."""
    short = {1: 3, 2: 2, 3: 1, 6: 2, 7: 1, 11: 1}
    return _filled_up(places, weights, short.get(weights.shape[-1], 0))


def _filled_up(places: Places, weights: Array, short: int) -> tuple[Places, Array]:
    none = np.zeros((*weights.shape[:-1], short), weights.dtype)
    return np.append(places, places[:1].repeat(short)), np.append(weights, none, axis=-1)

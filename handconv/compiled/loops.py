"""The loops that Numba compiles. Plain arithmetic on flat arrays, innermost along a row.

Habits that make them fast, and that are easily lost:

* The innermost loop runs over memory that is contiguous in source and output, so that the compiler
  turns it into vector instructions.
* Places are unsigned. For a signed index Numba asks at every pixel whether it counts from the
  end, and the loop is no longer vectorised.
* Several taps are summed before the output is touched: four at a time are enough.
* Colour needs no loop of its own: in a row of interleaved channels the same channel of the next
  pixel is ``channels`` places on.
* Each thread makes one call, without the interpreter lock, and draws its share of the work from
  a counter. Going back to Python for every tile costs more than the tile.

All compiled functions live in this file, because Numba's disk cache does not notice an edit in
any other file. Arrays of images are (images, rows, columns, channels) and contiguous.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import types
from numba.core.caching import FunctionCache
from numba.core.cgutils import get_or_insert_function
from numba.extending import intrinsic

unsigned = np.uint64


class _Cache(FunctionCache):  # type: ignore[misc]
    """Numba's disk cache, minus the crash when the disk is full or the folder is taken away."""

    def save_overload(self, sig: Any, data: Any) -> None:
        with suppress(OSError):
            super().save_overload(sig, data)


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile at the first call, to run without the interpreter lock, and keep that on disk.

    Where no folder can be written it is kept in memory only. ``contract`` lets the processor
    multiply and add in one instruction, which only ever removes a rounding.
    """
    dispatcher = numba.njit(nogil=True, fastmath={"contract"}, error_model="numpy")(function)
    with suppress(RuntimeError):  # Numba found no folder that it can write
        dispatcher._cache = _Cache(function)
    return dispatcher  # type: ignore[no-any-return]


@intrinsic  # type: ignore[untyped-decorator]
def _count_on(context: Any, counter: Any, place: Any, step: Any) -> Any:
    """Add ``step`` to ``counter[place]`` and return what was there; no two threads get the same."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        pointer = builder.gep(array.data, [arguments[1]])
        return builder.atomic_rmw("add", pointer, arguments[2], "seq_cst")

    return types.int64(counter, types.int64, types.int64), generate


DRAWN, CAME, LEFT = 0, 1, 2  # what a counter counts: pieces of work, threads that came, that left


@compiled
def settled(counter):
    """Whether all threads that came have left. Waits a little: they are at their last piece."""
    for _ in range(20_000):
        if _count_on(counter, LEFT, 0) == _count_on(counter, CAME, 0):
            return True
    return False


def _prefetch(write: int) -> Any:
    """Ask for the cache line with ``array[place]``, to read or to write, and do not wait for it."""

    @intrinsic  # type: ignore[untyped-decorator]
    def prefetch(context: Any, array: Any, place: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
            byte, number = ir.IntType(8), ir.IntType(32)
            pointer = builder.bitcast(builder.gep(data, [arguments[1]]), byte.as_pointer())
            shape = ir.FunctionType(ir.VoidType(), [pointer.type, number, number, number])
            function = get_or_insert_function(builder.module, shape, "llvm.prefetch.p0")
            builder.call(function, [pointer, number(write), number(3), number(1)])
            return context.get_dummy_value()

        return types.void(array, place), generate

    return prefetch


_prefetch_to_read, _prefetch_to_write = _prefetch(0), _prefetch(1)


# ---- Few taps: the pixels are read where they lie. ----


@compiled
def few_taps(counter, source, out, band, inner, border, taps, each, pair):
    """Draw bands of ``band`` rows, and filter them, until none is left.

    inner : first row, last row + 1, first column, last column + 1 of the output pixels that have
        no tap outside the image
    border : row_of, column_of: under tap k of output (y, x) lies the pixel
        row_of[y + rows[k]], column_of[x + columns[k]]; -1 is outside, where zeros stand
    taps : rows, columns, weights
    each : the weights once more, as a tuple of numbers, next to a tuple of where they lie counted
        from the output pixel. Tuples are part of the type, so every number of taps is compiled
        on its own, all taps in one expression.
    pair : taps for two rows at once, see `_sum_in_pairs`, or None
    """
    images, height, width, channels = out.shape
    top, bottom, left, right = inner
    left = min(left, width)
    right = max(left, right)
    pixels, flat = source.ravel(), out.ravel()
    count = unsigned((right - left) * channels)
    stride = width * channels
    bands = -(-height // band)
    _count_on(counter, CAME, 1)
    while True:
        image, number = divmod(_count_on(counter, DRAWN, 1), bands)
        if image >= images:
            break
        first, last = number * band, min(number * band + band, height)
        begin = image * height * stride
        at = begin + left * channels
        inside, end = max(first, top), min(last, bottom)
        if pair is not None:
            inside = _sum_in_pairs(flat, at, stride, count, inside, end, pixels, pair)
        _sum_few_taps(flat, at, stride, count, inside, end, pixels, each)
        for y in range(first, last):
            if not top <= y < bottom:
                _sum_above_or_below(
                    flat, at + y * stride, count, pixels, begin, y, left, width, channels,
                    border, taps,
                )  # fmt: skip
        where = (begin, width, channels)
        _look_up(flat, where, first, last, 0, left, pixels, border, taps)
        _look_up(flat, where, first, last, right, width, pixels, border, taps)
    _count_on(counter, LEFT, 1)


@compiled
def _sum_few_taps(out, start, stride, count, first, last, source, each):
    """Rows first … last - 1, all of whose taps lie on the image."""
    places, weights = each
    for y in range(first, last):
        at = start + y * stride
        _fetch_row(source, at + stride + places[len(places) - 1], out, at + stride, count)
        for x in range(count):
            total = weights[0] * source[unsigned(at + places[0]) + x]
            for k in range(1, len(weights)):
                total += weights[k] * source[unsigned(at + places[k]) + x]
            out[unsigned(at) + x] = total


@compiled
def _sum_in_pairs(out, start, stride, count, first, last, source, pair):
    """The same for two rows at a time, as many as there are; returns the first row that is left.

    pair : three times places, weights in the upper row, weights in the lower row: of the taps
        that only the upper row has, that both have, and that only the lower one has. What both
        have is loaded once.
    """
    (places, weights, _), (both, in_upper, in_lower), (others, _, other_weights) = pair
    while first + 1 < last:
        at = start + first * stride
        below = at + stride
        lowest = others[len(others) - 1]
        _fetch_row(source, below + lowest, out, below + stride, count)
        _fetch_row(source, below + stride + lowest, out, below + 2 * stride, count)
        for x in range(count):
            pixel = source[unsigned(at + both[0]) + x]
            upper, lower = in_upper[0] * pixel, in_lower[0] * pixel
            for k in range(1, len(both)):
                pixel = source[unsigned(at + both[k]) + x]
                upper += in_upper[k] * pixel
                lower += in_lower[k] * pixel
            for k in range(len(places)):
                upper += weights[k] * source[unsigned(at + places[k]) + x]
            for k in range(len(others)):
                lower += other_weights[k] * source[unsigned(at + others[k]) + x]
            out[unsigned(at) + x] = upper
            out[unsigned(below) + x] = lower
        first += 2
    return first


@compiled
def _fetch_row(source, place, out, at, count):
    """Have the memory bring what the next row needs, while this one is summed."""
    for x in range(unsigned(0), count, unsigned(64 // source.itemsize)):
        _prefetch_to_read(source, unsigned(place) + x)
    for x in range(unsigned(0), count, unsigned(64 // out.itemsize)):
        _prefetch_to_write(out, unsigned(at) + x)


@compiled
def _sum_above_or_below(out, at, count, source, begin, y, left, width, channels, border, taps):
    """The same for one row that has taps above or below the image: tap by tap."""
    row_of, column_of = border
    rows, columns, weights = taps
    out[at : at + count] = 0
    if count == 0:
        return
    for k in range(len(weights)):
        row, column = row_of[y + rows[k]], column_of[left + columns[k]]
        if row >= 0:
            place = unsigned(begin + (row * width + column) * channels)
            weight, to = weights[k], unsigned(at)
            for x in range(count):
                out[to + x] += weight * source[place + x]


@compiled
def _look_up(out, where, first, last, from_column, to_column, source, border, taps):
    """Rows first … last - 1 of some columns, looking up every pixel."""
    begin, width, channels = where
    row_of, column_of = border
    rows, columns, weights = taps
    for y in range(first, last):
        for x in range(from_column, to_column):
            for channel in range(channels):
                total = weights.dtype.type(0)
                for k in range(len(weights)):
                    row, column = row_of[y + rows[k]], column_of[x + columns[k]]
                    if row >= 0 and column >= 0:
                        pixel = source[begin + (row * width + column) * channels + channel]
                        total += weights[k] * pixel
                out[begin + (y * width + x) * channels + channel] = total


# ---- Tiles: pixels are copied, with what surrounds them, into memory that stays in cache. ----


@compiled
def _next_tile(counter, source, out, cover, kernel, anchor_column, border, memory):
    """Draw a tile and copy it, with what the kernel reaches around it, to ``memory``.

    cover : rows, columns of the output that a tile covers
    memory : (rows, numbers in a row)
    Returns rows, numbers in a row, and where they start in the flat output; no rows at the end.
    """
    images, height, width, channels = out.shape
    row_of, column_of = border
    across = -(-width // cover[1])
    image, number = divmod(_count_on(counter, DRAWN, 1), -(-height // cover[0]) * across)
    if image >= images:
        return 0, 0, 0
    top, left = number // across * cover[0], number % across * cover[1]
    rows, columns = min(cover[0], height - top), min(cover[1], width - left)

    # Of the columns that the kernel reaches, west … east - 1 lie side by side in the image.
    reached = columns + kernel[1] - 1
    west, east = max(0, anchor_column - left), min(reached, width + anchor_column - left)
    pixels, tile = source.ravel(), memory.ravel()
    for i in range(rows + kernel[0] - 1):
        row, at = row_of[top + i], i * memory.shape[1]
        if row < 0:
            memory[i, : reached * channels] = 0
            continue
        row_start = (image * height + row) * width * channels
        start = row_start + (left + west - anchor_column) * channels
        count = unsigned((east - west) * channels)
        _copy(tile, unsigned(at + west * channels), count, pixels, unsigned(start))
        for begin, end in ((0, west), (east, reached)):
            for j in range(begin, end):
                column = column_of[left + j]
                for channel in range(channels):
                    place = row_start + column * channels + channel
                    tile[at + j * channels + channel] = pixels[place] if column >= 0 else 0
    return rows, columns * channels, ((image * height + top) * width + left) * channels


@compiled
def _copy(out, at, count, source, place):
    for x in range(count):
        out[at + x] = source[place + x]


@compiled
def sparse(counter, source, out, cover, kernel, anchor_column, border, memory, places, weights):
    """Draw tiles, and add up the taps given, until none is left. Arguments as `_add_taps`."""
    stride = out.shape[2] * out.shape[3]
    flat, tile = out.ravel(), memory.ravel()
    _count_on(counter, CAME, 1)
    while True:
        rows, count, start = _next_tile(
            counter, source, out, cover, kernel, anchor_column, border, memory
        )
        if rows == 0:
            break
        _clear(flat, start, stride, rows, count)
        _add_taps(tile, memory.shape[1], places, weights, rows, count, flat, start, stride)
    _count_on(counter, LEFT, 1)


@compiled
def dense(counter, source, out, cover, kernel, anchor_column, border, memory, places, weights):
    """Draw tiles, and add up all taps, until none is left. Arguments as `add_dense`."""
    stride = out.shape[2] * out.shape[3]
    flat, tile = out.ravel(), memory.ravel()
    _count_on(counter, CAME, 1)
    while True:
        rows, count, start = _next_tile(
            counter, source, out, cover, kernel, anchor_column, border, memory
        )
        if rows == 0:
            break
        _clear(flat, start, stride, rows, count)
        add_dense(tile, memory.shape[1], places, weights, rows, count, flat, start, stride)
    _count_on(counter, LEFT, 1)


@compiled
def separable(
    counter, source, out, cover, kernel, anchor_column, border, memory, passed, along, down
):
    """Draw tiles, and pass over each along the rows, then down, once for each term.

    passed : scratch, shaped like ``memory``
    along, down : places, weights, see `_add_taps`; weights are (terms, taps)
    """
    stride, wide = out.shape[2] * out.shape[3], memory.shape[1]
    flat, tile, between = out.ravel(), memory.ravel(), passed.ravel()
    _count_on(counter, CAME, 1)
    while True:
        rows, count, start = _next_tile(
            counter, source, out, cover, kernel, anchor_column, border, memory
        )
        if rows == 0:
            break
        _clear(flat, start, stride, rows, count)
        reached = rows + kernel[0] - 1
        for term in range(len(along[1])):
            _clear(between, 0, wide, reached, count)
            _add_taps(tile, wide, along[0], along[1][term], reached, count, between, 0, wide)
            _add_taps(between, wide, down[0], down[1][term], rows, count, flat, start, stride)
    _count_on(counter, LEFT, 1)


@compiled
def box(counter, source, out, cover, kernel, anchor_column, border, memory, scale):
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
    _count_on(counter, CAME, 1)
    while True:
        rows, count, start = _next_tile(
            counter, source, out, cover, kernel, anchor_column, border, memory
        )
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
    _count_on(counter, LEFT, 1)


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
    n, p, length, taps = unsigned(count), places, len(weights), len(places)
    fives = taps % 4
    for y in range(0, rows, 2):
        at, below = unsigned(start + y * stride), unsigned(start + (y + 1) * stride)
        two = y + 1 < rows
        for i in range(length + two):
            use = (i < length, two and i > 0)
            w, v = weights[min(i, length - 1)], weights[max(i - 1, 0)]
            base, k = (y + i) * wide, 0
            while k < taps:
                if k < 5 * fives:
                    five = (p[k], p[k + 1], p[k + 2], p[k + 3], p[k + 4])
                    upper = (w[k], w[k + 1], w[k + 2], w[k + 3], w[k + 4])
                    lower = (v[k], v[k + 1], v[k + 2], v[k + 3], v[k + 4])
                    _add_to_two(out, at, below, use, n, tile, base, five, upper, lower)
                    k += 5
                else:
                    four = (p[k], p[k + 1], p[k + 2], p[k + 3])
                    _add_to_two(
                        out, at, below, use, n, tile, base, four,
                        (w[k], w[k + 1], w[k + 2], w[k + 3]), (v[k], v[k + 1], v[k + 2], v[k + 3]),
                    )  # fmt: skip
                    k += 4


@compiled
def _add(out, at, count, source, base, places, weights):
    for x in range(count):
        total = weights[0] * source[unsigned(base + places[0]) + x]
        for k in range(1, len(weights)):
            total += weights[k] * source[unsigned(base + places[k]) + x]
        out[at + x] += total


@compiled
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


@compiled
def _clear(out, start, stride, rows, count):
    for y in range(rows):
        out[start + y * stride : start + y * stride + count] = 0


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

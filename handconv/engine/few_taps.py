# mypy: allow-untyped-defs, allow-untyped-calls
"""Kernels of a few taps, and small squares: all taps in one expression, the pixels read where they
lie."""

from typing import Any

import numpy as np

from handconv.engine.copying import draw_tile
from handconv.engine.jit import CAME, LEFT, compiled, count_on, direct, unsigned
from handconv.engine.plan import is_written_out
from handconv.engine.tiles import Task, Work


def prepare(task: Task, rows: int) -> Work:
    """What each thread does: draws bands of ``rows`` rows, and filters them."""
    _, _, width, _ = task.shape
    cover, border, taps, loop = (rows, width), task.around[:2], _arranged(task), direct(few_taps)
    return lambda counter, images, out: loop(counter, images, out, cover, border, *taps)


def _arranged(task: Task) -> tuple[Any, ...]:
    """The last arguments of `few_taps`."""
    kernel, (_, height, width, channels) = task.kernel, task.shape
    above, left = task.around.anchor
    right, bottom = width - (kernel.shape[1] - 1 - left), height - (len(kernel) - 1 - above)
    inner = above, bottom, left, right
    rows, columns = np.nonzero(kernel)
    weights = kernel[rows, columns].astype(task.plan.work)
    if is_written_out(kernel) and weights.dtype == np.float32:
        grid = tuple(map(tuple, weights.reshape(kernel.shape)))
        whole = -(above * width + left) * channels, (0,) * channels, grid
        return (*inner, 2), (rows, columns, weights), ((0,), (weights[0],)), 1, None, whole
    places = ((rows - above) * width + (columns - left)) * channels
    each = dict(zip(places.tolist(), weights, strict=True))
    # From integers, the loop for pairs would not be turned into vector instructions.
    apart, pair = _paired(each, width * channels) if task.dtype.kind == "f" else (1, None)
    both = tuple(each), tuple(each.values())
    return (*inner, 1), (rows, columns, weights), both, apart, pair, None


def _paired(
    each: dict[int, Any], stride: int
) -> tuple[int, tuple[tuple[tuple[Any, ...], ...], ...] | None]:
    """How far apart two output rows are that have most taps in common, and these taps.

    stride : numbers in a row
    Returns one or two rows, and the taps as in `_sum_in_pairs`; None where the rows have none in
    common, and so nothing to share.
    """
    shared = [len(each.keys() & {place + apart * stride for place in each}) for apart in (1, 2)]
    apart = 2 if shared[1] > shared[0] else 1
    if not max(shared):
        return apart, None
    below = {place + apart * stride: weight for place, weight in each.items()}
    parts = each.keys() - below.keys(), each.keys() & below.keys(), below.keys() - each.keys()
    either = below | each, each | below
    return apart, tuple(
        (tuple(places), *(tuple(weights[place] for place in places) for weights in either))
        for places in map(sorted, parts)
    )


@compiled
def few_taps(counter, source, out, cover, border, inner, taps, each, apart, pair, whole):
    """Draw bands of the height of ``cover``, and filter them, until none is left.

    border : row_of, column_of: under tap k of output (y, x) lies the pixel
        row_of[y + rows[k]], column_of[x + columns[k]]; -1 is outside, where zeros stand
    inner : first row, last row + 1, first column, last column + 1 of the output pixels that have
        no tap outside the image; and how many such rows of a band are worth the loops for them
    taps : rows, columns, weights
    whole : of a small square without zeros all of it, see `_sum_whole`; or None
    each : the weights once more, as a tuple of numbers, next to a tuple of where they lie counted
        from the output pixel. Tuples are part of the type, so every number of taps is compiled
        on its own, all taps in one expression.
    apart, pair : taps for two rows at once, so many rows apart, see `_sum_in_pairs`; or None
    """
    _, height, width, channels = out.shape
    top, bottom, left, right, fewest = inner
    left = min(left, width)
    right = max(left, right)
    pixels, flat = source.ravel(), out.ravel()
    count = unsigned((right - left) * channels)
    stride = width * channels
    count_on(counter, CAME, 1)
    while True:
        image, first, _, rows, _ = draw_tile(counter, out, cover)
        if rows == 0:
            break
        last = first + rows
        begin = image * height * stride
        at = begin + left * channels
        inside, end = _rows_inside(first, last, top, bottom, fewest)
        below = inside
        if pair is not None:
            below = _sum_in_pairs(flat, at, stride, count, inside, end, pixels, apart, pair)
        if whole is not None:
            _sum_whole(flat, at, stride, count, inside, end, pixels, whole)
            below = end
        _sum_few_taps(flat, at, stride, count, below, end, pixels, each)
        where = (begin, width, channels)
        for start, stop in ((0, left), (right, width)):
            _sum_beside(flat, where, inside, end, start, stop, pixels, border, taps, top)
            for y in range(first, last):
                if not inside <= y < end:
                    _look_up(flat, where, y, start, stop, pixels, border, taps)
        for y in range(first, last):
            if not inside <= y < end:
                _sum_above_or_below(flat, where, y, left, count, pixels, border, taps)
    count_on(counter, LEFT, 1)


@compiled
def _rows_inside(first, last, top, bottom, fewest):
    """From, to: the rows of a band with no tap outside the image; from, from where too few."""
    inside = min(max(first, top), last)
    end = min(last, bottom)
    return (inside, end) if end - inside >= fewest else (inside, inside)


# What follows is called, not written out within the loop above: that has so many variables that
# the processor's registers would not hold those of the innermost loops too.


@compiled
def _sum_whole(out, start, stride, count, first, last, source, whole):
    """Rows first … last - 1, two or more, of a kernel without zeros, two rows at a time.

    whole : where the first tap lies, counted from the output pixel; as many zeros as there are
        channels; weights, a tuple of rows. The lengths are part of the type: the compiler writes
        out all products. A pixel, once loaded, serves the upper row under kernel row i and the
        lower one under kernel row i - 1, and nothing is stored but the two sums.
    """
    place, channels, kernel = whole
    step = unsigned(len(channels))
    for y in range(first, last, 2):
        at = start + min(y, last - 2) * stride
        for x in range(count):
            upper = lower = out.dtype.type(0)
            for i in range(len(kernel) + 1):
                row = unsigned(at + place + i * stride) + x
                for j in range(len(kernel[0])):
                    pixel = source[row + unsigned(j) * step]
                    if i < len(kernel):
                        upper += kernel[i][j] * pixel
                    if i > 0:
                        lower += kernel[i - 1][j] * pixel
            out[unsigned(at) + x] = upper
            out[unsigned(at + stride) + x] = lower


@compiled
def _sum_few_taps(out, start, stride, count, first, last, source, each):
    """Rows first … last - 1, all of whose taps lie on the image."""
    places, weights = each
    for y in range(first, last):
        at = start + y * stride
        for x in range(count):
            total = weights[0] * source[unsigned(at + places[0]) + x]
            for k in range(1, len(weights)):
                total += weights[k] * source[unsigned(at + places[k]) + x]
            out[unsigned(at) + x] = total


@compiled
def _sum_in_pairs(out, start, stride, count, first, last, source, apart, pair):
    """The same for two rows at a time, as many as there are; returns the first row that is left.

    pair : three times places, weights in the upper row, weights in the lower row: of the taps
        that only the upper row has, that both have, and that only the lower one has. What both
        have is loaded once.
    """
    (places, weights, _), (both, in_upper, in_lower), (others, _, other_weights) = pair
    while first + 2 * apart <= last:
        for y in range(first, first + apart):
            at = start + y * stride
            below = at + apart * stride
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
        first += 2 * apart
    return first


@compiled
def _sum_beside(out, where, first, last, start, stop, source, border, taps, above):
    """The same for columns start … stop - 1, which have taps to the left or right of the image."""
    begin, width, channels = where
    column_of = border[1]
    rows, columns, weights = taps
    stride = width * channels
    places, there = np.empty(len(weights), np.int64), np.empty_like(weights)
    for x in range(start, stop):
        on_image = 0
        for k in range(len(weights)):
            column = column_of[x + columns[k]]
            if column >= 0:
                places[on_image] = (rows[k] - above) * stride + (column - x) * channels
                there[on_image] = weights[k]
                on_image += 1
        for channel in range(channels):
            at = begin + x * channels + channel
            for y in range(first, last):
                total = weights.dtype.type(0)
                for k in range(on_image):
                    total += there[k] * source[unsigned(at + y * stride + places[k])]
                out[unsigned(at + y * stride)] = total


@compiled
def _sum_above_or_below(out, where, y, left, count, source, border, taps):
    """The same for one row that has taps above or below the image: tap by tap."""
    begin, width, channels = where
    row_of, column_of = border
    rows, columns, weights = taps
    at = unsigned(begin + (y * width + left) * channels)
    for x in range(count):
        out[at + x] = 0
    if count == 0:
        return
    for k in range(len(weights)):
        row, column = row_of[y + rows[k]], column_of[left + columns[k]]
        if row >= 0:
            place = unsigned(begin + (row * width + column) * channels)
            weight = weights[k]
            for x in range(count):
                out[at + x] += weight * source[place + x]


@compiled
def _look_up(out, where, y, start, stop, source, border, taps):
    """Columns start … stop - 1 of one row, looking up every pixel."""
    begin, width, channels = where
    row_of, column_of = border
    rows, columns, weights = taps
    for x in range(start, stop):
        for channel in range(channels):
            total = weights.dtype.type(0)
            for k in range(len(weights)):
                row, column = row_of[y + rows[k]], column_of[x + columns[k]]
                if row >= 0 and column >= 0:
                    pixel = source[begin + (row * width + column) * channels + channel]
                    total += weights[k] * pixel
            out[begin + (y * width + x) * channels + channel] = total

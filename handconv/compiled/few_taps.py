# mypy: allow-untyped-defs, allow-untyped-calls
"""Kernels of a few taps: all in one expression, the pixels read where they lie."""

from handconv.compiled.jit import (
    CAME,
    DRAWN,
    LEFT,
    compiled,
    count_on,
    inner,
    prefetch_to_read,
    prefetch_to_write,
    unsigned,
)


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
    count_on(counter, CAME, 1)
    while True:
        image, number = divmod(count_on(counter, DRAWN, 1), bands)
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
    count_on(counter, LEFT, 1)


@inner
def _sum_few_taps(out, start, stride, count, first, last, source, each):
    """Rows first … last - 1, all of whose taps lie on the image."""
    places, weights = each
    for y in range(first, last):
        at = start + y * stride
        lowest = unsigned(at + stride + places[len(places) - 1])
        for x in range(unsigned(0), count, unsigned(64 // source.itemsize)):
            prefetch_to_read(source, lowest + x)
        for x in range(unsigned(0), count, unsigned(64 // out.itemsize)):
            prefetch_to_write(out, unsigned(at + stride) + x)
        for x in range(count):
            total = weights[0] * source[unsigned(at + places[0]) + x]
            for k in range(1, len(weights)):
                total += weights[k] * source[unsigned(at + places[k]) + x]
            out[unsigned(at) + x] = total


@inner
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
        lowest, step = unsigned(below + others[len(others) - 1]), unsigned(stride)
        for x in range(unsigned(0), unsigned(2 * stride), unsigned(64 // source.itemsize)):
            prefetch_to_read(source, lowest + x)
        for x in range(unsigned(0), unsigned(2 * stride), unsigned(64 // out.itemsize)):
            prefetch_to_write(out, unsigned(below) + step + x)
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


@inner
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


@inner
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

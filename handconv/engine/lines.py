# mypy: allow-untyped-defs, allow-untyped-calls
"""Small kernels that are a column times a row: each row of the output down first, then along."""

from handconv.engine.jit import CAME, DRAWN, LEFT, compiled, count_on, direct, unsigned
from handconv.engine.threads import scratch
from handconv.engine.tiles import Task, Work


def prepare(task: Task, rows: int) -> Work:
    """What each thread does: draws bands of ``rows`` rows, and filters them."""
    (taps_down, taps_along), above = task.kernel.shape, task.around.anchor[0]
    _, height, width, channels = task.shape
    inner = above, height - (taps_down - 1 - above)
    work, border, loop = task.plan.work, task.around[:3], direct(lines)
    down, along = (tuple(map(work.type, weights)) for weights in task.plan.terms[0])
    size = 2 * (width + taps_along - 1) * channels
    return lambda counter, images, out: loop(
        counter, images, out, rows, inner, border, scratch(work, size), down, along
    )


@compiled
def lines(counter, source, out, band, inner, border, memory, down, along):
    """Draw bands of ``band`` rows, and filter them two rows at a time, until none is left.

    inner : first row, last row + 1 of the output that have no tap above or below the image
    border : row_of, column_of, (first, last), see `copy_row`
    memory : (numbers in two rows with what stands beside them,) for sums down the columns, which
        the core's first cache holds
    down, along : the taps, as tuples: they are part of the type, so every number of taps is
        compiled on its own, all in one expression

    What stands left and right of an image are columns of it once more, and so are the sums down
    them: once a line is summed, its ends need only be copied.
    """
    images, height, width, channels = out.shape
    row_of, column_of, (first, after) = border
    pixels, flat, wide = source.ravel(), out.ravel(), len(memory) // 2
    count, bands = width * channels, -(-height // band)
    left, n, step = first * channels, unsigned(count), unsigned(channels)
    count_on(counter, CAME, 1)
    while True:
        image, number = divmod(count_on(counter, DRAWN, 1), bands)
        if image >= images:
            break
        y, last = number * band, min(number * band + band, height)
        begin = image * height * count
        while y < last:
            two = inner[0] <= y and y + 1 < min(inner[1], last)
            if two:
                at = unsigned(begin + (y - inner[0]) * count)
                _sum_two_down(memory, unsigned(left), unsigned(left + wide), n, pixels, at, down)
            else:
                _sum_down(memory, unsigned(left), n, pixels, begin, row_of, y, down)
            for i in range(1 + two):
                for start, stop in ((0, first), (after, len(column_of))):
                    _copy_ends(memory, i * wide, start, stop, first, channels, column_of)
                place = unsigned(begin + (y + i) * count)
                _sum_along(flat, place, n, memory, unsigned(i * wide), step, along)
            y += 1 + two
    count_on(counter, LEFT, 1)


@compiled
def _sum_two_down(line, upper, lower, count, source, at, weights):
    """Sums down for two rows of the output; ``at`` is where the first row under them begins."""
    for x in range(count):
        pixel = source[at + x]
        total = weights[0] * pixel
        pixel = source[at + count + x]
        second = weights[0] * pixel
        for k in range(1, len(weights)):
            total += weights[k] * pixel
            pixel = source[at + unsigned(k + 1) * count + x]
            second += weights[k] * pixel
        line[upper + x] = total
        line[lower + x] = second


@compiled
def _sum_down(line, to, count, source, begin, row_of, y, weights):
    """Sums down for one row of the output, tap by tap: some lie above or below the image."""
    for x in range(count):
        line[to + x] = 0
    for k in range(len(weights)):
        row = row_of[y + k]
        if row >= 0:
            at, weight = unsigned(begin) + unsigned(row) * count, weights[k]
            for x in range(count):
                line[to + x] += weight * source[at + x]


@compiled
def _copy_ends(line, at, start, stop, first, channels, column_of):
    zero = line.dtype.type(0)
    for j in range(start, stop):
        column = column_of[j]
        for channel in range(channels):
            there = line[at + (first + column) * channels + channel] if column >= 0 else zero
            line[at + j * channels + channel] = there


@compiled
def _sum_along(out, to, count, line, at, step, weights):
    for x in range(count):
        total = weights[0] * line[at + x]
        for k in range(1, len(weights)):
            total += weights[k] * line[at + unsigned(k) * step + x]
        out[to + x] = total

# mypy: allow-untyped-defs, allow-untyped-calls
"""Copy a tile of the image, with what the kernel reaches around it, into memory near the core.

Borders and dtypes are dealt with here; what follows is plain arithmetic on floats.
"""

from handconv.engine.jit import DRAWN, count_on, inner, unsigned


@inner
def draw_tile(counter, out, cover):
    """Draw a tile of ``cover`` = (rows, columns) of the output, or less at its ends.

    Returns image, top, left, rows, columns; no rows where none is left.
    """
    images, height, width, _ = out.shape
    across = -(-width // cover[1])
    image, number = divmod(count_on(counter, DRAWN, 1), -(-height // cover[0]) * across)
    if image >= images:
        return 0, 0, 0, 0, 0
    top, left = number // across * cover[0], number % across * cover[1]
    return image, top, left, min(cover[0], height - top), min(cover[1], width - left)


@inner
def copy_row(pixels, shape, image, place, left, columns, border, memory, at):
    """Copy what lies at row ``place`` and ``columns`` places from ``left`` on to ``memory[at:]``.

    pixels, shape : the source, flat, and its shape
    border : row_of, column_of, (first, last): at row y and column x of the surroundings lies the
        pixel row_of[y], column_of[x] of the source, where zeros stand if one is -1; from first to
        before last the columns go up by one at a time
    """
    row_of, column_of, side_by_side = border
    _, height, width, channels = shape
    row = row_of[place]
    if row < 0:
        for x in range(unsigned(columns * channels)):
            memory[unsigned(at) + x] = 0
        return
    start = (image * height + row) * width * channels
    west, east = max(0, side_by_side[0] - left), min(columns, side_by_side[1] - left)
    first, count = start + column_of[left + west] * channels, unsigned((east - west) * channels)
    _copy(memory, unsigned(at + west * channels), count, pixels, unsigned(first))
    for begin, end in ((0, west), (east, columns)):
        for j in range(begin, end):
            column = column_of[left + j]
            for channel in range(channels):
                pixel = pixels[start + column * channels + channel] if column >= 0 else 0
                memory[at + j * channels + channel] = pixel


@inner
def next_tile(counter, source, out, cover, kernel, border, memory):
    """Draw a tile, and copy it with what the kernel reaches around it to ``memory``.

    memory : (rows, numbers in a row)
    Returns rows, numbers in a row, and where they start in the flat output; no rows at the end.
    """
    image, top, left, rows, columns = draw_tile(counter, out, cover)
    pixels, tile, wide = source.ravel(), memory.ravel(), memory.shape[1]
    reached = columns + kernel[1] - 1
    if rows > 0:
        for i in range(rows + kernel[0] - 1):
            copy_row(pixels, source.shape, image, top + i, left, reached, border, tile, i * wide)
    return rows, columns * out.shape[3], start_of(out, image, top, left)


@inner
def start_of(out, image, top, left):
    """Where a tile starts in the flat output."""
    _, height, width, channels = out.shape
    return ((image * height + top) * width + left) * channels


@inner
def _copy(out, at, count, source, place):
    for x in range(count):
        out[at + x] = source[place + x]

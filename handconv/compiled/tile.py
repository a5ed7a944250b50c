# mypy: allow-untyped-defs, allow-untyped-calls
"""Copy a tile of the image, with what the kernel reaches around it, into memory near the core.

Borders and dtypes are dealt with here; what follows is plain arithmetic on floats.
"""

from handconv.compiled.jit import DRAWN, compiled, count_on, unsigned


@compiled
def next_tile(counter, source, out, cover, kernel, border, memory):
    """Draw a tile and copy it, with what the kernel reaches around it, to ``memory``.

    cover : rows, columns of the output that a tile covers
    border : row_of, column_of, (first, last): under tap column j of output column x lies column
        column_of[x + j] of the source, -1 if outside; from first to before last they go up by one
    memory : (rows, numbers in a row)
    Returns rows, numbers in a row, and where they start in the flat output; no rows at the end.
    """
    images, height, width, channels = out.shape
    row_of, column_of, side_by_side = border
    rows_of_source, columns_of_source = source.shape[1:3]
    across = -(-width // cover[1])
    image, number = divmod(count_on(counter, DRAWN, 1), -(-height // cover[0]) * across)
    if image >= images:
        return 0, 0, 0
    top, left = number // across * cover[0], number % across * cover[1]
    rows, columns = min(cover[0], height - top), min(cover[1], width - left)

    reached = columns + kernel[1] - 1  # columns, of which west … east - 1 lie side by side
    west, east = max(0, side_by_side[0] - left), min(reached, side_by_side[1] - left)
    pixels, tile = source.ravel(), memory.ravel()
    for i in range(rows + kernel[0] - 1):
        row, at = row_of[top + i], i * memory.shape[1]
        if row < 0:
            memory[i, : reached * channels] = 0
            continue
        row_start = (image * rows_of_source + row) * columns_of_source * channels
        start = row_start + column_of[left + west] * channels
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

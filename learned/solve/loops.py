"""The compiled loops of least squares: lag products, predictions and their gradients.

Every innermost loop runs along a row that is contiguous in memory, and takes four rows or taps at
a time, so that the processor multiplies more than it loads. All run without the interpreter lock.
"""

import numpy as np

from handconv.arrays import Floats
from handconv.engine.jit import compiled_with

# sums in vectors, multiply and add in one step
compiled = compiled_with({"reassoc", "contract", "nsz"})


@compiled
def fill_gram(first: Floats, second: Floats, dy: int, across: int, gram: Floats) -> None:
    """Fill the entries of the (M, N, M, N) Gram matrix of two channels, or of one twice, whose taps
    lie ``dy`` rows and ``across`` to N - 1 columns apart.

    The entry for the taps (i, j) and (i + dy, j + dx) is the sum of first[y, x] second[y + dy,
    x + dx] over the window of pixels that tap (i, j) sees. Neighbouring windows share all but one
    row or column: those alone are added and taken off.
    """
    kernel_rows, kernel_columns = gram.shape[0], gram.shape[1]
    top = max(0, -dy)
    height, width = first.shape[0] - kernel_rows + 1, first.shape[1] - kernel_columns + 1
    for dx in range(across, kernel_columns):
        left, windows_across = max(0, -dx), kernel_columns - abs(dx)
        reach = width + windows_across - 1
        a, b = slice(left, left + reach), slice(left + dx, left + dx + reach)
        column = np.zeros(reach)  # for each column, the sum over the rows of the present window
        _add_products(first, second, a, b, dy, top, top + height, column)
        for i in range(kernel_rows - abs(dy)):
            if i > 0:
                above, below = top + i - 1, top + i - 1 + height
                a0, b0 = first[above][a], second[above + dy][b]
                a1, b1 = first[below][a], second[below + dy][b]
                for x in range(reach):
                    column[x] += a1[x] * b1[x] - a0[x] * b0[x]
            total = 0.0
            for x in range(width):
                total += column[x]
            for j in range(windows_across):
                if j > 0:
                    total += column[j + width - 1] - column[j - 1]
                gram[top + i, left + j, top + i + dy, left + j + dx] = total


@compiled
def _add_products(
    first: Floats, second: Floats, a: slice, b: slice, dy: int, top: int, end: int, column: Floats
) -> None:
    """Add first[y, a] second[y + dy, b] to ``column``, for rows ``top`` to ``end - 1``."""
    fours = end - (end - top) % 4
    for y in range(top, fours, 4):
        a0, b0 = first[y][a], second[y + dy][b]
        a1, b1 = first[y + 1][a], second[y + 1 + dy][b]
        a2, b2 = first[y + 2][a], second[y + 2 + dy][b]
        a3, b3 = first[y + 3][a], second[y + 3 + dy][b]
        for x in range(len(column)):
            column[x] += a0[x] * b0[x] + a1[x] * b1[x] + a2[x] * b2[x] + a3[x] * b3[x]
    for y in range(fours, end):
        a0, b0 = first[y][a], second[y + dy][b]
        for x in range(len(column)):
            column[x] += a0[x] * b0[x]


@compiled
def predict_rows(image: Floats, kernel: Floats, first: int, last: int, out: Floats) -> None:
    """Write the correlation into rows ``first`` to ``last - 1`` of ``out``, (rows, columns).

    ``image`` is (channels, rows + M - 1, columns + N - 1), ``kernel`` (channels, M, N).
    """
    channels, kernel_rows, kernel_columns = kernel.shape
    width = out.shape[1]
    four = kernel_columns - kernel_columns % 4
    for y in range(first, last):
        p = out[y]
        p[:] = 0.0
        for c in range(channels):
            for i in range(kernel_rows):
                row, taps = image[c, y + i], kernel[c, i]
                for j in range(0, four, 4):
                    k0, k1, k2, k3 = taps[j], taps[j + 1], taps[j + 2], taps[j + 3]
                    r0, r1 = row[j : j + width], row[j + 1 : j + 1 + width]
                    r2, r3 = row[j + 2 : j + 2 + width], row[j + 3 : j + 3 + width]
                    for x in range(width):
                        p[x] += k0 * r0[x] + k1 * r1[x] + k2 * r2[x] + k3 * r3[x]
                for j in range(four, kernel_columns):
                    k0, r0 = taps[j], row[j : j + width]
                    for x in range(width):
                        p[x] += k0 * r0[x]


@compiled
def add_moments(image: Floats, target: Floats, first: int, last: int, moments: Floats) -> None:
    """Add target × the pixel under each tap, over rows ``first`` to ``last - 1``, to ``moments``.

    Shapes are those of `predict_rows`: ``target`` as its ``out``, ``moments`` as its kernel.
    """
    channels, kernel_rows, kernel_columns = moments.shape
    width = target.shape[1]
    four = kernel_columns - kernel_columns % 4
    for y in range(first, last):
        t = target[y]
        for c in range(channels):
            for i in range(kernel_rows):
                row, sums = image[c, y + i], moments[c, i]
                for j in range(0, four, 4):
                    r0, r1 = row[j : j + width], row[j + 1 : j + 1 + width]
                    r2, r3 = row[j + 2 : j + 2 + width], row[j + 3 : j + 3 + width]
                    s0 = s1 = s2 = s3 = 0.0
                    for x in range(width):
                        s0 += t[x] * r0[x]
                        s1 += t[x] * r1[x]
                        s2 += t[x] * r2[x]
                        s3 += t[x] * r3[x]
                    sums[j] += s0
                    sums[j + 1] += s1
                    sums[j + 2] += s2
                    sums[j + 3] += s3
                for j in range(four, kernel_columns):
                    r0 = row[j : j + width]
                    s0 = 0.0
                    for x in range(width):
                        s0 += t[x] * r0[x]
                    sums[j] += s0


@compiled
def to_distance(prediction: Floats, lower: Floats, upper: Floats) -> float:
    """Turn predictions (rows, columns) into how far each is from its bounds; return Σ squares."""
    square = 0.0
    for y in range(len(prediction)):
        p, low, high = prediction[y], lower[y], upper[y]
        for x in range(len(p)):
            distance = min(max(p[x], low[x]), high[x]) - p[x]
            p[x] = distance
            square += distance * distance
    return square

"""Arrays and anchors from a person, checked."""

import operator

import numpy as np
from numpy.typing import ArrayLike

from handconv.arrays import Array, Floats

Anchor = tuple[int, int] | None


def real_array(values: ArrayLike, name: str) -> Array:
    """The values as an array, not copied; ``name`` is what a message calls them.

    Raises ``ValueError`` unless they are bools, integers, or floats of up to 64 bits.
    """
    try:
        array = np.asarray(values)
    except ValueError:  # NumPy's way to say ragged
        lengths = _row_lengths(values)
        raise ValueError(f"{name} is ragged{lengths}. Give every row as many.") from None
    kind, size = array.dtype.kind, array.dtype.itemsize
    if kind not in "biuf" or size > 8:
        parts = "Filter its real and imaginary parts one by one"
        advice = {"c": parts, "f": "Use astype(np.float64)"}
        if isinstance(values, str):
            advice[kind] = f"Pass named({values[:40]!r}) or read_kernels of handconv.kernels"
        raise ValueError(
            f"{name} has dtype {array.dtype}; it must hold bools, integers, or floats of up to "
            f"64 bits. {advice.get(kind, 'Pass an array of numbers')}."
        )
    return array


def as_kernel(values: ArrayLike) -> Floats:
    """Numbers from a person as a kernel: checked, and copied to float64.

    ``values`` are rows of taps, nested lists or an array. Raises ``ValueError`` unless they are
    real and finite, and make a rectangle of at least one tap.

    >>> as_kernel([[0, 1, 0], [1, -4]])
    Traceback (most recent call last):
    ValueError: kernel is ragged: its rows have lengths 3 and 2. Give every row as many.
    """
    kernel: Floats = real_array(values, "kernel").astype(np.float64)
    if kernel.ndim != 2:
        raise ValueError(
            f"kernel has shape {kernel.shape}; it must have rows and columns. "
            f"Write one row as [[1, 2, 1]], one column as [[1], [2], [1]]."
        )
    if kernel.size == 0:
        raise ValueError(f"kernel has shape {kernel.shape}; it needs at least one tap.")
    if not np.isfinite(kernel).all():
        row, column = np.argwhere(~np.isfinite(kernel))[0]
        raise ValueError(
            f"kernel has the tap {kernel[row, column]} in row {row}, column {column}; "
            f"every tap must be a finite number."
        )
    return kernel


def as_anchor(anchor: tuple[int, int], shape: tuple[int, ...]) -> tuple[int, int]:
    """The anchor as two ints; ``ValueError`` unless it lies in a kernel of that shape."""
    try:
        row, column = map(operator.index, anchor)
    except (TypeError, ValueError):
        message = f"anchor is {anchor!r}; it must be two whole numbers, (row, column)."
        raise ValueError(message) from None
    if not (0 <= row < shape[0] and 0 <= column < shape[1]):
        raise ValueError(
            f"anchor is ({row}, {column}), outside the kernel of {shape[0]} × {shape[1]} taps. "
            f"Use a row from 0 to {shape[0] - 1} and a column from 0 to {shape[1] - 1}."
        )
    return row, column


def _row_lengths(values: object) -> str:
    """': its rows have lengths 3 and 2' where that can be said."""
    if not isinstance(values, list | tuple) or not all(isinstance(r, list | tuple) for r in values):
        return ""
    lengths = [str(len(row)) for row in values]
    return f": its rows have lengths {', '.join(lengths[:-1])} and {lengths[-1]}"

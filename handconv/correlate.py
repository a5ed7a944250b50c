"""Correlation and convolution of any image with any kernel."""

import operator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handconv.borders import Border, check_border, pad


def correlate(
    image: ArrayLike,
    kernel: ArrayLike,
    border: Border = "replicate",
    anchor: tuple[int, int] | None = None,
) -> NDArray[Any]:
    """Lay the kernel on the image as it is written; multiply and sum at every pixel.

    This is what the tutorial's loop, ``cv2.filter2D`` and ``torch.nn.Conv2d`` do. For the kernel
    turned by 180° see `convolve`.

    Parameters
    ----------
    image : (rows, columns) or (rows, columns, channels), bool, any integer, float16, 32 or 64
        In any memory order and byte order; it is only read. Every channel is filtered alike.
        A NaN or infinity spoils the output pixels that have it under a tap, and no others.
    kernel : (M, N), real and finite
    border : what stands outside the image, one of `handconv.BORDERS`
    anchor : (row, column) of the tap that lies on the output pixel; the centre unless given.
        A kernel with an even side has no centre, so there it must be given.

    Returns
    -------
    A new array of the image's shape, neither rounded nor clipped: float64 for float64, int64 and
    uint64 images, float32 for all others. 32-bit integers are summed in float64 and rounded once,
    at the end, to float32's 24 bits; for more, pass ``image.astype(np.float64)``.

    Raises
    ------
    ValueError
        if an argument is none of the above; the message says which, and what to do.

    Examples
    --------
    >>> image = np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]], np.uint8)
    >>> correlate(image, [[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    array([[9., 8., 7.],
           [6., 5., 4.],
           [3., 2., 1.]], dtype=float32)
    """
    work = _check(image, kernel, border, anchor)
    return _correlate(*work, border)


def convolve(
    image: ArrayLike,
    kernel: ArrayLike,
    border: Border = "replicate",
    anchor: tuple[int, int] | None = None,
) -> NDArray[Any]:
    """True convolution: correlate with the kernel turned by 180°. Arguments as `correlate`.

    ``anchor`` counts in the kernel as you wrote it, before it is turned.

    >>> image = np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]], np.uint8)
    >>> convolve(image, [[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    array([[1., 2., 3.],
           [4., 5., 6.],
           [7., 8., 9.]], dtype=float32)
    """
    work = _check(image, kernel, border, anchor)
    rows, columns = work.kernel.shape
    turned = work._replace(
        kernel=work.kernel[::-1, ::-1],
        anchor=(rows - 1 - work.anchor[0], columns - 1 - work.anchor[1]),
    )
    return _correlate(*turned, border)


class _Work(NamedTuple):
    """Arguments that have been checked."""

    image: NDArray[Any]
    kernel: NDArray[np.float64]
    anchor: tuple[int, int]


def _check(
    image: ArrayLike, kernel: ArrayLike, border: Border, anchor: tuple[int, int] | None
) -> _Work:
    check_border(border)
    pixels = _check_image(image)
    taps = _check_kernel(kernel, output_dtype(pixels.dtype))
    return _Work(pixels, taps, _check_anchor(anchor, taps.shape))


def _check_image(image: ArrayLike) -> NDArray[Any]:
    pixels = _as_real_array(image, "image")
    if pixels.ndim not in (2, 3):
        raise ValueError(
            f"image has shape {pixels.shape}; it must be (rows, columns) or "
            f"(rows, columns, channels)."
        )
    if pixels.size == 0:
        raise ValueError(f"image has shape {pixels.shape}; it needs at least one pixel.")
    return pixels


def _check_kernel(kernel: ArrayLike, dtype: type[np.floating[Any]]) -> NDArray[np.float64]:
    taps = _as_real_array(kernel, "kernel").astype(np.float64)
    if taps.ndim != 2 or taps.size == 0:
        raise ValueError(
            f"kernel has shape {taps.shape}; it must be (rows, columns) with at least one tap."
        )
    if not np.isfinite(taps).all():
        row, column = np.argwhere(~np.isfinite(taps))[0]
        raise ValueError(
            f"kernel[{row}, {column}] is {taps[row, column]}; every tap must be a finite number."
        )
    if np.abs(taps).max() > np.finfo(dtype).max:
        raise ValueError(
            f"kernel has a tap of {taps.flat[np.abs(taps).argmax()]:g}, beyond the range of "
            f"{dtype.__name__}. Scale the kernel down, or pass image.astype(np.float64)."
        )
    return taps


def _check_anchor(anchor: tuple[int, int] | None, shape: tuple[int, ...]) -> tuple[int, int]:
    rows, columns = shape
    if anchor is None:
        if rows % 2 == 0 or columns % 2 == 0:
            raise ValueError(
                f"kernel has shape {shape}; an even side has no centre pixel. "
                f"Pass anchor=(row, column), or pad the kernel to an odd size."
            )
        return rows // 2, columns // 2
    try:
        row, column = (operator.index(place) for place in anchor)
    except (TypeError, ValueError):
        raise ValueError(
            f"anchor is {anchor!r}; it must be two whole numbers, (row, column)."
        ) from None
    if not (0 <= row < rows and 0 <= column < columns):
        raise ValueError(
            f"anchor is ({row}, {column}), outside the kernel of shape {shape}. "
            f"Use a row from 0 to {rows - 1} and a column from 0 to {columns - 1}."
        )
    return row, column


def _as_real_array(values: ArrayLike, name: str) -> NDArray[Any]:
    try:
        array = np.asarray(values)
    except ValueError:
        raise ValueError(f"{name} is not an array: its rows differ in length.") from None
    kind, size = array.dtype.kind, array.dtype.itemsize
    if kind not in "biuf" or size > 8:
        mend = {
            "c": "Filter its real and imaginary parts one by one",
            "f": "Use astype(np.float64)",
        }
        raise ValueError(
            f"{name} has dtype {array.dtype}; it must hold bools, integers, or floats of up to "
            f"64 bits. {mend.get(kind, 'Pass an array of numbers')}."
        )
    return array


def output_dtype(dtype: np.dtype[Any]) -> type[np.floating[Any]]:
    """float64 for images of 64-bit numbers, float32 for all others."""
    return np.float64 if dtype.itemsize == 8 else np.float32


def _correlate(
    image: NDArray[Any], kernel: NDArray[np.float64], anchor: tuple[int, int], border: Border
) -> NDArray[Any]:
    from handconv.compiled import engine, plan

    stack = image.reshape((1,) * (image.ndim==2 or image.ndim==3) + image.shape + (1,) * (image.ndim == 2))
    out = np.empty(stack.shape, output_dtype(image.dtype))
    p=plan.choose(kernel, engine.job(stack))
    engine.run(p, stack, kernel, border, anchor, out)
    return out.reshape(image.shape)

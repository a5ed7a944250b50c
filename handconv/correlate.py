"""Correlation and convolution of any image with any kernel."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from handconv.arguments import Anchor, as_anchor, as_kernel, real_array
from handconv.arrays import Array, Floats
from handconv.borders import Border, check_border
from handconv.engine.threads import get_threads

if TYPE_CHECKING:
    from handconv.engine.dispatch import Filtering

Out = Array | None


def correlate(
    image: ArrayLike, kernel: ArrayLike, border: Border = "replicate",
    anchor: Anchor = None, *, out: Out = None,
) -> Array:  # fmt: skip
    """Lay the kernel on the image as it is written; multiply and sum at every pixel.

    This is what the tutorial's loop, ``cv2.filter2D`` and ``torch.nn.Conv2d`` do. For the kernel
    turned by 180° see `convolve`; for how a call is going to be done see `explain`.

    Parameters
    ----------
    image : (rows, columns), (rows, columns, channels) or (images, rows, columns, channels)
        Bools, any integers, or floats of 16, 32 or 64 bits, in any memory order and byte order;
        it is only read. Every channel and every image is filtered alike. A stack always has four
        axes: for grey pictures pass ``stack[..., None]``.
    kernel : (M, N), real and finite
    border : what stands outside the image, one of `handconv.BORDERS`
    anchor : (row, column) of the tap that lies on the output pixel; the centre unless given.
        A kernel with an even side has no centre, so there it must be given.
    out : array of the image's shape and the result's dtype to write to, if you have one to reuse.

    Returns
    -------
    ``out``, or a new array of the image's shape, neither rounded nor clipped: float64 for float64,
    int64 and uint64 images, float32 for all others.

    Sums are made in float32, in float64 for images of 32- and 64-bit numbers other than float32.
    Where image and kernel are whole numbers the sums are exact up to 2⁵³, and rounded only if the
    result does not hold them: 32-bit integers come out with float32's 24 bits, so for more pass
    ``image.astype(np.float64)``. A sum beyond the range of what it is made in is infinite, even on
    the way to a smaller one, and taps below 1e-38 may count as zero beside larger ones in float32.
    A NaN or infinity spoils the output pixels that have it under a tap other than zero, and no
    others than have it under the kernel.

    Raises ``ValueError`` if an argument is none of the above; the message says which, and what to
    do.

    >>> image = np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]], np.uint8)
    >>> correlate(image, [[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    array([[9., 8., 7.],
           [6., 5., 4.],
           [3., 2., 1.]], dtype=float32)
    """
    return _correlate(image, real_array(kernel, "kernel"), border, anchor, out)


def convolve(
    image: ArrayLike, kernel: ArrayLike, border: Border = "replicate",
    anchor: Anchor = None, *, out: Out = None,
) -> Array:  # fmt: skip
    """True convolution: correlate with the kernel turned by 180°. Arguments as `correlate`.

    ``anchor`` counts in the kernel as you wrote it, before it is turned.

    >>> image = np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]], np.uint8)
    >>> convolve(image, [[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    array([[1., 2., 3.],
           [4., 5., 6.],
           [7., 8., 9.]], dtype=float32)
    """
    taps = as_kernel(kernel)
    row, column = _centre(taps.shape) if anchor is None else as_anchor(anchor, taps.shape)
    opposite = taps.shape[0] - 1 - row, taps.shape[1] - 1 - column
    return _correlate(image, taps[::-1, ::-1], border, opposite, out)


def explain(kernel: ArrayLike, image: ArrayLike) -> str:
    """How `correlate` is going to filter this image, why, and what else it could have done.

    The times are rough estimates for one core of a fast processor, there to be compared.

    >>> print(explain(np.ones((21, 21)), np.zeros((1190, 1640), np.uint8)))
    box: all taps are equal, so sums of sums do, nearly the same work for any size
    sums in float32, whole numbers, exact
    estimated time of one core, in ms:
         1.0  box
         3.2  separable
        13.4  dense
        18.8  fft
        21.2  sparse
    """
    from handconv.engine import plan

    pixels = _check_image(image)
    taps = _check_kernel(kernel, output_dtype(pixels.dtype))
    stack = _as_stack(pixels)
    plans = plan.candidates(taps, plan.Job(stack.shape, stack.dtype, stack.flags.c_contiguous))
    plans.sort(key=lambda one: one.cost)
    chosen = plans[0]
    exact = chosen.whole and plan.largest_sum(taps, pixels.dtype) < 2**53
    lines = [
        f"{chosen.method}: {chosen.reason}",
        f"sums in {chosen.work.name}" + ", whole numbers, exact" * exact,
        "estimated time of one core, in ms:",
    ]
    lines += [f"{one.cost * pixels.size / 1e6:8.1f}  {one.method}" for one in plans]
    return "\n".join(lines)


def _correlate(image: ArrayLike, kernel: Array, border: Border, anchor: Anchor, out: Out) -> Array:
    check_border(border)
    pixels = _check_image(image)
    at = None if anchor is None else as_anchor(anchor, as_kernel(kernel).shape)
    target = _check_out(out, pixels)
    if out is not None and np.may_share_memory(pixels, target):
        pixels = pixels.copy()
    images, results = _as_stack(pixels), _as_stack(target)
    contiguous = images.flags.c_contiguous and results.flags.c_contiguous
    job = images.shape, images.dtype, contiguous
    taps = kernel.tobytes(), kernel.shape, kernel.dtype
    _prepared(*taps, *job, border, at, get_threads())(images, results)
    return target


@lru_cache(maxsize=32)
def _prepared(
    taps: bytes, shape: tuple[int, int], taps_dtype: np.dtype[Any],
    images: tuple[int, int, int, int], dtype: np.dtype[Any], contiguous: bool,
    border: Border, anchor: Anchor, threads: int,
) -> "Filtering":  # fmt: skip
    """What filters such images with such a kernel: to find that out takes longer than to filter a
    small image, and the same often comes again."""
    from handconv.engine import dispatch, plan  # takes a third of a second, so only when needed

    to = output_dtype(dtype)
    kernel = _check_kernel(np.frombuffer(taps, taps_dtype).reshape(shape), to)
    job = plan.Job(images, dtype, contiguous)
    at = anchor or _centre(kernel.shape)
    return dispatch.prepare(plan.choose(kernel, job), job, kernel, border, at, np.dtype(to))


def _as_stack(image: Array) -> Array:
    """The same memory as (images, rows, columns, channels)."""
    if image.ndim == 2:
        return image[None, :, :, None]
    return image[None] if image.ndim == 3 else image


def output_dtype(dtype: np.dtype[Any]) -> type[np.floating[Any]]:
    """float64 for images of 64-bit numbers, float32 for all others."""
    return np.float64 if dtype.itemsize == 8 else np.float32


def _check_image(image: ArrayLike) -> Array:
    pixels = real_array(image, "image")
    if pixels.ndim not in (2, 3, 4):
        raise ValueError(
            f"image has shape {pixels.shape}; it must be (rows, columns), "
            f"(rows, columns, channels) or (images, rows, columns, channels)."
        )
    if pixels.size == 0:
        raise ValueError(f"image has shape {pixels.shape}; it needs at least one pixel.")
    return pixels


def _check_kernel(kernel: ArrayLike, dtype: type[np.floating[Any]]) -> Floats:
    taps = as_kernel(kernel)
    largest, limits = float(np.abs(taps).max()), np.finfo(dtype)
    if largest > float(limits.max):
        raise ValueError(
            f"kernel has a tap of {taps.flat[np.abs(taps).argmax()]:g}, beyond the range of "
            f"{dtype.__name__}. Scale the kernel down, or pass image.astype(np.float64)."
        )
    if 0 < largest < float(limits.tiny):
        raise ValueError(
            f"kernel has no tap above {largest:g}, too small for {dtype.__name__}. "
            f"Scale the kernel up, or pass image.astype(np.float64)."
        )
    return taps


def _centre(shape: tuple[int, ...]) -> tuple[int, int]:
    if shape[0] % 2 == 0 or shape[1] % 2 == 0:
        raise ValueError(
            f"kernel has shape {shape}; an even side has no centre pixel. "
            f"Pass anchor=(row, column), or pad the kernel to an odd size."
        )
    return shape[0] // 2, shape[1] // 2


def _check_out(out: Out, image: Array) -> Array:
    dtype = output_dtype(image.dtype)
    if out is None:
        return np.empty(image.shape, dtype)
    if not isinstance(out, np.ndarray):
        raise ValueError(f"out is a {type(out).__name__}; it must be an array to write to.")
    if out.shape != image.shape or out.dtype != dtype:
        raise ValueError(
            f"out has shape {out.shape} and dtype {out.dtype}; for this image it must have "
            f"shape {image.shape} and dtype {dtype.__name__}."
        )
    if not out.flags.writeable:
        raise ValueError("out is read-only; pass an array that can be written to.")
    return out

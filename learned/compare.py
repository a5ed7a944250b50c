"""Learned against hand-defined kernels: how far apart, and turned or mirrored how."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ORIENTATIONS: dict[str, Callable[[Floats], Floats]] = {
    "as defined": lambda kernel: kernel,
    "rotated 180": lambda kernel: kernel[..., ::-1, ::-1],  # the flip of true convolution
    "flipped left-right": lambda kernel: kernel[..., :, ::-1],
    "flipped top-bottom": lambda kernel: kernel[..., ::-1, :],
    "transposed": lambda kernel: kernel.swapaxes(-2, -1),
    "rotated 90": lambda kernel: np.rot90(kernel, axes=(-2, -1)),  # anticlockwise
    "rotated 270": lambda kernel: np.rot90(kernel, 3, axes=(-2, -1)),
    "transposed, rotated 180": lambda kernel: kernel.swapaxes(-2, -1)[..., ::-1, ::-1],
}
"""The 8 symmetries of the square: what to do to the hand-defined kernel to get the other one."""

UNLIKE = 0.1  # beyond this relative error no orientation is worth a name


@dataclass(frozen=True)
class Comparison:
    """How a learned kernel differs from a hand-defined one.

    Attributes
    ----------
    max_abs_error : largest difference between taps, as defined
    relative_error : the same over the largest absolute tap of the hand-defined kernel
    orientation : the one of `ORIENTATIONS` that maps the hand-defined kernel closest to the
        learned one; "none" where even that leaves a relative error above 0.1
    oriented_error : relative error under that orientation
    """

    max_abs_error: float
    relative_error: float
    orientation: str
    oriented_error: float


def compare(learned: NDArray[Any], hand: NDArray[Any]) -> Comparison:
    """Compare two kernels of shape (M, N), or (channels, M, N).

    Where several orientations fit equally well, as for a symmetric kernel, the first in the order
    of `ORIENTATIONS` is named: "as defined" before all others.

    Raises ``ValueError`` if the shapes differ, or the hand-defined kernel is zero throughout.

    >>> sobel_x = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    >>> compare(sobel_x[::-1, ::-1], sobel_x).orientation
    'rotated 180'
    """
    learned, hand = np.asarray(learned, np.float64), np.asarray(hand, np.float64)
    if learned.shape != hand.shape:
        raise ValueError(
            f"learned has shape {learned.shape} and hand {hand.shape}; "
            f"compare kernels of one shape."
        )
    scale = float(np.abs(hand).max())
    if scale == 0:
        raise ValueError("hand is zero throughout; there is nothing to compare with.")
    errors = orientation_errors(learned, hand)
    best = min(errors.values())
    # a tie to rounding error is a tie: a symmetric kernel is "as defined"
    orientation = next(name for name, error in errors.items() if error <= best + 1e-6 * scale)
    as_defined, oriented = errors["as defined"], errors[orientation]
    return Comparison(
        max_abs_error=as_defined,
        relative_error=as_defined / scale,
        orientation=orientation if oriented <= UNLIKE * scale else "none",
        oriented_error=oriented / scale,
    )


def orientation_errors(learned: Floats, hand: Floats) -> dict[str, float]:
    """Largest tap difference under each orientation that gives the learned kernel's shape."""
    turned = {name: turn(hand) for name, turn in ORIENTATIONS.items()}
    return {
        name: float(np.abs(learned - kernel).max())
        for name, kernel in turned.items()
        if kernel.shape == learned.shape
    }


def symmetries(kernel: NDArray[Any]) -> list[str]:
    """The orientations that leave the kernel as it is.

    A kernel with "rotated 180" among them cannot tell correlation from convolution.

    >>> symmetries(np.array([[1, 2, 1]]))
    ['as defined', 'rotated 180', 'flipped left-right', 'flipped top-bottom']
    """
    kernel = np.asarray(kernel, np.float64)
    tolerance = 1e-12 * float(np.abs(kernel).max())
    errors = orientation_errors(kernel, kernel)
    return [name for name, error in errors.items() if error <= tolerance]

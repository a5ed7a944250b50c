"""Learned against hand-defined kernels: how far apart, and turned or mirrored how."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from handconv.arrays import Array, Floats

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
UNLIKE = 0.1  # relative error beyond which no orientation is named


@dataclass(frozen=True)
class Comparison:
    """How a learned kernel differs from a hand-defined one.

    Its orientation is what brings the hand-defined kernel closest to the learned one: a name of
    `ORIENTATIONS`, or "none" where the relative error stays above 0.1.
    """

    max_abs_error: float  # largest difference between taps, as defined
    relative_error: float  # the same over the largest absolute tap of the hand-defined kernel
    orientation: str
    oriented_error: float  # relative error under the orientation closest to it


def compare(learned: Array, hand: Array) -> Comparison:
    """Compare two kernels of shape (M, N), or (channels, M, N).

    Of orientations that fit equally well, as for a symmetric kernel, the first of `ORIENTATIONS` is
    named. Raises ``ValueError`` if the shapes differ, or if ``hand`` is zero throughout.

    >>> sobel_x = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    >>> compare(sobel_x[::-1, ::-1], sobel_x).orientation
    'rotated 180'
    """
    learned, hand = np.asarray(learned, np.float64), np.asarray(hand, np.float64)
    if learned.shape != hand.shape:
        shapes = f"learned has shape {learned.shape} and hand {hand.shape}"
        raise ValueError(f"{shapes}; compare kernels of one shape.")
    scale = float(np.abs(hand).max())
    if scale == 0:
        raise ValueError("hand is zero throughout; there is nothing to compare with.")
    errors = _orientation_errors(learned, hand)
    best = min(errors.values()) + 1e-6 * scale  # a tie, to rounding error, is a tie
    orientation, oriented = next(item for item in errors.items() if item[1] <= best)
    return Comparison(
        max_abs_error=errors["as defined"],
        relative_error=errors["as defined"] / scale,
        orientation=orientation if oriented <= UNLIKE * scale else "none",
        oriented_error=oriented / scale,
    )


def _orientation_errors(learned: Floats, hand: Floats) -> dict[str, float]:
    """Largest tap difference under each orientation that gives the learned kernel's shape."""
    turned = {name: turn(hand) for name, turn in ORIENTATIONS.items()}
    fitting = {name: kernel for name, kernel in turned.items() if kernel.shape == learned.shape}
    return {name: float(np.abs(learned - kernel).max()) for name, kernel in fitting.items()}


def symmetries(kernel: Array) -> list[str]:
    """The orientations that leave the kernel as it is.

    A kernel with "rotated 180" among them cannot tell correlation from convolution.

    >>> symmetries(np.array([[1, 2, 1]]))
    ['as defined', 'rotated 180', 'flipped left-right', 'flipped top-bottom']
    """
    kernel = np.asarray(kernel, np.float64)
    errors, largest = _orientation_errors(kernel, kernel), float(np.abs(kernel).max())
    return [name for name, error in errors.items() if error <= 1e-12 * largest]

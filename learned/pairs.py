"""Pairs: a before image, and the bounds that the after image sets for every pixel.

A pair never says "the after-pixel *is* 137". It says "it was between 136.5 and 137.5 before it
was rounded", or "at or above 254.5" where it is clipped, or exactly 137.25 where the after image
is floating point. Exact, rounded, truncated and clipped targets are then one code path.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from handconv import Border, convolve, correlate
from handconv.arrays import Array, Floats, Mask
from handconv.pictures.show import to_uint8, to_uint8_floor
from learned.solve.predict import Samples
from learned.window import Window

Rounding = Literal["exact", "nearest", "floor"]
Operation = Literal["correlation", "convolution"]
Target = Literal["float64", "float32", "uint8", "uint8_floor"]
HIDDEN = {"nearest": (0.5, 0.5), "floor": (0.0, 1.0)}
"""How far below and above the stored integer the value may have been."""


@dataclass(frozen=True)
class Pair:
    """A before image and the bounds of its after image: ±inf where clipped, equal where exact.

    The border is that of the before image under the kernel. None: not known; then only those pixels
    count whose whole neighbourhood lies inside the image.
    """

    before: Array  # (channels, rows, columns) real, grey levels
    lower: Array  # (rows, columns) float64 or float32, grey levels
    upper: Array  # the same; nowhere below lower
    border: Border | None = "replicate"

    def __post_init__(self) -> None:
        if not self.before.shape[1:] == self.lower.shape == self.upper.shape:
            raise ValueError(
                f"before has shape {self.before.shape}, lower {self.lower.shape} and upper "
                f"{self.upper.shape}; rows and columns must be the same in all three."
            )

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.lower.shape
        return rows, columns

    def samples(self, shape: tuple[int, int], anchor: tuple[int, int] | None = None) -> Samples:
        """What this pair says about kernels of ``shape`` = (M, N) taps.

        ``anchor`` is the tap on the output pixel, by default the centre (M // 2, N // 2); it may
        lie outside. Raises ``ValueError`` where the border is None and the photo too small.
        """
        row, column = anchor or (shape[0] // 2, shape[1] // 2)
        window = Window(-row, -column, *shape)
        inside = slice(0, self.size[0]), slice(0, self.size[1])
        if self.border is None:
            inside = window.interior(self.size)
        if any(part.start >= part.stop for part in inside):
            raise ValueError(
                f"photo of {self.size[0]} × {self.size[1]} pixels is smaller than the kernel of "
                f"{shape[0]} × {shape[1]} taps. Use a larger photo or a smaller kernel."
            )
        image = window.under(self.before, inside, self.border or "replicate")
        return Samples(image, self.lower[inside], self.upper[inside])

    def without(self, mask: Mask) -> "Pair":
        """The pair, with nothing known of the after-pixels in the mask."""
        lower, upper = np.where(mask, -np.inf, self.lower), np.where(mask, np.inf, self.upper)
        return replace(self, lower=lower, upper=upper)


def bounds(after: Array, rounding: Rounding) -> tuple[Array, Array]:
    """The lowest and highest value that each after-pixel can have had before it was stored.

    The ends of the dtype's range also hold what was clipped to them: 0 says "at or below", 255
    (65535 for uint16) "at or above". Bounds are closed; what truncation excludes does not matter.

    Parameters
    ----------
    after : (rows, columns) uint8 or uint16; any real dtype for exact
    rounding : "exact": the value itself, twice; "nearest": the value ± ½, whichever way halves are
        rounded; "floor": from the value to the value + 1 (the tutorial's truncation)

    Returns
    -------
    lower, upper : (rows, columns); float64 for exact, else float32, which holds them exactly

    >>> lower, upper = bounds(np.array([[0, 7, 255]], np.uint8), "nearest")
    >>> lower.tolist(), upper.tolist()
    ([[-inf, 6.5, 254.5]], [[0.5, 7.5, inf]])
    """
    if rounding == "exact":
        exact = after.astype(np.float64)
        return exact, exact
    if rounding not in HIDDEN:
        raise ValueError(f"rounding is {rounding!r}; use one of exact, {', '.join(HIDDEN)}.")
    if after.dtype not in (np.uint8, np.uint16):
        raise ValueError(
            f"after has dtype {after.dtype}; bounds of rounded pixels are known for uint8 and "
            f"uint16. Pass rounding='exact' for floating point."
        )
    below, above = np.array(HIDDEN[rounding], np.float32)
    value, top = after.astype(np.float32), np.iinfo(after.dtype).max
    lower = np.where(after == 0, np.float32(-np.inf), value - below)
    upper = np.where(after == top, np.float32(np.inf), value + above)
    return lower, upper


def made_pair(
    photo: Floats,
    kernel: Floats,
    operation: Operation = "correlation",
    border: Border = "replicate",
    target: Target = "float64",
    bias: float = 0.0,
) -> Pair:
    """A pair whose after image is the photo filtered by hand.

    Parameters
    ----------
    photo : (channels, rows, columns) grey levels
    kernel : (channels, M, N); the results of all channels are added
    operation : how the kernel is laid on the photo: as it is, or turned by 180° ("convolution")
    target : how the after image is stored: see `bounds_of_stored`
    bias : added to every pixel of the after image, grey levels
    """
    by_hand = correlate if operation == "correlation" else convolve
    planes = [by_hand(*each, border).astype(np.float64) for each in zip(photo, kernel, strict=True)]
    return Pair(photo, *bounds_of_stored(np.asarray(sum(planes)) + bias, target), border)


def bounds_of_stored(after: Floats, target: Target) -> tuple[Array, Array]:
    """What is still known of ``after`` once it is stored as ``target``: see `bounds`.

    uint8: clipped to 0 … 255 and rounded · uint8_floor: clipped and truncated, as the tutorial does
    it: from float32, where a sum that missed a whole number by rounding error is that number again
    """
    if target == "uint8":
        return bounds(to_uint8(after), "nearest")
    if target == "uint8_floor":
        return bounds(to_uint8_floor(after.astype(np.float32)), "floor")
    return bounds(after.astype(target), "exact")

"""The resizers of torch and torchvision written with NumPy: a matrix of weights for each axis.

As `torch.nn.functional.interpolate` does it (ATen's UpSample.h, UpSampleKernel.cpp, and
AdaptiveAveragePooling.cpp). ``factors``, down and across, are the scale factors, if they were
given: they tell where pixels lie, which the sizes do otherwise.
"""

from typing import Any

import numpy as np

from handconv.arrays import Array, Floats
from learned.recovery.explanations.rounding import rounded

Number = type[np.floating[Any]]


def resize_by_weights(
    planes: Array,
    height: int,
    width: int,
    mode: str,
    aligned: bool,
    antialias: bool,
    rounding: str,
    factors: tuple[float, float] | None = None,
) -> Array:
    """As torch resizes floating point; then rounded or truncated."""
    steps = steps_of(planes.shape[1:], (height, width), factors)
    down, across = (
        axis_weights(size, length, step, mode, aligned, antialias, np.float32).astype(np.float32)
        for size, length, step in zip(planes.shape[1:], (height, width), steps, strict=True)
    )
    made = np.stack([down @ (plane.astype(np.float32) @ across.T) for plane in planes])
    if mode == "area":  # torch sums whole numbers and divides once
        made = np.round(made, 3)
    top = np.iinfo(planes.dtype).max
    return np.asarray(rounded(made, rounding).clip(0, top).astype(planes.dtype))


def resize_in_whole_numbers(
    planes: Array,
    height: int,
    width: int,
    mode: str,
    aligned: bool,
    antialias: bool,
    factors: tuple[float, float] | None = None,
) -> Array:
    """As torch resizes 8 bits: along rows, then along columns, with 8 bits between."""
    down, across = steps_of(planes.shape[1:], (height, width), factors)
    made = planes.swapaxes(1, 2)  # torch does the rows first
    for length, step in ((width, across), (height, down)):
        size = made.shape[1]
        weights = axis_weights(size, length, step, mode, aligned, antialias, np.float64)
        numbers, bits = whole_weights(weights)
        sums = [numbers @ plane.astype(np.float64) for plane in made]
        made = np.floor((np.stack(sums) + 2 ** (bits - 1)) / 2**bits).clip(0, 255)
        made = made.swapaxes(1, 2)
    return made.swapaxes(1, 2).astype(planes.dtype)


def whole_weights(weights: Floats) -> tuple[Floats, int]:
    """The weights times a power of two, as whole numbers of 16 bits, and that power."""
    bits = 0
    while bits < 22 and np.floor(0.5 + weights.max() * 2 ** (bits + 1)) < 2**15:  # noqa: PLR2004
        bits += 1
    scaled = weights * 2**bits
    return np.trunc(scaled + np.copysign(0.5, scaled)), bits


def steps_of(
    old: tuple[int, ...], new: tuple[int, ...], factors: tuple[float, float] | None
) -> tuple[float, float]:
    """How many old pixels down and across a new one stands for."""
    if factors is not None:
        return 1 / factors[0], 1 / factors[1]
    return old[0] / new[0], old[1] / new[1]


def axis_weights(
    size: int, length: int, step: float, mode: str, aligned: bool, antialias: bool, number: Number
) -> Floats:
    """(length, size) what each new pixel takes of each old one.

    ``number`` is what torch computes places in, whose rounding errors decide here and there.
    """
    if mode == "area":
        return area_weights(size, length)
    if antialias:
        return antialiased_weights(size, length, step, mode, number)
    scale, new = number(step), np.arange(length).astype(number)
    place: Array = (new + number(0.5)) * scale
    if mode.startswith("nearest"):
        place = np.floor(new * scale if mode == "nearest" else place)
        return spread(place[:, None], np.ones((length, 1)), size)
    place -= number(0.5)
    if aligned:
        place = new * number((size - 1) / max(1, length - 1))
    if mode == "bilinear":
        place = np.maximum(place, 0)
    reach, first = 1 if mode == "bilinear" else 2, np.floor(place)
    taps = np.arange(1 - reach, 1 + reach).astype(number)
    weights = filter_weights(taps - (place - first)[:, None], mode, -0.75)
    return spread(first[:, None] + taps, weights, size)


def antialiased_weights(size: int, length: int, step: float, mode: str, number: Number) -> Floats:
    """The filter as wide as the new pixels, where these are larger."""
    scale = number(step)
    wide = max(scale, number(1))
    reach = number(1 if mode == "bilinear" else 2) * wide
    weights: Floats = np.zeros((length, size))
    for i in range(length):
        centre = scale * number(i + 0.5)
        first = max(int(centre - reach + number(0.5)), 0)
        last = min(int(centre + reach + number(0.5)), size)
        places = np.arange(first, last).astype(number)
        taps = filter_weights((places - centre + number(0.5)) * (number(1) / wide), mode, -0.5)
        weights[i, first:last] = taps / taps.sum()
    return weights


def area_weights(size: int, length: int) -> Floats:
    """The mean of all old pixels that the new one touches."""
    weights = np.zeros((length, size))
    for i in range(length):
        first, last = i * size // length, -(-(i + 1) * size // length)
        weights[i, first:last] = 1 / (last - first)
    return weights


def filter_weights(distance: Array, mode: str, a: float) -> Floats:
    """A triangle; or Keys' cubic convolution with the slope ``a`` at 1."""
    x = np.abs(distance)
    if mode == "bilinear":
        return np.asarray(np.maximum(1 - x, 0))
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = ((x - 5) * x + 8) * x * a - 4 * a
    made: Floats = np.where(x <= 1, near, np.where(x < 2, far, 0))  # noqa: PLR2004
    return made


def spread(places: Array, weights: Array, size: int) -> Floats:
    """(length, size) with the weights (length, taps) at these places; outside, at the ends."""
    made = np.zeros((len(places), size))
    rows = np.arange(len(places))[:, None]
    np.add.at(made, (rows, np.clip(places, 0, size - 1).astype(np.int64)), weights)
    return made

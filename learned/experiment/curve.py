"""How much a picture of a given size tells: the learning curve of bounds and of least squares."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from handconv.arrays import Floats
from learned.solve.certificate import certificate
from learned.solve.minimax import minimax
from learned.solve.predict import Samples

SIZES = (16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)


class Point(NamedTuple):
    """Medians over the crops of one size; all shares of the largest absolute tap.

    Attributes
    ----------
    pixels : in each crop
    least_squares, bounds : largest error of a tap, found by least squares (clipped pixels
        dropped) and by `minimax`
    width : of the certificate, at its widest tap
    """

    pixels: int
    least_squares: float
    bounds: float
    width: float


def learning_curve(
    samples: Samples, kernel: Floats, sizes: Sequence[int], crops: int = 5, seed: int = 0
) -> Iterator[Point]:
    """Learn ``kernel`` again from crops of growing size.

    Least squares averages rounding errors, so its error falls with the square root of the number
    of pixels. Bounds cut: the nearest of N cuts is about 1/N away, and so is the kernel.

    Parameters
    ----------
    samples : what the whole picture says
    kernel : (channels, M, N) the true one
    sizes : rows and columns of the square crops, in pixels of the after image
    crops : of each size, at random places

    Yields one `Point` for each size.
    """
    rng = np.random.default_rng(seed)
    for size in sizes:
        found = []
        for _ in range(crops):
            crop = _crop(samples, size, rng)
            centre = minimax([crop])
            bounds = certificate([crop], centre=centre)
            learned = minimax([_middles(crop)]).kernel, centre.kernel
            errors = [float(np.abs(each - kernel).max()) for each in learned]
            found.append([*errors, float((bounds.upper - bounds.lower).max())])
        yield Point(size * size, *(np.median(found, axis=0) / np.abs(kernel).max()).tolist())


def sizes_within(samples: Samples) -> list[int]:
    """Those of `SIZES` that the picture has; ``ValueError`` where it has fewer than 32 pixels."""
    shortest = min(samples.lower.shape)
    if shortest < 32:
        raise ValueError(f"the photo has a side of {shortest} pixels; use 32 or more.")
    return [size for size in SIZES if size <= shortest]


def _crop(samples: Samples, size: int, rng: np.random.Generator) -> Samples:
    _, kernel_rows, kernel_columns = samples.kernel_shape
    rows, columns = samples.lower.shape
    y, x = rng.integers(rows - size + 1), rng.integers(columns - size + 1)
    inside = np.s_[y : y + size, x : x + size]
    image = samples.image[:, y : y + size + kernel_rows - 1, x : x + size + kernel_columns - 1]
    return Samples(image, samples.lower[inside], samples.upper[inside])


def _middles(samples: Samples) -> Samples:
    """Exact after-pixels in the middle of their bounds; none where they are clipped."""
    known = np.isfinite(samples.lower) & np.isfinite(samples.upper)
    middle = np.where(known, samples.lower, 0.0)
    middle = (middle + np.where(known, samples.upper, 0.0)) / 2
    return Samples(samples.image, np.where(known, middle, -np.inf), np.where(known, middle, np.inf))

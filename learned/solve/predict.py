"""What pairs say of a kernel, what a kernel makes of every pixel, and which pixels it misses most.

Images are worked through a band of rows at a time, so large ones need little memory beyond the
result. Pixels are numbered through all samples, in C order.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from scipy.fft import next_fast_len

from handconv.arrays import Array, Floats, Integers

DIRECT_TAPS = 60  # above this many taps, Fourier transforms are faster than one tap at a time
BAND_PIXELS = 2**20


class Samples(NamedTuple):
    """An image, and the bounds that its correlation with a kernel must meet at every pixel.

    M = image rows - bounds rows + 1, and N likewise: the kernel lies inside the image everywhere.
    """

    image: Array  # (channels, rows + M - 1, columns + N - 1) real, grey levels, finite
    lower: Array  # (rows, columns) float, grey levels; at most upper; -inf where clipped
    upper: Array  # (rows, columns) float, grey levels; inf where clipped

    @property
    def kernel_shape(self) -> tuple[int, int, int]:
        """(channels, M, N)"""
        channels, rows, columns = self.image.shape
        return channels, rows - self.lower.shape[0] + 1, columns - self.lower.shape[1] + 1


def common_kernel_shape(samples: Sequence[Samples]) -> tuple[int, int, int]:
    """The one kernel shape (channels, M, N) that all samples share, or ``ValueError``."""
    shapes = {each.kernel_shape for each in samples}
    if len(shapes) != 1:
        raise ValueError(
            f"samples are for kernels of shapes {sorted(shapes)}; give one or more, all for the "
            f"same shape."
        )
    return shapes.pop()


def predict(image: Array, kernel: Floats) -> Floats:
    """Correlation of an image with a kernel, summed over channels, where the kernel lies inside.

    Exact to rounding error: about 1e-12 grey levels for a kernel whose taps add up to about 1.

    Parameters
    ----------
    image : (channels, rows, columns) real
    kernel : (channels, M, N)

    Returns
    -------
    (rows - M + 1, columns - N + 1) float64
    """
    rows, columns = image.shape[1] - kernel.shape[1] + 1, image.shape[2] - kernel.shape[2] + 1
    predicted = np.empty((rows, columns))
    for first, band in bands(image, kernel):
        predicted[first : first + len(band)] = band
    return predicted


def bands(image: Array, kernel: Floats) -> Iterator[tuple[int, Floats]]:
    """`predict` in pieces: the first row of each band, and the band's (rows, columns)."""
    _, kernel_rows, kernel_columns = kernel.shape
    rows, columns = image.shape[1] - kernel_rows + 1, image.shape[2] - kernel_columns + 1
    direct = np.count_nonzero(kernel) <= DIRECT_TAPS
    # a direct band fits the cache; a band for Fourier transforms is tall, to waste few rows
    height = max(1, (BAND_PIXELS // 32 if direct else BAND_PIXELS) // columns)
    height = min(rows, height if direct else max(height, 2 * kernel_rows))
    shape = tuple(next_fast_len(n, real=True) for n in (height + kernel_rows - 1, image.shape[2]))
    spectra = [] if direct else [np.fft.rfft2(plane, shape).conj() for plane in kernel]
    for first in range(0, rows, height):
        inside = image[:, first : first + height + kernel_rows - 1].astype(np.float64)
        band = np.zeros((inside.shape[1] - kernel_rows + 1, columns))
        if direct:
            term = np.empty_like(band)
            for c, i, j in zip(*np.nonzero(kernel), strict=True):
                window = inside[c, i : i + len(band), j : j + columns]
                band += np.multiply(window, kernel[c, i, j], out=term)
        else:
            for plane, spectrum in zip(inside, spectra, strict=True):
                product = np.fft.rfft2(plane, shape)
                product *= spectrum
                band += np.fft.irfft2(product, shape)[: len(band), :columns]
        yield first, band


def predictions(
    samples: Sequence[Samples], kernel: Floats
) -> Iterator[tuple[int, Floats, Array, Array]]:
    """The first pixel's number, predictions, lower and upper bounds of each band of rows."""
    for start, each in _numbered(samples):
        for first, band in bands(each.image, kernel):
            rows = slice(first, first + len(band))
            yield start + first * band.shape[1], band, each.lower[rows], each.upper[rows]


def violation(samples: Samples, kernel: Floats, constant: float = 0.0) -> Floats:
    """How far the prediction lies outside the bounds of each pixel, (rows, columns) grey levels.

    It is negative inside the bounds, and -inf where a pixel has none.

    Parameters
    ----------
    kernel : (channels, M, N)
    constant : added to every prediction, grey levels

    >>> image = np.array([[[10, 20, 30]]])
    >>> bounds = Samples(image, np.array([[9.5, 19.5, 33.0]]), np.array([[10.5, 20.5, 35.0]]))
    >>> violation(bounds, np.ones((1, 1, 1)))
    array([[-0.5, -0.5,  3. ]])
    """
    outside = np.empty(samples.lower.size)
    for start, band in _violations([samples], kernel, constant):
        outside[start : start + len(band)] = band
    return outside.reshape(samples.lower.shape)


def worst(
    samples: Sequence[Samples], kernel: Floats, constant: float, count: int, above: float
) -> tuple[float, Integers]:
    """The largest violation, and the sorted numbers of the ``count`` pixels violated most.

    Only those whose violation is larger than ``above`` are listed.
    """
    largest, chosen, height = -np.inf, np.zeros(0, np.int64), np.zeros(0)
    for start, outside in _violations(samples, kernel, constant):
        largest = max(largest, float(outside.max()))
        found = np.flatnonzero(outside > above)
        chosen, height = np.append(chosen, found + start), np.append(height, outside[found])
        if len(chosen) > count:
            best = np.argpartition(height, -count)[-count:]
            chosen, height = chosen[best], height[best]
            above = float(height.min())
    return largest, np.sort(chosen)


def _violations(
    samples: Sequence[Samples], kernel: Floats, constant: float
) -> Iterator[tuple[int, Floats]]:
    """`violation` in pieces: the number of the first pixel, and (pixels,)."""
    for start, band, lower, upper in predictions(samples, kernel):
        band += constant
        yield start, np.maximum(lower - band, band - upper).ravel()


def windows(image: Array, shape: tuple[int, ...]) -> Array:
    """A view of all patches of ``shape`` = (M, N): (rows, columns, channels, M, N)."""
    seen = np.lib.stride_tricks.sliding_window_view(image, shape, axis=(1, 2))
    return seen.transpose(1, 2, 0, 3, 4)


def patches(samples: Sequence[Samples], pixels: Integers) -> Floats:
    """What lies under the kernel at the given (sorted) pixels: (pixels, channels · M · N)."""
    found, taps = [], int(np.prod(samples[0].kernel_shape))
    for each, local in _by_sample(samples, pixels):
        seen = windows(each.image, each.kernel_shape[1:])
        found.append(seen[np.divmod(local, each.lower.shape[1])].reshape(len(local), taps))
    return np.concatenate(found, dtype=np.float64)


def all_patches(samples: Sequence[Samples]) -> Iterator[tuple[Integers, Floats]]:
    """Every pixel and what lies under the kernel there, in bands: see `patches`."""
    for start, each in _numbered(samples):
        size, columns = each.lower.size, each.lower.shape[1]
        step = columns * max(1, 2 * BAND_PIXELS // (columns * int(np.prod(each.kernel_shape))))
        for first in range(0, size, step):
            pixels = np.arange(first, min(first + step, size))
            yield start + pixels, patches([each], pixels)


def bounds_at(samples: Sequence[Samples], pixels: Integers) -> tuple[Floats, Floats]:
    """Lower and upper bounds of the given (sorted) pixels: two of (pixels,)."""
    found = [
        [bound.reshape(-1)[local] for bound in (each.lower, each.upper)]
        for each, local in _by_sample(samples, pixels)
    ]
    lower, upper = np.concatenate(found, axis=1, dtype=np.float64)
    return lower, upper


def _numbered(samples: Sequence[Samples]) -> Iterator[tuple[int, Samples]]:
    """All samples, each after the number of its first pixel."""
    starts = accumulate((each.lower.size for each in samples), initial=0)
    return zip(starts, samples, strict=False)


def _by_sample(samples: Sequence[Samples], pixels: Integers) -> Iterator[tuple[Samples, Integers]]:
    """All samples, each with the numbers that those of the sorted pixels have in it."""
    for start, each in _numbered(samples):
        first, last = np.searchsorted(pixels, [start, start + each.lower.size])
        yield each, pixels[first:last] - start

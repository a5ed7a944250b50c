"""Least squares for kernels without a patch matrix.

Least squares needs only the Gram matrix of the patches, ``G[a, b] = Σ p_a p_b``, and the right
hand side ``Σ p_a t``, where p_a is the pixel under tap a. A patch matrix of a 512 × 512 photo and
21 × 21 taps has 116 million entries. But p_a p_b is the product of two pixels that lie a fixed
lag apart, and only the edges of the sum depend on where the taps are. So one pass over the image
for each lag gives every entry that belongs to it, exactly.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from learned.solve.samples import Samples

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Statistics:
    """The sums that least squares needs; those of several photos add up.

    Attributes
    ----------
    gram : (taps, taps) Σ p pᵀ over all pixels; taps = channels · M · N, in C order
    moments : (taps,) Σ p t
    square : Σ t²
    count : number of pixels
    """

    gram: Floats
    moments: Floats
    square: float
    count: int

    def __add__(self, other: "Statistics") -> "Statistics":
        return Statistics(
            self.gram + other.gram,
            self.moments + other.moments,
            self.square + other.square,
            self.count + other.count,
        )


def statistics(
    samples: Samples, target: Floats, mask: NDArray[np.bool_] | None = None
) -> Statistics:
    """Sums over one image for the least-squares kernel that predicts ``target``.

    Parameters
    ----------
    samples : see `Samples`; only its image and the kernel shape are used
    target : (rows, columns) finite, grey levels
    mask : (rows, columns), True where the pixel counts; all of them where it is None
    """
    image = np.ascontiguousarray(samples.image, dtype=np.float64)
    _, kernel_rows, kernel_columns = samples.kernel_shape
    if mask is not None:
        gram = _masked_gram(image, mask, (kernel_rows, kernel_columns))
        target = np.where(mask, target, 0.0)
        count = int(mask.sum())
    else:
        gram = _gram(image, kernel_rows, kernel_columns)
        count = target.size
    target = np.ascontiguousarray(target, dtype=np.float64)
    moments = correlate_with_image(image, target)
    return Statistics(gram, moments.ravel(), float((target * target).sum()), count)


def correlate_with_image(image: Floats, target: Floats) -> Floats:
    """Σ over pixels of target × the pixel under each tap: the (channels, M, N) moments.

    This is also the gradient of the squared error, up to a factor, where ``target`` is the
    residual. ``image`` is (channels, rows + M - 1, columns + N - 1), ``target`` (rows, columns).
    """
    kernel_rows = image.shape[1] - target.shape[0] + 1
    kernel_columns = image.shape[2] - target.shape[1] + 1
    moments = np.empty((image.shape[0], kernel_rows, kernel_columns))

    def fill(tap_row: tuple[int, int]) -> None:
        channel, i = tap_row
        moments[channel, i] = _tap_row_sums(image[channel], target, i, kernel_columns)

    _in_threads(fill, product(range(image.shape[0]), range(kernel_rows)))
    return moments


def _gram(image: Floats, kernel_rows: int, kernel_columns: int) -> Floats:
    """The Gram matrix from lag products; only half of it is computed, the rest is its mirror."""
    channels = image.shape[0]
    shape = (channels, kernel_rows, kernel_columns)
    gram = np.empty(shape + shape)

    def fill(job: tuple[int, int, int]) -> None:
        first, second, dy = job
        top = max(0, -dy)
        for dx, top_left, sums in _lag_sums(image[first], image[second], dy, shape[1:]):
            i, j = np.ogrid[top : top + sums.shape[0], top_left : top_left + sums.shape[1]]
            gram[first, i, j, second, i + dy, j + dx] = sums
            gram[second, i + dy, j + dx, first, i, j] = sums

    jobs = [
        (first, second, dy)
        for first in range(channels)
        for second in range(first, channels)
        for dy in range(0 if first == second else 1 - kernel_rows, kernel_rows)
    ]
    _in_threads(fill, jobs)
    taps = channels * kernel_rows * kernel_columns
    return gram.reshape(taps, taps)


def _in_threads(work: Callable[[Any], None], jobs: Iterable[Any]) -> None:
    """Do the jobs on all cores; the compiled loops inside let go of Python's lock."""
    with ThreadPoolExecutor(numba.get_num_threads()) as pool:
        for _ in pool.map(work, jobs):  # taking the results raises what a thread raised
            continue


def _lag_sums(
    first: Floats, second: Floats, dy: int, shape: tuple[int, ...]
) -> Iterator[tuple[int, int, Floats]]:
    """For each lag (dy, dx): dx, the first tap column, and the sums for all pairs of taps."""
    kernel_rows, kernel_columns = shape
    for dx in range(1 - kernel_columns, kernel_columns):
        yield dx, max(0, -dx), _lag_window_sums(first, second, dy, dx, kernel_rows, kernel_columns)


@numba.njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _dot(a: Any, b: Any) -> float:
    total = 0.0
    for x in range(len(a)):
        total += a[x] * b[x]
    return total


@numba.njit(cache=True, nogil=True)
def _lag_window_sums(
    first: Floats, second: Floats, dy: int, dx: int, kernel_rows: int, kernel_columns: int
) -> Floats:
    """Σ first[y, x] second[y + dy, x + dx] over every window that a pair of taps sees.

    Entry (i, j) is for the taps (i + top, j + left) and the one a lag further on. Neighbouring
    windows share all but one column and one row: those alone are taken off and added.
    """
    top, left = max(0, -dy), max(0, -dx)
    windows_down, windows_across = kernel_rows - abs(dy), kernel_columns - abs(dx)
    height, width = first.shape[0] - kernel_rows + 1, first.shape[1] - kernel_columns + 1
    by_row = np.empty((height + windows_down - 1, windows_across))
    for y in range(by_row.shape[0]):
        a = first[y + top, left : left + width + windows_across - 1]
        b = second[y + top + dy, left + dx : left + dx + width + windows_across - 1]
        total = _dot(a[:width], b[:width])
        by_row[y, 0] = total
        for j in range(1, windows_across):
            total += a[j + width - 1] * b[j + width - 1] - a[j - 1] * b[j - 1]
            by_row[y, j] = total
    sums = np.empty((windows_down, windows_across))
    for j in range(windows_across):
        sums[0, j] = by_row[:height, j].sum()
        for i in range(1, windows_down):
            sums[i, j] = sums[i - 1, j] + (by_row[i + height - 1, j] - by_row[i - 1, j])
    return sums


@numba.njit(cache=True, nogil=True)
def _tap_row_sums(plane: Floats, target: Floats, i: int, kernel_columns: int) -> Floats:
    """Σ target[y, x] plane[y + i, x + j] for every tap j of kernel row i."""
    height, width = target.shape
    sums = np.zeros(kernel_columns)
    for y in range(height):
        for j in range(kernel_columns):
            sums[j] += _dot(target[y], plane[y + i, j : j + width])
    return sums


def _masked_gram(image: Floats, mask: NDArray[np.bool_], shape: tuple[int, int]) -> Floats:
    """The Gram matrix of the chosen pixels, patches made for a band of rows at a time."""
    windows = np.lib.stride_tricks.sliding_window_view(image, shape, axis=(1, 2))
    windows = windows.transpose(1, 2, 0, 3, 4)  # (rows, columns, channels, M, N)
    taps = image.shape[0] * shape[0] * shape[1]
    gram = np.zeros((taps, taps))
    band = max(1, 2**22 // (taps * mask.shape[1]))  # patches of 32 MiB at most
    for y in range(0, mask.shape[0], band):
        patches = windows[y : y + band][mask[y : y + band]].reshape(-1, taps)
        gram += patches.T @ patches
    return gram


def solve(gram: Floats, moments: Floats) -> Floats:
    """The kernel taps (taps,) of least squared error: gram⁻¹ moments.

    Raises ``ValueError`` where the photos leave a direction of kernel space undetermined: an
    eigenvalue of the Gram matrix is zero to rounding error.
    """
    values, vectors = np.linalg.eigh(gram)
    undetermined = int((values <= values[-1] * len(values) * np.finfo(np.float64).eps).sum())
    if undetermined:
        raise ValueError(
            f"photos leave {undetermined} of {len(values)} directions of the kernel undetermined: "
            f"many kernels fit them. Use photos with more texture, or a smaller kernel."
        )
    taps: Floats = vectors @ ((vectors.T @ moments) / values)
    return taps

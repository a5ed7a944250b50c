"""Least squares for kernels without a patch matrix.

Least squares needs only the Gram matrix of the patches, ``G[a, b] = Σ p_a p_b``, and the right
hand side ``Σ p_a t``, where p_a is the pixel under tap a. A patch matrix of a 512 × 512 photo and
21 × 21 taps has 116 million entries. But p_a p_b is the product of two pixels a fixed lag apart,
and only the edges of the sum depend on where the taps are. So one pass over the image for each lag
gives every entry that belongs to it, exactly.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.linalg import lapack

from handconv.arrays import Array, Floats, Mask
from handconv.engine.threads import in_threads, one_blas_thread
from learned.solve.loops import add_moments, fill_gram, predict_rows, to_distance
from learned.solve.predict import Samples, windows

BAND_ROWS = 64  # of one job; fixed, so that sums do not depend on the number of threads


@dataclass(frozen=True)
class Statistics:
    """The sums that least squares needs; add those of several photos."""

    gram: Floats  # (taps, taps) Σ p pᵀ over all pixels; taps = channels · M · N, in C order
    moments: Floats  # (taps,) Σ p t
    square: float  # Σ t²
    count: int  # number of pixels

    def __add__(self, other: "Statistics") -> "Statistics":
        gram, moments = self.gram + other.gram, self.moments + other.moments
        return Statistics(gram, moments, self.square + other.square, self.count + other.count)


def statistics(samples: Samples, target: Floats, mask: Mask | None = None) -> Statistics:
    """Sums over one image for the least-squares kernel that predicts ``target``.

    Parameters
    ----------
    samples : only the image and the kernel shape are used
    target : (rows, columns) finite, grey levels
    mask : (rows, columns), True where the pixel counts; None: all of them
    """
    image = np.ascontiguousarray(samples.image, dtype=np.float64)
    shape, count = samples.kernel_shape[1:], target.size
    if mask is None or mask.all():
        gram = gram_matrix(image, shape)
    else:
        gram, count = masked_gram(image, mask, shape), int(mask.sum())
        target = np.where(mask, target, 0.0)
    target = np.ascontiguousarray(target, dtype=np.float64)
    moments = correlate_with_image(image, target)
    return Statistics(gram, moments.ravel(), float((target * target).sum()), count)


def correlate_with_image(image: Array, target: Array) -> Floats:
    """Σ over pixels of target × the pixel under each tap: the (channels, M, N) moments.

    With the residual as ``target`` this is the gradient of the squared error, up to a factor.
    ``image`` is (channels, rows + M - 1, columns + N - 1), ``target`` (rows, columns).
    """
    image, target = (np.ascontiguousarray(each, dtype=np.float64) for each in (image, target))
    rows, columns = target.shape
    shape = len(image), image.shape[1] - rows + 1, image.shape[2] - columns + 1

    def moments(band: slice) -> Floats:
        part = np.zeros(shape)
        add_moments(image, target, band.start, band.stop, part)
        return part

    total: Floats = np.sum(in_threads(moments, _bands(rows)), axis=0)
    return total


class Evaluation(NamedTuple):
    """What one pass over an image says about a kernel."""

    residual: Floats  # (rows, columns) by how much each prediction must change to meet its bounds
    moments: Floats  # (channels, M, N) Σ residual × pixel under each tap: the way downhill
    square: float  # Σ residual²


def evaluate(samples: Samples, kernel: Floats) -> Evaluation:
    """Predict every pixel of one image with a (channels, M, N) kernel, and judge the predictions.

    The result does not depend on the number of threads.
    """
    image = np.ascontiguousarray(samples.image, dtype=np.float64)
    kernel = np.ascontiguousarray(kernel, dtype=np.float64)
    residual = np.empty(samples.lower.shape)

    def work(band: slice) -> tuple[Floats, float]:
        predict_rows(image, kernel, band.start, band.stop, residual)
        lower, upper = (np.asarray(bound[band], np.float64) for bound in samples[1:])
        square = to_distance(residual[band], lower, upper)
        moments = np.zeros(kernel.shape)
        add_moments(image, residual, band.start, band.stop, moments)
        return moments, square

    moments, squares = zip(*in_threads(work, _bands(len(residual))), strict=True)
    return Evaluation(residual, np.sum(moments, axis=0), sum(squares))


def _bands(rows: int) -> list[slice]:
    return [slice(first, min(first + BAND_ROWS, rows)) for first in range(0, rows, BAND_ROWS)]


def load_loops() -> None:
    """Load the compiled loops, or compile them, so that no clock counts it as training."""
    image, nothing = np.zeros((1, 2, 2)), np.zeros((2, 2))
    evaluate(Samples(image, nothing, nothing), np.zeros((1, 1, 1)))
    gram_matrix(image, (1, 1))


def gram_matrix(image: Array, shape: tuple[int, int]) -> Floats:
    """Σ p pᵀ over all patches of ``shape`` = (M, N): the (taps, taps) Gram matrix.

    From lag products, exact to rounding error. ``image`` is (channels, rows, columns).
    """
    image = np.ascontiguousarray(image, dtype=np.float64)
    channels, (kernel_rows, kernel_columns) = len(image), shape
    gram = np.empty((channels, *shape, channels, *shape))  # its upper triangle is filled

    def fill(job: tuple[int, int, int]) -> None:
        one, other, dy = job
        across = 0 if one == other and dy == 0 else 1 - kernel_columns
        fill_gram(image[one], image[other], dy, across, gram[one, :, :, other])

    jobs = [
        (one, other, dy)
        for one in range(channels)
        for other in range(one, channels)
        for dy in range(0 if one == other else 1 - kernel_rows, kernel_rows)
    ]
    in_threads(fill, jobs)
    upper = np.triu(gram.reshape(channels * kernel_rows * kernel_columns, -1))
    whole: Floats = upper + np.triu(upper, 1).T
    return whole


def masked_gram(image: Floats, mask: Mask, shape: tuple[int, int]) -> Floats:
    """`gram_matrix` of the patches of the pixels in ``mask``, (rows, columns), alone."""
    seen = windows(image, shape)
    taps = int(np.prod(seen.shape[2:]))
    gram = np.zeros((taps, taps))
    height = max(1, 2**22 // (taps * mask.shape[1]))  # patches of 32 MiB at most
    for y in range(0, len(mask), height):
        patches = seen[y : y + height][mask[y : y + height]].reshape(-1, taps)
        gram += patches.T @ patches
    return gram


@one_blas_thread
def solve(gram: Floats, moments: Floats) -> Floats:
    """The kernel taps (taps,) of least squared error: gram⁻¹ moments.

    Raises ``ValueError`` where the photos leave a direction of kernel space undetermined: an
    eigenvalue of the Gram matrix is zero to rounding error.
    """
    nothing = len(gram) * np.finfo(np.float64).eps
    factor, failed = lapack.dpotrf(gram)
    if not failed and lapack.dpocon(factor, np.abs(gram).sum(axis=0).max())[0] > nothing:
        taps: Floats = lapack.dpotrs(factor, moments)[0]
        return taps
    # near the limit of float64 only eigenvalues can tell; they take fifty times as long
    values, vectors = np.linalg.eigh(gram)
    undetermined = int((values <= values[-1] * nothing).sum())
    if undetermined:
        raise ValueError(
            f"photos leave {undetermined} of {len(values)} directions of the kernel undetermined: "
            f"many kernels fit them. Use photos with more texture, or a smaller kernel."
        )
    taps = vectors @ ((vectors.T @ moments) / values)
    return taps

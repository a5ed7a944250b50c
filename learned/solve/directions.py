"""Which directions of kernel space the photos excite, and how strongly.

Natural photos are smooth: a kernel that sums their pixels responds strongly, one that takes
differences hardly at all. In whitened coordinates all directions respond alike, so a solver takes
straight steps. Directions that no photo excites cannot be learned, and are set apart: of a constant
photo, all but the sum of the taps.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.sparse import block_diag, csr_array

from handconv.arrays import Floats, Integers
from learned.solve.predict import Samples, bounds_at, common_kernel_shape, patches, predict, worst

NOTHING = 1e-13  # a share of the largest mean square; rounding error leaves about 1e-15


class Directions(NamedTuple):
    """Kernel space as the photos see it. Unknowns are the taps, and the constant if it is free."""

    whiten: Floats  # (unknowns, excited) unknowns = whiten @ z; a unit z gives about 1 grey level
    dull: Floats  # (unknowns, undetermined) orthonormal; no photo responds to these
    pixels: Integers  # (sample,) sorted numbers of the pixels that were looked at
    design: Floats  # (sample, unknowns) what `design_at` gives for them


def directions(
    samples: Sequence[Samples], free_constant: bool, basis: csr_array | None = None
) -> Directions:
    """Whiten on a sample of the pixels; check directions that seem dull on all of them.

    With a ``basis`` (taps, fewer), only kernels that are combinations of its columns, which are
    orthonormal.

    Raises ``ValueError`` where the samples have no bounds.
    """
    shape = common_kernel_shape(samples)
    unknowns = int(np.prod(shape)) + free_constant
    rng = np.random.default_rng(0)
    if basis is not None and free_constant:
        basis = csr_array(block_diag([basis, np.ones((1, 1))]))
    sought = unknowns if basis is None else basis.shape[1]
    pixels = _draw(samples, 20 * sought + 4000, rng)
    if len(pixels) == 0:
        raise ValueError("samples have no bounds: every lower is -inf and every upper +inf.")
    for _ in range(10):
        design = design_at(samples, pixels, free_constant)
        seen = design if basis is None else design @ basis
        values, vectors = np.linalg.eigh(seen.T @ seen / len(seen))
        vectors = vectors if basis is None else basis @ vectors
        excited = (values > NOTHING * values[-1]) & (values > 0)
        dull = vectors[:, ~excited]
        if excited.all():
            break
        # a random mixture of all dull directions is silent on every pixel only if each of them is
        probe = dull @ rng.normal(size=dull.shape[1])
        loud = 1e-7 * np.sqrt(values[-1]) * np.linalg.norm(probe)
        silent = [_silence(each) for each in samples]
        _, heard = worst(silent, *split(probe, shape), 4 * unknowns, loud)
        more = np.union1d(pixels, heard)
        if len(more) == len(pixels):
            break
        pixels = more
    return Directions(vectors[:, excited] / np.sqrt(values[excited]), dull, pixels, design)


def _draw(samples: Sequence[Samples], count: int, rng: np.random.Generator) -> Integers:
    """Numbers of up to ``count`` random pixels, sorted; clipped ones only if there are too few."""
    sides = np.concatenate(
        [(np.isfinite(s.lower).astype(np.int8) + np.isfinite(s.upper)).ravel() for s in samples]
    )
    chosen = np.zeros(0, np.int64)
    for known in (2, 1):
        found = np.flatnonzero(sides == known)
        missing = min(count - len(chosen), len(found))
        chosen = np.append(chosen, found[rng.choice(len(found), missing, False, shuffle=False)])
    return np.sort(chosen)


def _silence(samples: Samples) -> Samples:
    """The same image, with 0 as the after image wherever that has bounds."""
    unknown = np.isneginf(samples.lower) & np.isposinf(samples.upper)
    zero = np.where(unknown, np.float32(np.inf), np.float32(0))
    return Samples(samples.image, -zero, zero)


def split(unknowns: Floats, shape: tuple[int, int, int]) -> tuple[Floats, float]:
    """The kernel of ``shape``, and the constant, 0 where it is none of the unknowns."""
    taps = int(np.prod(shape))
    return unknowns[:taps].reshape(shape), float(unknowns[taps:].sum())


def design_at(samples: Sequence[Samples], pixels: Integers, free_constant: bool) -> Floats:
    """Patches at the pixels, with a column of ones if the constant is free: (pixels, unknowns)."""
    found = patches(samples, pixels)
    return np.column_stack([found, np.ones(len(found))]) if free_constant else found


def rough_least_squares(samples: Sequence[Samples], space: Directions) -> Floats:
    """The z that best hits the middle of the bounds, of those sampled pixels that have two."""
    lower, upper = bounds_at(samples, space.pixels)
    both = np.isfinite(lower) & np.isfinite(upper)
    seen = space.design[both] @ space.whiten
    middle = (lower[both] + upper[both]) / 2
    normal = seen.T @ seen
    # holds back what only clipped pixels excite
    normal[np.diag_indices(len(normal))] += 1e-12 * len(space.pixels)
    return np.linalg.solve(normal, seen.T @ middle).astype(np.float64)


def exact_least_squares(samples: Sequence[Samples], space: Directions, constant: float) -> Floats:
    """The z of least squared distance to ``lower`` over all pixels where that is finite.

    ``constant`` is added to every prediction, besides a free one. A second solve, for the residual
    of the first, takes off rounding error.
    """
    from learned.solve.gram import correlate_with_image, statistics  # compiled loops

    shape, unknowns = samples[0].kernel_shape, len(space.whiten)
    taps = int(np.prod(shape))
    masks = [np.isfinite(each.lower) for each in samples]
    gram = np.zeros((unknowns, unknowns))
    for each, mask in zip(samples, masks, strict=True):
        ones = statistics(each, mask.astype(np.float64), mask)
        column = ones.moments[:, None]
        whole = np.block([[ones.gram, column], [column.T, np.full((1, 1), ones.count)]])
        gram += whole[:unknowns, :unknowns]
    normal = space.whiten.T @ gram @ space.whiten
    z = np.zeros(len(normal))
    for _ in range(2):
        (kernel, free), moments = split(space.whiten @ z, shape), np.zeros(unknowns)
        for each, mask in zip(samples, masks, strict=True):
            predicted = predict(each.image, kernel) + (constant + free)
            residual = np.where(mask, each.lower - predicted, 0.0)
            moments[:taps] += correlate_with_image(each.image, residual).ravel()
            moments[taps:] += residual.sum()
        z = z + np.linalg.solve(normal, space.whiten.T @ moments)
    return z

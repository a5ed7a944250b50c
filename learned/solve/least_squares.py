"""Least squares over every pixel, in whitened coordinates: the answer for exact after images."""

from collections.abc import Sequence

import numpy as np

from learned.solve.directions import Directions
from learned.solve.gram import correlate_with_image, statistics
from learned.solve.predict import Floats, Samples, predict


def fit_exact(samples: Sequence[Samples], space: Directions, constant: float) -> Floats:
    """The z of least squared distance to ``lower`` over all pixels where it is finite.

    ``constant`` is added to every prediction, besides the one that ``space`` may leave free.
    Solves twice: the second time for the residual of the first, which takes off rounding error.
    """
    shape = samples[0].kernel_shape
    taps, unknowns = int(np.prod(shape)), len(space.whiten)
    masks = [np.isfinite(each.lower) for each in samples]
    images = [np.ascontiguousarray(each.image, np.float64) for each in samples]
    gram = np.zeros((unknowns, unknowns))
    for each, image, mask in zip(samples, images, masks, strict=True):
        some = None if mask.all() else mask
        one = statistics(Samples(image, *each[1:]), mask.astype(np.float64), some)
        gram[:taps, :taps] += one.gram
        if unknowns > taps:
            gram[taps, :taps] += one.moments
            gram[:taps, taps] += one.moments
            gram[taps, taps] += one.count
    normal = space.whiten.T @ gram @ space.whiten
    z = np.zeros(len(normal))
    for _ in range(2):
        found, moments = space.whiten @ z, np.zeros(unknowns)
        for each, image, mask in zip(samples, images, masks, strict=True):
            predicted = predict(image, found[:taps].reshape(shape)) + (
                constant + found[taps:].sum()
            )
            residual = np.where(mask, each.lower - predicted, 0.0)
            moments[:taps] += correlate_with_image(image, residual).ravel()
            moments[taps:] += residual.sum()
        z = z + np.linalg.solve(normal, space.whiten.T @ moments)
    return z

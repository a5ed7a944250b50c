"""Pairs made by SciPy, and what the solvers are told of them."""

import numpy as np
from scipy import ndimage
from skimage import data

from learned.pairs import Pair, bounds

KERNELS = {
    "sobel_x": np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 1,
    "sobel_y": np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]]) / 1,
    "laplacian": np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]]) / 1,
    "sharpen": np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]) / 1,
    "small_blur": np.full((7, 7), 1 / 49),
    "large_blur": np.full((21, 21), 1 / 441),
    "random": np.random.default_rng(1).normal(size=(3, 3)) * 0.4,
    "gaussian": np.outer(*2 * [ndimage.gaussian_filter1d([0.0, 0, 1, 0, 0], 1.0, mode="constant")]),
}


def photo(name):
    """A grey photo of scikit-image, (rows, columns) uint8."""
    image = getattr(data, name)()
    return image if image.ndim == 2 else image[..., 1]


def filtered(before, kernel, rounding, constant=0.0, dtype=np.uint8):
    """(rows, columns) or (channels, rows, columns) filtered, rounded and clipped."""
    before, kernel = np.atleast_3d(before.T).T, np.atleast_3d(kernel.T).T
    exact = constant + sum(
        ndimage.correlate(plane.astype(np.float64), taps, mode="nearest")
        for plane, taps in zip(before, kernel, strict=True)
    )
    if rounding == "exact":
        return exact
    # the tutorial keeps its sums in float32, so that 136.99999999999997 is 137 before it is cut
    whole = np.rint(exact) if rounding == "nearest" else np.floor(exact.astype(np.float32))
    return whole.clip(0, np.iinfo(dtype).max).astype(dtype)


def samples_of(before, after, rounding, shape, border="replicate"):
    before = np.atleast_3d(before.T).T
    return Pair(before, *bounds(after, rounding), border).samples(shape)


def relative_error(found, kernel):
    return float(np.abs(found - kernel).max() / np.abs(kernel).max())


def program(samples, free_constant=False, constant=0.0):
    """The rows of ``matrix @ unknowns <= limit`` of every bound, the plain way."""
    windows = np.lib.stride_tricks.sliding_window_view(
        samples.image, samples.kernel_shape[1:], axis=(1, 2)
    )
    seen = windows.transpose(1, 2, 0, 3, 4).reshape(samples.lower.size, -1).astype(float)
    if free_constant:
        seen = np.column_stack([seen, np.ones(len(seen))])
    matrix = np.concatenate([seen, -seen])
    limit = np.concatenate([samples.upper.ravel() - constant, constant - samples.lower.ravel()])
    return matrix[np.isfinite(limit)], limit[np.isfinite(limit)]

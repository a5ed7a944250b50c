"""Colour tables for tests, and what they make of pictures, by plain loops."""

from itertools import product

import numpy as np
from scipy.ndimage import gaussian_filter


def identity(size):
    ramp = np.linspace(0, 1, size)
    return np.stack(np.meshgrid(ramp, ramp, ramp, indexing="ij"), axis=-1)


def smooth_table(size, seed):
    """As photographers make them: a gamma and gentle changes of hue."""
    noise = np.random.default_rng(seed).normal(size=(size, size, size, 3))
    noise = gaussian_filter(noise, (size / 6, size / 6, size / 6, 0))
    return np.clip(identity(size) ** 1.2 + 0.06 * noise / noise.std(), 0, 1)


def rough_table(size, seed):
    """No lattice point has to do with its neighbours."""
    noise = np.random.default_rng(seed).uniform(-0.1, 0.1, (size, size, size, 3))
    return np.clip(identity(size) + noise, 0, 1)


def tetrahedral(table, colour):
    """As FFmpeg's documentation and source tell it: six cases, by the order of the fractions."""
    last = len(table) - 1
    (r, i), (g, j), (b, k) = (
        (c * last - min(int(c * last), last - 1), min(int(c * last), last - 1)) for c in colour
    )
    t = lambda x, y, z: table[i + x, j + y, k + z]  # noqa: E731
    black, white = t(0, 0, 0), t(1, 1, 1)
    if r > g:
        if g > b:
            return (1 - r) * black + (r - g) * t(1, 0, 0) + (g - b) * t(1, 1, 0) + b * white
        if r > b:
            return (1 - r) * black + (r - b) * t(1, 0, 0) + (b - g) * t(1, 0, 1) + g * white
        return (1 - b) * black + (b - r) * t(0, 0, 1) + (r - g) * t(1, 0, 1) + g * white
    if b > g:
        return (1 - b) * black + (b - g) * t(0, 0, 1) + (g - r) * t(0, 1, 1) + r * white
    if b > r:
        return (1 - g) * black + (g - b) * t(0, 1, 0) + (b - r) * t(0, 1, 1) + r * white
    return (1 - g) * black + (g - r) * t(0, 1, 0) + (r - b) * t(1, 1, 0) + b * white


def trilinear(table, colour):
    last = len(table) - 1
    first = [min(int(c * last), last - 1) for c in colour]
    out = np.zeros(3)
    for corner in product((0, 1), repeat=3):
        weight = 1.0
        for c, start, step in zip(colour, first, corner, strict=True):
            far = c * last - start
            weight *= far if step else 1 - far
        out += (
            weight * table[tuple(start + step for start, step in zip(first, corner, strict=True))]
        )
    return out


LOOPS = {"tetrahedral": tetrahedral, "trilinear": trilinear}


def after_of(table, picture, interpolation):
    """The after picture, rounded; every colour once by the loop."""
    top = np.iinfo(picture.dtype).max
    colours, of = np.unique(picture.reshape(-1, 3), axis=0, return_inverse=True)
    made = np.array([LOOPS[interpolation](table, colour / top) for colour in colours])
    return np.rint(made * top).astype(picture.dtype)[of.ravel()].reshape(picture.shape)


def in_sixteen_bits(picture, seed=0):
    """With a fraction of a level that 8 bits do not tell."""
    noise = np.random.default_rng(seed).uniform(-128, 128, picture.shape)
    return np.clip(picture * 257.0 + noise, 0, 65535).astype(np.uint16)

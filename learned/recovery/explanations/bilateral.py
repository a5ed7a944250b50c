"""Bilateral filters: a blur in which neighbours of another grey level weigh less."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import minimize

from handconv.arrays import Array, Floats, Integers, Mask
from learned.recovery import thresholds
from learned.recovery.explanations.explanation import Explanation
from learned.recovery.explanations.footprints import LARGEST
from learned.recovery.explanations.rims import MODES, bordered, pad, rounded_as, with_best_border
from learned.recovery.explanations.rounding import rounded
from learned.recovery.explanations.samples import lively_patches
from learned.recovery.reading import Reading

SHAPES = ("disc", "square")
DIGITS = (1, 2, 3, 4)


class Fit(NamedTuple):
    """Standard deviation of what is left, grey levels; the sigmas; the neighbours."""

    rms: float
    colour: float
    space: float
    radius: int
    shape: str


def explain(seen: Reading) -> Iterator[Explanation]:
    """The sigmas and the neighbourhood that come nearest, if these are near."""
    if len(seen.before) != 1 or (found := lively_patches(seen)) is None:
        return
    patches, levels = found
    few = slice(0, thresholds.BILATERAL_FEW)
    roughly = sorted(
        _fitted(patches[few], levels[few], radius, shape, rough=True)
        for radius in range(1, LARGEST // 2 + 1)
        for shape in SHAPES
    )
    if roughly[0].rms > thresholds.BILATERAL_HOPE:
        return
    some = slice(0, thresholds.BILATERAL_PIXELS)
    patches, levels = patches[some], levels[some]
    best = min(_fitted(patches, levels, each.radius, each.shape) for each in roughly[:2])
    best = _simple(best, patches, levels)
    if best.rms <= thresholds.BILATERAL_RMS:
        yield _explanation(best, seen)


def bilateral(
    planes: Array,
    radius: int,
    shape: str,
    sigma_colour: float,
    sigma_space: float,
    rounding: str,
    mode: str,
) -> Array:
    """Means of the neighbours, weighted by how near they are in place and in grey level."""
    seen = pad(planes.astype(np.float64), (radius,) * 4, mode)
    rows, columns = planes.shape[1:]
    total, weights = np.zeros(planes.shape), np.zeros(planes.shape)
    for y in range(-radius, radius + 1):
        for x in range(-radius, radius + 1):
            if shape == "disc" and y * y + x * x > radius * radius:
                continue
            top, left = radius + y, radius + x
            near = seen[:, top : top + rows, left : left + columns]
            distance = ((near - planes) / sigma_colour) ** 2 + (y * y + x * x) / sigma_space**2
            weight = np.exp(-0.5 * distance)
            total += weight * near
            weights += weight
    return rounded(total / weights, rounding).astype(planes.dtype)


def _neighbours(radius: int, shape: str) -> tuple[Mask, Floats]:
    """Which of the pixels of a patch, and the squares of their distances."""
    y, x = np.mgrid[:LARGEST, :LARGEST] - LARGEST // 2
    square = (y * y + x * x).ravel().astype(np.float64)
    if shape == "disc":
        mask = square <= radius * radius
    else:
        mask = (np.maximum(np.abs(y), np.abs(x)) <= radius).ravel()
    return mask, square[mask]


def _fitted(
    patches: Integers, levels: Integers, radius: int, shape: str, rough: bool = False
) -> Fit:
    """The sigmas of least squared error."""
    mask, square = _neighbours(radius, shape)
    near, centre = patches[:, mask], patches[:, patches.shape[1] // 2, None]
    differences = (near - centre) ** 2

    def rms(logs: Floats) -> float:
        colour, space = np.exp(np.clip(logs, -1, 8))
        weight = np.exp(-0.5 * (differences / colour**2 + square / space**2))
        off = (weight * near).sum(axis=1) / weight.sum(axis=1) - levels
        return float(off.std())  # truncation moves all by half a grey level

    start = np.log([thresholds.BILATERAL_START, max(1.0, radius / 2)])
    simplex = start + np.array([[0.0, 0.0], [0.5, 0.0], [0.0, 0.5]])
    tolerance = 0.02 if rough else 1e-4
    found = minimize(
        rms, start, method="Nelder-Mead", tol=tolerance, options={"initial_simplex": simplex}
    )
    colour, space = np.exp(np.clip(found.x, -1, 8)).tolist()
    return Fit(float(found.fun), colour, space, radius, shape)


def _simple(fit: Fit, patches: Integers, levels: Integers) -> Fit:
    """With as few digits of the sigmas as do not leave more."""
    mask, square = _neighbours(fit.radius, fit.shape)
    near, centre = patches[:, mask], patches[:, patches.shape[1] // 2, None]
    for digits in DIGITS:
        colour, space = (float(f"{each:.{digits}g}") for each in (fit.colour, fit.space))
        weight = np.exp(-0.5 * (((near - centre) / colour) ** 2 + square / space**2))
        off = (weight * near).sum(axis=1) / weight.sum(axis=1) - levels
        rms = float(off.std())
        if rms <= fit.rms * thresholds.SIMPLER_RMS:
            return Fit(rms, colour, space, fit.radius, fit.shape)
    return fit


def _explanation(fit: Fit, seen: Reading) -> Explanation:
    parameters: dict[str, Any] = {
        "radius": fit.radius,
        "shape": fit.shape,
        "sigma_colour": fit.colour,
        "sigma_space": fit.space,
    }
    wide = fit.space > thresholds.WIDE_SPACE * fit.radius
    space = (
        "so wide a one in pixels that it does not matter" if wide else f"{fit.space:g} in pixels"
    )
    sentence = (
        f"a bilateral filter: sigma {fit.colour:g} in grey levels and {space}, over a {fit.shape} "
        f"of radius {fit.radius}"
    )
    plain = Explanation("bilateral", sentence, parameters, bilateral, parameters, fit.radius)
    tried = (
        each for one in rounded_as(plain, ("nearest", "floor")) for each in bordered(one, MODES)
    )
    return with_best_border(tried, seen, (fit.radius,) * 4)

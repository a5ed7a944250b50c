"""The likeliest unknowns of linear sums of which only intervals are known, under noise.

A sum a·x plus Gaussian noise of standard deviation s was found to lie between l and u. The chance
of that is Φ((u - a·x)/s) - Φ((l - a·x)/s), whose logarithm is concave in x: Newton's method finds
the one maximum, and the curvature there says how well x is known (regression on censored data:
Tobin, Econometrica 26, 1958; here both ends may be known).
"""

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from handconv.arrays import Array, Floats
from handconv.engine.threads import in_threads

FAR = 5.0  # standard deviations out of an interval; from there on the logarithm is a parabola
STEPS = 30
BAND = 2048  # rows of one job; fixed, so that sums do not depend on the number of threads
SETTLED = 1e-3  # standard errors; the next step would be far smaller still
LEAST = 1e-300  # chance of an interval, so that its logarithm is a number


class Likeliest(NamedTuple):
    """The unknowns with the largest likelihood.

    Attributes
    ----------
    unknowns : (n,)
    information : (n, n) negative second derivatives of the log-likelihood: the inverse covariance
    """

    unknowns: Floats
    information: Floats

    @property
    def covariance(self) -> Floats:
        return np.linalg.inv(self.information).astype(np.float64, copy=False)

    def distance(self, other: Floats) -> float:
        """How much less likely others are: about χ² distributed, of n degrees of freedom, where
        they are the true ones."""
        off = other - self.unknowns
        return float(off @ self.information @ off)


def likeliest(rows: Array, lower: Floats, upper: Floats, start: Floats, noise: float) -> Likeliest:
    """Newton's method from ``start``.

    Parameters
    ----------
    rows : (sums, n) the coefficients of each sum
    lower, upper : (sums,) what it lies between
    noise : the standard deviation of what is added to a sum
    """
    unknowns, rows = start, np.asarray(rows, np.float64)
    for _ in range(STEPS):
        slope, curvature = _derivatives(rows @ unknowns, lower, upper, noise)
        information = _weighted_gram(rows, curvature)
        ridge = 1e-12 * float(np.trace(information)) / len(unknowns)
        information[np.diag_indices(len(unknowns))] += max(ridge, np.finfo(np.float64).tiny)
        step = np.linalg.solve(information, rows.T @ slope)
        unknowns = unknowns + step
        if float(step @ information @ step) < SETTLED**2:
            break
    return Likeliest(unknowns, information)


def _weighted_gram(rows: Floats, weight: Floats) -> Floats:
    """Σ weight × row rowᵀ, band after band: these stay in the cache."""

    def part(first: int) -> Floats:
        band = slice(first, first + BAND)
        weighted = rows[band] * np.sqrt(weight[band])[:, None]
        return np.asarray(weighted.T @ weighted)  # symmetric: half the work

    return np.asarray(sum(in_threads(part, range(0, len(rows), BAND))))


def log_likelihood(sums: Floats, lower: Floats, upper: Floats, noise: float) -> float:
    """Of all intervals together, at these sums."""
    return float(np.log(_chance((sums - lower) / noise, (upper - sums) / noise)).sum())


def _chance(above: Floats, below: Floats) -> Floats:
    return np.maximum(ndtr(below) + ndtr(above) - 1, np.exp(-(FAR**2)))


def _derivatives(sums: Floats, lower: Floats, upper: Floats, noise: float) -> tuple[Floats, Floats]:
    """Of the log-likelihood of each sum: the first, and the negative second."""
    above, below = (sums - lower) / noise, (upper - sums) / noise
    with np.errstate(over="ignore", invalid="ignore"):  # of infinite bounds
        at_lower, at_upper = (
            np.exp(-0.5 * each**2) / np.sqrt(2 * np.pi) for each in (above, below)
        )
        chance = np.maximum(ndtr(below) + ndtr(above) - 1, LEAST)
        slope = (at_lower - at_upper) / chance
        ends = np.where(np.isfinite(below), below, 0) * at_upper
        ends += np.where(np.isfinite(above), above, 0) * at_lower
        curvature = slope**2 + ends / chance
    slope = np.where(above < -FAR, -above, np.where(below < -FAR, below, slope))
    curvature = np.where((above < -FAR) | (below < -FAR), 1.0, curvature)
    return slope / noise, curvature / noise**2

"""Linear programs with few unknowns and many dense rows, by an interior-point method.

Kernels have tens to hundreds of taps, pictures thousands of pixels that matter, and every pixel
involves every tap: the matrix is tall and dense. General solvers factorise sparse matrices; here a
step is one product of a tall matrix with itself and one small Cholesky factor.
"""

from functools import reduce
from typing import NamedTuple

import numpy as np

from handconv.arrays import Floats, Integers, Mask
from handconv.engine.threads import get_threads, in_threads

STEPS = 100  # 10 to 30 are usual
BALANCED = 1e-14  # of a force: its rounding errors
WORTH_A_THREAD = 2e7  # multiplications; a few milliseconds


class Rows(NamedTuple):
    """The rows ``matrix @ x <= limit`` of a program that is solved for more and more pixels."""

    matrix: Floats  # (rows, unknowns)
    limit: Floats
    name: Integers  # 2 · pixel + side (upper bound: 1); negative for rows of no pixel

    def add(self, pixels: Integers, seen: Floats, below: Floats, above: Floats) -> "Rows":
        """With ``-below <= seen @ x <= above`` for (pixels,), where that is finite and new.

        Unknowns that ``seen``, (pixels, unknowns), lacks at its end have the coefficient -1.
        """
        name, limit = np.append(2 * pixels + 1, 2 * pixels), np.append(above, below)
        new = np.isfinite(limit) & ~np.isin(name, self.name)
        lacking = (0, 0), (0, self.matrix.shape[1] - seen.shape[1])
        matrix = np.pad(np.concatenate([seen, -seen])[new], lacking, constant_values=-1.0)
        return Rows(
            np.concatenate([self.matrix, matrix]),
            np.append(self.limit, limit[new]),
            np.append(self.name, name[new]),
        )

    def keep(self, chosen: Mask) -> "Rows":
        return Rows(self.matrix[chosen], self.limit[chosen], self.name[chosen])


class Optimum(NamedTuple):
    """Where a program ended."""

    x: Floats  # (unknowns,) the best point
    dual: Floats  # (rows,) >= 0; the weight with which each row holds the optimum in place
    slack: Floats  # (rows,) limit - matrix @ x
    gap: float  # about how far the objective is from its optimum; rounding errors may forbid less


def minimise(
    objective: Floats,
    matrix: Floats,
    limit: Floats,
    start: Floats,
    gap: float,
    pull: Floats | float = 0.0,
) -> Optimum:
    """Minimise ``objective @ x + Σ pull (x - start)² / 2`` while ``matrix @ x <= limit``.

    Mehrotra's predictor-corrector method (SIAM J. Optim. 2, 1992), in the form of Nocedal and
    Wright, "Numerical Optimization", chapters 14 and 16.

    Parameters
    ----------
    objective, start : (unknowns,); the start need not meet the rows
    matrix : (rows, unknowns), of full column rank
    limit : (rows,) finite
    gap : how near to the optimum, in units of the objective
    pull : (unknowns,) or one number >= 0. A tiny pull selects, of equally good points, the
        nearest to the start, and leaves a corner that is the only optimum where it is.

    >>> rows = np.array([[1.0, 2.0], [3.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
    >>> limit = np.array([4.0, 6.0, 0.0, 0.0])
    >>> largest_sum = minimise(np.array([-1.0, -1.0]), rows, limit, start=np.zeros(2), gap=1e-12)
    >>> largest_sum.x.round(9).tolist()
    [1.6, 1.2]
    """
    rows, unknowns = matrix.shape
    x = start
    slack = limit - matrix @ x
    slack = np.maximum(slack, max(1e-2 * float(np.abs(slack).max()), 1e-12))
    # all products slack · dual equal, and their forces as near to the objective as can be
    force = matrix.T @ (1 / slack)
    strength = max(float(np.linalg.norm(force)), 1e-3 * float(np.abs(matrix).max() / slack.min()))
    share = float(-objective @ force) / strength**2
    dual = max(share, 1e-3 * float(np.linalg.norm(objective)) / strength) / slack
    best = Optimum(x, dual, limit - matrix @ x, np.inf)
    for _ in range(STEPS):
        unmet = matrix @ x + slack - limit
        unbalanced = objective + pull * (x - start) + matrix.T @ dual
        complement = float(slack @ dual)
        reached = complement + float(dual @ np.abs(unmet))
        reached += float(np.abs(unbalanced) @ np.abs(x))
        if reached < best.gap:
            best = Optimum(x, dual, limit - matrix @ x, reached)
        if reached <= gap or complement <= 1e-2 * gap:  # the rest would be rounding error
            break
        normal = _weighted_gram(matrix, dual / slack)
        normal[np.diag_indices(unknowns)] += pull + 1e-14 * normal.diagonal()
        try:
            factor = np.linalg.inv(np.linalg.cholesky(normal))
        except np.linalg.LinAlgError:
            break
        state = slack, dual, unmet, unbalanced
        # straight towards the optimum, to see how far that leads ...
        _, more_slack, more_dual = _newton(matrix, factor, pull, state, np.zeros(rows))
        ahead = slack + _share(slack, more_slack) * more_slack
        ahead *= dual + _share(dual, more_dual) * more_dual
        # ... then with a bend away from the rows, the less the farther that led
        centre = (ahead.sum() / complement) ** 3 * complement / rows
        target = centre - more_slack * more_dual
        more_x, more_slack, more_dual = _newton(matrix, factor, pull, state, target)
        share = 0.995 * _share(slack, more_slack)
        x, slack = x + share * more_x, slack + share * more_slack
        dual = dual + 0.995 * _share(dual, more_dual) * more_dual
    if best.gap > gap:  # large steps of the last duals left rounding errors
        dual = balanced(best.dual, matrix, -objective - pull * (best.x - start))
        unbalanced = objective + pull * (best.x - start) + matrix.T @ dual
        reached = float(dual @ np.abs(best.slack)) + float(np.abs(unbalanced) @ np.abs(best.x))
        if reached < best.gap:
            best = best._replace(dual=dual, gap=reached)
    return best


def balanced(dual: Floats, matrix: Floats, towards: Floats) -> Floats:
    """The weights (rows,) >= 0, corrected so that ``dual @ matrix`` is ``towards``, (unknowns,).

    Nothing but rounding errors is left over where the rows that have a weight allow it.
    """
    for _ in range(5):
        missing = towards - dual @ matrix
        if np.abs(missing).max() <= BALANCED * np.abs(towards).max():
            break
        normal = _weighted_gram(matrix, dual)
        dual = dual * np.maximum(0.0, 1 + matrix @ np.linalg.lstsq(normal, missing)[0])
    return dual


State = tuple[Floats, Floats, Floats, Floats]  # slack, dual, unmet, unbalanced


def _newton(
    matrix: Floats, factor: Floats, pull: Floats | float, state: State, target: Floats
) -> tuple[Floats, Floats, Floats]:
    """The step of x, slack and dual to where slack · dual = target and all else is balanced."""
    slack, dual, unmet, unbalanced = state
    weight = dual / slack
    change = (target + dual * unmet) / slack - dual
    right = -unbalanced - matrix.T @ change
    x = factor.T @ (factor @ right)
    # refined once: near the optimum the weights span twenty decades
    x += factor.T @ (factor @ (right - pull * x - matrix.T @ (weight * (matrix @ x))))
    moved = matrix @ x
    return x, -unmet - moved, change + weight * moved


def _share(value: Floats, step: Floats) -> float:
    """The largest share of the step, at most all of it, that keeps every value non-negative."""
    return 1.0 / max(1.0, float((-step / value).max()))


def _weighted_gram(matrix: Floats, weight: Floats) -> Floats:
    """``matrixᵀ · diag(weight) · matrix``, for weights >= 0; large ones in parallel."""
    (rows, columns), root = matrix.shape, np.sqrt(weight)[:, None]

    def part(chosen: slice) -> Floats:
        scaled: Floats = matrix[chosen] * root[chosen]
        return scaled.T @ scaled  # one product with itself costs half of one with another

    threads = get_threads() if rows * columns**2 >= WORTH_A_THREAD * get_threads() else 1
    edges = [rows * i // threads for i in range(threads + 1)]
    return reduce(np.add, in_threads(part, list(map(slice, edges[:-1], edges[1:]))))

"""Values that meet bounds, lower ≤ rows @ values ≤ upper, as near to a start as these allow.

Least squares would miss some per cent of the bounds. What is minimised is how far bounds are missed
in sum, and a little of the way from the start. A sum of distances, not of squares, is 0 wherever
that is possible, and where it is not, a few bounds are missed by much instead of all by a little.
It is a quadratic program, solved by Mehrotra's interior-point method (SIAM Journal on Optimization
2, 1992) with sparse matrices, and stopped as soon as all bounds are met, so that the values lie
inside the bounds, not on them.

Every bound is written ``side * made + room - miss = bound``, with room and miss above 0, and has a
price between 0 and what a miss costs.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import cg, splu

from handconv.arrays import Floats, Integers, Mask

INSIDE = 1e-4
"""Levels that a value must lie within its bounds to be taken for met: nine written digits, and
another order of summation, do not move it out."""

AWAY = 1e-5
"""What the way from the start costs: so little that it decides only where bounds leave a choice."""
EIGHT_BITS = 255
ROUGHNESS = 1e-3
FLAT = 1e-5
"""Keep values that no bound tells from running away in least squares."""

PRECISION, CG_STEPS = 1e-7, 500
"""Of least squares by conjugate gradients."""

RANGE_COST = 10.0
"""What leaving the range of the values costs, in misses of bounds."""

STEPS = 50
"""Of the interior-point method, at most; tables that exist take 8 to 15."""
ENOUGH = 1e-6
"""Mean product of room and price at which the best is reached, if not all bounds can be met."""
FULL_STEP = 0.995
"""Share of the way to the nearest wall, so that all stay above 0."""
FIRST_ROOM = 0.1
FIRST_PRICE = 0.1


@dataclass(frozen=True)
class Problem:
    """What is asked of the values.

    Attributes
    ----------
    rows : (bounds, unknowns)
    lower, upper : (bounds,) in levels; may be infinite
    highest : the unknowns themselves lie between 0 and this
    bends : (bends, unknowns) what is 0 where the unknowns are smooth
    """

    rows: sparse.csr_array
    lower: Floats
    upper: Floats
    highest: float
    bends: sparse.csr_array

    def met(self, values: Floats) -> Mask:
        """(bounds,) which bounds the values meet."""
        made = self.rows @ values
        return np.asarray((made >= self.lower) & (made <= self.upper))

    def off_middle(self, values: Floats) -> Floats:
        """(bounds,) levels between what the values make and the middle of the bounds."""
        made = self.rows @ values
        low, high = np.maximum(self.lower, 0), np.minimum(self.upper, self.highest)
        return np.asarray(np.abs(made - (low + high) / 2))

    def part(self, chosen: Integers) -> "Problem":
        """Only these bounds."""
        rows, lower, upper = self.rows[chosen], self.lower[chosen], self.upper[chosen]
        return Problem(rows, lower, upper, self.highest, self.bends)

    def firmness(self) -> Floats:
        """(unknowns,) how much the rows bind each: the sum of the squares of its weights."""
        return np.asarray(self.rows.power(2).sum(axis=0))

    def roughness(self) -> sparse.csr_array:
        """(unknowns, unknowns) for which ``values @ roughness @ values`` is that of the values."""
        return sparse.csr_array(self.bends.T @ self.bends)


def least_squares(problem: Problem) -> Floats:
    """Values (unknowns,) in the range that come near to the middle of the bounds."""
    rows, highest = problem.rows, problem.highest
    middle = (np.maximum(problem.lower, 0) + np.minimum(problem.upper, highest)) / 2
    identity = sparse.eye_array(rows.shape[1])
    normal = rows.T @ rows + ROUGHNESS * problem.roughness() + FLAT * identity
    scale = sparse.diags_array(1 / normal.diagonal())
    found, _ = cg(normal, rows.T @ middle, rtol=PRECISION, maxiter=CG_STEPS, M=scale)
    return np.asarray(np.clip(found, 0, highest), np.float64)


def meet_bounds(problem: Problem, start: Floats) -> Floats:
    """Values (unknowns,) that meet all bounds if any do; else most of them.

    Those that the bounds leave open are near to the start, and what parts them from it is smooth.

    >>> rows = sparse.csr_array([[1.0, 0.0], [0.5, 0.5]])
    >>> lower = np.array([2.5, 4.5])
    >>> problem = Problem(rows, lower, lower + 1, 9, sparse.csr_array((0, 2)))
    >>> bool(problem.met(meet_bounds(problem, np.zeros(2))).all())
    True
    """
    if problem.met(start).all():
        return start
    state = _State(problem, start)
    for _ in range(STEPS):
        mean = state.mean_product()
        if mean < ENOUGH or state.all_met():
            break
        state.step(mean)
    return np.clip(state.values, 0, problem.highest)


class _State:
    """The values, and of each bound, upper ones before lower ones, (2, bounds): room, miss, price.

    The range of the values is bounds like the others, behind those of the rows.
    """

    def __init__(self, problem: Problem, values: Floats) -> None:
        unknowns, bounds = len(values), len(problem.lower)
        identity = sparse.csr_array(sparse.eye_array(unknowns))
        self.rows = sparse.csr_array(sparse.vstack([problem.rows, identity]))
        self.lengths = np.diff(self.rows.indptr)
        away = AWAY * EIGHT_BITS / problem.highest  # a way is as dear as in an 8-bit picture
        self.away = sparse.csr_array(away * (problem.roughness() + identity))
        self.start = values
        upper = np.concatenate([problem.upper - INSIDE, np.full(unknowns, problem.highest)])
        lower = np.concatenate([problem.lower + INSIDE, np.zeros(unknowns)])
        bound = np.stack([upper, -lower])
        self.there = np.isfinite(bound)
        self.bound = np.where(self.there, bound, 0)
        self.side = np.array([[1.0], [-1.0]])
        self.cost = np.concatenate([np.ones(bounds), np.full(unknowns, RANGE_COST)])
        self.values, self.made = values, self.rows @ values
        left = self.bound - self.side * self.made
        self.miss = np.maximum(-left, 0) + FIRST_ROOM
        self.room = left + self.miss
        self.price = np.where(self.there, FIRST_PRICE * self.cost, 0)
        self.room[~self.there] = self.miss[~self.there] = 1

    def all_met(self) -> bool:
        return not (self.there & (self.side * self.made > self.bound)).any()

    def mean_product(self) -> float:
        """0 at the end, where of room and price one is 0, and so is one of miss and its price."""
        products = self.room * self.price + self.miss * (self.cost - self.price)
        return float(products[self.there].sum() / (2 * self.there.sum()))

    def step(self, mean: float) -> None:
        """First see how far a step to the end would come, then step that far and to the middle."""
        other = self.cost - self.price
        price = np.where(self.there, self.price, 1)
        stiff = np.where(self.there, self.room / price + self.miss / other, np.inf)
        solve = self._factorised((1 / stiff).sum(axis=0))
        ahead = self._direction(0, 0, stiff, solve)
        room, miss, prices = ahead[2:]
        walk, pay = self._lengths(*ahead[2:])
        products = (self.room + walk * room) * (self.price + pay * prices)
        products += (self.miss + walk * miss) * (other - pay * prices)
        left = float(products[self.there].sum() / (2 * self.there.sum())) / mean
        goal = mean * left**3  # Mehrotra's rule
        values, made, room, miss, prices = self._direction(
            goal - room * prices, goal + miss * prices, stiff, solve
        )
        walk, pay = self._lengths(room, miss, prices)
        self.values, self.made = self.values + walk * values, self.made + walk * made
        self.room += walk * room
        self.miss += walk * miss
        self.price += pay * prices

    def _factorised(self, weights: Floats) -> Callable[[Floats], Floats]:
        """Solves ``(rows.T @ diag(weights) @ rows + away) x = right``."""
        weighed = self.rows.copy()
        weighed.data = self.rows.data * np.repeat(weights, self.lengths)
        normal = (self.rows.T @ weighed + self.away).tocsc()
        factors = splu(
            normal,
            permc_spec="MMD_AT_PLUS_A",
            diag_pivot_thresh=0.0,
            options={"SymmetricMode": True},  # it is symmetric and positive definite
        )
        return lambda right: np.asarray(factors.solve(right))

    def _direction(
        self,
        room_goal: float | Floats,
        miss_goal: float | Floats,
        stiff: Floats,
        solve: Callable[[Floats], Floats],
    ) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """Changes of values, made, room, miss, price with which, but for squares of changes,
        room × price and miss × its price become the goals."""
        price, other = np.where(self.there, self.price, 1), self.cost - self.price
        push = room_goal / price - miss_goal / other - (self.bound - self.side * self.made)
        push = np.where(self.there, push, 0)
        pull = (self.side * (self.price + push / stiff)).sum(axis=0)
        values = -solve(self.rows.T @ pull + self.away @ (self.values - self.start))
        made = self.rows @ values
        prices = np.where(self.there, (push + self.side * made) / stiff, 0)
        room = np.where(self.there, (room_goal - self.room * prices) / price - self.room, 0)
        miss = np.where(self.there, (miss_goal + self.miss * prices) / other - self.miss, 0)
        return values, made, room, miss, prices

    def _lengths(self, room: Floats, miss: Floats, prices: Floats) -> tuple[float, float]:
        """How far to go with the values and with the prices, at most 1: all stay above 0."""
        walk = min(_to_wall(self.room, room), _to_wall(self.miss, miss))
        pay = min(_to_wall(self.price, prices), _to_wall(self.cost - self.price, -prices))
        return walk, pay


def _to_wall(what: Floats, change: Floats) -> float:
    falling = change < 0
    nearest = float((-what[falling] / change[falling]).min(initial=np.inf))
    return min(1.0, FULL_STEP * nearest)

"""Values between bounds, against SciPy's linear programs."""

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linprog

from learned.recovery.looks.feasible import Problem, least_squares, meet_bounds
from learned.recovery.looks.fix_misses import fix_misses


def problem(seed, width):
    """400 bounds of 40 unknowns, 4 in each; ``width`` 1: the truth meets them."""
    rng = np.random.default_rng(seed)
    rows = np.zeros((400, 40))
    for row in rows:
        row[rng.choice(40, 4, replace=False)] = rng.dirichlet(np.ones(4))
    stored = np.rint(rows @ rng.uniform(0, 255, 40))
    bends = sparse.csr_array((0, 40))
    return Problem(sparse.csr_array(rows), stored - width / 2, stored + width / 2, 255.0, bends)


@pytest.mark.parametrize("seed", range(4))
def test_bounds_that_can_be_met_are_met(seed):
    asked = problem(seed, 1)
    start = least_squares(asked)
    assert not asked.met(start).all()
    found = meet_bounds(asked, start)
    assert asked.met(found).all()
    assert found.min() >= 0
    assert found.max() <= 255


def test_of_bounds_that_cannot_be_met_the_sum_of_misses_is_least():
    asked = problem(0, 0.5)
    found = meet_bounds(asked, least_squares(asked))
    made = asked.rows @ found
    missed = np.abs(made - np.clip(made, asked.lower, asked.upper)).sum()
    rows = asked.rows.toarray()
    of_rows = np.block([[rows, -np.eye(400)], [-rows, -np.eye(400)]])
    walls = np.concatenate([asked.upper, -asked.lower])
    cost = np.concatenate([np.zeros(40), np.ones(400)])
    bounds = [(0, 255)] * 40 + [(0, None)] * 400
    best = linprog(cost, of_rows, walls, bounds=bounds, method="highs").fun
    assert best > 1
    assert missed == pytest.approx(best, rel=0.02)


def test_a_few_missed_bounds_are_fixed():
    asked = problem(1, 1)
    found = meet_bounds(asked, least_squares(asked))
    off = found.copy()
    off[3] += 0.5
    assert not asked.met(off).all()
    assert (~asked.met(fix_misses(asked, off))).sum() < (~asked.met(off)).sum()

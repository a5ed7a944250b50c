"""Intervals hold the true table, and are as narrow as SciPy's linear programs say."""

import numpy as np
import pytest
from looks import after_of, rough_table, smooth_table
from scipy.optimize import linprog

from handconv.pictures import skimage_photo
from learned.recovery.looks.colours import pool
from learned.recovery.looks.lattice import INTERPOLATIONS, interpolate
from learned.recovery.looks.proof import intervals
from learned.recovery.looks.proof_loops import tighten


@pytest.mark.parametrize("make", [smooth_table, rough_table])
@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
def test_the_true_table_lies_in_the_intervals(make, interpolation):
    photo = skimage_photo("coffee")[100:160, 200:280]
    table = make(17, 5)
    colours = pool([photo], [after_of(table, photo, interpolation)])
    made = interpolate(table, colours.before, 255, interpolation)
    lowest, highest = intervals(colours, 17, interpolation, made)
    true = table.reshape(-1, 3)
    assert (lowest <= true).all()
    assert (true <= highest).all()
    widths = (highest - lowest).max(axis=1) * 255
    assert (widths < 2).sum() > 5  # they say something
    assert (widths > 254).sum() > 4000  # but nothing of colours that were not seen


@pytest.mark.parametrize("seed", range(5))
def test_one_cell_as_linear_programs_do(seed):
    rng = np.random.default_rng(seed)
    weights = rng.dirichlet(np.full(8, 0.3), 60)
    stored = np.rint(weights @ rng.uniform(0, 255, 8))
    lower, upper = stored - 0.5, stored + 0.5
    low, high = np.zeros(8), np.full(8, 255.0)
    corners = np.arange(8)[None]
    for _ in range(2):
        tighten(np.array([0, 60]), corners, weights, lower, upper, low, high)
    rows, walls = np.concatenate([weights, -weights]), np.concatenate([upper, -lower])
    for place in range(8):
        cost = np.zeros(8)
        cost[place] = 1
        least = linprog(cost, rows, walls, bounds=(0, 255), method="highs").fun
        most = -linprog(-cost, rows, walls, bounds=(0, 255), method="highs").fun
        assert low[place] == pytest.approx(least, abs=1e-5)
        assert high[place] == pytest.approx(most, abs=1e-5)

"""Interpolation against plain loops and SciPy."""

import numpy as np
import pytest
from looks import LOOPS, rough_table
from scipy.interpolate import RegularGridInterpolator

from learned.recovery.looks.lattice import INTERPOLATIONS, interpolate, matrix, weigh


def some_colours(top):
    rng = np.random.default_rng(1)
    corners = np.array([[r, g, b] for r in (0, top) for g in (0, top) for b in (0, top)])
    grey = np.repeat(rng.integers(0, top + 1, (20, 1)), 3, axis=1)  # on all tetrahedra at once
    return np.concatenate([corners, grey, rng.integers(0, top + 1, (300, 3))])


@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
@pytest.mark.parametrize(("size", "top"), [(2, 255), (17, 255), (33, 65535)])
def test_as_a_plain_loop_does(size, top, interpolation):
    table, colours = rough_table(size, 0), some_colours(top)
    by_loop = [LOOPS[interpolation](table, colour / top) for colour in colours]
    np.testing.assert_allclose(interpolate(table, colours, top, interpolation), by_loop, atol=1e-12)


def test_trilinear_as_scipy_does():
    table, colours = rough_table(17, 0), some_colours(255)
    ramp = np.linspace(0, 1, 17)
    expected = RegularGridInterpolator((ramp, ramp, ramp), table)(colours / 255)
    np.testing.assert_allclose(interpolate(table, colours, 255, "trilinear"), expected, atol=1e-12)


@pytest.mark.parametrize(("interpolation", "corners"), [("tetrahedral", 4), ("trilinear", 8)])
def test_weights_add_up_to_one(interpolation, corners):
    rows = matrix(weigh(some_colours(255), 255, 17, interpolation), 17)
    np.testing.assert_allclose(rows.sum(axis=1), 1)
    assert rows.data.min() > 0
    assert np.diff(rows.indptr).max() == corners

"""The equations: forward as the filter itself, backward exactly its transpose."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from undone import filters, parts

from learned.filter import Filter
from learned.solve.fractions import Rational
from learned.undoing.equations import equations, sum_bounds
from learned.window import Window


@given(filters(), st.integers(1, 9), st.integers(1, 9), st.data())
def test_sums_are_the_filters_and_the_transpose_is_exact(made_by, rows, columns, data):
    rng = np.random.default_rng(0)
    before = rng.integers(0, 256, (made_by.kernel.shape[1], rows, columns), np.uint8)
    after = made_by.apply(before)
    part = data.draw(parts(rows, columns))
    told = equations(after, made_by, part)
    known = np.isfinite(told.lower) | np.isfinite(told.upper)
    level = made_by.predict(before)[:, *part] - np.reshape(made_by.bias, (-1, 1, 1))
    sums = told.sums(before[:, *part].astype(np.float64)) / told.denominator
    np.testing.assert_allclose(sums[known], level[known], atol=1e-9)
    linear = told._replace(outside=0.0)
    x = rng.normal(size=told.shape)
    y = np.where(known, rng.normal(size=told.lower.shape), 0)
    np.testing.assert_allclose(
        (linear.sums(x) * y).sum(), (x * linear.spread_back(y)).sum(), rtol=1e-9, atol=1e-9
    )
    # without any equation left out
    whole = equations(after, made_by, (slice(0, rows), slice(0, columns)))._replace(outside=0.0)
    x, y = rng.normal(size=whole.shape), rng.normal(size=whole.lower.shape)
    np.testing.assert_allclose(
        (whole.sums(x) * y).sum(), (x * whole.spread_back(y)).sum(), rtol=1e-9, atol=1e-9
    )


@given(filters(), st.integers(1, 9), st.integers(1, 9))
def test_bounds_hold_the_true_sums(made_by, rows, columns):
    before = np.random.default_rng(1).integers(0, 256, (made_by.kernel.shape[1], rows, columns))
    before = before.astype(np.uint8)
    after = made_by.apply(before)
    told = equations(after, made_by, (slice(0, rows), slice(0, columns)))
    sums = told.sums(before.astype(np.float64))
    assert (told.lower - told.margin <= sums).all()
    assert (sums <= told.upper + told.margin).all()


@pytest.mark.parametrize(
    ("rounding", "expected"),
    [("nearest", (13, 15)), ("halves up", (13, 14)), ("floor", (14, 15))],
)
def test_halves_of_whole_sums(rounding, expected):
    """Sums over 2 that are stored as 7: 6.5, 7.0 and by some ways of rounding 7.5."""
    made_by = Filter(
        np.full((1, 1, 1, 1), 0.5), Window(0, 0, 1, 1), (0.0,), rounding, "replicate",
        Rational(np.ones((1, 1, 1, 1), int), 2), "uint8",
    )  # fmt: skip
    lower, upper = sum_bounds(np.full((1, 1, 1), 7, np.uint8), made_by)
    assert (lower.item(), upper.item()) == expected

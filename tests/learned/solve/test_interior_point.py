import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog
from threadpoolctl import threadpool_info

from handconv.engine.threads import one_blas_thread
from learned.solve.interior_point import _weighted_gram as weighted_gram
from learned.solve.interior_point import minimise


@given(st.integers(0, 2**32), st.integers(1, 12))
def test_minimise_finds_what_highs_finds(seed, unknowns):
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(6 * unknowns, unknowns))
    limit = rng.uniform(0, 1, len(matrix)) + matrix @ rng.normal(size=unknowns)
    matrix = np.concatenate([matrix, np.eye(unknowns), -np.eye(unknowns)])
    limit = np.append(limit, np.full(2 * unknowns, 50.0))
    objective = rng.normal(size=unknowns)
    found = minimise(objective, matrix, limit, np.zeros(unknowns), gap=1e-10)
    oracle = linprog(objective, matrix, limit, bounds=(None, None))
    assert objective @ found.x == pytest.approx(oracle.fun, abs=1e-8)
    assert found.slack.min() > -1e-9
    assert found.gap <= 1e-10
    np.testing.assert_allclose(found.dual, -oracle.ineqlin.marginals, atol=1e-6)


def test_a_pull_decides_between_equally_good_points():
    # any y from 0 to 10 is as good; the start has 3
    matrix = np.array([[-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    limit = np.array([1.0, 10.0, 0.0])
    found = minimise(
        np.array([1.0, 0.0]), matrix, limit, np.array([5.0, 3.0]), 1e-10, np.array([0.0, 1e-6])
    )
    np.testing.assert_allclose(found.x, [-1, 3], atol=1e-3)


def test_a_pull_holds_what_no_row_holds():
    matrix, limit = np.array([[-1.0, 0.0], [0.0, 1.0]]), np.array([1.0, 5.0])
    found = minimise(np.array([1.0, 0.0]), matrix, limit, np.zeros(2), 1e-9, np.array([0.0, 1e-9]))
    assert found.x[0] == pytest.approx(-1, abs=1e-6)
    assert -1 < found.x[1] < 5


def test_weighted_gram_in_parallel_is_the_plain_product():
    rng = np.random.default_rng(0)
    matrix, weight = rng.normal(size=(9001, 151)), rng.uniform(size=9001)
    plain = np.einsum("ki,k,kj->ij", matrix[:, :5], weight, matrix[:, -5:])
    np.testing.assert_allclose(weighted_gram(matrix, weight)[:5, -5:], plain, rtol=1e-10)


def test_the_library_has_its_threads_back_afterwards():
    def threads():
        return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]

    before = threads()
    assert set(one_blas_thread(threads)()) == {1}
    assert threads() == before

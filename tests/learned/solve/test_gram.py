import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handconv.engine.threads import get_threads, set_threads
from learned.solve.gram import correlate_with_image, evaluate, solve, statistics
from learned.solve.predict import Samples


def patches(image, shape):
    """The matrix of all patches, (pixels, taps): the plain way, for small images."""
    windows = np.lib.stride_tricks.sliding_window_view(image, shape, axis=(1, 2))
    return windows.transpose(1, 2, 0, 3, 4).reshape(-1, image.shape[0] * shape[0] * shape[1])


@st.composite
def problems(draw):
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    channels, rows, columns = (draw(st.integers(1, n)) for n in (3, 4, 5))
    height, width = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    image = rng.normal(size=(channels, height + rows - 1, width + columns - 1))
    target = rng.normal(size=(height, width))
    mask = rng.random(target.shape) < 0.6 if draw(st.booleans()) else None
    return image, target, mask, (rows, columns)


@given(problems())
def test_statistics_are_those_of_the_patch_matrix(problem):
    image, target, mask, shape = problem
    found = statistics(Samples(image, target, target), target, mask)
    matrix, values = patches(image, shape), target.ravel()
    if mask is not None:
        matrix, values = matrix[mask.ravel()], values[mask.ravel()]
    np.testing.assert_allclose(found.gram, matrix.T @ matrix, atol=1e-11)
    np.testing.assert_allclose(found.moments, matrix.T @ values, atol=1e-11)
    assert found.count == len(values)
    assert found.square == pytest.approx(float(values @ values))


@given(problems())
def test_moments_are_the_transpose_of_the_patch_matrix(problem):
    image, target, _, shape = problem
    moments = correlate_with_image(image, target)
    expected = patches(image, shape).T @ target.ravel()
    np.testing.assert_allclose(moments.ravel(), expected, atol=1e-11)


@given(problems(), st.sampled_from([np.float32, np.float64]))
def test_a_kernel_is_judged_as_by_the_patch_matrix(problem, dtype):
    image, target, mask, shape = problem
    rng = np.random.default_rng(0)
    kernel = rng.normal(size=(image.shape[0], *shape))
    lower = target.astype(dtype)
    upper = (lower + rng.choice([0.0, 0.5], target.shape)).astype(dtype)
    if mask is not None:
        lower[mask], upper[~mask] = -np.inf, np.inf
    found = evaluate(Samples(image, lower, upper), kernel)
    prediction = patches(image, shape) @ kernel.ravel()
    residual = prediction.clip(lower.ravel(), upper.ravel()) - prediction
    np.testing.assert_allclose(found.residual.ravel(), residual, atol=1e-11)
    expected = patches(image, shape).T @ residual
    np.testing.assert_allclose(found.moments.ravel(), expected, atol=1e-10)
    assert found.square == pytest.approx(float(residual @ residual))


def test_the_number_of_threads_changes_no_digit():
    rng = np.random.default_rng(2)
    image, target = rng.normal(size=(2, 206, 57)), rng.normal(size=(200, 50))
    kernel = rng.normal(size=(2, 7, 8))
    results, usual = [], get_threads()
    for threads in (1, 2, 5):
        set_threads(threads)
        samples = Samples(image, target, target)
        found = evaluate(samples, kernel)
        results.append((*found, statistics(samples, target).gram))
    set_threads(usual)
    for other in results[1:]:
        for expected, got in zip(results[0], other, strict=True):
            np.testing.assert_array_equal(got, expected)


def test_statistics_of_several_photos_add_up():
    rng = np.random.default_rng(3)
    image, target = rng.normal(size=(1, 12, 9)), rng.normal(size=(10, 7))
    whole = statistics(Samples(image, target, target), target)
    parts = [
        statistics(Samples(image[:, a : b + 2], target[a:b], target[a:b]), target[a:b])
        for a, b in [(0, 4), (4, 10)]
    ]
    total = parts[0] + parts[1]
    np.testing.assert_allclose(total.gram, whole.gram, atol=1e-11)
    np.testing.assert_allclose(total.moments, whole.moments, atol=1e-11)
    assert (total.count, total.square) == (whole.count, pytest.approx(whole.square))


def test_solve_agrees_with_lstsq():
    rng = np.random.default_rng(4)
    matrix, values = rng.normal(size=(50, 6)), rng.normal(size=50)
    expected = np.linalg.lstsq(matrix, values, rcond=None)[0]
    np.testing.assert_allclose(solve(matrix.T @ matrix, matrix.T @ values), expected, atol=1e-12)


def test_solve_manages_where_single_digits_are_left():
    """Near the limit of float64 the eigenvalues decide, not the estimate of the condition."""
    rng = np.random.default_rng(1)
    basis = np.linalg.qr(rng.normal(size=(9, 9)))[0]
    gram = basis * np.geomspace(1, 1e-14, 9) @ basis.T
    true = basis @ np.ones(9)
    np.testing.assert_allclose(solve(gram, gram @ true), true, atol=0.5)


def test_solve_refuses_what_the_photos_do_not_determine():
    ramp = np.tile(np.arange(20.0), (20, 1))[None]  # all rows are equal, all differences too
    target = np.zeros((18, 18))
    sums = statistics(Samples(ramp, target, target), target)
    with pytest.raises(ValueError, match=r"7 of 9 directions of the kernel undetermined"):
        solve(sums.gram, sums.moments)

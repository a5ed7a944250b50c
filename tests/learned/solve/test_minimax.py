import numpy as np
import pytest
from filtered import KERNELS, filtered, photo, program, relative_error, samples_of
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy import ndimage
from scipy.optimize import linprog
from skimage import data
from thorough import examples, slow_except

from learned.solve.minimax import minimax
from learned.solve.predict import Samples, violation

CONSTANT = {"nearest": (0.0, 0.0), "floor": (-0.5, 0.5)}
LIMIT = {"random": 5e-5, "gaussian": 2e-4, "large_blur": 1e-6}


@pytest.mark.parametrize("rounding", ["nearest", "floor"])
@pytest.mark.parametrize("name", ["camera", "brick", "moon"])
@pytest.mark.parametrize("kernel", [name for name in KERNELS if name != "large_blur"])
def test_a_rounded_picture_gives_the_kernel_back_and_the_kernel_the_picture(kernel, name, rounding):
    check(kernel, name, rounding)


@pytest.mark.parametrize(
    ("name", "rounding"),
    slow_except([("camera", "nearest"), ("brick", "floor")], ("brick", "floor")),
)
def test_a_large_kernel_comes_back_too(name, rounding):
    check("large_blur", name, rounding)


def check(kernel, name, rounding):
    before, hand = photo(name), KERNELS[kernel]
    after = filtered(before, hand, rounding)
    found = minimax([samples_of(before, after, rounding, hand.shape)], constant=CONSTANT[rounding])
    dull = 2 if name == "moon" else 1
    assert relative_error(found.kernel[0], hand) <= dull * LIMIT.get(kernel, 1e-9)
    assert found.violation < 0
    again = filtered(before, found.kernel[0], rounding, found.constant)
    np.testing.assert_array_equal(again, after)


@example(seed=2**32, shape=(2, 4), constant=(0.0, 0.0), wrong=False)  # 3 pixels are not clipped
@given(
    seed=st.integers(0, 2**32),
    shape=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    constant=st.sampled_from([(0.0, 0.0), (-0.5, 0.5), (-np.inf, np.inf)]),
    wrong=st.booleans(),
)
@settings(max_examples=examples(50))
def test_no_kernel_is_better_than_the_one_found(seed, shape, constant, wrong):
    rng = np.random.default_rng(seed)
    y, x = rng.integers(400, size=2)
    before = photo("camera")[y : y + 24, x : x + 30]
    after = filtered(before, rng.normal(size=shape) * 0.5, "nearest", 60)
    if wrong:
        after = np.clip(after + rng.integers(-9, 10, after.shape), 0, 255).astype(np.uint8)
    samples = samples_of(before, after, "nearest", shape)
    free = constant[0] < constant[1]
    matrix, limit = program(samples, free)
    unknowns = matrix.shape[1]
    oracle = linprog(
        np.append(np.zeros(unknowns), 1.0),
        np.column_stack([matrix, -np.ones(len(matrix))]),
        limit,
        bounds=[(None, None)] * (unknowns - free) + [constant] * free + [(None, None)],
    )
    assume(oracle.status == 0)  # else all pixels are clipped
    found = minimax([samples], constant=constant)
    assert found.violation == pytest.approx(oracle.fun, abs=1e-6)
    assert found.violation == violation(samples, found.kernel, found.constant).max()
    assert found.least <= oracle.fun + 1e-6
    assert found.least == pytest.approx(found.violation, abs=1e-6)


@pytest.mark.parametrize("shape", [(3, 3), (5, 5)])
def test_a_median_is_refused_with_its_violation(shape):
    before = photo("camera")
    after = ndimage.median_filter(before, 3, mode="nearest")
    samples = samples_of(before, after, "nearest", shape)
    found = minimax([samples])
    assert found.least > 20
    where = violation(samples, found.kernel)
    assert where.max() == pytest.approx(found.violation)
    assert 0.01 < (where > 10).mean() < 0.5


def test_a_bias_is_found():
    before, emboss = photo("coins"), np.array([[-1.0, 0, 0], [0, 1, 0], [0, 0, 0]])
    after = filtered(before, emboss, "nearest", 128)
    found = minimax([samples_of(before, after, "nearest", (3, 3))], constant=(-np.inf, np.inf))
    assert relative_error(found.kernel[0], emboss) < 1e-9
    assert found.constant == pytest.approx(128, abs=1e-8)


def test_a_given_constant_is_kept():
    before, kernel = photo("coins"), KERNELS["laplacian"]
    after = filtered(before, kernel, "nearest", 100)
    found = minimax([samples_of(before, after, "nearest", (3, 3))], constant=(100.0, 100.0))
    assert found.constant == 100
    assert relative_error(found.kernel[0], kernel) < 1e-9


def test_exact_pictures_are_solved_by_least_squares():
    before, kernel = photo("camera"), KERNELS["gaussian"]
    samples = samples_of(before, filtered(before, kernel, "exact", 7.0), "exact", (5, 5))
    found = minimax([samples], constant=(-np.inf, np.inf))
    assert relative_error(found.kernel[0], kernel) < 1e-10
    assert found.constant == pytest.approx(7.0, abs=1e-8)
    assert 0 <= found.violation < 1e-9
    known = minimax([samples], constant=(7.0, 7.0))
    assert relative_error(known.kernel[0], kernel) < 1e-10


def test_noise_on_exact_pictures_leaves_the_least_squares_kernel():
    rng = np.random.default_rng(0)
    before = photo("coins")
    after = filtered(before, KERNELS["random"], "exact") + rng.normal(size=before.shape)
    samples = samples_of(before, after, "exact", (3, 3))
    matrix, _ = program(samples)
    oracle = np.linalg.lstsq(matrix[: after.size], after.ravel())[0]
    np.testing.assert_allclose(minimax([samples]).kernel.ravel(), oracle, atol=1e-10)


def test_colours_and_several_pairs():
    rng = np.random.default_rng(2)
    kernel = rng.normal(size=(3, 3, 3)) * 0.2
    samples = []
    for top in (0, 200):
        colours = np.moveaxis(np.asarray(data.astronaut()), 2, 0)
        before = colours[:, top : top + 150, 100:300]
        samples.append(samples_of(before, filtered(before, kernel, "nearest"), "nearest", (3, 3)))
    both, one = minimax(samples), minimax(samples[:1])
    assert relative_error(both.kernel, kernel) < 2e-3
    assert both.violation < 0
    assert both.violation >= one.violation - 1e-9  # more pixels leave less room
    assert both.violation == max(violation(each, both.kernel).max() for each in samples)


def test_sixteen_bits_hold_tighter():
    before = photo("camera").astype(np.uint16) * 257
    after = filtered(before, KERNELS["gaussian"], "nearest", dtype=np.uint16)
    found = minimax([samples_of(before, after, "nearest", (5, 5))])
    assert relative_error(found.kernel[0], KERNELS["gaussian"]) < 1e-6


def test_a_start_changes_the_way_and_not_the_answer():
    before, kernel = photo("camera"), KERNELS["random"]
    samples = [samples_of(before, filtered(before, kernel, "nearest"), "nearest", (3, 3))]
    plain, near = minimax(samples), minimax(samples, start=kernel[None])
    np.testing.assert_allclose(near.kernel, plain.kernel, atol=1e-9)


@pytest.mark.parametrize(
    ("before", "undetermined"),
    [
        (np.full((40, 50), 77, np.uint8), 8),  # sees the sum of the taps
        (np.zeros((40, 50), np.uint8), 9),
        (np.arange(50, dtype=np.uint8) * np.ones((40, 1), np.uint8), 7),
        (np.tile(np.array([[0, 200], [200, 0]], np.uint8), (20, 25)), 7),
    ],
)
def test_a_dull_photo_says_what_it_leaves_open(before, undetermined):
    after = filtered(before, KERNELS["random"] / 2, "nearest", 40)
    samples = samples_of(before, after, "nearest", (3, 3), border=None)
    found = minimax([samples], constant=(40.0, 40.0))
    assert len(found.undetermined) == undetermined
    assert found.violation < 1e-6
    for direction in found.undetermined:
        assert np.linalg.norm(direction) == pytest.approx(1)
        assert violation(samples, found.kernel + 9 * direction, 40) == pytest.approx(
            violation(samples, found.kernel, 40), abs=1e-6
        )
        assert np.sum(direction * found.kernel) == pytest.approx(0, abs=1e-6)


def test_one_bright_pixel_determines_what_all_others_leave_open():
    before = np.zeros((300, 300), np.uint8)
    before[150, 150] = 255
    after = filtered(before, np.abs(KERNELS["random"]), "nearest")
    found = minimax([samples_of(before, after, "nearest", (3, 3))])
    assert len(found.undetermined) == 0
    assert np.abs(found.kernel[0] - np.abs(KERNELS["random"])).max() <= 0.5 / 255


@pytest.mark.parametrize("constant", [(0.0, 0.0), (-np.inf, np.inf)])
@pytest.mark.parametrize("value", [0, 255])
def test_a_picture_that_is_clipped_everywhere_is_met(value, constant):
    before = photo("camera")[:60, :60]
    after = np.full(before.shape, value, np.uint8)
    found = minimax([samples_of(before, after, "nearest", (3, 3))], constant=constant)
    assert found.violation < 0
    assert np.abs(found.kernel).max() < 1e4


def test_pixels_without_bounds_say_nothing():
    before, kernel = photo("coins"), KERNELS["sharpen"]
    samples = samples_of(before, filtered(before, kernel, "nearest"), "nearest", (3, 3))
    lower, upper = samples.lower.copy(), samples.upper.copy()
    lower[50:100], upper[50:100] = -np.inf, np.inf
    found = minimax([Samples(samples.image, lower, upper)])
    assert relative_error(found.kernel[0], kernel) < 1e-9
    with pytest.raises(ValueError, match="samples have no bounds"):
        minimax([Samples(samples.image, np.full_like(lower, -np.inf), np.full_like(upper, np.inf))])


def test_samples_for_different_kernels_are_refused():
    before = photo("coins")
    samples = [samples_of(before, before, "nearest", shape) for shape in [(3, 3), (5, 5)]]
    with pytest.raises(ValueError, match="give one or more, all for the same shape"):
        minimax(samples)

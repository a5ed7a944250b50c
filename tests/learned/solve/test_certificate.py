import numpy as np
import pytest
from filtered import KERNELS, filtered, photo, program, relative_error, samples_of
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import ndimage
from scipy.optimize import linprog
from thorough import examples

from learned.experiment.curve import learning_curve
from learned.solve.certificate import certificate
from learned.solve.minimax import minimax

CONSTANTS = {"none": (0.0, 0.0), "bias": (-np.inf, np.inf), "offset": (-0.5, 0.5)}


@st.composite
def pictures(draw):
    """Samples, the kernel and the constant that made them, and the range given for the latter."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    name = draw(st.sampled_from(["camera", "coins", "astronaut", "brick", "moon", "page", "text"]))
    size, y, x = draw(st.integers(8, 60)), *rng.integers(100, size=2)
    before = photo(name)[y : y + size, x : x + size]
    shape = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    kernel = rng.normal(size=shape) * draw(st.sampled_from([0.1, 0.5, 3.0]))
    digits = draw(st.sampled_from([0, 1, 2, 20]))
    kernel = kernel.round(digits)  # ties, and predictions on the edge of their bounds
    rounding = draw(st.sampled_from(["nearest", "floor", "exact"]))
    kind = draw(st.sampled_from(list(CONSTANTS)))
    constant = draw(st.sampled_from([-20.0, 0.5, 100.0, 1 / 3])) if kind == "bias" else 0.0
    after = filtered(before, kernel, rounding, constant)
    return samples_of(before, after, rounding, shape), kernel, constant, CONSTANTS[kind]


@given(pictures())
@settings(max_examples=examples(150))
def test_the_true_kernel_lies_inside(picture):
    samples, kernel, constant, allowed = picture
    found = certificate([samples], constant=allowed, tolerance=1e-4)
    assert (found.lower[0] <= kernel).all()
    assert (kernel <= found.upper[0]).all()
    assert found.constant[0] <= constant <= found.constant[1]


@given(
    seed=st.integers(0, 2**32), free=st.booleans(), rounding=st.sampled_from(["nearest", "floor"])
)
@example(seed=868, free=True, rounding="nearest")  # open along one tap and the constant
@settings(max_examples=examples(15))
def test_it_is_no_wider_than_the_bounds_allow(seed, free, rounding):
    rng = np.random.default_rng(seed)
    y, x = rng.integers(400, size=2)
    before = photo("camera")[y : y + 40, x : x + 30]
    shape = tuple(rng.integers(1, 4, size=2))
    samples = samples_of(
        before, filtered(before, rng.normal(size=shape), rounding, 40), rounding, shape
    )
    constant = (-np.inf, np.inf) if free else (40.0, 40.0)
    found = certificate([samples], constant=constant)
    matrix, limit = program(samples, free, 0.0 if free else 40.0)
    lowest = np.append(found.lower, found.constant[0])
    highest = np.append(found.upper, found.constant[1])
    for tap in range(matrix.shape[1]):
        axis = np.eye(matrix.shape[1])[tap]
        low, high = (linprog(sign * axis, matrix, limit, bounds=(None, None)) for sign in (1, -1))
        if not (low.status == high.status == 0):  # 3: unbounded
            assert np.isinf([lowest[tap], highest[tap]]).tolist() == [
                low.status == 3,
                high.status == 3,
            ]
            continue
        slack = 1.1e-3 * (-high.fun - low.fun) + 1e-5
        assert low.fun - slack <= lowest[tap] <= low.fun + 1e-8
        assert -high.fun - 1e-8 <= highest[tap] <= -high.fun + slack


def test_a_dull_photo_proves_nothing_about_single_taps():
    before = np.full((30, 30), 90, np.uint8)
    found = certificate([samples_of(before, before, "nearest", (3, 3))])
    assert np.isneginf(found.lower).all()
    assert np.isposinf(found.upper).all()


def test_an_open_direction_leaves_the_other_taps_proven():
    rng = np.random.default_rng(0)
    before = np.repeat(rng.integers(0, 256, (40, 20), dtype=np.uint8), 2, axis=1)
    before[:, 1::2] = 0  # every other column black, and only the others looked at
    kernel = np.array([[0.2, 0.5, 0.3]])
    after = filtered(before, kernel, "nearest")
    samples = samples_of(before, after, "nearest", (1, 3))
    lower, upper = samples.lower.copy(), samples.upper.copy()
    lower[:, 1::2], upper[:, 1::2] = -np.inf, np.inf
    found = certificate([samples._replace(lower=lower, upper=upper)])
    assert np.isinf(found.upper[0, 0, 2])
    assert 0 < found.upper[0, 0, 1] - found.lower[0, 0, 1] < 0.01


def test_a_median_has_no_certificate():
    before = photo("coins")
    after = ndimage.median_filter(before, 3)
    with pytest.raises(ValueError, match=r"met by no kernel of shape \(1, 3, 3\): the best viol"):
        certificate([samples_of(before, after, "nearest", (3, 3))])


def test_it_tells_how_far_it_is():
    samples = [samples_of(photo("camera")[:40, :40], photo("camera")[:40, :40], "nearest", (3, 3))]
    told = []
    certificate(samples, progress=lambda *counts: told.append(counts))
    assert told[0] == (0, 18), "two ends for each of 3 × 3 taps"
    assert told[-1] == (18, 18)
    assert {total for _, total in told} == {18}


def test_a_centre_from_outside_is_used():
    before, kernel = photo("coins"), KERNELS["random"]
    samples = [samples_of(before, filtered(before, kernel, "nearest"), "nearest", (3, 3))]
    given = certificate(samples, centre=minimax(samples))
    np.testing.assert_array_equal(given.lower, certificate(samples).lower)


@pytest.mark.slow
def test_bounds_learn_with_the_number_of_pixels_and_least_squares_with_its_root():
    before, kernel = photo("camera"), KERNELS["random"]
    samples = samples_of(before, filtered(before, kernel, "nearest"), "nearest", (3, 3))
    points = list(learning_curve(samples, kernel[None], [32, 64, 128, 256, 500], crops=5))
    logarithms = np.log([[*point] for point in points])
    least_squares, bounds, width = np.polyfit(logarithms[:, 0], logarithms[:, 1:], 1)[0]
    assert -0.95 < least_squares < -0.3
    assert -1.6 < bounds < -0.8
    assert -1.6 < width < -0.8
    assert points[-1].bounds < points[-1].least_squares / 5
    assert relative_error(minimax([samples]).kernel[0], kernel) <= points[-1].width

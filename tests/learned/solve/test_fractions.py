import numpy as np
import pytest
from filtered import KERNELS, filtered, photo, samples_of

from learned.solve.certificate import certificate
from learned.solve.fractions import LUCK, simplest
from learned.solve.minimax import minimax
from learned.solve.predict import violation

FRACTIONS = {
    "sobel": (KERNELS["sobel_x"], 1),
    "box": (np.ones((7, 7)), 49),
    "unsharp": (np.array([[-1, -2, -1], [-2, 28, -2], [-1, -2, -1]]), 16),
    "gauss": (
        np.array(
            [
                [1, 4, 7, 4, 1],
                [4, 16, 26, 16, 4],
                [7, 26, 41, 26, 7],
                [4, 16, 26, 16, 4],
                [1, 4, 7, 4, 1],
            ]
        ),
        273,
    ),
    "binomial": (np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1]), 256),
}


def held_against(proof):
    """Refuses fractions that as many random taps in this certificate would come as near to."""

    def is_luck(found):
        room = np.minimum(1, (proof.upper - proof.lower) * found.rational.denominator)
        return found.rational.denominator * room.prod() > LUCK

    return is_luck


# a certificate for 49 taps takes seconds
@pytest.mark.parametrize(
    ("name", "proven"),
    [
        (name, proven)
        for name in FRACTIONS
        for proven in (True, False)
        if (name, proven) != ("box", True)
    ],
)
@pytest.mark.parametrize("rounding", ["nearest", "floor"])
def test_fractions_are_found(name, rounding, proven):
    numerator, denominator = FRACTIONS[name]
    before = photo("coins")
    after = filtered(before, numerator / denominator, rounding)
    samples = [samples_of(before, after, rounding, numerator.shape)]
    constant = (0.0, 0.0) if rounding == "nearest" else (-0.5, 0.5)
    kernel = minimax(samples, constant=constant).kernel
    proof = certificate(samples) if proven else None
    is_luck = held_against(proof) if proof else lambda found: False
    found = simplest(samples, kernel, constant=constant, is_luck=is_luck).rational
    np.testing.assert_array_equal(found.numerator[0], numerator)
    assert found.denominator == denominator
    assert violation(samples[0], found.numerator / found.denominator).max() < 1e-9


def test_fractions_are_found_where_the_bounds_alone_leave_the_kernel_open():
    # float64 cuts 136.99999999999997 to 136: at some of the whole numbers, and not at others
    before, kernel = photo("coins"), KERNELS["large_blur"]
    exact = filtered(before, kernel, "exact")
    whole = np.abs(exact - np.rint(exact)) < 1e-9
    after = np.floor(exact).astype(np.uint8)
    assert 0.1 < (after < np.rint(exact))[whole].mean() < 0.9
    samples = [samples_of(before, after, "floor", kernel.shape)]
    found = simplest(samples, kernel[None] * 1.0001, constant=(-0.5, 0.5)).rational
    assert found.denominator == 441
    assert (found.numerator == 1).all()


@pytest.mark.parametrize("kernel", ["random", "gaussian"])
def test_no_fractions_are_made_up(kernel):
    before, hand = photo("camera"), KERNELS[kernel]
    samples = [samples_of(before, filtered(before, hand, "nearest"), "nearest", hand.shape)]
    centre = minimax(samples)
    proof = certificate(samples, centre=centre)
    assert simplest(samples, centre.kernel, is_luck=held_against(proof)) is None
    assert simplest(samples, centre.kernel) is None


def test_a_photo_that_proves_little_gives_no_fractions():
    before = photo("camera")[:8, :8]
    kernel = np.full((3, 3), 1 / 9)
    samples = [samples_of(before, filtered(before, kernel, "nearest"), "nearest", (3, 3))]
    centre = minimax(samples)
    proof = certificate(samples, centre=centre)
    assert simplest(samples, centre.kernel, is_luck=held_against(proof)) is None


def test_a_bias_may_come_with_the_fractions():
    before = photo("coins")
    after = filtered(before, KERNELS["laplacian"] / 8, "nearest", 127.5)
    samples = [samples_of(before, after, "nearest", (3, 3))]
    bias = (-np.inf, np.inf)
    found = simplest(samples, minimax(samples, constant=bias).kernel, constant=bias).rational
    assert found.denominator == 8
    np.testing.assert_array_equal(found.numerator[0], KERNELS["laplacian"])
    assert simplest(samples, KERNELS["laplacian"][None] / 8) is None  # not without the bias


def test_a_kernel_of_another_shape_is_refused():
    before = photo("coins")
    samples = [samples_of(before, before, "nearest", (3, 3))]
    with pytest.raises(ValueError, match=r"kernel has shape \(3, 3\), the samples are for"):
        simplest(samples, np.ones((3, 3)))

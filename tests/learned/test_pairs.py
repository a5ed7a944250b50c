import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from learned.pairs import Pair, bounds, made_pair

PHOTO = np.random.default_rng(1).uniform(0, 255, (1, 9, 11))
KERNEL = np.array([[[0.0, 1.0, 2.0], [-3.0, 1.5, 0.0], [0.5, 0.0, -1.0]]])


@given(
    st.lists(st.floats(-400, 700), min_size=1, max_size=50), st.sampled_from(["uint8", "uint16"])
)
def test_what_was_rounded_or_truncated_and_clipped_lay_inside_its_bounds(values, dtype):
    true = np.array([values]) * (257 if dtype == "uint16" else 1)
    clipped = true.clip(0, np.iinfo(dtype).max)
    half_up = np.floor(clipped + 0.5).clip(0, np.iinfo(dtype).max)
    for stored, rounding in [
        (np.rint(clipped), "nearest"),
        (half_up, "nearest"),
        (np.floor(clipped), "floor"),
    ]:
        lower, upper = bounds(stored.astype(dtype), rounding)
        assert (lower <= true).all()
        assert (true <= upper).all()
        assert ((upper - lower)[np.isfinite(upper - lower)] == 1).all()


def test_bounds_say_at_or_above_where_clipped():
    lower, upper = bounds(np.array([[0, 255, 255]], np.uint8), "floor")
    assert lower.tolist() == [[-np.inf, 255, 255]]
    assert upper.tolist() == [[1, np.inf, np.inf]]


def test_bounds_of_float_are_the_value_twice():
    lower, upper = bounds(np.array([[0.25, -3.0]]), "exact")
    assert lower.tolist() == upper.tolist() == [[0.25, -3.0]]


def test_bounds_refuse_integers_without_known_range():
    with pytest.raises(ValueError, match=r"after has dtype int32.*rounding='exact'"):
        bounds(np.zeros((2, 2), np.int32), "nearest")
    with pytest.raises(ValueError, match="rounding is 'up'"):
        bounds(np.zeros((2, 2), np.uint8), "up")


def test_pair_refuses_bounds_of_another_size():
    with pytest.raises(ValueError, match="must be the same in all three"):
        Pair(np.zeros((1, 4, 4)), np.zeros((4, 4)), np.zeros((4, 5)))


def test_samples_without_a_border_keep_only_whole_neighbourhoods():
    after = np.arange(20.0).reshape(4, 5)
    pair = Pair(np.zeros((1, 4, 5)), after, after, border=None)
    samples = pair.samples((3, 2), anchor=(0, 1))
    assert samples.lower.tolist() == [[1, 2, 3, 4], [6, 7, 8, 9]]
    assert samples.kernel_shape == (1, 3, 2)
    with pytest.raises(ValueError, match="4 × 5 pixels is smaller than the kernel of 5 × 5"):
        pair.samples((5, 5))


@pytest.mark.parametrize(
    ("operation", "by_scipy"),
    [("correlation", ndimage.correlate), ("convolution", ndimage.convolve)],
)
def test_made_pair_filters_as_scipy_does(operation, by_scipy):
    expected = by_scipy(PHOTO[0], KERNEL[0], mode="nearest")
    pair = made_pair(PHOTO, KERNEL, operation)
    np.testing.assert_allclose(pair.lower, expected, atol=1e-10)
    np.testing.assert_array_equal(pair.lower, pair.upper)


def test_made_pair_adds_channels():
    photo = np.concatenate([PHOTO, PHOTO[:, ::-1]])
    kernel = np.concatenate([KERNEL, 2 * KERNEL])
    expected = sum(
        ndimage.correlate(p, k, mode="mirror") for p, k in zip(photo, kernel, strict=True)
    )
    pair = made_pair(photo, kernel, border="reflect_101")
    np.testing.assert_allclose(pair.lower, expected, atol=1e-10)


@pytest.mark.parametrize("target", ["float32", "uint8", "uint8_floor"])
def test_made_pair_stores_the_target_and_keeps_the_truth_inside(target):
    true = ndimage.correlate(PHOTO[0], KERNEL[0], mode="nearest")
    pair = made_pair(PHOTO, KERNEL, target=target)
    slack = 1e-4 if target == "float32" else 0
    assert (pair.lower - slack <= true).all()
    assert (true <= pair.upper + slack).all()
    assert np.isinf(pair.lower).any() == (target != "float32")

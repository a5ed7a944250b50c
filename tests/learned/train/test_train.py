"""Learned kernels against the hand-defined ones *and* against least squares by NumPy."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from handconv.kernels import BANK, named
from learned.compare import compare
from learned.experiment.photos import load_photo
from learned.losses import bounds_loss
from learned.net import FilterNet
from learned.pairs import Pair, made_pair
from learned.train.loop import train
from learned.train.options import TrainConfig


def learn(pairs, shape, seed=0, dtype=torch.float64, **options):
    torch.manual_seed(seed)
    channels = pairs[0].before.shape[0]
    net = FilterNet(shape, channels, dtype)
    steps = list(train(net, [pair.samples(shape) for pair in pairs], TrainConfig(**options)))
    return net.kernel, steps


def least_squares(pairs, shape):
    """An independent solver: the matrix of all patches, and NumPy's lstsq."""
    matrices, values = [], []
    for pair in pairs:
        above, left = shape[0] // 2, shape[1] // 2
        padded = np.pad(pair.before, ((0, 0), (above, above), (left, left)), mode="edge")
        windows = np.lib.stride_tricks.sliding_window_view(padded, shape, axis=(1, 2))
        taps = pair.before.shape[0] * shape[0] * shape[1]
        matrices.append(windows.transpose(1, 2, 0, 3, 4).reshape(-1, taps))
        values.append(pair.lower.ravel())
    solution = np.linalg.lstsq(np.concatenate(matrices), np.concatenate(values), rcond=None)[0]
    return solution.reshape(pairs[0].before.shape[0], *shape)


def photo(name, rows=96, columns=120, colour=False):
    return load_photo(f"skimage:{name}", colour)[:, 40 : 40 + rows, 60 : 60 + columns]


@given(
    st.sampled_from(["coins", "astronaut", "moon", "brick", "coffee"]),
    st.sampled_from([(3, 3), (1, 5), (5, 1), (3, 7), (5, 5)]),
    st.integers(0, 2**32),
)
@settings(deadline=None, max_examples=20)
def test_newton_is_least_squares_for_random_kernels_and_photos(name, shape, seed):
    rng = np.random.default_rng(seed)
    true = rng.normal(size=(1, *shape))
    noise = rng.normal(size=(96, 120))
    exact = made_pair(photo(name), true)
    noisy = Pair(exact.before, exact.lower + noise, exact.upper + noise)
    learned, _ = learn([exact], shape, seed)
    assert np.abs(learned - true).max() <= 1e-9 * np.abs(true).max()
    learned, _ = learn([noisy], shape, seed)  # now the answer is not the kernel itself
    expected = least_squares([noisy], shape)
    np.testing.assert_allclose(learned, expected, atol=1e-9 * np.abs(expected).max())


def test_newton_adds_up_photos_and_channels():
    rng = np.random.default_rng(5)
    true = rng.normal(size=(3, 3, 3))
    pairs = [
        made_pair(photo("astronaut", 50, 60, colour=True), true),
        made_pair(photo("coffee", 70, 40, colour=True), true),
    ]
    pairs = [
        Pair(p.before, p.lower + n, p.lower + n) for p, n in zip(pairs, (1.0, -2.0), strict=True)
    ]
    learned, _ = learn(pairs, (3, 3))
    np.testing.assert_allclose(learned, least_squares(pairs, (3, 3)), atol=1e-8)


@pytest.mark.parametrize("name", BANK)
@pytest.mark.parametrize("source", ["camera", "coins"])
def test_the_bank_is_learned_from_float_targets(name, source):
    true = named(name)
    learned, steps = learn([made_pair(load_photo(f"skimage:{source}"), true[None])], true.shape)
    assert compare(learned[0], true).relative_error <= 1e-6
    assert len(steps) <= 6  # one step solves, the others take off rounding error


@pytest.mark.parametrize("name", ["sobel_x", "emboss"])
def test_true_convolution_comes_back_turned(name):
    true = named(name)
    assert not np.array_equal(true, true[::-1, ::-1])
    learned, _ = learn([made_pair(photo("camera"), true[None], "convolution")], (3, 3))
    np.testing.assert_allclose(learned[0], true[::-1, ::-1], atol=1e-9)


@pytest.mark.parametrize(
    ("optimizer", "options", "tolerance"),
    [
        pytest.param("sgd", {"steps": 300, "lr": 0.3}, 0.5, marks=pytest.mark.slow),
        ("adam", {"steps": 400, "lr": 0.1}, 0.6),
        ("lbfgs", {"steps": 60}, 1e-3),
    ],
)
def test_gradient_optimizers_come_closer_to_sobel(optimizer, options, tolerance):
    true = named("sobel_x")
    pair = made_pair(photo("camera"), true[None])
    learned, steps = learn([pair], (3, 3), optimizer=optimizer, **options)
    assert compare(learned[0], true).relative_error <= tolerance
    assert steps[-1].loss < 0.01 * steps[0].loss


def test_a_gradient_step_is_the_one_of_the_mean_squared_error():
    pair = made_pair(photo("camera"), named("sharpen")[None])
    learned, steps = learn([pair], (3, 3), optimizer="sgd", steps=1, lr=0.5, momentum=0.0)
    start = steps[0].kernel
    padded = np.pad(pair.before[0] / 255, 1, mode="edge")
    matrix = np.lib.stride_tricks.sliding_window_view(padded, (3, 3)).reshape(-1, 9)
    residual = matrix @ start.ravel() - pair.lower.ravel() / 255
    gradient = 2 * matrix.T @ residual / len(residual)
    np.testing.assert_allclose(learned.ravel(), start.ravel() - 0.5 * gradient, atol=1e-12)
    assert steps[0].loss == pytest.approx(float((residual**2).mean()) * 255**2)


@pytest.mark.parametrize("name", ["sobel_x", "sharpen", "small_blur"])
@pytest.mark.parametrize("target", ["uint8", "uint8_floor"])
def test_newton_brings_predictions_inside_the_bounds_of_8_bit_targets(name, target):
    true = named(name)
    pair = made_pair(load_photo("skimage:camera"), true[None], target=target)
    learned, steps = learn([pair], true.shape, steps=30)
    assert steps[-1].loss < 1e-6
    assert compare(learned[0], true).relative_error < 0.03  # least squares is 0.6 off for sobel


def test_losses_fall_from_step_to_step_and_time_does_not():
    pair = made_pair(photo("camera"), named("sobel_x")[None], target="uint8")
    _, steps = learn([pair], (3, 3), steps=20)
    losses = [step.loss for step in steps]
    assert losses == sorted(losses, reverse=True)
    assert [step.step for step in steps] == list(range(len(steps)))
    seconds = [step.seconds for step in steps]
    assert seconds == sorted(seconds)


def test_bounds_loss_is_mean_squared_error_for_equal_bounds():
    rng = np.random.default_rng(0)
    a, b = torch.tensor(rng.normal(size=(2, 4, 5)))
    assert float(bounds_loss(a, b, b)) == pytest.approx(float(torch.nn.functional.mse_loss(a, b)))


def test_bounds_loss_has_finite_gradients_at_infinite_bounds():
    prediction = torch.tensor([1.0, 2.0], requires_grad=True)
    bounds_loss(
        prediction, torch.tensor([-torch.inf, 3.0]), torch.tensor([0.0, torch.inf])
    ).backward()
    assert prediction.grad.tolist() == [1.0, -1.0]


def test_divergence_and_dull_photos_are_named():
    pair = made_pair(photo("camera"), named("sobel_x")[None])
    with pytest.raises(ValueError, match=r"train.lr is 100.0, and sgd diverged.*smaller train.lr"):
        learn([pair], (3, 3), optimizer="sgd", lr=100.0, steps=500)
    ramp = np.tile(np.arange(50.0), (50, 1))[None]
    with pytest.raises(ValueError, match="directions of the kernel undetermined"):
        learn([made_pair(ramp, named("sobel_x")[None], border="wrap")], (3, 3))

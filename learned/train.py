"""Training: move the weights of the network until its predictions lie inside the bounds.

Four optimizers, the same loss. `sgd`, `adam` and `lbfgs` are torch's own. `newton` knows that the
loss is quadratic in the weights: where the bounds are equal, its first step solves the problem,
and the second takes off the rounding error of the first.
"""

import time
from collections.abc import Iterator, Sequence
from functools import reduce
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from learned.config import TrainConfig
from learned.losses import bounds_loss
from learned.net import FilterNet
from learned.solve.samples import Samples, predict
from learned.solve.statistics import correlate_with_image, solve, statistics

WHITE = 255.0  # the network sees grey levels as 0 … 1, so that a learning rate means the same


class Progress(NamedTuple):
    """Where training stands after ``step`` steps."""

    step: int
    seconds: float
    """Spent in training so far; what the caller does between two steps does not count."""
    loss: float
    """Mean squared distance to the bounds in grey levels², of the weights before this step (sgd,
    adam, lbfgs: on the photo of this step) or after it (newton)."""


def train(net: FilterNet, samples: Sequence[Samples], config: TrainConfig) -> Iterator[Progress]:
    """Train the network in place; yields after every step.

    Parameters
    ----------
    net : its weights are the start, and hold the result; on any device
    samples : one for each photo, all of the network's kernel shape
    config : optimizer, steps, lr, momentum

    Raises
    ------
    ValueError
        if the loss is no longer finite, or (newton) the photos leave the kernel undetermined.
    """
    steps = _newton if config.optimizer == "newton" else _gradient_descent
    losses = steps(net, samples, config)
    seconds = 0.0
    for step in range(1, config.steps + 1):
        start = time.perf_counter()
        loss = next(losses, None)
        seconds += time.perf_counter() - start
        if loss is None:
            return
        if not np.isfinite(loss):
            raise ValueError(
                f"train.lr is {config.learning_rate}, and {config.optimizer} diverged at step "
                f"{step}: the loss is {loss}. Use a smaller train.lr."
            )
        yield Progress(step, seconds, loss)


def _gradient_descent(
    net: FilterNet, samples: Sequence[Samples], config: TrainConfig
) -> Iterator[float]:
    """One step of torch's optimizer on one photo after the other."""
    parameters = net.parameters()
    optimizer: torch.optim.Optimizer
    if config.optimizer == "sgd":
        optimizer = torch.optim.SGD(parameters, config.learning_rate, config.momentum)
    elif config.optimizer == "adam":
        optimizer = torch.optim.Adam(parameters, config.learning_rate)
    else:  # one iteration a step, so that each can be seen
        optimizer = torch.optim.LBFGS(
            parameters, config.learning_rate, max_iter=1, line_search_fn="strong_wolfe",
            tolerance_change=0.0, tolerance_grad=0.0,
        )  # fmt: skip
    batches = [_tensors(each, net.conv.weight) for each in samples]
    step, loss = 0, float("inf")
    while True:
        image, lower, upper = batches[step % len(batches)]

        def closure() -> Tensor:
            optimizer.zero_grad()
            loss = bounds_loss(net(image), lower, upper)  # noqa: B023 (called before the next)
            loss.backward()
            return loss

        before, loss = loss, float(optimizer.step(closure).detach())  # type: ignore[arg-type]
        yield loss * WHITE**2
        if config.optimizer == "lbfgs" and len(batches) == 1 and loss == before:
            return  # the line search finds nothing better
        step += 1


def _tensors(samples: Samples, like: Tensor) -> list[Tensor]:
    """Image, lower and upper as (1, channels, rows, columns) tensors on the scale 0 … 1."""
    lower, upper = samples.lower[None], samples.upper[None]
    return [
        torch.as_tensor(array / WHITE, dtype=like.dtype, device=like.device)[None]
        for array in (samples.image, lower, upper)
    ]


def _newton(net: FilterNet, samples: Sequence[Samples], config: TrainConfig) -> Iterator[float]:
    """Newton's method on all photos at once.

    Only pixels outside their bounds have a gradient, so only they enter the Hessian. With equal
    bounds these are all pixels, always the same; else the set changes from step to step, and a
    trace of all pixels keeps the Hessian regular as the set runs empty.
    """
    everywhere = reduce(
        np.add, (statistics(each, np.zeros_like(each.lower)).gram for each in samples)
    )
    equal = all(np.array_equal(each.lower, each.upper) for each in samples)
    count = sum(each.lower.size for each in samples)
    kernel = net.kernel
    residuals = [_distance_to_bounds(each, kernel) for each in samples]
    best = sum(float((r * r).sum()) for r in residuals) / count
    while True:
        gram, moments = 1e-6 * everywhere, np.zeros(kernel.shape)
        for each, residual in zip(samples, residuals, strict=True):
            image = np.ascontiguousarray(each.image, dtype=np.float64)
            moments += correlate_with_image(image, residual)
            if not equal:
                gram = gram + statistics(each, residual, residual != 0).gram
        step = solve(everywhere if equal else gram, moments.ravel()).reshape(kernel.shape)
        for _ in range(30):  # halve the step until it helps; with equal bounds the first does
            residuals = [_distance_to_bounds(each, kernel + step) for each in samples]
            loss = sum(float((r * r).sum()) for r in residuals) / count
            if loss < best:
                break
            step = step / 2
        else:
            return
        kernel = kernel + step
        net.kernel = kernel
        yield loss
        if loss == 0 or (equal and loss > best / 2):
            return  # the first step solves, the second takes off rounding error: no more to gain
        best = loss


def _distance_to_bounds(samples: Samples, kernel: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far, and in which direction, each prediction has to move to lie inside its bounds."""
    prediction = predict(samples.image, kernel)
    distance: NDArray[np.float64] = prediction.clip(samples.lower, samples.upper) - prediction
    return distance

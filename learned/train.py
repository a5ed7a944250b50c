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
from learned.solve.samples import Samples
from learned.solve.statistics import evaluate, gram_matrix, solve, statistics

WHITE = 255.0  # the network sees grey levels as 0 … 1, so that a learning rate means the same


ROUNDING_ERROR = (4 * np.finfo(np.float64).eps * WHITE) ** 2  # of a prediction, squared


class Progress(NamedTuple):
    """The network after ``step`` steps; step 0 is the start."""

    step: int
    seconds: float
    """Spent in training so far; what the caller does between two steps does not count."""
    loss: float
    """Mean squared distance to the bounds, in grey levels² (sgd, adam: on this step's photo)."""
    kernel: NDArray[np.float64]
    """(channels, M, N)"""


def train(net: FilterNet, samples: Sequence[Samples], config: TrainConfig) -> Iterator[Progress]:
    """Train the network in place; yields the start, and then after every step.

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
    method = _newton if config.optimizer == "newton" else _gradient_descent
    losses = method(net, samples, config)
    seconds = 0.0
    for step in range(config.steps + 1):
        start = time.perf_counter()
        state = next(losses, None)
        seconds += time.perf_counter() - start
        if state is None:
            return
        kernel, loss = state
        if not np.isfinite(loss):
            raise ValueError(
                f"train.lr is {config.learning_rate}, and {config.optimizer} diverged: the loss is "
                f"{loss} after step {step}. Use a smaller train.lr."
            )
        yield Progress(step, seconds, loss, kernel)


State = tuple[NDArray[np.float64], float]  # a kernel and its loss in grey levels²


def _gradient_descent(
    net: FilterNet, samples: Sequence[Samples], config: TrainConfig
) -> Iterator[State]:
    """One step of torch's optimizer on one photo after the other."""
    optimizer = _torch_optimizer(net, config)
    batches = [_tensors(each, net.conv.weight) for each in samples]
    loss = torch.tensor(0.0)
    for step in range(config.steps):
        image, lower, upper = batches[step % len(batches)]

        def closure() -> Tensor:
            optimizer.zero_grad()
            loss = bounds_loss(net(image), lower, upper)  # noqa: B023 (called before the next)
            loss.backward()  # type: ignore[no-untyped-call]
            return loss

        kernel, before = net.kernel, loss
        loss = optimizer.step(closure).detach()  # type: ignore[arg-type, attr-defined]
        yield kernel, float(loss) * WHITE**2
        if config.optimizer == "lbfgs" and len(batches) == 1 and loss == before:
            return  # the line search finds nothing better
    with torch.no_grad():
        loss = bounds_loss(net(batches[0][0]), *batches[0][1:])
    yield net.kernel, float(loss) * WHITE**2


def _torch_optimizer(net: FilterNet, config: TrainConfig) -> torch.optim.Optimizer:
    weights, lr = net.parameters(), config.learning_rate
    if config.optimizer == "sgd":
        return torch.optim.SGD(weights, lr, config.momentum)
    if config.optimizer == "adam":
        return torch.optim.Adam(weights, lr)
    return torch.optim.LBFGS(  # one iteration a step, so that each can be seen
        weights, lr, max_iter=1, max_eval=25, line_search_fn="strong_wolfe",
        tolerance_change=0.0, tolerance_grad=0.0,
    )  # fmt: skip


def _tensors(samples: Samples, like: Tensor) -> list[Tensor]:
    """Image, lower and upper as (1, channels, rows, columns) tensors on the scale 0 … 1."""
    lower, upper = samples.lower[None], samples.upper[None]
    return [
        torch.as_tensor(array / WHITE, dtype=like.dtype, device=like.device)[None]
        for array in (samples.image, lower, upper)
    ]


def _newton(net: FilterNet, samples: Sequence[Samples], config: TrainConfig) -> Iterator[State]:
    """Newton's method on all photos at once.

    Only pixels outside their bounds have a gradient, so only they enter the Hessian. With equal
    bounds these are all pixels, always the same; else the set changes from step to step, and a
    trace of all pixels keeps the Hessian regular as the set runs empty.
    """
    shape = net.kernel.shape[1:]
    everywhere = reduce(np.add, (gram_matrix(each.image, shape) for each in samples))
    equal = all(np.array_equal(each.lower, each.upper) for each in samples)
    count = sum(each.lower.size for each in samples)
    kernel = net.kernel
    found = [evaluate(each, kernel) for each in samples]
    best = sum(each.square for each in found) / count
    yield kernel, best
    for _ in range(config.steps):
        gram, moments = 1e-6 * everywhere, np.zeros(kernel.shape)
        for each, (residual, downhill, _) in zip(samples, found, strict=True):
            moments += downhill
            if not equal:
                gram = gram + statistics(each, residual, residual != 0).gram
        step = solve(everywhere if equal else gram, moments.ravel()).reshape(kernel.shape)
        for _ in range(30):  # halve the step until it helps; with equal bounds the first does
            found = [evaluate(each, kernel + step) for each in samples]
            loss = sum(each.square for each in found) / count
            if loss < best:
                break
            step = step / 2
        else:
            return
        kernel = kernel + step
        net.kernel = kernel
        yield kernel, loss
        if loss <= ROUNDING_ERROR or (equal and loss > best / 2):
            return  # the first step solves, the second takes off rounding error: no more to gain
        best = loss

"""Training: move the weights of the network until its predictions lie inside the bounds.

Four optimizers, the same loss. `sgd`, `adam` and `lbfgs` are torch's own, on mini-batches or whole
photos; `newton`, in a file of its own, knows that the loss is quadratic in the weights.
"""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, nullcontext
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from learned.losses import bounds_loss
from learned.net import FilterNet
from learned.solve.samples import Samples
from learned.train.lazy import Lazy
from learned.train.newton import newton
from learned.train.options import TrainConfig
from learned.train.parallel import distributed, own_rows, own_share, processes, quietly, summed
from learned.train.whiten import plain, whiten

WHITE = 255.0  # the network sees grey levels as 0 … 1, so that a learning rate means the same

Batches = Callable[[int], Sequence[Samples]]  # step -> this process's part, all of one size


class Progress(NamedTuple):
    """The network after ``step`` steps; step 0 is the start."""

    step: int
    seconds: float
    """Spent in training so far; what the caller does between two steps does not count."""
    loss: float | None
    """Mean squared distance to the bounds, in grey levels² (sgd, adam: on this step's batch); None
    in the middle of a step of newton, which can be a long way over many photos."""
    kernel: NDArray[np.float64]
    """(channels, M, N)"""
    state: dict[str, Any]
    """What `train` needs to go on from here; to be stored before the next step, or not at all."""


Steps = Generator[tuple[NDArray[np.float64], float | None, dict[str, Any]], None, None]


def train(
    net: FilterNet,
    samples: Sequence[Samples],
    config: TrainConfig,
    batches: Batches | None = None,
    last: Progress | None = None,
) -> Iterator[Progress]:
    """Train the network in place; yields the start, and then after every step.

    Parameters
    ----------
    net : its weights are the start, and hold the result; on any device
    samples : one for each photo, all of the network's kernel shape
    config : optimizer, steps, lr, …
    batches : what sgd, adam and lbfgs see in each step; without it sgd and adam see one photo after
        the other, lbfgs all of them
    last : what an earlier training yielded, to go on from there, with the same digits

    Raises
    ------
    ValueError
        if the loss is no longer finite, or (newton) the photos leave the kernel undetermined.
    """
    step, seconds, state = (last.step, last.seconds, last.state) if last else (-1, 0.0, None)
    if config.optimizer == "newton":
        steps = newton(net, samples, config.checkpoint_every, state)
    else:
        steps = _gradient_descent(net, samples, config, batches, state)
    with closing(steps):
        while step < config.steps and (config.seconds is None or seconds < config.seconds):
            start = time.perf_counter()
            found = next(steps, None)
            seconds += time.perf_counter() - start
            if config.seconds is not None:  # all processes must stop at the same step
                seconds = float(summed(np.array([seconds]))[0]) / processes()
            if found is None:
                return
            kernel, loss, state = found
            step += loss is not None
            if loss is not None and not np.isfinite(loss):
                raise ValueError(
                    f"train.lr is {config.learning_rate}, and {config.optimizer} diverged: the "
                    f"loss is {loss} after step {step}. Use a smaller train.lr."
                )
            yield Progress(step, seconds, loss, kernel, state)


def _gradient_descent(
    net: FilterNet,
    samples: Sequence[Samples],
    config: TrainConfig,
    batches: Batches | None,
    state: dict[str, Any] | None,
) -> Steps:
    """Steps of torch's optimizer. Yields kernel and loss before each step, and after the last."""
    if config.precondition == "whiten":
        whiten(net, samples if state is None else None, WHITE)
    optimizer = _torch_optimizer(net, config)
    first, loss = 0, torch.zeros((), dtype=torch.float64)
    if state is not None:
        first, loss = state["done"], state["loss"]
        net.load_state_dict(state["net"])
        optimizer.load_state_dict(state["optimizer"])
    model = distributed(net)
    parts = _parts(net, samples, config, batches)

    def closure() -> Tensor:
        optimizer.zero_grad()
        sums = np.zeros(2)  # of the squared distances to the bounds, and the number of pixels
        of_step = parts(step)
        for number, (image, lower, upper) in enumerate(of_step):
            with nullcontext() if number == len(of_step) - 1 else quietly(model):
                square = bounds_loss(model(image), lower, upper) * lower.numel()
                square.backward()  # type: ignore[no-untyped-call]
            sums += [float(square.detach()), lower.numel()]
        square_sum, pixels = summed(sums)
        for weights in _moving(net):
            weights.grad *= processes() / pixels  # of a sum over processes, averaged, to a mean
        return torch.tensor(square_sum / pixels, dtype=torch.float64)

    try:
        for step in range(first, config.steps + 1):
            kernel, before = net.kernel, loss
            judge: Any = closure if step == config.steps else partial(optimizer.step, closure)
            loss = judge()
            state = {"net": net.state_dict(), "optimizer": optimizer.state_dict()}
            yield kernel, float(loss) * WHITE**2, {"done": step + 1, "loss": loss, **state}
            if config.optimizer == "lbfgs" and batches is None and loss == before:
                return  # the line search finds nothing better
    finally:
        plain(net)


Part = tuple[Tensor, Tensor, Tensor]
"""Image, lower and upper: (batch, channels, rows, columns) on the scale 0 … 1."""


def _parts(
    net: FilterNet, samples: Sequence[Samples], config: TrainConfig, batches: Batches | None
) -> Callable[[int], Sequence[Part]]:
    """What this process sees in each step, in parts that are held in memory one at a time."""

    def tensors(batch: Sequence[Samples]) -> Part:
        like = net.conv.weight
        image = np.stack([each.image for each in batch])
        lower = np.stack([each.lower[None] for each in batch])
        upper = np.stack([each.upper[None] for each in batch])
        return tuple(
            torch.as_tensor(array / WHITE, dtype=like.dtype, device=like.device)
            for array in (image, lower, upper)
        )  # type: ignore[return-value]

    if batches is not None:
        return lambda step: [tensors(batches(step))]
    if config.optimizer == "lbfgs":
        whole: Sequence[Part] = Lazy(lambda each: tensors([each]), own_share(samples))
    else:
        whole = Lazy(lambda each: tensors([own_rows(each)]), samples)
    if isinstance(samples, list):  # few enough to be held in memory
        whole = list(whole)
    if config.optimizer == "lbfgs":
        return lambda step: whole
    return lambda step: [whole[step % len(whole)]]


def _torch_optimizer(net: FilterNet, config: TrainConfig) -> torch.optim.Optimizer:
    weights, lr = _moving(net), config.learning_rate
    if config.optimizer == "sgd":
        return torch.optim.SGD(weights, lr, config.inertia)
    if config.optimizer == "adam":
        return torch.optim.Adam(weights, lr, (config.inertia, 0.999))
    return torch.optim.LBFGS(  # one iteration a step, so that each can be seen
        weights, lr, max_iter=1, max_eval=25, line_search_fn="strong_wolfe",
        tolerance_change=0.0, tolerance_grad=0.0,
    )  # fmt: skip


def _moving(net: FilterNet) -> list[Tensor]:
    """The weights, or what stands for them where they are whitened."""
    return [weights for weights in net.parameters() if weights.requires_grad]

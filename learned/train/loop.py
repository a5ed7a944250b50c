"""Training: move the weights of the network until its predictions lie inside the bounds.

All optimizers move by the same loss. Those of torch follow its gradient here, on mini-batches or
whole photos; newton, in a file of its own, knows that the loss is quadratic in the weights.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from copy import deepcopy
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn

from learned.losses import bounds_loss
from learned.net import FilterNet
from learned.solve.predict import Samples
from learned.train.lazy import Lazy
from learned.train.newton import newton
from learned.train.optimizers import OPTIMIZERS
from learned.train.options import TrainConfig
from learned.train.parallel import distributed, own_rows, own_share, processes, quietly, summed
from learned.train.progress import Clock, Progress
from learned.train.whiten import plain, whiten

WHITE = 255.0  # the network sees grey levels as 0 … 1, so that a learning rate means the same

Batches = Callable[[int], Sequence[Samples]]  # step -> this process's part, all of one size


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
    batches : what the optimizers of torch see in each step; without it sgd and adam see one photo
        after the other, lbfgs all of them
    last : what an earlier training yielded, with its state, to go on from there with the same
        digits

    Raises ``ValueError`` if the loss is no longer finite, or (newton) the photos leave the kernel
    undetermined.
    """
    method = OPTIMIZERS[config.optimizer]
    if method.torch_class is None:
        yield from newton(net, samples, config, last)
        return

    clock = Clock(last, config.seconds)
    if config.whitened:
        whiten(net, None if last else samples, WHITE)
    weights = [each for each in net.parameters() if each.requires_grad]
    optimizer = getattr(torch.optim, method.torch_class)(weights, **method.settings(config.pace))
    first, loss = 0, torch.zeros((), dtype=torch.float64)
    if last is not None:
        assert last.state is not None
        first, loss = last.step + 1, last.state["loss"]
        net.load_state_dict(last.state["net"])
        optimizer.load_state_dict(last.state["optimizer"])
    model = distributed(net)
    parts = _parts(net, samples, batches, method.all_photos)
    try:
        for step in range(first, config.steps + 1):
            if clock.ran_out:
                return
            kernel, before = net.kernel, loss
            judge = partial(_loss_and_gradient, model, optimizer, parts(step))
            loss = judge() if step == config.steps else optimizer.step(judge)
            seconds, grey_loss, state = clock.stop(), float(loss) * WHITE**2, None
            if not np.isfinite(grey_loss):
                raise ValueError(
                    f"train.lr is {config.pace.lr}, and {config.optimizer} diverged: the loss is "
                    f"{grey_loss} after step {step}. Use a smaller train.lr."
                )
            if config.checkpoint_every and step % config.checkpoint_every == 0:
                moving = {"net": net.state_dict(), "optimizer": optimizer.state_dict()}
                state = {**deepcopy(moving), "loss": loss}
            yield Progress(step, seconds, grey_loss, kernel, state)
            if method.all_photos and batches is None and loss == before:
                return  # the line search finds nothing better
            clock.start()
    finally:
        plain(net)


Part = tuple[Tensor, ...]
"""Image, lower and upper: (batch, channels, rows, columns) on the scale 0 … 1."""


def _loss_and_gradient(
    model: nn.Module, optimizer: torch.optim.Optimizer, parts: Sequence[Part]
) -> Tensor:
    """The loss of a step's photos, of all processes; its gradient is left in the weights."""
    optimizer.zero_grad()
    sums = np.zeros(2)  # of the squared distances to the bounds, and the number of pixels
    for number, (image, lower, upper) in enumerate(parts, start=1):
        with nullcontext() if number == len(parts) else quietly(model):
            square = bounds_loss(model(image), lower, upper) * lower.numel()
            square.backward()  # type: ignore[no-untyped-call]
        sums += [float(square.detach()), lower.numel()]
    square_sum, pixels = summed(sums)
    for weights in optimizer.param_groups[0]["params"]:
        weights.grad *= processes() / pixels  # of a sum over processes, averaged, to a mean
    return torch.tensor(square_sum / pixels, dtype=torch.float64)


def _parts(
    net: FilterNet, samples: Sequence[Samples], batches: Batches | None, all_photos: bool
) -> Callable[[int], Sequence[Part]]:
    """What this process sees in each step, in parts that are held in memory one at a time."""

    def tensors(batch: Sequence[Samples]) -> Part:
        like = net.conv.weight
        image, lower, upper = (np.stack(arrays) for arrays in zip(*batch, strict=True))
        return tuple(
            torch.as_tensor(array / WHITE, dtype=like.dtype, device=like.device)
            for array in (image, lower[:, None], upper[:, None])
        )

    if batches is not None:
        return lambda step: [tensors(batches(step))]
    if all_photos:
        whole: Sequence[Part] = Lazy(lambda each: tensors([each]), own_share(samples))
    else:
        whole = Lazy(lambda each: tensors([own_rows(each)]), samples)
    if isinstance(samples, list):  # few enough to be held in memory
        whole = list(whole)
    return lambda step: whole if all_photos else [whole[step % len(whole)]]

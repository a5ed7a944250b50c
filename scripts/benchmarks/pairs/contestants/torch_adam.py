"""torch's Adam on a `Conv2d` with a bias: the training loop of every tutorial."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from benchmarks.pairs.contestants.patches import planes
from benchmarks.pairs.records import Answer, Question

NEEDS = ("torch",)
WHITE = 255.0
STEPS = 200


def find(question: Question) -> Answer:
    def adam(net: nn.Conv2d, loss: Callable[[], Any]) -> None:
        optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
        for _ in range(STEPS):
            optimizer.zero_grad()
            loss().backward()
            optimizer.step()

    return trained(question, torch.float32, adam)


def trained(
    question: Question, dtype: torch.dtype, train: Callable[[nn.Conv2d, Callable[[], Any]], None]
) -> Answer:
    """Mean squared error on the whole picture, where no tap lies outside of it."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    rows, columns = question.shape[-2:]
    before, after = (
        torch.as_tensor(planes(each) / WHITE, dtype=dtype)
        for each in (question.before, question.after)
    )
    inner = after[:, rows // 2 : after.shape[1] - rows // 2, columns // 2 :][
        :, :, : after.shape[2] - columns + 1
    ]
    if len(question.shape) == 2:
        seen, wanted, channels = before[:, None], inner[:, None], (1, 1)
    else:
        seen, wanted, channels = before[None], inner[None], (len(before), len(inner))
    net = nn.Conv2d(*channels, (rows, columns), dtype=dtype)
    train(net, lambda: functional.mse_loss(net(seen), wanted))
    taps = net.weight.detach().numpy().astype(np.float64).reshape(question.shape)
    assert net.bias is not None
    return Answer(taps, bias=float(net.bias.detach().mean()) * WHITE)

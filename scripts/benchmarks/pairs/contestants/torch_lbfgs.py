"""torch's L-BFGS with its strong-Wolfe line search on a `Conv2d` with a bias, in float64."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from benchmarks.pairs.contestants.torch_adam import trained
from benchmarks.pairs.records import Answer, Question

NEEDS = ("torch",)
STEPS = 100


def find(question: Question) -> Answer:
    def lbfgs(net: nn.Conv2d, loss: Callable[[], Any]) -> None:
        optimizer = torch.optim.LBFGS(
            net.parameters(),
            max_iter=STEPS,
            tolerance_grad=0,
            tolerance_change=0,
            line_search_fn="strong_wolfe",
        )

        def closure() -> Any:
            optimizer.zero_grad()
            value = loss()
            value.backward()
            return value

        optimizer.step(closure)  # type: ignore[no-untyped-call]

    return trained(question, torch.float64, lbfgs)

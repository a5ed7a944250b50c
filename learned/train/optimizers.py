"""The table of optimizers: all that tells one from another stands here."""

from collections.abc import Callable
from typing import Any, NamedTuple


class Pace(NamedTuple):
    """How fast an optimizer moves."""

    lr: float
    """Step size, for photos scaled to 0 … 1."""
    momentum: float
    """Of sgd, and the first beta of adam; lbfgs has none."""


class Optimizer(NamedTuple):
    """One optimizer, and what it uses where the config says nothing.

    A new one of torch's needs an entry in `OPTIMIZERS`, and nothing else.
    """

    torch_class: str | None
    """Its name in `torch.optim`; None: newton, which is in a file of its own."""
    settings: Callable[[Pace], dict[str, Any]]
    """What that class is called with, after the weights."""
    pace: Pace
    whitened: Pace | None
    """The pace in whitened coordinates; None: it whitens by itself."""
    single: bool = False
    """Whether float32 will do in plain coordinates."""
    all_photos: bool = False
    """Whether a step sees all photos, not one after the other: then a loss that stays the same ends
    the training."""


OPTIMIZERS = {
    "sgd": Optimizer(
        "SGD",
        lambda pace: {"lr": pace.lr, "momentum": pace.momentum},
        pace=Pace(0.01, 0.9),
        whitened=Pace(0.25, 0.0),
        single=True,
    ),
    "adam": Optimizer(
        "Adam",
        lambda pace: {"lr": pace.lr, "betas": (pace.momentum, 0.999)},
        pace=Pace(0.01, 0.9),
        whitened=Pace(0.01, 0.7),
        single=True,
    ),
    "lbfgs": Optimizer(
        "LBFGS",
        lambda pace: {
            **{"lr": pace.lr, "line_search_fn": "strong_wolfe"},
            **{"max_iter": 1, "max_eval": 25},  # one iteration a step, so that each can be seen
            **{"tolerance_change": 0.0, "tolerance_grad": 0.0},
        },
        pace=Pace(1.0, 0.0),
        whitened=Pace(1.0, 0.0),
        all_photos=True,
    ),
    "newton": Optimizer(None, lambda pace: {}, Pace(1.0, 0.0), whitened=None, all_photos=True),
}

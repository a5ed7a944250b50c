"""How a network is trained: the ``[train]`` table of a config."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Optimizer = Literal["sgd", "adam", "lbfgs", "newton"]
DEFAULT_LEARNING_RATE = {"sgd": 0.01, "adam": 0.01, "lbfgs": 1.0, "newton": 1.0}


class Checked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TrainConfig(Checked):
    """How the network is trained: the ``[train]`` table."""

    optimizer: Optimizer = "newton"
    steps: int = Field(50, ge=1, le=10_000_000)
    """At most this many steps; newton and lbfgs stop earlier where nothing improves."""
    lr: float | None = Field(None, gt=0, allow_inf_nan=False)
    """Step size, for photos scaled to 0 … 1; None: 0.01 for sgd and adam, 1 for lbfgs, 0.25 for
    sgd whitened."""
    momentum: float | None = Field(None, ge=0, lt=1)
    """Of sgd, and the first beta of adam; None: 0.9, or, where they are whitened and need less, 0
    and 0.7."""
    seconds: float | None = Field(None, gt=0, allow_inf_nan=False)
    """Stop each kernel after so many seconds of training."""
    precondition: Literal["none", "whiten"] = "none"
    """whiten: sgd, adam and lbfgs move in coordinates in which all directions are equally steep."""
    batch_size: int | None = Field(None, ge=1, le=100_000)
    """sgd, adam and lbfgs: random crops in each step. None: sgd and adam see one whole photo after
    the other, lbfgs all of them."""
    crop: int = Field(128, ge=1, le=100_000)
    """Side of those crops, pixels."""
    checkpoint_every: int | None = Field(None, ge=1)
    """Write a checkpoint after so many steps (newton: photos); None: never."""
    tensorboard: bool = False
    """Also write the history to ``runs/NAME.tensorboard`` while training."""
    finish: Literal["none", "chebyshev"] = "none"
    """chebyshev: after training, find the kernel that stays farthest inside the bounds, and prove
    what they say about each tap."""
    certificate: bool | None = None
    """Whether the finish makes the proof; None: for kernels of up to 7 × 7 taps."""
    bias: bool = False
    """Whether the finish also learns a bias."""

    @property
    def learning_rate(self) -> float:
        if self.lr is None and self.optimizer == "sgd" and self.precondition == "whiten":
            return 0.25
        return self.lr if self.lr is not None else DEFAULT_LEARNING_RATE[self.optimizer]

    @property
    def inertia(self) -> float:
        """The momentum of sgd, the first beta of adam."""
        if self.momentum is not None:
            return self.momentum
        if self.precondition == "none":
            return 0.9
        return 0.0 if self.optimizer == "sgd" else 0.7

    @model_validator(mode="after")
    def _newton_needs_no_help(self) -> "TrainConfig":
        if self.optimizer == "newton" and self.precondition != "none":
            raise ValueError("newton whitens by itself; leave precondition out")
        return self

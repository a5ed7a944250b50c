"""How a network is trained: the ``[train]`` table of a config."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from handconv.words import did_you_mean
from learned.train.optimizers import OPTIMIZERS, Pace


class Checked(BaseModel):
    """A table of a config: unknown keys are mistakes, and values stay as they are.

    What is written under a field describes it, here and in docs/config.md.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class TrainConfig(Checked):
    """How the network is trained: the ``[train]`` table."""

    optimizer: str = Field("newton", json_schema_extra={"enum": [*OPTIMIZERS]})
    """What moves the weights; docs/training.md compares them."""
    steps: int = Field(50, ge=1, le=10_000_000)
    """At most this many steps; newton and lbfgs stop earlier where nothing improves."""
    lr: float | None = Field(None, ge=1e-30, le=1e30)
    """Step size, for photos scaled to 0 … 1; None: as in the table of optimizers."""
    momentum: float | None = Field(None, ge=0, lt=1)
    """Of sgd, and the first beta of adam; None: as in the table of optimizers."""
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
    def whitened(self) -> bool:
        return self.precondition == "whiten"

    @property
    def pace(self) -> Pace:
        """Learning rate and momentum: those of the config, else those of the optimizer."""
        optimizer = OPTIMIZERS[self.optimizer]
        default = optimizer.whitened if self.whitened else optimizer.pace
        assert default is not None  # newton is never whitened
        return Pace(
            default.lr if self.lr is None else self.lr,
            default.momentum if self.momentum is None else self.momentum,
        )

    @field_validator("optimizer")
    @classmethod
    def _is_known(cls, value: str) -> str:
        if value not in OPTIMIZERS:
            raise ValueError(did_you_mean(value, list(OPTIMIZERS)))
        return value

    @model_validator(mode="after")
    def _newton_needs_no_help(self) -> "TrainConfig":
        if self.whitened and OPTIMIZERS[self.optimizer].whitened is None:
            raise ValueError(f"{self.optimizer} whitens by itself; leave precondition out")
        return self

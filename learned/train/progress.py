"""What training yields, and the clock that it is measured by."""

import time
from typing import Any, NamedTuple

import numpy as np

from handconv.arrays import Floats
from learned.train.parallel import processes, summed


class Progress(NamedTuple):
    """The network after ``step`` steps; step 0 is the start."""

    step: int
    seconds: float
    """Spent in training so far; what the caller does between two steps does not count."""
    loss: float | None
    """Mean squared distance to the bounds, in grey levels² (sgd, adam: on this step's batch); None
    in the middle of a step of newton, which can be a long way over many photos."""
    kernel: Floats
    """(channels, M, N)"""
    state: dict[str, Any] | None
    """A copy of all that `train` needs to go on from here, made where ``checkpoint_every`` says
    that a checkpoint is due; else None."""


class Clock:
    """Counts the seconds of training; it stands still from `stop` to `start`."""

    def __init__(self, last: Progress | None, limit: float | None) -> None:
        self.seconds, self.limit = last.seconds if last else 0.0, limit
        self.start()

    def start(self) -> None:
        self.started = time.perf_counter()

    def stop(self) -> float:
        """All seconds so far; where there is a limit, those of an average process."""
        self.seconds += time.perf_counter() - self.started
        if self.limit is not None:  # all processes must stop at the same step
            self.seconds = float(summed(np.array([self.seconds]))[0]) / processes()
        return self.seconds

    @property
    def ran_out(self) -> bool:
        return self.limit is not None and self.seconds >= self.limit

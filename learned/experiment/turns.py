"""Optimizers that learn one kernel side by side, to be looked at while they do."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from threading import Lock

from handconv.arrays import Floats
from learned.compare import compare
from learned.experiment.race import GOAL, label
from learned.experiment.task import Task
from learned.train.loop import train
from learned.train.options import TrainConfig
from learned.train.progress import Progress

TURN = 0.05  # seconds that each may train before the next has its turn
STARTING = Lock()  # a net's start is drawn from a generator that all threads share


@dataclass
class Learner:
    """One of them, as far as it has come."""

    label: str
    kernel: Floats  # (channels, M, N)
    points: list[tuple[float, float]] = field(default_factory=list)
    """(seconds, kernel error) after each step."""
    done: bool = False
    problem: str = ""
    """Why it gave up, if it did."""


def learn_side_by_side(
    task: Task, entrants: Sequence[TrainConfig], look: float
) -> Iterator[list[Learner]]:
    """Train each entrant in turns, from the same start; yields all of them every ``look`` seconds,
    and at the end.

    The kernel of the task must be known. Each stops within 1e-9 of it, or at its limits; seconds
    are those of its own training.
    One that cannot go on (its loss is infinite, say) says so in ``problem``; the others go on.
    Only an iterator that is asked goes on: one that is dropped does no more work.
    """
    samples, learners, trainings = task.samples(), [], []
    for options in entrants:
        with STARTING:
            net = task.net(options)
        learners.append(Learner(label(options), net.kernel))
        trainings.append(train(net, samples, options, task.batches(options)))
    shown = time.perf_counter()
    while not all(learner.done for learner in learners):
        for learner, training in zip(learners, trainings, strict=True):
            if not learner.done:
                _train_for_a_turn(learner, training, task)
            if time.perf_counter() - shown > look:
                yield learners
                shown = time.perf_counter()
    yield learners


def _train_for_a_turn(learner: Learner, training: Iterator[Progress], task: Task) -> None:
    end = time.perf_counter() + TURN
    while time.perf_counter() < end and not learner.done:
        try:
            progress = next(training)
        except StopIteration:
            learner.done = True
        except ValueError as error:
            learner.done, learner.problem = True, str(error)
        else:
            learner.kernel = progress.kernel
            assert task.expected is not None  # else there is nothing to come close to
            off = compare(progress.kernel, task.expected).relative_error
            learner.points.append((progress.seconds, off))
            learner.done = off <= GOAL

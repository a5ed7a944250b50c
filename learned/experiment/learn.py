"""Learn one kernel: pairs, network, training, finish, and how close it came."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from learned.compare import compare
from learned.experiment.board import Board
from learned.experiment.checkpoint import Checkpoint
from learned.experiment.config import Config
from learned.experiment.finish import finish, least_squares
from learned.experiment.photos import Photos
from learned.net import FilterNet
from learned.pairs import made_pair
from learned.solve.samples import Samples
from learned.train.batches import Crops
from learned.train.lazy import Lazy
from learned.train.loop import Batches, Progress, train
from learned.train.options import TrainConfig
from learned.train.parallel import rank

Floats = NDArray[np.float64]

LOGGED_STEPS = 500  # at most so many lines of history for each kernel


@dataclass(frozen=True)
class Learned:
    """What was learned about one kernel.

    ``kernels`` holds (channels, M, N) arrays: "learned", and after a finish "least_squares" and
    perhaps "lower" and "upper"; ``entry`` goes to metrics.json, ``history`` to history.jsonl.
    """

    kernels: dict[str, Floats]
    entry: dict[str, Any]
    history: list[dict[str, Any]]


@dataclass(frozen=True)
class Task:
    """One kernel to be learned from photos: ``hand`` is (channels, M, N)."""

    name: str
    hand: Floats
    photos: Photos
    config: Config
    device: torch.device

    @property
    def expected(self) -> Floats:
        """What the network should find: it correlates, so a true convolution comes back turned."""
        return self.hand if self.config.operation == "correlation" else self.hand[:, ::-1, ::-1]

    def samples_of(self, photo: Floats) -> Samples:
        """What the pair made from one photo says."""
        config = self.config
        pair = made_pair(
            photo, self.hand, config.operation, config.border, config.target, config.bias
        )
        return pair.samples((self.hand.shape[1], self.hand.shape[2]))

    def samples(self) -> Sequence[Samples]:
        """One for each photo; a list where they are few enough to be held in memory."""
        samples = Lazy(self.samples_of, self.photos.images)
        return list(samples) if isinstance(self.photos.images, list) else samples

    def batches(self, options: TrainConfig) -> Batches | None:
        """What the gradient optimizers see in each step, where it is not whole photos."""
        if options.batch_size is None or options.optimizer == "newton":
            return None
        images, seed = self.photos.images, self.config.seed
        return Crops(images, self.samples_of, options.crop, options.batch_size, seed)

    def net(self, options: TrainConfig) -> FilterNet:
        """The network at the start: for one seed and kernel shape always the same."""
        torch.manual_seed(self.config.seed)
        net = FilterNet((self.hand.shape[1], self.hand.shape[2]), self.hand.shape[0])
        rough = options.optimizer in ("sgd", "adam") and options.precondition == "none"
        single = rough or self.device.type == "mps"
        return net.to(self.device, torch.float32 if single else torch.float64)


def learn(task: Task, checkpoint: Checkpoint, board: Board | None = None) -> Learned:
    """Learn one kernel, or go on learning it where the checkpoint says so.

    Shows a progress bar on a terminal.
    """
    name, options = task.name, task.config.train
    net, samples, batches = task.net(options), task.samples(), task.batches(options)
    history: list[dict[str, Any]] = []
    last: Progress | None = None
    if checkpoint.name == name:
        history, last = checkpoint.history, checkpoint.progress
    every = max(1, options.steps // LOGGED_STEPS)
    quiet = True if rank() else None  # None: where there is no terminal
    bar = tqdm(total=options.steps, desc=f"{name:>12}", unit="step", disable=quiet, leave=False)
    with bar:
        for progress in train(net, samples, options, batches, last):
            last = progress
            bar.update(progress.step - bar.n)
            logged = progress.step % every == 0 or progress.step == options.steps
            if progress.loss is not None and logged:
                error = compare(progress.kernel, task.expected).relative_error
                bar.set_postfix_str(f"kernel error {error:.1e}", refresh=False)
                history.append(
                    {
                        "kernel": name,
                        "step": progress.step,
                        "seconds": progress.seconds,
                        "loss": progress.loss,
                        "kernel_error": error,
                    }
                )
                if board is not None:
                    board.log(history[-1])
            if _is_due(options, progress):
                checkpoint.name, checkpoint.history = name, history
                checkpoint.progress = progress
                checkpoint.write()
    assert last is not None  # there is at least one step
    learned = _finish(task, samples, last, history)
    if options.checkpoint_every is not None:
        checkpoint.finished[name] = vars(learned)
        checkpoint.name, checkpoint.history, checkpoint.progress = "", [], None
        checkpoint.write()
    return learned


def _is_due(options: TrainConfig, progress: Progress) -> bool:
    if options.checkpoint_every is None:
        return False
    # newton comes up after so many photos by itself
    return options.optimizer == "newton" or progress.step % options.checkpoint_every == 0


def _finish(
    task: Task, samples: Sequence[Samples], last: Progress, history: list[dict[str, Any]]
) -> Learned:
    options = task.config.train
    kernels, seconds, proof = {"learned": last.kernel}, last.seconds, {}
    if options.finish == "chebyshev" and rank() == 0:  # which alone writes what comes out
        start = time.perf_counter()
        finished = finish(
            samples, task.config.target, last.kernel, options.bias, options.certificate
        )
        seconds += time.perf_counter() - start
        proof = finished.entry()
        kernels = {"learned": finished.kernel, "least_squares": least_squares(samples)}
        plain = compare(kernels["least_squares"], task.expected).relative_error
        proof["least_squares_error"] = plain
        if finished.certificate is not None:
            kernels["lower"], kernels["upper"] = finished.certificate[:2]
    comparison = compare(kernels["learned"], task.hand)
    entry = {
        "max_abs_error": comparison.max_abs_error,
        "relative_error": comparison.relative_error,
        "orientation": comparison.orientation,
        "oriented_error": comparison.oriented_error,
        "loss": last.loss,
        "steps": last.step,
        "seconds": seconds,
        **proof,
    }
    return Learned(kernels, entry, history)

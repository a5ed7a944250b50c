"""Learn one kernel: pairs, network, training, finish, and how close it came."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from tqdm import tqdm

from handconv.arrays import Floats
from learned.compare import compare
from learned.experiment.board import Board
from learned.experiment.checkpoint import Checkpoint, going_on
from learned.experiment.config import Config
from learned.experiment.finish import finish, least_squares
from learned.experiment.photos import Photos
from learned.net import FilterNet
from learned.pairs import made_pair
from learned.solve.predict import Samples
from learned.train.batches import Crops
from learned.train.lazy import Lazy
from learned.train.loop import Batches, train
from learned.train.optimizers import OPTIMIZERS
from learned.train.options import TrainConfig
from learned.train.parallel import rank
from learned.train.progress import Progress

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
        how = self.config
        pair = made_pair(photo, self.hand, how.operation, how.border, how.target, how.bias)
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
        single = OPTIMIZERS[options.optimizer].single and not options.whitened
        single |= self.device.type == "mps"
        return net.to(self.device, torch.float32 if single else torch.float64)


def learn(task: Task, checkpoint: Checkpoint, board: Board | None = None) -> Learned:
    """Learn one kernel, or go on learning it where the checkpoint says so.

    Shows a progress bar on a terminal.
    """
    if task.name in checkpoint.finished:
        done = Learned(**checkpoint.finished[task.name])
        if any(kernel.shape != task.hand.shape for kernel in done.kernels.values()):
            raise ValueError(f"{checkpoint.path} holds {task.name} in another shape. Delete it.")
        return done
    options, samples = task.config.train, task.samples()
    history, last = checkpoint.of(task.name)
    steps = train(task.net(options), samples, options, task.batches(options), last)
    if last is not None:
        steps = going_on(steps, checkpoint.path)
    every = max(1, options.steps // LOGGED_STEPS)
    quiet = True if rank() else None  # None: where there is no terminal
    with tqdm(None, f"{task.name:>12}", options.steps, False, unit="step", disable=quiet) as bar:
        for last in steps:
            bar.update(last.step - bar.n)
            logged = last.step % every == 0 or last.step == options.steps
            if last.loss is not None and logged:
                history.append(_record(task, last))
                bar.set_postfix_str(f"kernel error {history[-1]['kernel_error']:.1e}", False)
                if board is not None:
                    board.log(history[-1])
            if last.state is not None:
                checkpoint.write(task.name, history, last)
    assert last is not None  # there is at least one step
    learned = _finish(task, samples, last, history)
    if options.checkpoint_every is not None:
        checkpoint.finished[task.name] = vars(learned)
        checkpoint.write("", [], None)
    return learned


def _record(task: Task, progress: Progress) -> dict[str, Any]:
    """One line of history."""
    return {
        "kernel": task.name,
        "step": progress.step,
        "seconds": progress.seconds,
        "loss": progress.loss,
        "kernel_error": compare(progress.kernel, task.expected).relative_error,
    }


def _finish(
    task: Task, samples: Sequence[Samples], last: Progress, history: list[dict[str, Any]]
) -> Learned:
    """What training found, made better by the finish where the config asks for it."""
    options = task.config.train
    kernels, seconds, proof = {"learned": last.kernel}, last.seconds, {}
    if options.finish == "chebyshev" and rank() == 0:  # which alone writes what comes out
        start = time.perf_counter()
        finished = finish(
            samples, task.config.target, last.kernel, options.bias, options.certificate
        )
        seconds += time.perf_counter() - start
        proof = finished.entry()
        kernels = {"learned": finished.solution.kernel, "least_squares": least_squares(samples)}
        plain = compare(kernels["least_squares"], task.expected).relative_error
        proof["least_squares_error"] = plain
        if finished.certificate is not None:
            kernels["lower"], kernels["upper"] = finished.certificate[:2]
    found = vars(compare(kernels["learned"], task.hand))
    entry = {**found, "loss": last.loss, "steps": last.step, "seconds": seconds, **proof}
    return Learned(kernels, entry, history)

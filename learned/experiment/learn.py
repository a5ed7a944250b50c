"""Learn one kernel: pairs, network, training, finish, and how close it came."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from tqdm import tqdm

from handconv.arrays import Floats
from handconv.bars import progress_bar
from learned.compare import compare
from learned.experiment.board import Board
from learned.experiment.checkpoint import Checkpoint, going_on
from learned.experiment.finish import finish, least_squares
from learned.experiment.task import Task
from learned.recovery.names import Match, nearest
from learned.solve.predict import Samples
from learned.train.loop import train
from learned.train.parallel import rank
from learned.train.progress import Progress
from learned.window import Window

NOTHING = 1e-6  # of the largest tap: what counts as zero where known kernels are compared
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


def learn(task: Task, checkpoint: Checkpoint, board: Board | None = None) -> Learned:
    """Learn one kernel, or go on learning it where the checkpoint says so.

    Shows a progress bar on a terminal.
    """
    if task.name in checkpoint.finished:
        done = Learned(**checkpoint.finished[task.name])
        if any(kernel.shape != task.shape for kernel in done.kernels.values()):
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
                bar.set_postfix_str(_how_close(history[-1]), False)
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
    record = {
        "kernel": task.name,
        "step": progress.step,
        "seconds": progress.seconds,
        "loss": progress.loss,
    }
    if task.expected is not None:
        record["kernel_error"] = compare(progress.kernel, task.expected).relative_error
    return record


def _how_close(record: dict[str, Any]) -> str:
    quantity = "kernel_error" if "kernel_error" in record else "loss"
    return f"{quantity.replace('_', ' ')} {record[quantity]:.1e}"


def _finish(
    task: Task, samples: Sequence[Samples], last: Progress, history: list[dict[str, Any]]
) -> Learned:
    """What training found, made better by the finish where the config asks for it."""
    options = task.config.train
    kernels, seconds, proof = {"learned": last.kernel}, last.seconds, {}
    if options.finish == "chebyshev" and rank() == 0:  # which alone writes what comes out
        start = time.perf_counter()
        with progress_bar(f"{task.name:>12}: bounds", "end") as progress:
            finished = finish(
                samples, task.stored, last.kernel, options.bias, options.certificate, progress
            )
        seconds += time.perf_counter() - start
        proof = finished.entry()
        kernels = {"learned": finished.solution.kernel, "least_squares": least_squares(samples)}
        if task.expected is not None:
            plain = compare(kernels["least_squares"], task.expected).relative_error
            proof["least_squares_error"] = plain
        if finished.certificate is not None:
            kernels["lower"], kernels["upper"] = finished.certificate[:2]
    found = {} if task.hand is None else vars(compare(kernels["learned"], task.hand))
    entry = {**found, "loss": last.loss, "steps": last.step, "seconds": seconds, **proof}
    if task.hand is None:
        entry["nearest"] = _nearest(kernels["learned"])
    return Learned(kernels, entry, history)


def _nearest(kernel: Floats) -> list[Match]:
    """Known kernels near to a learned one of one channel, without rims of rounding errors."""
    if len(kernel) > 1:
        return []
    taps = np.where(np.abs(kernel[0]) > NOTHING * np.abs(kernel).max(), kernel[0], 0.0)
    whole = Window.centred(*taps.shape)
    return nearest(np.ascontiguousarray(taps[whole.cut_to(taps).inside(whole)]))

"""An experiment from start to end: config -> pairs -> train -> compare -> run folder."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from math import prod
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from matplotlib.figure import Figure

from handconv.arrays import Floats
from handconv.files import check_folder, locked
from handconv.kernels import as_kernel, named
from handconv.pictures.read import LUMA
from learned.experiment.board import Board
from learned.experiment.checkpoint import open_checkpoint
from learned.experiment.config import Config, KernelConfig
from learned.experiment.device import choose_device, describe_device, warm_up
from learned.experiment.figures import plot_bounds, plot_convergence, plot_kernels, plot_outputs
from learned.experiment.folder import RUN_FILES, Run, write_run, write_somewhere
from learned.experiment.learn import Learned, learn
from learned.experiment.own import own_task
from learned.experiment.own_figure import plot_own_pairs
from learned.experiment.photos import Photos, checked_photos, find_photos
from learned.experiment.race import Runner, plot_race, race, write_race
from learned.experiment.task import Task, from_photos
from learned.train.parallel import joined, local_device, processes, rank

SMALLEST, LARGEST = 1e-30, 1e30  # taps: sums of their squares stay within float64
MEMORY = 2**33  # bytes that the matrices of a kernel, or the crops of a batch, may take


def run_experiment(
    config: Config,
    out: Path,
    resume: bool = False,
    done: Callable[[str, dict[str, Any]], None] = lambda name, entry: None,
) -> Run:
    """Learn every kernel of the config, and the one behind its pairs; write the run folder ``out``.

    That is written whole or not at all; where it no longer can be at the end, elsewhere:
    ``Run.folder`` says where. Shows a progress bar on a terminal. Where `torchrun` started several
    processes they work together, and the first of them writes.

    Parameters
    ----------
    resume : go on from the checkpoint of an earlier run that was cut off, where there is one
    done : is told, in each process, the name and the metrics of a kernel as soon as it is learned

    Raises ``ValueError`` or ``OSError``, before anything is trained, for a bad photo, pair, kernel
    or folder.
    """
    start = time.perf_counter()
    hand = {spec.name: hand_kernel(spec, config.colour) for spec in config.kernels}
    device = local_device(choose_device(config.device))
    _check_memory(config, {name: kernel.shape for name, kernel in hand.items()})
    warm_up(device)
    with joined(device), ExitStack() as stack:
        photos = _photos(config, hand) if hand else Photos([], [], [], {})
        tasks = [from_photos(name, hand[name], photos, config, device) for name in hand]
        files: list[str] = []
        if config.pairs:
            task, files = own_task(config, device)
            _check_memory(config, {task.name: task.shape})
            tasks.append(task)
        if rank() == 0:
            check_folder(out, RUN_FILES)
            stack.enter_context(locked(out))
        checkpoint = open_checkpoint(out, config, photos.sources + files, resume)
        board = None
        if rank() == 0 and config.train.tensorboard:
            board = stack.enter_context(Board(out.with_name(out.name + ".tensorboard")))
        found = {}
        for task in tasks:
            found[task.name] = learn(task, checkpoint, board)
            done(task.name, found[task.name].entry)
        runners = race(tasks, config.race)
        summary = {
            "kernels": {name: learned.entry for name, learned in found.items()},
            "seconds": time.perf_counter() - start,
            "photos": {
                "used": len(photos.sources),
                "pixels": sum(rows * columns for rows, columns in photos.sizes),
                "skipped": photos.skipped,
            },
            "pairs": len(files) // 2,
            "device": describe_device(device),
            "threads": torch.get_num_threads(),
            "processes": processes(),
            "versions": {each.__name__: str(each.__version__) for each in (torch, np, cv2)},
        }
        run = _as_run(config, hand, found, summary)
        if rank() == 0:
            run = _keep(out, run, runners, tasks)
        checkpoint.remove()
    return run


def _as_run(
    config: Config, hand: dict[str, Floats], found: dict[str, Learned], summary: dict[str, Any]
) -> Run:
    kernels = {f"hand/{name}": kernel for name, kernel in hand.items()}
    for name, learned in found.items():
        kernels |= {f"{kind}/{name}": kernel for kind, kernel in learned.kernels.items()}
    if not config.colour:
        kernels = {name: kernel[0] for name, kernel in kernels.items()}
    history = [record for learned in found.values() for record in learned.history]
    return Run(config, kernels, summary, history)


def _keep(out: Path, run: Run, runners: Sequence[Runner], tasks: Sequence[Task]) -> Run:
    """The run, written: its numbers at all events, whatever befalls the figures."""
    figures: dict[str, Figure] = {}
    broken = None
    try:
        figures = _figures(run, runners, tasks)
    except Exception as error:
        broken = error

    def write(folder: Path) -> None:
        write_run(folder, run)
        if runners:
            write_race(folder / "race.json", runners)
        for name, figure in figures.items():
            figure.savefig(folder / f"{name}.png")

    folder = write_somewhere(out, write)
    if broken is not None:
        raise RuntimeError(f"figures cannot be drawn; all numbers are in {folder}") from broken
    return replace(run, folder=folder)


def _figures(run: Run, runners: Sequence[Runner], tasks: Sequence[Task]) -> dict[str, Figure]:
    figures = {"convergence": plot_convergence(run)}
    by_hand = run.by_hand
    if by_hand.names:
        figures["kernels"] = plot_kernels(by_hand)
        figures["outputs"] = plot_outputs(by_hand, tasks[0].pictures[0], tasks[0].device)
        if run.config.train.finish != "none":
            figures["bounds"] = plot_bounds(by_hand)
    if run.config.pairs:
        figures["own_pairs"] = plot_own_pairs(run, tasks[-1].pictures[0])
    if runners:
        figures["race"] = plot_race(runners)
    return figures


def _check_memory(config: Config, shapes: dict[str, tuple[int, ...]]) -> None:
    """Raise ``ValueError`` where a kernel or a batch would take more than `MEMORY`."""
    for options in (config.train, *config.race):
        finished = options is config.train and options.finish != "none"
        for name, shape in shapes.items():
            needed, taps = 0, prod(shape)
            if options.optimizer == "newton" or options.whitened or finished:
                needed = 4 * 8 * taps**2  # some matrices of taps × taps
            what, fix = f"kernel {name} of {taps} taps", "a smaller kernel, or adam alone"
            if needed <= MEMORY and options.batch_size is not None:
                side = options.crop + max(shape[1:])
                needed = 8 * 8 * options.batch_size * shape[0] * side**2
                what = f"batch of {options.batch_size} crops of {options.crop} pixels a side"
                fix = "a smaller train.batch_size or train.crop"
            if needed > MEMORY:
                raise ValueError(f"{what} takes {needed / 2**30:.0f} GiB of memory. Use {fix}.")


def _photos(config: Config, hand: dict[str, Floats]) -> Photos:
    """All photos of the config that are large enough for every kernel and every crop."""
    options = config.train
    crops = [each.crop for each in (options, *config.race) if each.batch_size is not None]
    rows, columns = (max([*crops, *(k.shape[axis] for k in hand.values())]) for axis in (1, 2))
    return checked_photos(find_photos(config.photos), config.colour, (rows, columns), config.strict)


def hand_kernel(spec: KernelConfig, colour: bool) -> Floats:
    """The hand-defined kernel of a config: (1, M, N), or (3, M, N) with the grey mix in it.

    Raises ``ValueError`` for an unknown name, an even side, or taps that are all zero.
    """
    kernel = named(spec.name) if spec.values is None else as_kernel(spec.values)
    if kernel.shape[0] % 2 == 0 or kernel.shape[1] % 2 == 0:
        raise ValueError(
            f"kernel {spec.name} has shape {kernel.shape}; an even side has no centre pixel. "
            f"Pad it with a row or column of zeros to an odd size."
        )
    if not kernel.any():
        raise ValueError(f"kernel {spec.name} is zero throughout; give it a tap to learn.")
    sizes = np.abs(kernel[kernel != 0])
    if sizes.min() < SMALLEST or sizes.max() > LARGEST:
        raise ValueError(
            f"kernel {spec.name} has a tap of {sizes.min():g} or {sizes.max():g}; those that can "
            f"be learned are from {SMALLEST:g} to {LARGEST:g}. Scale it."
        )
    mix = np.array(LUMA) / 1000 if colour else np.ones(1)
    return mix[:, None, None] * kernel

"""An experiment from start to end: config -> pairs -> train -> compare -> run folder."""

import platform
import time
from collections.abc import Sequence
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch

from handconv.arrays import Floats
from handconv.files import check_folder, complete_folder, locked
from handconv.kernels import as_kernel, named
from handconv.pictures.read import LUMA
from learned.experiment.board import Board
from learned.experiment.checkpoint import open_checkpoint
from learned.experiment.config import Config, KernelConfig
from learned.experiment.figures import plot_bounds, plot_convergence, plot_kernels, plot_outputs
from learned.experiment.folder import RUN_FILES, Run, write_run
from learned.experiment.learn import Learned, Task, learn
from learned.experiment.photos import Photos, checked_photos, find_photos
from learned.experiment.race import Runner, plot_race, race, write_race
from learned.solve.gram import load_loops
from learned.train.parallel import joined, local_device, processes, rank

SMALLEST, LARGEST = 1e-30, 1e30  # taps: sums of their squares stay within float64
MEMORY = 2**33  # bytes that the matrices of a kernel, or the crops of a batch, may take


def run_experiment(config: Config, out: Path, resume: bool = False) -> Run:
    """Learn every kernel of the config and write the run folder ``out``, whole or not at all.

    Shows a progress bar on a terminal. Where `torchrun` started several processes they work
    together, and the first of them writes.

    Parameters
    ----------
    resume : go on from the checkpoint of an earlier run that was cut off, where there is one

    Raises ``ValueError`` or ``OSError``, before anything is trained, for a bad photo, kernel or
    folder.
    """
    start = time.perf_counter()
    hand = {spec.name: hand_kernel(spec, config.colour) for spec in config.kernels}
    device = local_device(choose_device(config.device))
    _check_memory(config, hand)
    load_loops()
    with joined(device), ExitStack() as stack:
        photos = _photos(config, hand)
        if rank() == 0:
            check_folder(out, RUN_FILES)
            stack.enter_context(locked(out))
        checkpoint = open_checkpoint(out, config, photos.sources, resume)
        board = None
        if rank() == 0 and config.train.tensorboard:
            board = stack.enter_context(Board(out.with_name(out.name + ".tensorboard")))
        tasks = [Task(name, kernel, photos, config, device) for name, kernel in hand.items()]
        found = {task.name: learn(task, checkpoint, board) for task in tasks}
        runners = race(tasks, config.race)
        summary = {
            "kernels": {name: learned.entry for name, learned in found.items()},
            "seconds": time.perf_counter() - start,
            "photos": {
                "used": len(photos.sources),
                "pixels": sum(rows * columns for rows, columns in photos.sizes),
                "skipped": photos.skipped,
            },
            "device": describe_device(device),
            "threads": torch.get_num_threads(),
            "processes": processes(),
            "versions": {name: version(name) for name in ("torch", "numpy", "opencv-python")},
        }
        run = _as_run(config, hand, found, summary)
        if rank() == 0:
            with complete_folder(out, RUN_FILES) as folder:
                _write(folder, run, runners, photos.images[0], device)
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


def _write(
    folder: Path, run: Run, runners: Sequence[Runner], photo: Floats, device: torch.device
) -> None:
    write_run(folder, run)
    figures = {
        "kernels": plot_kernels(run),
        "convergence": plot_convergence(run),
        "outputs": plot_outputs(run, photo, device),
    }
    if run.config.train.finish != "none":
        figures["bounds"] = plot_bounds(run)
    if runners:
        write_race(folder / "race.json", runners)
        figures["race"] = plot_race(runners)
    for name, figure in figures.items():
        figure.savefig(folder / f"{name}.png")


def _check_memory(config: Config, hand: dict[str, Floats]) -> None:
    """Raise ``ValueError`` where a kernel or a batch would take more than `MEMORY`."""
    for options in (config.train, *config.race):
        finished = options is config.train and options.finish != "none"
        for name, kernel in hand.items():
            needed = 0
            if options.optimizer == "newton" or options.whitened or finished:
                needed = 4 * 8 * kernel.size**2  # some matrices of taps × taps
            what, fix = f"kernel {name} of {kernel.size} taps", "a smaller kernel, or adam alone"
            if needed <= MEMORY and options.batch_size is not None:
                side = options.crop + max(kernel.shape[1:])
                needed = 8 * 8 * options.batch_size * len(kernel) * side**2
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


def choose_device(name: str) -> torch.device:
    """The torch device of a config; "auto" takes a GPU where there is one.

    Raises ``ValueError`` where the device named is not there.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    mps = torch.backends.mps.is_available()
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": mps}
    if not there[name.partition(":")[0]]:
        raise ValueError(f"device is {name}, which this machine or this torch lacks. Use cpu.")
    return torch.device(name)


def describe_device(device: torch.device) -> str:
    """What metrics.json calls it: the name of the card, or "cpu" and the kind of processor."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"{device.type} ({platform.machine()})"

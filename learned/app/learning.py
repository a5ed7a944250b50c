"""What the Learn tab was asked for: a kernel, and optimizers that learn it side by side."""

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch

from handconv.arrays import Floats
from learned.app.photos import grey_levels
from learned.app.snippets import toml
from learned.experiment.config import Config, KernelConfig
from learned.experiment.photos import Photos
from learned.experiment.run import hand_kernel
from learned.experiment.task import from_photos
from learned.experiment.turns import Learner, learn_side_by_side
from learned.solve.gram import load_loops
from learned.train.options import TrainConfig

LARGEST_SIDE = 512  # pixels; of a larger photo the middle is learned from
MOST_TAPS = 25**2
STEPS = 1_000_000  # which no entrant reaches: seconds are what limits them
LOOK = 0.4  # seconds between two looks at them


def config_of(given: Mapping[str, Any]) -> Config:
    """The config that makes the same targets; raises ``ValueError`` for what it cannot be."""
    race = []
    for entrant in given["optimizers"]:
        name = entrant.removeprefix("whitened ")
        options: dict[str, Any] = {"optimizer": name, "steps": STEPS, "seconds": given["seconds"]}
        if entrant != name:
            options["precondition"] = "whiten"
        if given["lr"] and name != "newton":
            options["lr"] = given["lr"]
        race.append(TrainConfig(**options))
    if not race:
        raise ValueError("no optimizer is chosen; choose at least one.")
    return Config(
        kernels=(KernelConfig(name=given["kernel"]),),
        photos=(given["photo"],),
        operation=given["flip"],
        target=given["target"],
        race=tuple(race),
    )


def learning(config: Config) -> Iterator[tuple[Floats, list[Learner]]]:
    """The kernel to be found, (M, N), and the learners, again and again while they learn."""
    hand = hand_kernel(config.kernels[0], colour=False)
    if hand.size > MOST_TAPS:
        raise ValueError(f"the kernel has {hand.size} taps; this page learns up to {MOST_TAPS}.")
    photo = _middle(grey_levels(config.photos[0], False)).astype(np.float64)[None]
    rows, columns = photo.shape[1:]
    if rows < hand.shape[1] or columns < hand.shape[2]:
        raise ValueError(f"the photo of {rows} × {columns} pixels is smaller than the kernel.")
    photos = Photos([photo], [config.photos[0]], [(rows, columns)], {})
    load_loops()
    task = from_photos(config.kernels[0].name, hand, photos, config, torch.device("cpu"))
    expected = hand if config.operation == "correlation" else hand[:, ::-1, ::-1]
    for learners in learn_side_by_side(task, config.race, LOOK):
        yield expected[0], learners


def as_command(config: Config) -> str:
    """The script that races the same optimizers; its run folder holds all figures."""
    changed = {
        "kernels": [kernel.name for kernel in config.kernels],
        "photos": list(config.photos),
        "operation": config.operation,
        "target": config.target,
        "race": [options.model_dump(exclude_defaults=True) for options in config.race],
    }
    written = [f"{key}={toml(value)}" for key, value in changed.items()]
    return shlex.join(["python", "scripts/train.py", "bank", *written])


def as_python(config: Config) -> str:
    """A program that races the same optimizers."""
    race = ",\n    ".join(_called(options) for options in config.race)
    return f"""\
from pathlib import Path

from learned.experiment.config import Config
from learned.experiment.run import run_experiment
from learned.train.options import TrainConfig

race = (
    {race},
)
config = Config(
    kernels=({config.kernels[0].name!r},),
    photos={config.photos!r},
    operation={config.operation!r},
    target={config.target!r},
    race=race,
)
run_experiment(config, Path("runs/learned"))  # look at runs/learned/race.png"""


def _called(options: TrainConfig) -> str:
    changed = options.model_dump(exclude_defaults=True).items()
    return f"TrainConfig({', '.join(f'{key}={value!r}' for key, value in changed)})"


def _middle(photo: Any) -> Any:
    top, left = (max(0, side - LARGEST_SIDE) // 2 for side in photo.shape)
    return photo[top : top + LARGEST_SIDE, left : left + LARGEST_SIDE]

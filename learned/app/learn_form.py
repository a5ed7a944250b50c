"""What the Learn tab was asked for, as a config, and how the same is done elsewhere."""

import shlex
from collections.abc import Mapping
from typing import Any

from learned.app.snippets import toml
from learned.experiment.config import Config, KernelConfig
from learned.train.options import TrainConfig

STEPS = 1_000_000  # which no entrant reaches: seconds are what limits them


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

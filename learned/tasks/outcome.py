"""What a task found, and its run folder, written whole."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import tomli_w
from matplotlib.figure import Figure
from pydantic import AfterValidator, BeforeValidator, Field
from safetensors.numpy import save

from handconv.arrays import Floats
from learned.train.options import Checked

FIGURES = ("inverse.png", "response.png", "marked.png", "labels.png", "digits.png")
TASK_FILES = ("config.toml", "kernels.safetensors", "metrics.json", *FIGURES)
"""What the run folder of a task holds; a folder with anything else in it is never replaced."""


Sources = Annotated[
    tuple[str, ...], BeforeValidator(lambda given: [given] if isinstance(given, str) else given)
]
"""Photos: ``skimage:NAME``, a file, a folder or a glob; one, or a list."""


def _odd(side: int) -> int:
    if side % 2 == 0:
        raise ValueError("an even side has no centre pixel; use an odd number")
    return side


OddSide = Annotated[int, AfterValidator(_odd)]
"""Rows and columns of a square kernel."""


class TaskConfig(Checked):
    """What the configs of all tasks have."""

    name: str = Field("task", pattern=r"^[A-Za-z0-9_.-]+$", max_length=64)
    """Also the name of the run folder, ``runs/NAME``."""
    seed: int = Field(0, ge=0, lt=2**63)
    """Decides noise, made-up marks and first weights."""

    def to_toml(self) -> str:
        """The config as a TOML file that gives it back."""
        return tomli_w.dumps(self.model_dump(mode="json", exclude_none=True))


@dataclass(frozen=True)
class Outcome:
    """What a task found."""

    kernels: dict[str, Floats]
    """"learned/NAME", and what it is held against, such as "wiener/NAME": (M, N) taps."""
    metrics: dict[str, Any]
    """What metrics.json holds."""
    figures: dict[str, Figure]
    """File name -> figure; the first is the one to look at first."""
    report: str
    """The figures that matter, as text."""


def write_outcome(folder: Path, config: TaskConfig, outcome: Outcome) -> None:
    """Write all of it into an existing folder."""
    (folder / "config.toml").write_text(config.to_toml(), encoding="utf-8")
    # safetensors writes garbage for flipped or transposed views
    kernels = {name: np.ascontiguousarray(kernel) for name, kernel in outcome.kernels.items()}
    (folder / "kernels.safetensors").write_bytes(save(kernels))
    metrics = json.dumps(outcome.metrics, indent=2, allow_nan=False)
    (folder / "metrics.json").write_text(metrics + "\n", encoding="utf-8")
    for name, figure in outcome.figures.items():
        figure.savefig(folder / name)


def plain_name(*words: object) -> str:
    """Words as the name of a kernel: "gaussian(13, 2)" and 8.0 as "gaussian_13_2_noise_8"."""
    return "_".join(re.sub(r"\W+", "_", f"{word:g}" if isinstance(word, float) else str(word))
                    .strip("_") for word in words)  # fmt: skip

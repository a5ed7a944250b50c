"""Run folders: everything that one experiment made, written whole and checked when read."""

import json
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ValidationError
from safetensors import SafetensorError
from safetensors.numpy import load, save

from handconv.arrays import Floats
from handconv.files import complete_folder, read_whole
from learned.experiment.config import OWN, Config
from learned.experiment.config_file import load_config

RUN_FILES = (
    "config.toml",
    "kernels.safetensors",
    "metrics.json",
    "history.jsonl",
    "kernels.png",
    "convergence.png",
    "outputs.png",
    "own_pairs.png",
    "bounds.png",
    "race.json",
    "race.png",
)
"""What a run folder holds; a folder with anything else in it is never replaced by a run."""


LARGEST = 2**28  # bytes of a file; no run makes that much


class Entry(BaseModel):
    """What metrics.json holds of a kernel, as far as others rely on it."""

    max_abs_error: float = 0.0
    orientation: str = "none"
    relative_error: float = 0.0
    steps: int = 0
    seconds: float = 0.0


class Metrics(BaseModel):
    """metrics.json, as far as others rely on it."""

    kernels: dict[str, Entry]


class Record(BaseModel):
    """A line of history.jsonl."""

    kernel: str
    step: int = 0
    seconds: float = 0.0
    loss: float = 0.0
    kernel_error: float = 0.0


@dataclass(frozen=True)
class Run:
    """What an experiment found.

    Attributes
    ----------
    config : as resolved, overrides included
    kernels : "hand/NAME" and "learned/NAME" -> (M, N), or (channels, M, N) for colour; no
        "hand/NAME" of a kernel behind pairs; after a finish "least_squares/NAME" too, and
        "lower/NAME" and "upper/NAME" where it was certified
    metrics : what metrics.json holds, see docs/commands.md
    history : one record a logged step: kernel, step, seconds, loss, kernel_error
    folder : where it is on the disk
    """

    config: Config
    kernels: dict[str, Floats]
    metrics: dict[str, Any]
    history: list[dict[str, Any]]
    folder: Path | None = field(default=None, compare=False)

    @property
    def names(self) -> list[str]:
        """The names of the kernels, in order."""
        return list(self.metrics["kernels"])

    @property
    def by_hand(self) -> "Run":
        """The same run with those kernels alone that were defined by hand."""
        return self.only([name for name in self.names if f"hand/{name}" in self.kernels])

    def hand(self, name: str) -> Floats:
        return self.kernels[f"hand/{name}"]

    def learned(self, name: str) -> Floats:
        return self.kernels[f"learned/{name}"]

    def only(self, names: Sequence[str]) -> "Run":
        """The same run with these kernels alone; ``ValueError`` for a name that it lacks."""
        for name in set(names) - set(self.names):
            raise ValueError(f"kernel {name!r} is not in the run; it has {', '.join(self.names)}.")
        entries = {name: self.metrics["kernels"][name] for name in names}
        return replace(self, metrics={**self.metrics, "kernels": entries})


def with_channels(kernel: Floats) -> Floats:
    """(M, N) or (channels, M, N) as (channels, M, N)."""
    return kernel.reshape(-1, *kernel.shape[-2:])


def write_somewhere(out: Path, write: Callable[[Path], None]) -> Path:
    """Let ``write`` fill the run folder ``out``, whole or not at all; returns where it is.

    Where that cannot be done any more, after hours of training, it is written beside ``out``, or
    else to the system's folder for temporary files, under a name with date and time.

    Raises ``ValueError`` or ``OSError`` where nothing can be written anywhere.
    """
    name, problems = f"{out.name}_{time.strftime('%Y%m%d_%H%M%S')}", []
    for place in (out, out.with_name(name), Path(tempfile.gettempdir()) / name):
        try:
            with complete_folder(place, RUN_FILES) as folder:
                write(folder)
            return place
        except (ValueError, OSError) as error:
            problems.append(error)
    raise problems[0]


def write_run(folder: Path, run: Run) -> None:
    """Write all of a run but its figures into an existing folder."""
    (folder / "config.toml").write_text(run.config.to_toml(), encoding="utf-8")
    # safetensors writes garbage for flipped or transposed views
    content = save({name: np.ascontiguousarray(kernel) for name, kernel in run.kernels.items()})
    (folder / "kernels.safetensors").write_bytes(content)
    metrics = json.dumps(run.metrics, indent=2, allow_nan=False)
    (folder / "metrics.json").write_text(metrics + "\n", encoding="utf-8")
    lines = (json.dumps(record, allow_nan=False) for record in run.history)
    (folder / "history.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def read_run(folder: str | Path) -> Run:
    """Read a run folder, figures apart.

    Raises ``ValueError`` or ``OSError`` naming the file that is missing or not what it should be.
    """
    folder = Path(folder)
    if not (folder / "kernels.safetensors").is_file():
        raise ValueError(
            f"{folder} is not a run folder: it has no kernels.safetensors. "
            f"Name one that scripts/train.py wrote."
        )
    config = load_config(folder / "config.toml")
    kernels = _read_kernels(folder / "kernels.safetensors")
    (metrics,) = _read_json(folder / "metrics.json", lines=False)
    history = _read_json(folder / "history.jsonl", lines=True)
    names = config.names
    for name in names:
        kinds = ("learned",) if name == OWN else ("learned", "hand")
        shapes = {kernels.get(f"{kind}/{name}", np.empty(0)).shape for kind in kinds}
        if len(shapes) > 1 or len(shapes.pop()) != (3 if config.colour else 2):
            raise ValueError(
                f"{folder}/kernels.safetensors lacks the kernel {name} of its config, or holds it "
                f"in another shape."
            )
    try:
        Metrics.model_validate(metrics)
        right = set(metrics["kernels"]) == set(names)
        right &= all(Record.model_validate(each).kernel in names for each in history)
    except ValidationError as error:
        key = ".".join(map(str, error.errors()[0]["loc"]))
        raise ValueError(f"{folder} has no {key} where a run has one, or another kind.") from None
    if not right:
        raise ValueError(f"{folder}/metrics.json holds other kernels than its config.")
    return Run(config, kernels, metrics, history, folder)


def _read_kernels(path: Path) -> dict[str, Floats]:
    try:
        kernels = load(read_whole(path, LARGEST))
    except SafetensorError as error:
        raise ValueError(f"{path} is not a safetensors file: {error}.") from None
    except (KeyError, TypeError) as error:  # numbers of 8 or 16 bits that NumPy does not know
        raise ValueError(f"{path} holds numbers of another kind: {error}.") from None
    for name, kernel in kernels.items():
        proof = name.startswith(("lower/", "upper/"))  # infinite where nothing is proven
        fits = kernel.dtype == np.float64 and kernel.ndim in (2, 3) and kernel.size > 0
        fits = fits and not np.isnan(kernel).any()
        if not fits or not (proof or np.isfinite(kernel).all()):
            raise ValueError(
                f"{path} holds {name} as {kernel.dtype} of shape {kernel.shape}; "
                f"a kernel is finite float64, rows × columns."
            )
    return kernels


def _read_json(path: Path, lines: bool) -> list[dict[str, Any]]:
    """The object in a file, or, with ``lines``, that of each line."""
    text = read_whole(path, LARGEST).decode("utf-8", errors="replace")
    try:
        values = [json.loads(each) for each in (text.splitlines() if lines else [text])]
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"{path} is not JSON: {error}.") from None
    for value in values:
        if not isinstance(value, dict):
            raise ValueError(f"{path} holds {type(value).__name__}; each line must be an object.")
    return values

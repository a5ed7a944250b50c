"""Run folders: everything that one experiment made, written whole and read with distrust."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from handconv.arrays import Floats
from learned.experiment.config import Config, load_config

RUN_FILES = (
    "config.toml",
    "kernels.safetensors",
    "metrics.json",
    "history.jsonl",
    "kernels.png",
    "convergence.png",
    "outputs.png",
    "bounds.png",
    "race.json",
    "race.png",
)
"""What a run folder holds; a folder with anything else in it is never replaced by a run."""


@dataclass(frozen=True)
class Run:
    """What an experiment found.

    Attributes
    ----------
    config : as resolved, overrides included
    kernels : "hand/NAME" and "learned/NAME" -> (M, N), or (channels, M, N) for colour; after a
        finish "least_squares/NAME" too, and "lower/NAME" and "upper/NAME" where it was certified
    metrics : what metrics.json holds, see the README
    history : one record a logged step: kernel, step, seconds, loss, kernel_error
    """

    config: Config
    kernels: dict[str, Floats]
    metrics: dict[str, Any]
    history: list[dict[str, Any]]

    @property
    def names(self) -> list[str]:
        """The names of the kernels, in order."""
        return list(self.metrics["kernels"])

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
    for name in (kernel.name for kernel in config.kernels):
        if not {f"learned/{name}", f"hand/{name}"} <= kernels.keys():
            raise ValueError(f"{folder}/kernels.safetensors lacks the kernel {name} of its config.")
        if not isinstance(metrics.get("kernels"), dict) or name not in metrics["kernels"]:
            raise ValueError(f"{folder}/metrics.json lacks the kernel {name} of its config.")
    return Run(config, kernels, metrics, history)


def _read_kernels(path: Path) -> dict[str, Floats]:
    try:
        kernels = load(_bytes(path))
    except SafetensorError as error:
        raise ValueError(f"{path} is not a safetensors file: {error}.") from None
    for name, kernel in kernels.items():
        proof = name.startswith(("lower/", "upper/"))  # infinite where nothing is proven
        fits = kernel.dtype == np.float64 and kernel.ndim in (2, 3) and not np.isnan(kernel).any()
        if not fits or not (proof or np.isfinite(kernel).all()):
            raise ValueError(
                f"{path} holds {name} as {kernel.dtype} of shape {kernel.shape}; "
                f"a kernel is finite float64, rows × columns."
            )
    return kernels


def _read_json(path: Path, lines: bool) -> list[dict[str, Any]]:
    """The object in a file, or, with ``lines``, that of each line."""
    text = _bytes(path).decode("utf-8", errors="replace")
    try:
        values = [json.loads(each) for each in (text.splitlines() if lines else [text])]
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"{path} is not JSON: {error}.") from None
    for value in values:
        if not isinstance(value, dict):
            raise ValueError(f"{path} holds {type(value).__name__}; each line must be an object.")
    return values


def _bytes(path: Path) -> bytes:
    if path.stat().st_size > 2**28:
        raise ValueError(f"{path} has more than 256 MiB; no run makes that much.")
    return path.read_bytes()

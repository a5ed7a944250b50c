"""Run folders: everything that one experiment made, written whole and read with distrust."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from learned.config import Config, load_config

Floats = NDArray[np.float64]

RUN_FILES = (
    "config.toml",
    "kernels.safetensors",
    "metrics.json",
    "history.jsonl",
    "kernels.png",
    "convergence.png",
    "outputs.png",
)
"""What a run folder holds; a folder with anything else in it is never replaced by a run."""


@dataclass(frozen=True)
class Run:
    """What an experiment found.

    Attributes
    ----------
    config : as resolved, overrides included
    learned, hand : kernel name -> (M, N), or (channels, M, N) for colour
    metrics : what metrics.json holds, see the README
    history : one record a logged step: kernel, step, seconds, loss, kernel_error
    """

    config: Config
    learned: dict[str, Floats]
    hand: dict[str, Floats]
    metrics: dict[str, Any]
    history: list[dict[str, Any]]

    def only(self, names: Sequence[str]) -> "Run":
        """The same run with these kernels alone; ``ValueError`` for a name that it lacks."""
        for name in names:
            if name not in self.hand:
                raise ValueError(
                    f"kernel {name!r} is not in the run; it has {', '.join(self.hand)}."
                )
        return replace(
            self,
            learned={name: self.learned[name] for name in names},
            hand={name: self.hand[name] for name in names},
        )


def write_run(folder: Path, run: Run) -> None:
    """Write all of a run but its figures into an existing folder."""
    (folder / "config.toml").write_text(run.config.to_toml(), encoding="utf-8")
    kernels = {f"learned/{name}": kernel for name, kernel in run.learned.items()}
    kernels |= {f"hand/{name}": kernel for name, kernel in run.hand.items()}
    # safetensors writes garbage for flipped or transposed views
    content = save({name: np.ascontiguousarray(kernel) for name, kernel in kernels.items()})
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
    metrics = _read_json((folder / "metrics.json"), _text(folder / "metrics.json"))
    lines = _text(folder / "history.jsonl").splitlines()
    history = [_read_json(folder / "history.jsonl", line) for line in lines]
    names = [kernel.name for kernel in config.kernels]
    for name in names:
        if not {f"learned/{name}", f"hand/{name}"} <= kernels.keys():
            raise ValueError(f"{folder}/kernels.safetensors lacks the kernel {name} of its config.")
    return Run(
        config,
        {name: kernels[f"learned/{name}"] for name in names},
        {name: kernels[f"hand/{name}"] for name in names},
        metrics,
        history,
    )


def _read_kernels(path: Path) -> dict[str, Floats]:
    try:
        kernels = load(_bytes(path))
    except SafetensorError as error:
        raise ValueError(f"{path} is not a safetensors file: {error}.") from None
    for name, kernel in kernels.items():
        if kernel.dtype != np.float64 or kernel.ndim not in (2, 3) or not np.isfinite(kernel).all():
            raise ValueError(
                f"{path} holds {name} as {kernel.dtype} of shape {kernel.shape}; "
                f"a kernel is finite float64, rows × columns."
            )
    return kernels


def _read_json(path: Path, text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"{path} is not JSON: {error}.") from None
    if not isinstance(value, dict):
        raise ValueError(f"{path} holds {type(value).__name__}; each line must be an object.")
    return value


def _text(path: Path) -> str:
    return _bytes(path).decode("utf-8", errors="replace")


def _bytes(path: Path) -> bytes:
    if path.stat().st_size > 2**28:
        raise ValueError(f"{path} has more than 256 MiB; no run makes that much.")
    return path.read_bytes()

"""Checkpoints: what a run that was cut off needs to go on, with the same digits.

A checkpoint is one file beside the run folder, ``runs/NAME.checkpoint``, and always whole: a new
one is written beside it, brought to the disk, and takes its place in one step. It is gone once the
run folder is written.
"""

import hashlib
import io
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import torch

from handconv.files import read_whole
from learned.experiment.config import Config
from learned.train.parallel import gathered, rank
from learned.train.progress import Progress

LARGEST = 2**32  # bytes
START = b"handconv checkpoint 1\n"  # then the SHA-256 of what follows: a flipped bit is noticed


@dataclass
class Checkpoint:
    """How far a run has come."""

    path: Path
    config: str
    """Of the run, as TOML"""
    photos: list[str]
    """The names of all photos in use"""
    finished: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Kernel name -> what was learned about it"""
    name: str = ""
    """Of the kernel that is being learned"""
    history: list[dict[str, Any]] = field(default_factory=list)
    progress: Progress | None = None
    """With the state that `learned.train.loop.train` needs to go on"""

    def of(self, name: str) -> tuple[list[dict[str, Any]], Progress | None]:
        """History and progress of the kernel of that name: nothing, unless it was cut off."""
        return (self.history, self.progress) if self.name == name else ([], None)

    def write(self, name: str, history: list[dict[str, Any]], progress: Progress | None) -> None:
        """Write the file with this new state of the kernel ``name``, by process 0 alone.

        Raises ``OSError`` where that cannot be done; the file is then still the one before.
        """
        self.name, self.history, self.progress = name, history, progress
        if rank() > 0:
            return
        content = io.BytesIO()
        torch.save(_each(_without_arrays, vars(self)), content)
        data = content.getvalue()
        try:
            with self._draft.open("wb") as file:
                file.write(START + hashlib.sha256(data).digest() + data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(self._draft, self.path)
        except OSError as error:
            self._draft.unlink(missing_ok=True)
            intact = " The one before is intact." if self.path.exists() else ""
            raise OSError(
                f"checkpoint {self.path} cannot be written: {error.strerror}.{intact}"
            ) from None

    def remove(self) -> None:
        """Forget it: the run is complete."""
        if rank() == 0:
            self._draft.unlink(missing_ok=True)
            self.path.unlink(missing_ok=True)

    @property
    def _draft(self) -> Path:
        return self.path.with_name(self.path.name + ".new")


def _path(out: Path) -> Path:
    """Of the checkpoint of a run folder."""
    return Path(os.path.abspath(out)).with_name(out.name + ".checkpoint")


def open_checkpoint(out: Path, config: Config, photos: list[str], resume: bool) -> Checkpoint:
    """The checkpoint of the run folder ``out``: that of the disk with ``resume``, else a new one.

    Raises ``ValueError`` where the file on the disk is damaged, belongs to another config or to
    other photos, or where it would be lost because ``resume`` is not set.
    """
    path = _path(out)
    new = Checkpoint(path, config.to_toml(), photos)
    seen = read_checkpoint(path) if rank() == 0 and path.exists() else None
    found: Checkpoint | None = gathered(seen)[0]  # other machines may not see the file
    if found is None:
        return new
    if not resume:
        raise ValueError(
            f"{path} holds an unfinished run. Go on with it by --resume, or delete the file."
        )
    for line, other in zip(new.config.splitlines(), found.config.splitlines(), strict=False):
        if line != other:
            raise ValueError(
                f"{path} belongs to another config: it has {other!r} where this one has {line!r}. "
                f"Change that back, or delete the file."
            )
    if (found.config, found.photos) != (new.config, photos):
        raise ValueError(
            f"{path} belongs to other photos or settings. Bring them back, or delete the file."
        )
    return found


def after_interruption(out: Path, config: Config) -> str:
    """What is left of a run that was cut off, for a person: a checkpoint, or how to have one."""
    path = _path(out)
    if path.exists():
        return f"{path} holds what was learned so far: run the same again with --resume."
    if config.train.checkpoint_every is None:
        return (
            "Nothing was kept. With train.checkpoint_every=100 a run that is cut off can go on by "
            "--resume."
        )
    every = config.train.checkpoint_every
    return f"Nothing was kept: the first checkpoint is written after {every} steps."


def read_checkpoint(path: Path) -> Checkpoint:
    """The checkpoint in a file.

    Raises ``ValueError`` where that is damaged, or holds something else.
    """
    data = read_whole(path, LARGEST)
    digest, content = data[len(START) :][:32], data[len(START) + 32 :]
    if not data.startswith(START) or hashlib.sha256(content).digest() != digest:
        raise ValueError(f"{path} is damaged or no checkpoint: its checksum is wrong. Delete it.")
    try:
        values = _each(_with_arrays, torch.load(io.BytesIO(content), weights_only=True))
        if values["progress"] is not None:
            values["progress"] = Progress(*values["progress"])
        found = Checkpoint(**{**values, "path": path})
        _check(found)
    except Exception as error:  # what torch raises for a damaged file is not written anywhere
        raise ValueError(
            f"{path} is no checkpoint of this program ({type(error).__name__}). Delete it."
        ) from None
    return found


def _check(found: Checkpoint) -> None:
    """Raise ``TypeError`` where a value is of another kind than `Checkpoint` says."""
    kinds = {"config": str, "photos": list, "finished": dict, "name": str, "history": list}
    right = all(isinstance(getattr(found, key), kind) for key, kind in kinds.items())
    right &= all(isinstance(each, dict) for each in [*found.history, *found.finished.values()])
    for each in found.finished.values():
        right &= each.keys() == {"kernels", "entry", "history"}
        right &= all(isinstance(kernel, np.ndarray) for kernel in each["kernels"].values())
    if found.progress is not None:
        step, seconds, _, kernel, state = found.progress
        right &= isinstance(step, int) and isinstance(seconds, float)
        right &= isinstance(kernel, np.ndarray) and isinstance(state, dict)
    if not right:
        raise TypeError


def going_on(steps: Iterator[Progress], path: Path) -> Iterator[Progress]:
    """The same steps; ``ValueError`` where the first fails, as the state is of another training."""
    try:
        first = next(steps, None)
    except (AssertionError, AttributeError, IndexError, KeyError, RuntimeError, TypeError) as error:
        raise ValueError(
            f"{path} does not fit this training ({type(error).__name__}). Delete it."
        ) from None
    return steps if first is None else chain([first], steps)


def _each(change: Callable[[Any], Any], value: Any) -> Any:
    """The same, with ``change`` made to it, and to all that it holds."""
    value = change(value)
    if isinstance(value, dict):
        return {key: _each(change, item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        items = [_each(change, item) for item in value]
        return items if isinstance(value, list) else tuple(items)
    return value


def _without_arrays(value: Any) -> Any:
    """Tensors and plain values only, which torch reads back without running any code."""
    if isinstance(value, np.ndarray):
        return {"array": torch.from_numpy(np.ascontiguousarray(value))}
    if isinstance(value, Path):
        return str(value)
    return value.item() if isinstance(value, np.generic) else value


def _with_arrays(value: Any) -> Any:
    is_array = isinstance(value, dict) and value.keys() == {"array"}
    return value["array"].numpy() if is_array else value

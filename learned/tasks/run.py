"""From a config of any task to its run folder."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch

from handconv.cli import Mistakes
from handconv.files import check_folder, complete_folder, locked
from handconv.words import did_you_mean
from learned.experiment.config import Config
from learned.experiment.config_file import check_config, read_values
from learned.tasks import digits, inverse, labels, marked
from learned.tasks.outcome import TASK_FILES, Outcome, TaskConfig, write_outcome

TASKS: dict[str, type[TaskConfig]] = {
    "inverse": inverse.InverseConfig,
    "marked": marked.MarkedConfig,
    "labels": labels.LabelsConfig,
    "digits": digits.DigitsConfig,
}
"""The key ``task`` of a config -> what its other keys are. Without it, filters are learned."""


def load_any(path: str | Path, overrides: Sequence[str] = ()) -> Config | TaskConfig:
    """The config of filters or of a task, by its key ``task``; raises as `load_config`."""
    values, where, origin = read_values(path, overrides)
    if "task" not in values:
        return check_config(values, where, origin, Config)
    task = str(values["task"])
    if task not in TASKS:
        where = origin.get("task", where)
        raise Mistakes(f"{where}: key 'task' is {task[:60]!r}. {did_you_mean(task, list(TASKS))}")
    return check_config(values, where, origin, TASKS[task])


def run_task(config: TaskConfig, out: Path) -> Outcome:
    """Learn what the config asks for and write the run folder ``out``, whole or not at all.

    Raises ``ValueError`` or ``OSError``, before anything is written, for input that cannot be used.
    """
    check_folder(out, TASK_FILES)
    with locked(out):
        with _one_thread():
            outcome = _run(config)
        with complete_folder(out, TASK_FILES) as folder:
            write_outcome(folder, config, outcome)
    return outcome


def _run(config: TaskConfig) -> Outcome:
    match config:
        case inverse.InverseConfig():
            return inverse.run(config)
        case marked.MarkedConfig():
            return marked.run(config)
        case labels.LabelsConfig():
            return labels.run(config)
        case digits.DigitsConfig():
            return digits.run(config)
    raise TypeError(f"no task has a config of type {type(config).__name__}")


@contextmanager
def _one_thread() -> Iterator[None]:
    """Of torch: several would wait for each other longer than such small networks compute."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)

"""From a config of any task to its run folder."""

from collections.abc import Sequence
from pathlib import Path

from handconv.cli import Mistakes
from handconv.files import check_folder, complete_folder, locked
from handconv.words import did_you_mean
from learned.experiment.config import Config, check_config, read_values
from learned.tasks import inverse, marked
from learned.tasks.outcome import TASK_FILES, Outcome, TaskConfig, write_outcome

TASKS: dict[str, type[TaskConfig]] = {
    "inverse": inverse.InverseConfig,
    "marked": marked.MarkedConfig,
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
    raise TypeError(f"no task has a config of type {type(config).__name__}")

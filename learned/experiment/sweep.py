"""Sweeps: one experiment for each point of a grid of settings, and a summary of all of them."""

import csv
import math
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from matplotlib.figure import Figure

from handconv import words
from handconv.cli import Mistakes
from handconv.files import complete_file
from learned.experiment.config import Config
from learned.experiment.config_file import load_config
from learned.experiment.folder import read_run
from learned.experiment.panels import Panel, plot_panels
from learned.experiment.run import run_experiment
from learned.train.parallel import rank

MOST = 1000  # runs in a sweep


class Result(NamedTuple):
    """What came out for one kernel at one point of the grid."""

    settings: dict[str, str]
    """key -> value, as written on the command line."""
    kernel: str
    relative_error: float
    oriented_error: float
    loss: float
    steps: int
    seconds: float


def run_sweep(
    path: str | Path,
    overrides: Sequence[str],
    sweeps: Sequence[str],
    out: Path,
    resume: bool = False,
    done: Callable[[str, dict[str, Any]], None] = lambda name, entry: None,
) -> list[Result]:
    """Run the config once for each combination of the values, and write ``out``.

    In ``out`` are a run folder for each, ``train.lr=0.1,seed=2`` for example, ``sweep.csv`` and
    ``sweep.png``. All configs are checked before the first is run.

    Parameters
    ----------
    path, overrides : as `load_config` takes them
    sweeps : ``key=a,b,c`` each
    resume : leave runs that are complete as they are, and go on with one that was cut off
    done : as `run_experiment` takes it
    """
    grid = [_parse_sweep(sweep) for sweep in sweeps]
    keys = [key for key, _ in grid]
    points = [dict(zip(keys, values, strict=True)) for values in product(*(v for _, v in grid))]
    if len(points) > MOST:
        raise ValueError(f"--sweep makes {len(points)} runs; at most {MOST} are started.")
    configs = _configs(path, overrides, points)
    if (out / "metrics.json").exists():
        raise ValueError(f"{out} holds a run. Name a folder of its own for the sweep.")
    results = []
    for settings, config in zip(points, configs, strict=True):
        folder = out / ",".join(f"{key}={value}" for key, value in settings.items())
        if resume and (folder / "metrics.json").is_file() and read_run(folder).config == config:
            metrics = read_run(folder).metrics
        else:
            metrics = run_experiment(config, folder, resume, done).metrics
        results += [
            Result(settings, name, *(entry.get(key, math.nan) for key in Result._fields[2:]))
            for name, entry in metrics["kernels"].items()
        ]
    if rank() == 0:
        with complete_file(out / "sweep.csv") as draft, draft.open("w", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([*results[0].settings, *Result._fields[1:]])
            writer.writerows([*result.settings.values(), *result[1:]] for result in results)
        with complete_file(out / "sweep.png") as draft:
            plot_sweep(results).savefig(draft)
    return results


def _parse_sweep(sweep: str) -> tuple[str, list[str]]:
    key, equals, values = sweep.partition("=")
    found = [value.strip() for value in values.split(",")]
    if not equals or not all(found) or len(set(found)) < len(found):
        raise ValueError(
            f"--sweep {sweep!r} is not of the form key=a,b,c with different values, as "
            f"train.lr=0.001,0.01,0.1."
        )
    if any(len(value) > 60 for value in found):
        raise ValueError(f"--sweep {sweep[:60]!r}…: a value of more than 60 characters.")
    if any("/" in value for value in found):
        raise ValueError(f"--sweep {sweep!r}: a value with '/' cannot name a folder.")
    return key.strip(), found


def _configs(
    path: str | Path, overrides: Sequence[str], points: Sequence[dict[str, str]]
) -> list[Config]:
    configs, mistakes = [], []
    for settings in points:
        chosen = [f"{key}={value}" for key, value in settings.items()]
        try:
            configs.append(load_config(path, [*overrides, *chosen]))
        except Mistakes as error:
            mistakes += [line for line in error.args if line not in mistakes]
    if mistakes:
        raise Mistakes(*mistakes)
    return configs


def table(results: Sequence[Result]) -> str:
    """All results as text, a line each."""
    head = [*results[0].settings, "kernel", "relative error", "steps", "seconds"]
    rows = []
    for each in results:
        numbers = f"{each.oriented_error:.1e}", each.steps, f"{each.seconds:.3f}"
        rows.append([*each.settings.values(), each.kernel, *numbers])
    return words.table(head, rows)


def plot_sweep(results: Sequence[Result]) -> Figure:
    """Kernel error against the values of each key, one panel a key, one colour a kernel."""
    panels = []
    for key in results[0].settings:
        lines: dict[str, tuple[list[str], list[float]]] = {}
        for result in results:
            values, errors = lines.setdefault(result.kernel, ([], []))
            values.append(result.settings[key])
            errors.append(result.oriented_error)
        panels.append(Panel(lines, key, "kernel error (relative to the largest tap)", log=False))
    return plot_panels(panels, across=len(panels), style=" ", sharey="all")

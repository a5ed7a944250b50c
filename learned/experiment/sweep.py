"""Sweeps: one experiment for each point of a grid of settings, and a summary of all of them."""

import csv
import io
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

from matplotlib.figure import Figure

from handconv.cli import Mistakes
from handconv.files import complete_file
from learned.experiment.config import Config, load_config
from learned.experiment.folder import read_run
from learned.experiment.run import run_experiment
from learned.train.parallel import rank

MOST = 1000  # runs in a sweep


class Result(NamedTuple):
    """What came out for one kernel at one point of the grid."""

    settings: dict[str, str]
    """key -> value, as written on the command line."""
    kernel: str
    relative_error: float
    loss: float
    steps: int
    seconds: float


def run_sweep(
    path: str | Path,
    overrides: Sequence[str],
    sweeps: Sequence[str],
    out: Path,
    resume: bool = False,
) -> list[Result]:
    """Run the config once for each combination of the values, and write ``out``.

    In ``out`` are a run folder for each, ``train.lr=0.1,seed=2`` for example, ``sweep.csv`` and
    ``sweep.png``. All configs are checked before the first is run.

    Parameters
    ----------
    path, overrides : as `load_config` takes them
    sweeps : ``key=a,b,c`` each
    resume : leave runs that are complete as they are, and go on with one that was cut off
    """
    grid = [_parse_sweep(sweep) for sweep in sweeps]
    keys = [key for key, _ in grid]
    points = [dict(zip(keys, values, strict=True)) for values in product(*(v for _, v in grid))]
    if len(points) > MOST:
        raise ValueError(f"--sweep makes {len(points)} runs; at most {MOST} are started.")
    configs = _configs(path, overrides, points)
    results = []
    for settings, config in zip(points, configs, strict=True):
        folder = out / ",".join(f"{key}={value}" for key, value in settings.items())
        if resume and (folder / "metrics.json").is_file() and read_run(folder).config == config:
            metrics = read_run(folder).metrics
        else:
            metrics = run_experiment(config, folder, resume).metrics
        results += [
            Result(settings, name, *(entry[key] for key in Result._fields[2:]))
            for name, entry in metrics["kernels"].items()
        ]
    if rank() == 0:
        with complete_file(out / "sweep.csv") as draft:
            draft.write_text(_csv(results), encoding="utf-8")
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


def _csv(results: Sequence[Result]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*results[0].settings, *Result._fields[1:]])
    writer.writerows([*result.settings.values(), *result[1:]] for result in results)
    return text.getvalue()


def table(results: Sequence[Result]) -> str:
    """All results as text, a line each."""
    head = [*results[0].settings, "kernel", "relative error", "steps", "seconds"]
    rows = [
        [
            *result.settings.values(),
            result.kernel,
            f"{result.relative_error:.1e}",
            str(result.steps),
            f"{result.seconds:.3f}",
        ]
        for result in results
    ]
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [head, *rows]
    )


def plot_sweep(results: Sequence[Result]) -> Figure:
    """Kernel error against the values of each key, one panel a key, one colour a kernel."""
    keys = list(results[0].settings)
    kernels = list(dict.fromkeys(result.kernel for result in results))
    figure = Figure((5 * len(keys), 4.4), dpi=110, layout="constrained")
    axes = figure.subplots(1, len(keys), squeeze=False, sharey=True)[0]
    for axis, key in zip(axes, keys, strict=True):
        values = list(dict.fromkeys(result.settings[key] for result in results))
        for kernel in kernels:
            own = [result for result in results if result.kernel == kernel]
            # a log scale has no place for zero: nothing is lost below the last digit
            errors = [max(result.relative_error, 1e-17) for result in own]
            places = [values.index(result.settings[key]) for result in own]
            axis.plot(places, errors, "o", alpha=0.7, label=kernel)
        axis.set_xticks(range(len(values)), values)
        axis.set_xlabel(key)
        axis.set_yscale("log")
        axis.grid(True, alpha=0.3)
    axes[0].set_ylabel("kernel error (relative to the largest tap)")
    axes[0].legend(fontsize=9)
    return figure

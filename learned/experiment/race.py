"""A race: several optimizers learn the same kernels from the same photos and the same start."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from learned.compare import compare
from learned.experiment.learn import Task
from learned.train.loop import train
from learned.train.options import TrainConfig

MARKS = (1e-3, 1e-6)
GOAL = 1e-9  # kernel error at which a runner may stop


class Runner(NamedTuple):
    """How one optimizer fared with one kernel: entry (seconds, kernel error) after each step."""

    kernel: str
    label: str
    points: list[tuple[float, float]]

    def seconds_to(self, error: float) -> float | None:
        """Seconds until the kernel was this close; None where it never was."""
        return next((seconds for seconds, found in self.points if found <= error), None)


def race(tasks: Sequence[Task], entrants: Sequence[TrainConfig]) -> list[Runner]:
    """Let every entrant learn every kernel, until it is within 1e-9 or its limits are reached."""
    runners = []
    for task in tasks:
        samples = task.samples()
        for options in entrants:
            runner = Runner(task.name, label(options), [])
            for progress in train(task.net(options), samples, options, task.batches(options)):
                error = compare(progress.kernel, task.expected).relative_error
                runner.points.append((progress.seconds, error))
                if error <= GOAL:
                    break
            runners.append(runner)
    return runners


def label(options: TrainConfig) -> str:
    """What an entrant is called: its optimizer, and whether it is whitened."""
    return f"{'whitened ' if options.precondition == 'whiten' else ''}{options.optimizer}"


def write_race(path: Path, runners: Sequence[Runner]) -> None:
    """Write race.json: who came how close, when."""
    rows = [
        {
            "kernel": runner.kernel,
            "label": runner.label,
            "seconds_to": {f"{mark:g}": runner.seconds_to(mark) for mark in MARKS},
            "steps": len(runner.points) - 1,
            "points": runner.points,
        }
        for runner in runners
    ]
    path.write_text(json.dumps(rows) + "\n", encoding="utf-8")


def read_race(path: Path) -> list[Runner]:
    """The runners of a race.json."""
    rows = json.loads(path.read_text(encoding="utf-8"))
    return [Runner(row["kernel"], row["label"], [(s, e) for s, e in row["points"]]) for row in rows]


def table(runners: Sequence[Runner]) -> str:
    """Seconds to each mark, a row for each kernel and entrant; – where it was not reached."""
    width = max(len(runner.kernel) for runner in runners)
    across = max(len(runner.label) for runner in runners)
    head = "".join(f"  {f'to {mark:g}':>8}" for mark in MARKS)
    lines = [f"{'kernel':<{width}}  {'optimizer':<{across}}{head}  kernel error  steps  seconds"]
    for runner in runners:
        times = [runner.seconds_to(mark) for mark in MARKS]
        cells = "".join(f"  {'–' if t is None else format(t, '.3f'):>8}" for t in times)
        seconds, error = runner.points[-1]
        lines.append(
            f"{runner.kernel:<{width}}  {runner.label:<{across}}{cells}  {error:12.1e}  "
            f"{len(runner.points) - 1:5}  {seconds:7.2f}"
        )
    return "\n".join(lines)


def plot_race(runners: Sequence[Runner]) -> Figure:
    """Kernel error against seconds, one panel a kernel, one line an entrant."""
    kernels = list(dict.fromkeys(runner.kernel for runner in runners))
    across = min(3, len(kernels))
    down = -(-len(kernels) // across)
    figure = Figure((5 * across, 3.9 * down + 0.6), dpi=110, layout="constrained")
    axes = figure.subplots(down, across, squeeze=False, sharex=True, sharey=True)
    for axis in axes.flat[len(kernels) :]:
        axis.axis("off")
    for axis, kernel in zip(axes.flat, kernels, strict=False):
        for runner in runners:
            if runner.kernel == kernel:
                seconds, found = zip(*runner.points, strict=True)
                # a log scale has no place for zero: nothing is lost below the last digit
                errors = np.maximum(found, 1e-17)
                few = "o" if len(errors) < 40 else None
                axis.plot(seconds, errors, marker=few, markersize=3, label=runner.label)
        for mark in MARKS:
            axis.axhline(mark, color="0.8", linewidth=0.8, zorder=0)
        axis.set_title(kernel)
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.grid(True, alpha=0.3)
    for axis in axes[-1]:
        axis.set_xlabel("seconds of training")
    for axis in axes[:, 0]:
        axis.set_ylabel("kernel error (relative)")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels))
    return figure

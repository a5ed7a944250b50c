"""A race: several optimizers learn the same kernels from the same photos and the same start."""

import json
from collections.abc import Sequence
from contextlib import suppress
from itertools import product
from pathlib import Path
from typing import NamedTuple

from matplotlib.figure import Figure
from tqdm import tqdm

from handconv import words
from learned.compare import compare
from learned.experiment.panels import Panel, plot_panels
from learned.experiment.task import Task
from learned.train.loop import train
from learned.train.options import TrainConfig
from learned.train.parallel import rank

MARKS = (1e-3, 1e-6)
GOAL = 1e-9  # kernel error at which a runner may stop
TITLE = (
    "The same photo, the same start: how fast each way to train finds the kernel\n"
    f"(a line ends at {GOAL:g} or out of time; dashed: 0.001 and 1e-06, the marks of the table)"
)


class Runner(NamedTuple):
    """One optimizer with one kernel; points are (seconds, kernel error) after each step."""

    kernel: str
    label: str
    points: list[tuple[float, float]]

    def seconds_to(self, error: float) -> float | None:
        """Seconds until the kernel was this close; None where it never was."""
        return next((seconds for seconds, found in self.points if found <= error), None)


def race(tasks: Sequence[Task], entrants: Sequence[TrainConfig]) -> list[Runner]:
    """Let every entrant learn every kernel, until it is within 1e-9 or its limits are reached.

    Kernels that are not known do not race.
    """
    runners = []
    hidden = True if rank() else None  # None: where there is no terminal
    for task in tasks:
        if task.expected is None:
            continue
        samples = task.samples()
        for options in tqdm(entrants, f"{task.name:>12}: race", disable=hidden, leave=False):
            runner = Runner(task.name, label(options), [])
            with suppress(ValueError):  # it diverged: its line ends there
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
    rows = []
    for runner in runners:
        seconds_to = {f"{mark:g}": runner.seconds_to(mark) for mark in MARKS}
        steps = len(runner.points) - 1
        rows.append({**runner._asdict(), "seconds_to": seconds_to, "steps": steps})
    path.write_text(json.dumps(rows) + "\n", encoding="utf-8")


def read_race(path: Path) -> list[Runner]:
    """The runners of a race.json."""
    rows = json.loads(path.read_text(encoding="utf-8"))
    return [Runner(row["kernel"], row["label"], [(s, e) for s, e in row["points"]]) for row in rows]


def table(runners: Sequence[Runner]) -> str:
    """Seconds to each mark, a row for each kernel and entrant; – where it was not reached."""
    rows = []
    for runner in runners:
        times = [runner.seconds_to(mark) for mark in MARKS]
        marks = ["–" if seconds is None else f"{seconds:.3f}" for seconds in times]
        seconds, error = runner.points[-1]
        steps = len(runner.points) - 1
        rows.append([runner.kernel, runner.label, *marks, f"{error:.1e}", steps, f"{seconds:.2f}"])
    marks = [f"to {mark:g}" for mark in MARKS]
    return words.table(["kernel", "optimizer", *marks, "kernel error", "steps", "seconds"], rows)


def _explained(label: str) -> str:
    """What the way to train does."""
    whitened, name = label.startswith("whitened"), label.split()[-1]
    words = {"sgd": "gradient descent", "adam": "a pace for each tap", "lbfgs": "learns curvature"}
    what = words.get(name, "solves for all taps at once" if name == "newton" else "")
    return f"{label}: {'the same on decorrelated pixels' if whitened else what}".rstrip(": ")


def plot_race(runners: Sequence[Runner]) -> Figure:
    """Kernel error against seconds, one panel a kernel, one line an entrant."""
    panels = []
    for kernel in dict.fromkeys(runner.kernel for runner in runners):
        own = [runner for runner in runners if runner.kernel == kernel]
        lines = {
            _explained(runner.label): tuple(zip(*runner.points, strict=True)) for runner in own
        }
        panels.append(Panel(lines, "seconds of training", "kernel error (relative)", kernel))
    figure = plot_panels(panels, title=TITLE, sharex="all", sharey="all")
    for axis, mark in product(figure.axes, MARKS):
        axis.axhline(mark, color="0.6", linewidth=1, linestyle="--", zorder=0)
    return figure

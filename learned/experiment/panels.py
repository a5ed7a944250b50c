"""Figures of errors that fall: panels of lines on logarithmic axes."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure

SMALLEST = 1e-17  # a log scale has no place for zero: nothing is lost below the last digit


class Panel(NamedTuple):
    """One set of axes: what is drawn there, and what is written beside it."""

    lines: Mapping[str, Sequence[Sequence[Any]]]
    """label -> places and values"""
    along: str
    up: str
    title: str = ""
    log: bool = True
    """Whether the places are on a log scale too."""


def plot_panels(
    panels: Sequence[Panel], across: int = 3, title: str = "", style: str = "-", **shared: Any
) -> Figure:
    """All panels, ``across`` in a row, above one legend; values of zero are drawn at 1e-17.

    ``style`` is that of matplotlib's lines; ``shared`` is for `Figure.subplots`.
    """
    across = min(across, len(panels))
    down = -(-len(panels) // across)
    figure = Figure((5 * across, 3.9 * down + 0.6), dpi=110, layout="constrained")
    axes = figure.subplots(down, across, squeeze=False, **shared).ravel()
    for axis in axes[len(panels) :]:
        figure.delaxes(axis)
    for number, (axis, panel) in enumerate(zip(axes, panels, strict=False)):
        if panel.log:
            axis.set_xscale("log")
        for label, (places, values) in panel.lines.items():
            marker = "o" if style == " " or len(values) < 40 else ""
            drawn = np.maximum(values, SMALLEST)
            axis.plot(places, drawn, style, marker=marker, markersize=4, alpha=0.8, label=label)
        axis.set(title=panel.title, yscale="log")
        axis.grid(True, alpha=0.3)
        if number % across == 0:
            axis.set_ylabel(panel.up)
        if number + across >= len(panels):  # none below
            axis.set_xlabel(panel.along)
            axis.tick_params(labelbottom=True)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=across)
    figure.suptitle(title)
    return figure

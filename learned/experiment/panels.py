"""Figures of errors that fall: panels of lines on logarithmic axes."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

from handconv.pictures.draw import LINE_COLOURS

SMALLEST = 1e-17  # a log scale has no place for zero: nothing is lost below the last digit
MARKERS = "osv^DP"  # a shape for each colour, for those who cannot tell the colours apart
DASHES = ("-", "--", ":", "-.")  # once all colours are used
FEW = 40  # points of a line that are all marked


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
        _draw(axis, panel, style)
        if number % across == 0:
            axis.set_ylabel(panel.up)
        if number + across >= len(panels):  # none below
            axis.set_xlabel(panel.along)
            axis.tick_params(labelbottom=True)
    handles, labels = axes[0].get_legend_handles_labels()
    wide = 0.6 + 0.085 * max(map(len, labels))  # inches
    ncols = max(1, min(len(labels), int(5 * across / wide)))
    figure.legend(handles, labels, loc="outside lower center", ncols=ncols)
    figure.suptitle(title)
    return figure


def _draw(axis: Axes, panel: Panel, style: str) -> None:
    for number, (label, (places, values)) in enumerate(panel.lines.items()):
        dashes = DASHES[number // len(LINE_COLOURS) % len(DASHES)] if style == "-" else style
        kind = number % len(LINE_COLOURS)
        every = 1 if style == " " or len(values) < FEW else (kind / 60, 0.1)  # of the diagonal
        axis.plot(
            places,
            np.maximum(values, SMALLEST),
            dashes,
            color=LINE_COLOURS[kind],
            marker=MARKERS[kind],
            markersize=5,
            markevery=every,
            label=label,
        )
    axis.set(title=panel.title, yscale="log")
    _few_ticks(axis.yaxis)
    axis.grid(True, alpha=0.3)
    if panel.log:
        axis.set_xscale("log")
        _few_ticks(axis.xaxis)
    elif panel.along == "step":
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))


def _few_ticks(axis: Any) -> None:
    """At powers of ten; of a range without two of them also in between, as plain numbers."""
    low, high = sorted(axis.get_view_interval())
    powers = np.floor(np.log10(high)) - np.ceil(np.log10(low)) + 1
    if powers >= 2:
        axis.set_minor_formatter(NullFormatter())
        return
    steps = (1.0, 2.0, 5.0) if high / low > 3 else (1.0, 1.5, *range(2, 10))
    if high / low < 1.3:
        axis.set_major_locator(MaxNLocator(5))
    else:
        axis.set_major_locator(LogLocator(subs=steps))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.3g}"))

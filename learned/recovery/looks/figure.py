"""The figure of a look: what it does to a picture and to all colours, and where it is proved."""

import colorsys

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure, SubFigure
from matplotlib.patches import Patch

from handconv.arrays import Array, Floats, Integers
from learned.recovery.looks.lattice import interpolate
from learned.recovery.looks.look import Look
from learned.recovery.looks.words import sentences

LONGEST_SIDE = 700
"""Pixels of a picture that are drawn; more cannot be seen."""

STATES = ("no colour seen", "seen", "proved")
STATE_COLOURS = ("#d8d8d8", "#5b8fd6", "#e8862e")
PLANES = ((2, "red", "green"), (1, "red", "blue"), (0, "green", "blue"))
"""The channel that is looked along, those across and upwards."""

CHART = (120, 240)
CHART_TOP = 65535
"""Rows and columns of the chart of all hues, and the scale of its colours."""
TITLE = 12


def figure(look: Look, before: Array, after: Array) -> Figure:
    """Before, after and reproduced; the colours seen, three views of the cells, all hues."""
    drawn = Figure((16, 10.5), dpi=100, layout="constrained")
    upper, lower = drawn.subfigures(2, 1, squeeze=False, height_ratios=(1, 1.05))[:, 0]
    panels = upper.subplots(1, 3)
    made = look.apply(before)
    for panel, picture, words in zip(
        panels, (before, after, made), ("before", "after", "reproduced by the table"), strict=True
    ):
        panel.imshow(_small(picture))
        panel.set_title(words, fontsize=TITLE)
        panel.set(xticks=[], yticks=[])
    left, middle, right = lower.subfigures(1, 3, squeeze=False, width_ratios=(1, 1.15, 1))[0]
    _gamut(left, look)
    _views(middle, look)
    _hues(right, look)
    drawn.suptitle("\n".join(sentences(look)[:1]), fontsize=14)
    return drawn


def states(look: Look) -> Integers:
    """(size − 1, size − 1, size − 1) what is known of each cell: a number in `STATES`."""
    # a cell may be proved by its neighbours alone; no colour of it was seen then
    return np.where(look.cells_seen, np.where(look.proved, 2, 1), 0)


def _small(picture: Array) -> Floats:
    step = max(1, -(-max(picture.shape) // LONGEST_SIDE))
    return np.asarray(picture[::step, ::step] / np.iinfo(picture.dtype).max)


def _gamut(part: SubFigure, look: Look) -> None:
    """Each cell that was seen as a ball of its colour, those that are proved larger."""
    axis = part.add_subplot(projection="3d")
    cells = np.argwhere(look.cells_seen)
    colours = (cells + 0.5) / (look.size - 1)
    proved = look.proved[tuple(cells.T)]
    sizes = np.where(proved, 40, 12) * 17 / look.size
    edges = np.where(proved[:, None], [[0, 0, 0, 1.0]], [[0, 0, 0, 0.0]])
    axis.scatter(*colours.T, c=colours, s=sizes, edgecolors=edges, depthshade=False)
    axis.set(xlabel="red", ylabel="green", zlabel="blue", xlim=(0, 1), ylim=(0, 1), zlim=(0, 1))
    axis.set_title("cells with colours of the pictures; ringed: proved", fontsize=TITLE)


def _views(part: SubFigure, look: Look) -> None:
    """Along each channel the best that is known of the cells behind each other."""
    known = states(look)
    part.suptitle("the best that is known along a channel", fontsize=TITLE)
    *axes, corner = part.subplots(2, 2).ravel()
    for axis, (along, across, upwards) in zip(axes, PLANES, strict=True):
        best = known.max(axis=along).T
        axis.imshow(
            best,
            origin="lower",
            cmap=ListedColormap(STATE_COLOURS),
            vmin=0,
            vmax=2,
            extent=(0, 1, 0, 1),
        )
        axis.set(xlabel=across, ylabel=upwards, xticks=[0, 1], yticks=[0, 1])
    counts = [int((known == state).sum()) for state in range(len(STATES))]
    patches = [
        Patch(color=colour, label=f"{name}: {count} cells")
        for colour, name, count in zip(STATE_COLOURS, STATES, counts, strict=True)
    ]
    corner.legend(handles=patches, loc="center", fontsize=TITLE)
    corner.set_axis_off()


def _hues(part: SubFigure, look: Look) -> None:
    """All hues from black through the full colour to white, before and after."""
    chart = _chart()
    flat = np.rint(chart.reshape(-1, 3) * CHART_TOP).astype(np.int64)
    made = interpolate(look.table, flat, CHART_TOP, look.interpolation).reshape(chart.shape)
    for axis, colours, words in zip(
        part.subplots(2, 1), (chart, made), ("all hues, dark to light", "by the table"), strict=True
    ):
        _show(axis, colours, words)


def _show(axis: Axes, colours: Floats, words: str) -> None:
    axis.imshow(colours.clip(0, 1), aspect="auto")
    axis.set_title(words, fontsize=TITLE)
    axis.set(xticks=[], yticks=[])


def _chart() -> Floats:
    """(rows, columns, 3) hues from left to right, lightness from top to bottom."""
    rows, columns = CHART
    lightness, hues = np.linspace(1, 0, rows), np.linspace(0, 1, columns)
    return np.array([[colorsys.hls_to_rgb(hue, light, 1.0) for hue in hues] for light in lightness])

"""Two figures: what each library makes of one bright pixel, and what a network learns from it."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from handconv.pictures.draw import draw_kernel, format_tap
from learned.libraries.probe import COUNTING, Row
from learned.libraries.proof import Learned

Floats = NDArray[np.float64]

ACROSS = 5
COLOURS = {
    "as defined": "seagreen",
    "rotated 180": "chocolate",
    "flipped top-bottom": "mediumpurple",
    "": "grey",
}
WORDS = {
    "as defined": "correlation: as defined",
    "rotated 180": "convolution: rotated 180",
    "": "its own kernel is symmetric",
}
GIVEN = {  # to those that cannot take the kernel as it is
    "cv2.sepFilter2D": "given 1 2 3 down, 1 2 4 5 3 across",
    "numpy.convolve": "given 1 2 3 4 5",
}


def plot_impulses(rows: Sequence[Row]) -> Figure:
    """The kernel as it is given, and for each function what becomes of one bright pixel."""
    panels = [(row.name, row.impulse[1:-1, 1:-1], row.orientation) for row in rows]
    return _grid(
        panels,
        "one bright pixel,\nfiltered with this kernel:",
        "Correlation answers with the kernel turned by 180° (15 … 1), "
        "true convolution with the kernel as it is written (1 … 15).",
    )


def plot_learned(found: Sequence[Learned]) -> Figure:
    """The kernel as it is given, and for each function what a network learned from its pictures."""
    panels = [(each.name, each.kernel, each.orientation) for each in found]
    return _grid(
        panels,
        "pictures\nfiltered with this kernel:",
        "The weights that one convolution layer learned from each library's pictures: "
        "the kernel, the way round that the library laid it.",
    )


def _grid(panels: Sequence[tuple[str, Floats, str]], given: str, title: str) -> Figure:
    down = -(-(len(panels) + 1) // ACROSS)
    figure = Figure((3.0 * ACROSS, 2.4 * down + 0.5), dpi=64, layout="constrained")
    figure.suptitle(title, fontsize=14)
    axes = figure.subplots(down, ACROSS, squeeze=False)
    _draw(axes.flat[0], COUNTING, "black", given)
    for axis, (name, kernel, orientation) in zip(axes.flat[1:], panels, strict=False):
        words = WORDS.get(orientation, orientation)
        notes = [name, words, *([GIVEN[name]] if name in GIVEN else [])]
        _draw(axis, kernel, COLOURS.get(orientation, "crimson"), "\n".join(notes))
    for axis in axes.flat[len(panels) + 1 :]:
        axis.axis("off")
    return figure


def _draw(axis: Axes, kernel: Floats, colour: str, title: str) -> None:
    limit = float(np.abs(kernel).max())
    draw_kernel(axis, kernel, limit, written=False)
    for (row, column), tap in np.ndenumerate(kernel):
        if limit > 1 and abs(tap) > 1e-4 * limit:  # fractions would be too long for their cells
            shade = "white" if abs(tap) > 0.61 * limit else "black"
            axis.text(column, row, format_tap(tap), ha="center", va="center", color=shade)
    axis.set_title(title, fontsize=11, color=colour)
    for spine in axis.spines.values():
        spine.set(color=colour, linewidth=3)

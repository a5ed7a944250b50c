"""Three figures: the flip, what libraries make of one bright pixel, and what networks learn."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from handconv.arrays import Floats
from handconv.kernels import named
from handconv.pictures.draw import draw_kernel
from learned.libraries.flip import Flip, Learned, named_kernels_that_tell
from learned.libraries.probe import COUNTING, Row

PANELS_ACROSS = 5
NAMED_ACROSS = 7
WORDS = {  # orientation -> what a panel says, and its colour
    "as defined": ("correlation: as defined", "seagreen"),
    "rotated 180": ("convolution: rotated 180", "chocolate"),
    "flipped top-bottom": ("flipped top-bottom", "mediumpurple"),
    "": ("its own kernel is symmetric", "grey"),
}
GIVEN = {  # to those that cannot take the kernel as it is
    "cv2.sepFilter2D": "given 1 2 3 down, 1 2 4 5 3 across",
    "numpy.convolve": "given 1 2 3 4 5",
}


def plot_impulses(rows: Sequence[Row]) -> Figure:
    """The kernel as it is given, and for each function what becomes of one bright pixel."""
    return _panels(
        [(row.name, row.impulse[1:-1, 1:-1], row.orientation) for row in rows],
        "one bright pixel,\nfiltered with this kernel:",
        "Correlation answers with the kernel turned by 180° (15 … 1), "
        "true convolution with the kernel as it is written (1 … 15).",
    )


def plot_learned(found: Sequence[Learned]) -> Figure:
    """The kernel as it is given, and for each function what a network learned from its pictures."""
    return _panels(
        [(each.name, each.kernel, each.orientation) for each in found],
        "pictures\nfiltered with this kernel:",
        "The weights that one convolution layer learned from each library's pictures: "
        "the kernel, the way round that the library laid it.",
    )


def plot_flip(flip: Flip) -> Figure:
    """The kernel and what came back, above all named kernels, framed by whether they can tell."""
    tells = named_kernels_that_tell()
    down = -(-len(tells) // NAMED_ACROSS)
    figure = Figure((12, 4.2 + 2.0 * down), dpi=110, layout="constrained")
    parts = figure.subfigures(2, 1, squeeze=False, height_ratios=(4.0, 2.0 * down))
    above, below = parts[:, 0]
    pictures = {"the kernel, as defined": flip.kernel} | {
        f"learned from {name}:\n{found.orientation}": flip.learned[name]
        for name, found in flip.comparisons.items()
    }
    for axis, (title, kernel) in zip(above.subplots(1, 3), pictures.items(), strict=True):
        draw_kernel(axis, kernel, float(np.abs(flip.kernel).max()))
        axis.set_title(title, fontsize=12)
    below.suptitle(
        "Can a filtered image tell? Green: turning the kernel by 180° changes it. "
        "Grey: it does not, so correlation and convolution are the same.",
        fontsize=11,
    )
    axes = below.subplots(down, NAMED_ACROSS, squeeze=False).flat
    for axis, (name, tell) in zip(axes, tells.items(), strict=False):
        _framed(axis, named(name), "green" if tell else "grey", name, written=False)
    for axis in axes[len(tells) :]:
        axis.axis("off")
    return figure


def _panels(panels: Sequence[tuple[str, Floats, str]], given: str, title: str) -> Figure:
    """`COUNTING` under the words ``given``, then every (name, kernel, orientation)."""
    down = -(-(len(panels) + 1) // PANELS_ACROSS)
    figure = Figure((3.0 * PANELS_ACROSS, 2.4 * down + 0.5), dpi=64, layout="constrained")
    figure.suptitle(title, fontsize=14)
    axes = figure.subplots(down, PANELS_ACROSS, squeeze=False).flat
    _framed(axes[0], COUNTING, "black", given)
    for axis, (name, kernel, orientation) in zip(axes[1:], panels, strict=False):
        words, colour = WORDS.get(orientation, (orientation, "crimson"))
        notes = [name, words, *([GIVEN[name]] if name in GIVEN else [])]
        whole_numbers = float(np.abs(kernel).max()) > 1  # fractions are too long for their cells
        _framed(axis, kernel, colour, "\n".join(notes), written=whole_numbers)
    for axis in axes[len(panels) + 1 :]:
        axis.axis("off")
    return figure


def _framed(axis: Axes, kernel: Floats, colour: str, title: str, written: bool = True) -> None:
    limit = float(np.abs(kernel).max())
    draw_kernel(axis, kernel, limit, smallest=1e-4 * limit, written=written)
    axis.set_title(title, fontsize=11, color=colour)
    for spine in axis.spines.values():
        spine.set(color=colour, linewidth=3)

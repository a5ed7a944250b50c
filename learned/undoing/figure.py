"""The figure of an undone filter: after, undone, how sure each pixel is, and the spectrum."""

import numpy as np
from matplotlib.colors import ListedColormap, LogNorm
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from handconv.arrays import Array
from learned.undoing.spectrum import LOST
from learned.undoing.undo import Undone

COLOURS = {"guessed": "#d55e00", "probable": "#f0e442", "proved": "#e8eef4"}
"""Of how sure a pixel is, in the order of `Undone.sure`; told apart by the colour-blind too."""


def figure(undone: Undone) -> Figure:
    """Four panels in a row."""
    rows, columns = undone.after.shape[1:]
    height = 4.4 * min(1.6, max(0.6, rows / columns)) + 1.1
    drawn = Figure((19, height), dpi=110, layout="constrained")
    panels = drawn.subplots(1, 4)
    planes = np.atleast_3d(undone.picture).transpose(2, 0, 1)
    for panel, photo, title in (
        (panels[0], undone.after, "after"),
        (panels[1], planes, "undone"),
    ):
        panel.imshow(_shown(photo[:3]), cmap="gray", vmin=0, vmax=1)
        panel.set_title(title)

    shares = undone.shares
    panels[2].imshow(
        undone.sure.min(axis=0), cmap=ListedColormap(list(COLOURS.values())), vmin=0, vmax=2,
        interpolation="nearest",
    )  # fmt: skip
    keys = [
        Patch(
            facecolor=COLOURS[name], edgecolor="black", label=f"{name} {100 * shares[name]:.1f} %"
        )
        for name in shares
    ]
    panels[2].legend(handles=keys, loc="upper center", bbox_to_anchor=(0.5, -0.01), ncols=3)
    panels[2].set_title("how sure each pixel is")

    found = undone.spectrum
    least = LOST * found.strongest / 10 or 1e-3
    image = panels[3].imshow(
        found.gain.clip(min=least), cmap="viridis", extent=(-0.5, 0.5, 0.5, -0.5),
        norm=LogNorm(least, max(found.strongest, 10 * least)),
    )  # fmt: skip
    drawn.colorbar(image, ax=panels[3], shrink=0.8, label="gain")
    if found.lost:
        panels[3].contour(
            *2 * [np.linspace(-0.5, 0.5, len(found.gain))], found.gain,
            levels=[LOST * found.strongest], colors="#d55e00",
        )  # fmt: skip
    panels[3].set_title(f"gain of each frequency: {found.lost:.0%} lost")
    panels[3].set_xlabel("cycles per pixel, to the right")
    panels[3].set_ylabel("downwards")
    for panel in panels[:3]:
        panel.set_xticks([])
        panel.set_yticks([])
    return drawn


def _shown(planes: Array) -> Array:
    """From black at 0 to white at the top of the range: (rows, columns[, 3])."""
    highest = float(planes.max())
    top = next(top for top in (1.0, 255.0, highest) if highest <= top)
    if planes.dtype.kind == "u":
        top = float(np.iinfo(planes.dtype).max)
    scaled: Array = (planes / top).clip(0, 1)
    return scaled.transpose(1, 2, 0) if len(planes) == len("rgb") else scaled[0]

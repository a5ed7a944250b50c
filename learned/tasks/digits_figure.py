"""The figure of a run on labelled pictures: filters, and what each looks like."""

from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from handconv.kernels import named
from handconv.pictures.draw import draw_kernel
from learned.tasks.focus import scaled

if TYPE_CHECKING:
    from learned.tasks.digits import Trained

MOST = 8  # filters that are drawn


def plot(networks: "dict[str, Trained]", alike: float) -> Figure:
    """Two rows for each network: its filters, and the named kernel nearest to each; its name is
    black where the correlation reaches ``alike``, grey below."""
    count = min(MOST, *(len(each.filters) for each in networks.values()))
    figure = Figure((1.75 * count, 4.3 * len(networks)), dpi=90, layout="constrained")
    parts = figure.subfigures(len(networks), 1, squeeze=False)[:, 0]
    for part, (name, trained) in zip(parts, networks.items(), strict=True):
        part.suptitle(f"{name}: right in {trained.accuracy:.1%} of the pictures held out")
        axes = part.subplots(2, count, squeeze=False)
        for column, taps, likeness in zip(
            axes.T, trained.filters, trained.likenesses, strict=False
        ):
            kernel = named(likeness.name)
            for axis, drawn in zip(column, (scaled(taps), scaled(kernel)), strict=True):
                draw_kernel(axis, drawn, 1.0, written=False)
            column[0].set_title(f"{likeness.correlation:.2f}", fontsize=10)
            colour = "black" if likeness.correlation >= alike else "0.55"
            words = likeness.name.replace("(5, ", "\n(").replace("laplacian_of_gaussian", "LoG")
            column[1].set_title(words, fontsize=8, color=colour)
        axes[0, 0].set_ylabel("learned", fontsize=10)
        axes[1, 0].set_ylabel("nearest", fontsize=10)
    return figure

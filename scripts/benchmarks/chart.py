"""The benchmark of filtering as a bar chart."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.contestants import COPY, LOOP, NDIMAGE, OACONVOLVE, OPENCV, OURS, TORCH

if TYPE_CHECKING:
    from benchmarks.filtering import Result

COLOURS = {
    OURS: "#d1495b",
    OPENCV: "#30638e",
    OACONVOLVE: "#edae49",
    TORCH: "#8d6a9f",
    NDIMAGE: "#7a9e7e",
    LOOP: "#b8b8b8",
}


def bars(results: "list[Result]", title: str) -> Figure:
    """Milliseconds of all, for the bank and for random kernels, float32."""
    figure = Figure((12, 8.5), dpi=130, layout="constrained")
    groups = {
        "bank": "The tutorial's six kernels",
        "random": "Random kernels, which allow no short cut",
    }
    axes = figure.subplots(2, 1)
    for axis, (group, words) in zip(axes, groups.items(), strict=True):
        axis.set_title(words, loc="left")
        _bars(axis, [one for one in results if (one.group, one.dtype) == (group, "float32")])
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
    figure.suptitle(f"How long one image takes: {title}\n", fontsize=13, fontweight="bold")
    return figure


def _bars(axis: Axes, results: "list[Result]") -> None:
    names = [name for name in COLOURS if all(name in one.milliseconds for one in results)]
    width = 0.86 / len(names)
    left = np.arange(len(results)) - 0.43 + width / 2
    for k, name in enumerate(names):
        heights = [one.milliseconds[name] for one in results]
        drawn = axis.bar(left + k * width, heights, width * 0.92, color=COLOURS[name], label=name)
        words = [f"{ms:.2g}" if ms < 100 else f"{ms:,.0f}" for ms in heights]
        axis.bar_label(drawn, words, fontsize=7, color="#444444")
    copies = [one.milliseconds[COPY] for one in results]
    axis.axhline(float(np.median(copies)), color="black", lw=0.8, ls=":", label="copying the image")
    labels = [f"{one.kernel}\nOpenCV takes {one.ratio(OPENCV):.1f} ×" for one in results]
    axis.set_xticks(range(len(results)), labels)
    axis.set(yscale="log", ylabel="milliseconds, shorter is better")
    axis.set_ylim(top=axis.get_ylim()[1] * 2)
    axis.spines[["top", "right"]].set_visible(False)
    axis.tick_params(axis="x", length=0)
    axis.margins(x=0.01)

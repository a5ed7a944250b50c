"""The benchmark as a bar chart."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.filtering import COPY, LOOP, NDIMAGE, OACONVOLVE, OPENCV, OURS, Result

COLOURS = {
    OURS: "#d1495b",
    OPENCV: "#30638e",
    OACONVOLVE: "#edae49",
    "torch conv2d": "#8d6a9f",
    NDIMAGE: "#7a9e7e",
    LOOP: "#b8b8b8",
}


def draw(results: list[Result], title: str, path: str | Path) -> None:
    """A PNG at ``path``: milliseconds of all, for the bank and for random kernels, float32."""
    shown = [one for one in results if one.dtype == "float32"]
    figure = Figure(figsize=(12, 8.5), layout="constrained")
    above, below = figure.subplots(2, 1)
    _bars(above, [one for one in shown if one.group == "bank"])
    _bars(below, [one for one in shown if one.group == "random"])
    above.set_title("The tutorial's six kernels", loc="left")
    below.set_title("Random kernels, which allow no short cut", loc="left")
    handles, labels = above.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
    figure.suptitle(f"How long one image takes: {title}\n", fontsize=13, fontweight="bold")
    figure.savefig(path, dpi=130)


def _bars(axes: Axes, results: list[Result]) -> None:
    names = [name for name in COLOURS if all(name in one.milliseconds for one in results)]
    width = 0.86 / len(names)
    left = np.arange(len(results)) - 0.43 + width / 2
    for k, name in enumerate(names):
        heights = [one.milliseconds[name] for one in results]
        bars = axes.bar(left + k * width, heights, width * 0.92, color=COLOURS[name], label=name)
        axes.bar_label(bars, [_short(ms) for ms in heights], fontsize=7, color="#444444")
    copies = [one.milliseconds[COPY] for one in results]
    axes.axhline(float(np.median(copies)), color="black", lw=0.8, ls=":", label="copying the image")
    labels = [f"{one.kernel}\nOpenCV takes {one.ratio(OPENCV):.1f} ×" for one in results]
    axes.set_xticks(range(len(results)), labels)
    axes.set_yscale("log")
    axes.set_ylim(top=axes.get_ylim()[1] * 2)
    axes.set_ylabel("milliseconds, shorter is better")
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(axis="x", length=0)
    axes.margins(x=0.01)


def _short(milliseconds: float) -> str:
    """'0.21', '4.8', '32', '5.1 s'."""
    if milliseconds >= 1000:
        return f"{milliseconds / 1000:.3g} s"
    return f"{milliseconds:.2g}" if milliseconds < 100 else f"{milliseconds:.0f}"

"""The figure of a run on labels: kernels before and after, and what they can tell apart."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from handconv.arrays import Floats
from handconv.pictures.draw import LINE_COLOURS, draw_kernel
from learned.tasks.focus import scaled
from learned.tasks.judging import roc

if TYPE_CHECKING:
    from learned.tasks.labels import Fold, Labelled


def plot(folds: "Sequence[Fold]", by_hand: dict[str, Floats]) -> Figure:
    """A column for each fold: the random kernel, the learned one, and the ROC curves on photos
    that were not seen. In the last column crops, and kernels that a hand would have written."""
    figure = Figure((3.1 * (len(folds) + 1), 9), dpi=90, layout="constrained")
    axes = figure.subplots(3, len(folds) + 1, height_ratios=(1, 1, 1.25))
    for number, (column, fold) in enumerate(zip(axes.T, folds, strict=False)):
        _draw(column[0], fold.start, f"fold {number}: random start")
        _draw(column[1], fold.kernel, "learned from labels alone")
        _draw_roc(column[2], fold)
    for axis, (name, kernel) in zip(axes[:2, -1], by_hand.items(), strict=True):
        _draw(axis, scaled(kernel), f"by hand: {name}")
    _draw_crops(axes[2, -1], folds[0].judged)
    return figure


def _draw(axis: Axes, kernel: Floats, title: str) -> None:
    draw_kernel(axis, kernel, float(np.abs(kernel).max()))
    axis.set_title(title, fontsize=11)


def _draw_roc(axis: Axes, fold: "Fold") -> None:
    sharp = np.array(fold.judged.sharp)
    for (name, scores), colour in zip(fold.scores.items(), LINE_COLOURS, strict=False):
        accuracy = fold.methods[name]["accuracy"]
        axis.plot(*roc(scores, sharp), color=colour, label=f"{name}: {accuracy:.3f}")
    unseen = ", ".join(name.removeprefix("skimage:") for name in fold.unseen)
    axis.set_title(f"unseen: {unseen}"[:60], fontsize=9)
    axis.set(xlabel="blurred crops called sharp", ylabel="sharp crops called sharp")
    axis.set(xlim=(-0.005, 0.4), ylim=(0.6, 1.005))  # the corner in which they differ
    axis.legend(loc="lower right", fontsize=7, title="accuracy", title_fontsize=7)


def _draw_crops(axis: Axes, judged: "Labelled") -> None:
    """Four crops of each label, sharp ones above."""
    rows = []
    for label in (True, False):
        chosen = [crop for crop, each in zip(*judged, strict=True) if each == label][:4]
        rows += [np.hstack(chosen[:2]), np.hstack(chosen[2:])]
    axis.imshow(np.vstack(rows), cmap="gray", vmin=0, vmax=255)
    axis.axhline(len(rows[0]) * 2 - 0.5, color=LINE_COLOURS[1], linewidth=2)
    axis.set(xticks=[], yticks=[])
    axis.set_title("crops: sharp, below blurred", fontsize=9)

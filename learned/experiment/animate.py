"""An animation of the network's weights while they become the kernel."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from handconv.animate import Animation, settle
from handconv.arguments import as_kernel
from handconv.arrays import Array, Floats
from handconv.pictures.draw import LINE_COLOURS, draw_kernel
from handconv.words import did_you_mean
from learned.net import FilterNet
from learned.pairs import made_pair
from learned.train.loop import train
from learned.train.optimizers import OPTIMIZERS
from learned.train.options import TrainConfig

LARGEST = 256  # rows and columns of a photo that are used
LARGEST_KERNEL = 21
MOST_STEPS = 5000
MOST_SHOWN = 60  # of the steps
SMALLEST = 1e-17  # a log scale has no place for zero


def learning(
    photo: Array,
    kernel: ArrayLike,
    *,
    optimizer: str = "sgd",
    precondition: Literal["none", "whiten"] = "none",
    steps: int = 40,
    seed: int = 0,
    pace: int = 5,
) -> Animation:
    """The weights of the network after every step, from random ones on, and how far they are off.

    The network is trained at once. Of many steps about 60 are shown, the first ones closest
    together.

    Parameters
    ----------
    photo : (rows, columns) grey levels, 0 … 255; of a larger one the middle 256 × 256 pixels
    kernel : (M, N), odd sides of at most 21: what the photo is filtered with, by hand
    optimizer, precondition : as in a config's ``[train]`` table
    steps : at most 5000; newton and lbfgs stop earlier where nothing improves
    seed : decides the first weights
    pace : frames, and so shown steps, a second

    Raises ``ValueError`` for what cannot be learned so.

    >>> noise = np.random.default_rng(0).integers(0, 256, (32, 32))
    >>> learning(noise, np.ones((3, 3)), steps=5).frames
    6
    """
    photo, taps = np.asarray(photo), as_kernel(kernel)
    _check(photo, taps, steps)
    if optimizer not in OPTIMIZERS:
        raise ValueError(f"optimizer is {optimizer!r}. {did_you_mean(optimizer, list(OPTIMIZERS))}")
    if precondition == "whiten" and OPTIMIZERS[optimizer].whitened is None:
        raise ValueError(f"{optimizer} whitens by itself; leave precondition out.")
    top, left = (max(0, side - LARGEST) // 2 for side in photo.shape)
    middle = photo[top : top + LARGEST, left : left + LARGEST].astype(np.float64)
    options: dict[str, Any] = {"optimizer": optimizer, "precondition": precondition}
    config = TrainConfig(**options, steps=steps)
    pair = made_pair(middle[None], taps[None])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = FilterNet((taps.shape[0], taps.shape[1]))
    course = [  # lists: small arrays that are kept keep the memory of large ones from being reused
        (one.step, one.kernel[0].tolist())
        for one in train(net, [pair.samples((taps.shape[0], taps.shape[1]))], config)
        if one.loss is not None
    ]
    numbers, tables = zip(*course, strict=True)
    kernels = np.array(tables)
    error = np.abs(kernels - taps).max(axis=(1, 2)) / (np.abs(taps).max() or 1.0)
    shown = _shown(len(course))
    how = optimizer + ", whitened" * config.whitened
    figure = Figure((10, 3.7), dpi=90, layout="constrained")
    axes = figure.subplots(1, 3, width_ratios=(1, 1, 1.25))
    scene = _Scene(how, taps, kernels, np.array(numbers), error, shown, axes)
    settle(figure, scene.draw)
    return Animation(figure, len(shown), scene.draw, pace)


def _check(photo: Array, taps: Floats, steps: int) -> None:
    if photo.ndim != 2:
        raise ValueError(f"photo has shape {photo.shape}; it must be (rows, columns), grey.")
    if max(taps.shape) > LARGEST_KERNEL or min(side % 2 for side in taps.shape) == 0:
        raise ValueError(
            f"kernel has shape {taps.shape}; give it odd sides of at most {LARGEST_KERNEL}."
        )
    if not 1 <= steps <= MOST_STEPS:
        raise ValueError(f"steps is {steps}; take 1 to {MOST_STEPS}.")


def _shown(count: int) -> list[int]:
    """Which of so many steps: all of a few, else closer together at the start, and the last.

    >>> _shown(4), _shown(1000)[:5], _shown(1000)[-2:]
    ([0, 1, 2, 3], [0, 1, 2, 3, 4], [889, 999])
    """
    if count <= MOST_SHOWN:
        return list(range(count))
    spread = np.geomspace(1, count, MOST_SHOWN).round().astype(int) - 1
    return sorted({*spread.tolist(), count - 1})


@dataclass(frozen=True)
class _Scene:
    """By hand, learned, and how far the one is from the other."""

    how: str
    hand: Floats
    kernels: Floats  # (steps, M, N)
    numbers: Array  # of the steps
    error: Floats  # of each step, over the largest tap
    shown: list[int]
    axes: Array

    def draw(self, frame: int) -> None:
        at = self.shown[frame]
        by_hand, learned, curve = self.axes
        for axis in self.axes:
            axis.clear()
        limit = float(np.abs(self.hand).max()) or 1.0
        draw_kernel(by_hand, self.hand, limit, inches=2.4)
        by_hand.set_title("by hand")
        draw_kernel(learned, self.kernels[at], limit, smallest=1e-4 * limit, inches=2.4)
        learned.set_title(f"weights after step {self.numbers[at]}")
        self._draw_curve(curve, at)

    def _draw_curve(self, axis: Axes, at: int) -> None:
        error = np.maximum(self.error, SMALLEST)
        axis.semilogy(self.numbers, error, color="lightgrey")
        axis.semilogy(self.numbers[: at + 1], error[: at + 1], color=LINE_COLOURS[0], linewidth=2)
        axis.plot(self.numbers[at], error[at], "o", color=LINE_COLOURS[3], markersize=9)
        axis.set_title(f"{self.how}: {self.error[at]:.0e} off")
        axis.set_xlabel("step")
        axis.set_ylabel("error / largest tap")
        axis.grid(alpha=0.3)

"""The flip: what a network learns from targets made by correlation and by true convolution."""

from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure
from numpy.typing import NDArray

from handconv.kernels import named, names
from handconv.pictures.draw import draw_kernel
from learned.compare import Comparison, compare, symmetries
from learned.net import FilterNet
from learned.pairs import Pair, made_pair
from learned.train.loop import train
from learned.train.options import TrainConfig

Floats = NDArray[np.float64]
FLIP = "rotated 180"


@dataclass(frozen=True)
class Flip:
    """What came back for one kernel; all kernels are (M, N)."""

    kernel: Floats
    from_correlation: Floats
    from_convolution: Floats

    @property
    def comparisons(self) -> dict[str, Comparison]:
        """Operation -> how the learned kernel compares with the one that made the targets."""
        return {
            "correlation": compare(self.from_correlation, self.kernel),
            "convolution": compare(self.from_convolution, self.kernel),
        }

    def as_expected(self, tolerance: float = 1e-6) -> bool:
        """Correlation comes back as defined, convolution turned by 180°, to ``tolerance``.

        A kernel that a turn by 180° leaves as it is comes back "as defined" from both.
        """
        expected = {
            "correlation": "as defined",
            "convolution": FLIP if tells_flip(self.kernel) else "as defined",
        }
        return all(
            found.orientation == expected[operation] and found.oriented_error <= tolerance
            for operation, found in self.comparisons.items()
        )


def tells_flip(kernel: Floats) -> bool:
    """Whether images filtered with this kernel tell correlation from convolution.

    >>> tells_flip(named("sobel_x")), tells_flip(named("gaussian(5, 1)"))
    (True, False)
    """
    return FLIP not in symmetries(kernel)


def learn_flip(kernel: Floats, photo: Floats) -> Flip:
    """Learn ``kernel`` (M, N) from ``photo`` (1, rows, columns) filtered in both ways."""
    shape = (kernel.shape[0], kernel.shape[1])
    return Flip(
        kernel,
        learn_kernel(made_pair(photo, kernel[None], "correlation"), shape),
        learn_kernel(made_pair(photo, kernel[None], "convolution"), shape),
    )


def learn_kernel(pair: Pair, shape: tuple[int, int]) -> Floats:
    """The (M, N) weights of a network of that shape, trained on one pair of one channel."""
    torch.manual_seed(0)
    net = FilterNet(shape)
    for _ in train(net, [pair.samples(shape)], TrainConfig(optimizer="newton", steps=10)):
        continue
    learned: Floats = net.kernel[0]
    return learned


def named_kernels_that_tell() -> dict[str, bool]:
    """Every named kernel that is not a family, and whether it tells the flip."""
    return {name: tells_flip(named(name)) for name in names()}


def plot_flip(flip: Flip) -> Figure:
    """The kernel and what came back, above all named kernels, framed by whether they can tell."""
    table = named_kernels_that_tell()
    across = 7
    figure = Figure((12, 4.2 + 2.0 * -(-len(table) // across)), dpi=110, layout="constrained")
    heights = (4.0, 2.0 * -(-len(table) // across))
    top, bottom = figure.subfigures(2, 1, squeeze=False, height_ratios=heights)[:, 0]
    limit = float(np.abs(flip.kernel).max())
    found = flip.comparisons
    pictures = {
        "the kernel, as defined": flip.kernel,
        f"learned from correlation:\n{found['correlation'].orientation}": flip.from_correlation,
        f"learned from convolution:\n{found['convolution'].orientation}": flip.from_convolution,
    }
    for axis, (title, kernel) in zip(top.subplots(1, 3), pictures.items(), strict=True):
        draw_kernel(axis, kernel, limit)
        axis.set_title(title, fontsize=12)
    bottom.suptitle(
        "Can a filtered image tell? Green: turning the kernel by 180° changes it. "
        "Grey: it does not, so correlation and convolution are the same.",
        fontsize=11,
    )
    axes = bottom.subplots(-(-len(table) // across), across, squeeze=False)
    for axis in axes.flat[len(table) :]:
        axis.axis("off")
    for axis, (name, tells) in zip(axes.flat, table.items(), strict=False):
        kernel = named(name)
        draw_kernel(axis, kernel, float(np.abs(kernel).max()), written=False)
        axis.set_title(name, fontsize=10, color="darkgreen" if tells else "dimgrey")
        for spine in axis.spines.values():
            spine.set(color="green" if tells else "lightgrey", linewidth=3)
    return figure

"""The tutorial's experiment: every kernel by our code and by OpenCV, side by side."""

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from handconv.arrays import Array, Floats
from handconv.borders import NAMES, Border
from handconv.correlate import correlate
from handconv.pictures import write_picture
from handconv.pictures.draw import DIVERGING, draw_kernel
from handconv.pictures.show import Bytes, to_uint8, to_uint8_floor, to_uint8_stretched

FIGURE = "comparison.png"
OWNED = (FIGURE, "*_by_hand.png", "*_by_opencv.png")
"""The names of the files that `write` makes."""

LARGEST_DRAWN = 700  # pixels a side; of larger photos the figure shows every second, third, … pixel


@dataclass(frozen=True)
class SideBySide:
    """One photo filtered twice by one kernel.

    The images are (rows, columns) or (rows, columns, 3), float32 or float64, in grey levels that
    are neither rounded nor clipped.
    """

    name: str
    kernel: Floats
    by_hand: Array
    by_opencv: Array

    @property
    def largest_difference(self) -> float:
        return float(np.abs(self.by_hand - self.by_opencv).max())

    @property
    def signed(self) -> bool:
        """Whether results are around 0, not around the photo's grey levels."""
        return bool(abs(self.kernel.sum()) < 1e-9 * np.abs(self.kernel).sum())

    def shown(self) -> tuple[Bytes, Bytes]:
        """By hand and by OpenCV, as 8-bit pictures; 0 is mid-grey where results are signed."""
        show = to_uint8_stretched if self.signed else to_uint8
        return show(self.by_hand), show(self.by_opencv)


def by_opencv(image: Array, kernel: Floats, border: Border) -> Array:
    """``cv2.filter2D`` with any of our borders; a new array of the image's shape and dtype.

    filter2D refuses to wrap, so there the image is padded first and the rim cut off again.
    ``image`` is (rows, columns) or (rows, columns, channels), float32 or float64; ``kernel`` is
    (M, N) with M and N odd.
    """
    flag = getattr(cv2, NAMES["opencv"][border])
    kernel = np.ascontiguousarray(kernel)  # it misreads flipped views
    if border != "wrap":
        filtered = cv2.filter2D(image, -1, kernel, borderType=flag)
        return np.asarray(filtered).reshape(image.shape)
    (height, width), (above, left) = image.shape[:2], (side // 2 for side in kernel.shape)
    padded = cv2.copyMakeBorder(image, above, above, left, left, flag)
    filtered = np.asarray(cv2.filter2D(padded, -1, kernel))
    return filtered[above : above + height, left : left + width].reshape(image.shape)


def side_by_side(photo: Array, name: str, kernel: Floats, border: Border) -> SideBySide:
    """Filter a photo of float32 or float64 grey levels by our code and by OpenCV."""
    ours, theirs = correlate(photo, kernel, border), by_opencv(photo, kernel, border)
    return SideBySide(name, kernel, ours, theirs)


def why_the_tutorial_differs(photo: Array, kernels: Mapping[str, Floats]) -> str:
    """One line on why the tutorial's own loop and its call of filter2D do not match on this photo.

    The loop replicates the border and cuts fractions off; filter2D reflects (``reflect_101``) and
    rounds. The line tells the two causes apart, and how much each does, at worst, here.
    """
    apart, rounded_up = 0, 0.0
    for kernel in kernels.values():
        replicated = correlate(photo, kernel, "replicate")
        reflected = correlate(photo, kernel, "reflect_101")
        cut = to_uint8_floor(replicated).astype(int)
        apart = max(apart, int(np.abs(cut - to_uint8_floor(reflected)).max()))
        rounded_up = max(rounded_up, float((to_uint8(replicated) != cut).mean()))
    return (
        f"The tutorial's loop replicates the border where filter2D by default reflects it "
        f"(up to {apart} grey levels apart here), and cuts fractions off where filter2D rounds "
        f"(up to {rounded_up:.0%} of the pixels off by one): so the two do not match there."
    )


def write(folder: Path, found: list[SideBySide], title: str) -> None:
    """Write the figure, and both results of every kernel as PNG files, into an existing folder."""
    for one in found:
        by_hand, opencv = one.shown()
        write_picture(folder / f"{file_name(one.name)}_by_hand.png", by_hand)
        write_picture(folder / f"{file_name(one.name)}_by_opencv.png", opencv)
    with warnings.catch_warnings():  # the photo's name may be in any script
        warnings.filterwarnings("ignore", "Glyph .* missing")
        plot(found, title).savefig(folder / FIGURE)


def file_name(kernel: str) -> str:
    """A kernel's name as part of a file's name.

    >>> file_name("gaussian(5, sigma=1.2)")
    'gaussian_5_sigma_1.2'
    """
    return re.sub(r"[^\w.-]+", "_", kernel).strip("_")


def plot(found: list[SideBySide], title: str) -> Figure:
    """A row for each kernel: its taps, the photo by hand and by OpenCV, and the difference."""
    rows, columns = found[0].by_hand.shape[:2]
    picture_width = 3.1
    row_height = min(max(picture_width * rows / columns, 1.6), 6.0) + 0.45
    figure = Figure(
        (2.5 + 3.5 * picture_width, row_height * len(found) + 0.6), dpi=100, layout="constrained"
    )
    figure.suptitle(title, fontsize=13, parse_math=False)  # file names may hold $
    grid = figure.subplots(len(found), 4, squeeze=False, width_ratios=(0.75, 1, 1, 1.12))
    for axes, one in zip(grid, found, strict=True):
        _plot_row(figure, axes, one)
    return figure


def _plot_row(figure: Figure, axes: Array, one: SideBySide) -> None:
    draw_kernel(axes[0], one.kernel, float(np.abs(one.kernel).max()) or 1.0)
    size = " × ".join(map(str, one.kernel.shape))
    axes[0].set_title(f"{one.name}, {size}", fontsize=11)
    note = " (mid-grey = 0)" if one.signed else ""
    for axis, picture, by in zip(axes[1:3], one.shown(), ("by hand", "by OpenCV"), strict=True):
        axis.imshow(_thinned(picture), cmap="gray", vmin=0, vmax=255, interpolation="nearest")
        axis.set_title(by + note, fontsize=11)
    _plot_difference(figure, axes[3], one)
    for axis in axes:
        axis.set_xticks([])
        axis.set_yticks([])


def _plot_difference(figure: Figure, axis: Axes, one: SideBySide) -> None:
    difference = one.by_hand - one.by_opencv
    if difference.ndim == 3:  # of the three channels, the one that is farthest off
        farthest = np.abs(difference).argmax(axis=2, keepdims=True)
        difference = np.take_along_axis(difference, farthest, axis=2)[..., 0]
    if not difference.any():
        axis.imshow(_thinned(difference), cmap=DIVERGING, vmin=-1, vmax=1)
        axis.set_title("no difference, to the last digit", fontsize=11)
        return
    limit = one.largest_difference
    drawn = axis.imshow(
        _thinned(difference), cmap=DIVERGING, vmin=-limit, vmax=limit, interpolation="nearest"
    )
    axis.set_title(f"by hand − OpenCV: at most {limit:.0e}", fontsize=11)
    bar = figure.colorbar(drawn, ax=axis, shrink=0.85, ticks=[-limit, 0, limit], format="%.0e")
    bar.ax.tick_params(labelsize=8)
    bar.set_label("grey levels", fontsize=9)


def _thinned(picture: Array) -> Array:
    step = -(-max(picture.shape[:2]) // LARGEST_DRAWN)
    return picture[::step, ::step]

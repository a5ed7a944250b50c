"""The tutorial's experiment: every kernel by our code and by OpenCV, side by side."""

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from handconv.arrays import Array, Floats
from handconv.borders import NAMES, Border
from handconv.correlate import correlate
from handconv.pictures import write_picture
from handconv.pictures.draw import draw_kernel
from handconv.pictures.show import Bytes, to_uint8, to_uint8_floor, to_uint8_stretched

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FIGURE = "comparison.png"
OWNED = (FIGURE, "*_by_hand.png", "*_by_opencv.png")
"""The names of the files that `write` makes."""

WIDTH = 3.4  # inches of a panel
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


def write(folder: Path, photo: Array, found: list[SideBySide], title: str) -> None:
    """Write the figure, and both results of every kernel as PNG files, into an existing folder."""
    for one in found:
        by_hand, opencv = one.shown()
        write_picture(folder / f"{file_name(one.name)}_by_hand.png", by_hand)
        write_picture(folder / f"{file_name(one.name)}_by_opencv.png", opencv)
    with warnings.catch_warnings():  # the photo's name may be in any script
        warnings.filterwarnings("ignore", "Glyph .* missing")
        plot(photo, found, title).savefig(folder / FIGURE)


def file_name(kernel: str) -> str:
    """A kernel's name as part of a file's name.

    >>> file_name("gaussian(5, sigma=1.2)")
    'gaussian_5_sigma_1.2'
    """
    return re.sub(r"[^\w.-]+", "_", kernel).strip("_")


def plot(photo: Array, found: list[SideBySide], title: str) -> "Figure":
    """A row for each kernel: the photo, the taps, the photo by hand and by OpenCV.

    Where the two differ is said above the last picture; all panels are equally wide.
    """
    from matplotlib.figure import Figure  # here: takes long to import

    rows, columns = photo.shape[:2]
    tall = min(max(WIDTH * rows / columns, 1.6), 6.0)
    figure = Figure(
        (4 * WIDTH + 0.2, (tall + 0.6) * len(found) + 0.5), dpi=100, layout="constrained"
    )
    figure.suptitle(title, fontsize=14, parse_math=False)  # file names may hold $
    grid = figure.subplots(len(found), 4, squeeze=False)
    for axes, one in zip(grid, found, strict=True):
        _plot_row(axes, photo, one)
    return figure


def _plot_row(axes: Array, photo: Array, one: SideBySide) -> None:
    size = " × ".join(map(str, one.kernel.shape))
    limit = float(np.abs(one.kernel).max()) or 1.0
    draw_kernel(axes[1], one.kernel, limit, inches=WIDTH - 0.6)
    axes[1].set_title(f"{one.name}, {size}", fontsize=12)
    note = " (mid-grey = 0)" if one.signed else ""
    off = one.largest_difference
    same = f"at most {off:.0e} off" if off else "the same to the last digit"
    pictures = {
        "original": (axes[0], to_uint8(photo)),
        f"by hand{note}": (axes[2], one.shown()[0]),
        f"by OpenCV: {same}": (axes[3], one.shown()[1]),
    }
    for name, (axis, picture) in pictures.items():
        axis.imshow(_thinned(picture), cmap="gray", vmin=0, vmax=255, interpolation="nearest")
        axis.set_title(name, fontsize=12)
    for axis in axes:
        axis.set(xticks=[], yticks=[])


def _thinned(picture: Array) -> Array:
    step = -(-max(picture.shape[:2]) // LARGEST_DRAWN)
    return picture[::step, ::step]

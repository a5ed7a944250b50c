"""Kernels drawn into matplotlib figures, and colours that most people can tell apart."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DIVERGING = "RdBu_r"
"""The colour map of signed values: red above zero, blue below, white at zero; the colour-blind see
it too."""

LINE_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7")
"""Of lines and marks, on white and on black alike: M. Okabe and K. Ito, *Color Universal Design*,
2008, without their black and yellow."""

SMALLEST_LETTERS = 6.5  # points, that can be read
FEW_ALIKE = 9  # more taps than this that are all alike are said in words
SAME = 1e-9  # of the largest tap: rounding errors


def draw_kernel(
    axis: "Axes",
    kernel: NDArray[Any],
    limit: float,
    smallest: float = 0.0,
    written: bool = True,
    inches: float = 2.0,
) -> None:
    """Draw an (M, N) kernel: colours from -limit to limit, taps written if that can be read.

    Of many taps that are all alike it is written how many there are, and what each is. Beside a
    kernel without written taps is a scale of colours. NaN is a gap.

    Parameters
    ----------
    smallest : taps of a magnitude up to this are written as 0
    written : whether anything is written at all
    inches : width of the axes, which decides the size of the letters
    """
    drawn = axis.imshow(kernel, cmap=DIVERGING, vmin=-limit, vmax=limit, interpolation="nearest")
    axis.set_xticks([])
    axis.set_yticks([])
    if not written:
        return
    alike = all_alike(kernel)
    if alike:
        write_across(axis, alike, inches, _on(float(kernel.flat[0]), limit))
    if alike or not _write_taps(axis, kernel, limit, smallest, inches):
        place = axis.inset_axes((1.03, 0.0, 0.05, 1.0))
        axis.figure.colorbar(drawn, cax=place, ticks=[-limit, 0, limit], format=_in_short)
        place.tick_params(labelsize=9, length=2, pad=2)


def draw_pixels(axis: "Axes", pixels: NDArray[Any], inches: float = 2.0) -> None:
    """Draw (rows, columns) grey levels, black at 0 and white at 255, with their numbers if these
    can be read. NaN is a cell that is not known yet: pale yellow and empty.

    ``inches`` is the width of the axes, which decides the size of the letters.
    """
    axis.set_facecolor("#fff7d6")
    axis.imshow(pixels, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    axis.set(xticks=[], yticks=[])
    size = min(14.0, 72 * 0.88 * inches / (0.62 * max(pixels.shape) * 4))  # 4: letters of "-123"
    if size < SMALLEST_LETTERS:
        return
    for (row, column), level in np.ndenumerate(pixels):
        if not np.isnan(level):
            colour = "black" if level > 127 else "white"
            axis.text(
                column, row, f"{level:.0f}", ha="center", va="center", fontsize=size, color=colour
            )


def all_alike(kernel: NDArray[Any]) -> str:
    """``49 × 1/49`` for many taps that are all alike, up to rounding errors; else nothing.

    >>> all_alike(np.full((7, 7), 1 / 49)), all_alike(np.full((5, 5), 0.3)), all_alike(np.eye(5))
    ('49 × 1/49', '25 × 0.3', '')
    """
    tap = float(kernel.flat[0])
    if kernel.size <= FEW_ALIKE or not np.abs(kernel - tap).max() <= SAME * abs(tap):
        return ""
    whole = round(1 / tap)
    fraction = whole > 1 and abs(whole * tap - 1) <= SAME
    return f"{kernel.size} × {f'1/{whole}' if fraction else format_tap(tap)}"


def write_across(axis: "Axes", words: str, inches: float, colour: str = "black") -> None:
    """Words in the middle of axes that are so many inches wide, as large as fits."""
    longest = max(map(len, words.splitlines()))
    size = min(16.0, 72 * 0.9 * inches / (0.62 * longest))
    across = axis.transAxes
    axis.text(
        0.5, 0.5, words, ha="center", va="center", fontsize=size, color=colour, transform=across
    )


def _write_taps(
    axis: "Axes", kernel: NDArray[Any], limit: float, smallest: float, inches: float
) -> bool:
    """Into the cells, where that can be read; returns whether it can."""
    cells = [(place, tap) for place, tap in np.ndenumerate(kernel) if not np.isnan(tap)]
    shown = [0.0 if abs(tap) <= smallest else float(tap) for _, tap in cells]
    words = [format_tap(tap) for tap in shown]
    if max(map(len, words)) > len("-0.12"):  # two digits that can be read, not three that cannot
        words = [format_tap(tap, 2) for tap in shown]
    size = min(14.0, 72 * 0.88 * inches / (0.62 * max(kernel.shape) * max(map(len, words))))
    if size < SMALLEST_LETTERS:
        return False
    for ((row, column), tap), word in zip(cells, words, strict=True):
        colour = _on(tap, limit)
        axis.text(column, row, word, ha="center", va="center", fontsize=size, color=colour)
    return True


def _on(tap: float, limit: float) -> str:
    """The colour of letters on that of a tap."""
    return "white" if abs(tap) > 0.6 * limit else "black"


def _in_short(tap: float, _: object = None) -> str:
    return format_tap(tap, 2)


def format_tap(tap: float, digits: int = 3) -> str:
    """A tap in few characters: ``-1``, ``0.0204``, ``2e-16``.

    >>> [format_tap(tap) for tap in (-1.0, 1 / 49, 2.2e-16, 0.0, 12345.0)]
    ['-1', '0.0204', '2e-16', '0', '1e+04']
    >>> [format_tap(tap, 2) for tap in (0.0219, -0.162, 121.0)]
    ['0.022', '-0.16', '121']
    """
    if tap == 0 or 1e-3 <= abs(tap) < 1e4:
        whole = len(str(int(abs(tap))))
        return f"{tap + 0.0:.{max(digits, whole)}g}"  # + 0.0 turns -0 into 0
    return f"{tap:.0e}"

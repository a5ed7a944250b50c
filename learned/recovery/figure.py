"""The figure of a recovery: before, after, reproduced, the difference, and the kernel, large."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from handconv.arrays import Array, Floats
from handconv.pictures.draw import DIVERGING, draw_kernel, format_tap, write_across
from learned.recovery import report

if TYPE_CHECKING:
    from learned.recovery.record import Recovery

COLOURS = {1: ("grey",), 3: ("red", "green", "blue")}
KERNEL = 5.2  # inches, of a side


def figure(found: "Recovery") -> Figure:
    """Four pictures on one scale of grey beside the kernel; the difference on a scale of its own.

    What is reproduced is that by the best explanation where there is one, else by the kernel.
    """
    before, best = found.reading.before, next(iter(found.explanations), found.filter)
    stored = best.apply(before)
    after = found.reading.after
    if after.shape != stored.shape:  # a filter left out the rim
        after = np.full(stored.shape, np.nan)
        after[:, *found.reading.inside] = found.reading.after
    rows, columns = found.reading.size
    tall = min(1.6, max(0.5, rows / columns))
    drawn = Figure((15.5, max(7.4 * tall, KERNEL) + 1.6), dpi=100, layout="constrained")
    left, right = drawn.subfigures(1, 2, squeeze=False, width_ratios=(9, 6.5))[0]
    panels = left.subplots(2, 2).ravel()
    _photo(panels[0], before, "before")
    _photo(panels[1], np.nan_to_num(after), "after")
    by = "explanation" if found.explanations else "kernel"
    _photo(panels[2], stored, f"reproduced by the {by}")
    _difference(panels[3], np.nan_to_num(after.astype(np.float64) - stored), found)
    for panel in panels:
        panel.set(xticks=[], yticks=[])
    _kernel(right.subplots(), found)
    title = f"{found.verdict} · {report.reproduced(found)} reproduced exactly"
    for each in found.explanations[:1]:
        title += f" by the best kernel\n{each.sentence} · {report.percent(each.exact_pixels)}"
        title += " of the pixels"
    drawn.suptitle(title, fontsize=15)
    return drawn


def _difference(axis: Axes, off: Floats, found: "Recovery") -> None:
    """Of the channel that is farthest off, with a scale that goes as far as it does."""
    worst = float(np.abs(off).max())
    signed = off[np.abs(off).max(axis=(1, 2)).argmax()]
    least = 1.0 if found.reading.after.dtype.kind == "u" else 1e-9
    # a few bright pixels must not hide all others
    limit = max(float(np.quantile(np.abs(signed), 0.995)), worst / 10, least)
    shown = axis.imshow(signed, cmap=DIVERGING, vmin=-limit, vmax=limit)
    axis.set_title(f"difference: {format_tap(worst)} at most", fontsize=13)
    if worst == 0:
        axis.set_title("difference", fontsize=13)
        write_across(axis, "none", 3.0)
        return
    if found.exact_pixels == 1 and not found.whole and not found.explanations:
        axis.set_title("difference: at the border only", fontsize=13)
    assert axis.figure is not None
    beyond = "both" if worst > limit else "neither"
    bar = axis.figure.colorbar(shown, ax=axis, shrink=0.8, ticks=[-limit, 0, limit], extend=beyond)
    bar.ax.set_yticklabels([format_tap(tick, 2) for tick in (-limit, 0, limit)])
    bar.set_label("after − reproduced, grey levels", fontsize=11)


def _kernel(axis: Axes, found: "Recovery") -> None:
    """As numerators where the taps are fractions; of several channels, a block for each two."""
    taps, denominator = found.filter.fraction or (found.kernel, 1)
    blocks = taps if found.alike else _blocks(taps)
    limit = float(np.nanmax(np.abs(blocks))) or 1.0
    draw_kernel(axis, blocks, limit, smallest=1e-9 * limit, inches=KERNEL)
    if not found.alike:
        (outs, ins), (rows, columns) = taps.shape[:2], taps.shape[2:]
        axis.set_xticks(*_labels("from", ins, columns))
        axis.set_yticks(*_labels("to", outs, rows), rotation=90, va="center")
        axis.tick_params(length=0, labelsize=11)
    axis.set_title("\n".join(_about_the_kernel(found, denominator)), fontsize=14)


def _blocks(taps: Array) -> Floats:
    """(out-channels, in-channels, M, N) as one picture, with gaps."""
    gaps = np.pad(taps.astype(np.float64), ((0, 0),) * 2 + ((0, 1),) * 2, constant_values=np.nan)
    return np.block([list(row) for row in gaps])[:-1, :-1]


def _labels(word: str, channels: int, side: int) -> tuple[list[float], list[str]]:
    names = COLOURS.get(channels, tuple(f"channel {number}" for number in range(channels)))
    middles = [channel * (side + 1) + (side - 1) / 2 for channel in range(channels)]
    return middles, [f"{word} {name}" for name in names]


def _about_the_kernel(found: "Recovery", denominator: int) -> list[str]:
    rows, columns = found.kernel.shape[-2:]
    title = "kernel" if found.verdict == "linear" else "best kernel"
    divided = f", divided by {denominator}" if denominator > 1 else ""
    lines = [f"{title}, {report.size(found)}{divided}"]
    for match in found.matches[:1]:
        off = f" (to {match['max_abs_error']:.1e})" if match["max_abs_error"] else ""
        lines.append(f"{match['name']}, {match['orientation']}, times {match['scale']:.6g}{off}")
    bias = ", ".join(f"{value:.6g}" for value in found.filter.bias)
    moved = found.anchor != (rows // 2, columns // 2)
    lines.append(f"bias {bias}" + (f", anchor {found.anchor}" if moved else ""))
    return lines


def _photo(axis: Axes, planes: Array, title: str) -> None:
    """Grey or colour, from black at 0 to white at the top of the range."""
    highest = float(planes.max())
    top = next(top for top in (1.0, 255.0, highest) if highest <= top)
    if planes.dtype.kind == "u":
        top = float(np.iinfo(planes.dtype).max)
    scaled = (planes / top).clip(0, 1)
    photo = scaled[0] if len(planes) == 1 else scaled.transpose(1, 2, 0)
    axis.imshow(photo, cmap="gray", vmin=0, vmax=1)
    axis.set_title(title, fontsize=13)

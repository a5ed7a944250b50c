"""The figure of a recovery: before, after, reproduced, the difference and the kernel."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from handconv.arrays import Array
from handconv.pictures.draw import DIVERGING, draw_kernel
from learned.recovery import report

if TYPE_CHECKING:
    from learned.recovery.recover import Recovery


def figure(found: "Recovery") -> Figure:
    """Five panels on one scale of grey; the difference on one that shows single grey levels.

    What is reproduced is that by the best explanation where there is one, else by the kernel.
    """
    before, best = found.reading.before, next(iter(found.explanations), found.filter)
    stored = best.apply(before)
    after = found.reading.after
    if after.shape != stored.shape:  # a filter left out the rim
        after = np.full(stored.shape, np.nan)
        after[:, *found.reading.inside] = found.reading.after
    rows, columns = found.reading.size
    height = 3.6 * min(1.6, max(0.6, rows / columns)) + 1.1
    drawn = Figure((18, height), dpi=110, layout="constrained")
    panels = drawn.subplots(1, 5)
    _photo(panels[0], before, "before")
    _photo(panels[1], np.nan_to_num(after), "after")
    _photo(
        panels[2], stored, f"reproduced by the {'explanation' if found.explanations else 'kernel'}"
    )

    off = np.nan_to_num(after.astype(np.float64) - stored)
    worst = float(np.abs(off).max())
    signed = off[np.abs(off).max(axis=(1, 2)).argmax()]
    least = 1.0 if found.reading.after.dtype.kind == "u" else 1e-9
    # a few bright pixels must not hide all others
    limit = max(float(np.quantile(np.abs(signed), 0.995)), worst / 10, least)
    shown = panels[3].imshow(signed, cmap=DIVERGING, vmin=-limit, vmax=limit)
    drawn.colorbar(shown, ax=panels[3], shrink=0.8)
    unexplained = found.verdict == "not linear" and not found.explanations
    what = "violation, after − reproduced" if unexplained else "difference"
    much = "none" if worst == 0 else f"up to {worst:.3g}"
    if worst and found.exact_pixels == 1 and not found.whole and not found.explanations:
        much = "at the border only"
    panels[3].set_title(f"{what}: {much}")

    kernel = found.kernel if found.alike else np.block([list(row) for row in found.kernel])
    draw_kernel(panels[4], kernel, float(np.abs(kernel).max()) or 1.0)
    named = f"\n{found.matches[0]['name']}" if found.matches else ""
    panels[4].set_title(f"kernel, {report.size(found)}{named}")
    for panel in panels:
        panel.set_xticks([])
        panel.set_yticks([])
    title = f"{found.verdict} · {report.reproduced(found)} reproduced exactly"
    for each in found.explanations[:1]:
        title += f"\n{each.sentence} · {report.percent(each.exact_pixels)} of the pixels"
    drawn.suptitle(title, fontsize=14)
    return drawn


def _photo(axis: Axes, planes: Array, title: str) -> None:
    """Grey or colour, from black at 0 to white at the top of the range."""
    highest = float(planes.max())
    top = next(top for top in (1.0, 255.0, highest) if highest <= top)
    if planes.dtype.kind == "u":
        top = float(np.iinfo(planes.dtype).max)
    scaled = (planes / top).clip(0, 1)
    photo = scaled[0] if len(planes) == 1 else scaled.transpose(1, 2, 0)
    axis.imshow(photo, cmap="gray", vmin=0, vmax=1)
    axis.set_title(title)

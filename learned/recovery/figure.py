"""The figure of a recovery: before, after, reproduced, the difference and the kernel."""

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from handconv.pictures.draw import DIVERGING, draw_kernel
from learned.recovery.report import percent

if TYPE_CHECKING:
    from learned.recovery.recover import Recovery

Floats = NDArray[np.float64]


def figure(found: "Recovery") -> Figure:
    """Five panels on one scale of grey; the difference on one that shows single grey levels."""
    before, after = found.reading.before, _padded(found)
    stored = found.filter.apply(before)
    off = np.nan_to_num(after - stored)
    rows, columns = before.shape[1:]
    height = 3.6 * min(1.6, max(0.6, rows / columns)) + 1.1
    drawn = Figure((18, height), dpi=110, layout="constrained")
    panels = drawn.subplots(1, 5)
    _photo(panels[0], before, "before")
    _photo(panels[1], np.nan_to_num(after), "after")
    _photo(panels[2], stored, "reproduced by the kernel")
    worst = float(np.abs(off).max())
    signed = off[np.abs(off).max(axis=(1, 2)).argmax()]
    # a few bright pixels must not hide all others
    limit = max(float(np.quantile(np.abs(signed), 0.995)), worst / 10, 1e-9)
    if found.reading.after.dtype.kind == "u":
        limit = max(limit, 1.0)
    shown = panels[3].imshow(signed, cmap=DIVERGING, vmin=-limit, vmax=limit)
    what = "difference" if found.verdict != "not linear" else "violation, after − reproduced"
    size = "none" if worst == 0 else f"up to {worst:.3g}"
    if worst and found.exact_pixels == 1 and not found.whole:
        size = "at the border only"
    panels[3].set_title(f"{what}: {size}")
    drawn.colorbar(shown, ax=panels[3], shrink=0.8)
    kernel = found.kernel
    flat = kernel if found.alike else np.block([[part for part in row] for row in kernel])
    draw_kernel(panels[4], flat, float(np.abs(flat).max()) or 1.0)
    named = f"\n{found.matches[0]['name']}" if found.matches else ""
    channels = f"{kernel.shape[1]} channels to {kernel.shape[0]}, " if not found.alike else ""
    panels[4].set_title(f"kernel, {channels}{kernel.shape[-2]} × {kernel.shape[-1]}{named}")
    for panel in panels:
        panel.set_xticks([])
        panel.set_yticks([])
    where = "pixels" if found.whole else "pixels away from the border"
    drawn.suptitle(
        f"{found.verdict} · {percent(found.exact_pixels)} of the {where} reproduced exactly",
        fontsize=14,
    )
    return drawn


def _photo(axis: Axes, planes: NDArray[Any], title: str) -> None:
    """Grey or colour, from black at 0 to white at the top of the range."""
    if planes.dtype.kind == "u":
        top = float(np.iinfo(planes.dtype).max)
    else:
        tops = [1.0, 255.0, float(planes.max())]
        top = next(top for top in tops if planes.max() <= top)
    scaled = (planes / top).clip(0, 1)
    axis.imshow(
        scaled[0] if len(planes) == 1 else scaled.transpose(1, 2, 0), cmap="gray", vmin=0, vmax=1
    )
    axis.set_title(title)


def _padded(found: "Recovery") -> Floats:
    """The after image as large as the before image, NaN where a filter left out the rim."""
    before, after = found.reading.before, found.reading.after
    margins = [(b - a) // 2 for b, a in zip(before.shape[1:], after.shape[1:], strict=True)]
    around = ((0, 0), *((margin, margin) for margin in margins))
    return np.pad(after.astype(np.float64), around, constant_values=np.nan)

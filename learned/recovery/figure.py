"""The figure of a recovery: before, after, reproduced, the difference and the kernel."""

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from handconv.draw import DIVERGING, draw_kernel

if TYPE_CHECKING:
    from learned.recover import Recovery

Floats = NDArray[np.float64]


def figure(found: "Recovery") -> Figure:
    """Five panels on one scale of grey; the difference on one that shows single grey levels."""
    before, after = found.evidence.before, _padded(found)
    stored = _stored(found)
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
    limit = max(worst, 1e-9)
    shown = panels[3].imshow(signed, cmap=DIVERGING, vmin=-limit, vmax=limit)
    panels[3].set_title("difference: none" if worst == 0 else f"difference: up to {worst:.3g}")
    drawn.colorbar(shown, ax=panels[3], shrink=0.8)
    kernel = found.kernel
    flat = kernel if kernel.ndim == 2 else np.block([[part for part in row] for row in kernel])
    draw_kernel(panels[4], flat, float(np.abs(flat).max()) or 1.0)
    named = f"\n{found.matches[0]['name']}" if found.matches else ""
    panels[4].set_title(f"kernel, {kernel.shape[-2]} × {kernel.shape[-1]}{named}")
    for panel in panels:
        panel.set_xticks([])
        panel.set_yticks([])
    exact = "all pixels" if found.exact_pixels == 1 else f"{100 * found.exact_pixels:.1f} % of pixels"
    drawn.suptitle(f"{found.verdict} · {exact} reproduced exactly", fontsize=14)
    return drawn


def _photo(axis: Axes, planes: NDArray[Any], title: str) -> None:
    """Grey or colour, from black at 0 to white at the top of the range."""
    top = 1.0
    if planes.dtype.kind == "u":
        top = float(np.iinfo(planes.dtype).max)
    elif planes.max() > 1:
        top = 255.0 if planes.max() <= 255 else float(planes.max())
    scaled = (planes / top).clip(0, 1)
    axis.imshow(scaled[0] if len(planes) == 1 else scaled.transpose(1, 2, 0), cmap="gray", vmin=0, vmax=1)
    axis.set_title(title)


def _padded(found: "Recovery") -> Floats:
    """The after image as large as the before image, NaN where a filter left out the rim."""
    before, after = found.evidence.before, found.evidence.after
    margins = [(b - a) // 2 for b, a in zip(before.shape[1:], after.shape[1:], strict=True)]
    around = ((0, 0), *((margin, margin) for margin in margins))
    return np.pad(after.astype(np.float64), around, constant_values=np.nan)


def _stored(found: "Recovery") -> NDArray[Any]:
    """The prediction, rounded and clipped as the after image was."""
    dtype = found.evidence.after.dtype
    if dtype.kind == "f":
        return found.predicted
    level = np.floor(found.predicted + (0.0 if found.rounding == ["floor"] else 0.5))
    # a value half-way may have gone down: whatever the bounds allow counts as reproduced
    after = np.nan_to_num(_padded(found))
    half = np.isclose(level - found.predicted, 0.5, atol=1e-6) & (after == level - 1)
    stored: NDArray[Any] = (level - half).clip(0, np.iinfo(dtype).max).astype(dtype)
    return stored

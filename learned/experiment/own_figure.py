"""What was learned from pairs of your own, drawn and said: there is no kernel by hand beside it."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from handconv.arrays import Array, Floats
from handconv.kernels import named
from handconv.pictures.draw import DIVERGING, draw_kernel
from learned.compare import ORIENTATIONS
from learned.experiment.config import OWN
from learned.experiment.figures import flat
from learned.experiment.folder import Run, with_channels
from learned.pairs import Pair
from learned.recovery.names import Match
from learned.recovery.thresholds import EQUAL
from learned.solve.predict import predict


def plot_own_pairs(run: Run, pair: Pair) -> Figure:
    """Above: before, after, and what the kernel makes less what is stored. Below: the kernel, what
    is proven about each tap, and the nearest kernel that is known by name."""
    kernel, entry = run.learned(OWN), run.metrics["kernels"][OWN]
    rows, columns = pair.size
    tall = float(np.clip(rows / columns, 0.5, 1.5))
    figure = Figure((13, 4.2 * tall + 4.6), dpi=100, layout="constrained")
    axes = figure.subplots(2, 3, height_ratios=(tall, 1))
    _draw_photo(axes[0, 0], pair.before, "before")
    after = np.where(np.isfinite(pair.lower), pair.lower, pair.upper)[None]
    _draw_photo(axes[0, 1], after, "after, as stored")
    _draw_difference(axes[0, 2], pair, with_channels(kernel), entry.get("bias", 0.0))
    limit = float(np.abs(kernel).max()) or 1.0
    draw_kernel(axes[1, 0], flat(kernel), limit, smallest=1e-4 * limit)
    axes[1, 0].set_title(f"learned, {size(kernel)}{_bias(entry)}")
    reach = _reach(run)
    if reach is None:
        axes[1, 1].axis("off")
    else:
        draw_kernel(axes[1, 1], flat(reach), limit)
        axes[1, 1].set_title("each tap is proven to within ± this")
    if entry["nearest"]:
        match = entry["nearest"][0]
        known = match["scale"] * ORIENTATIONS[match["orientation"]](named(match["name"]))
        draw_kernel(axes[1, 2], known, limit)
        axes[1, 2].set_title("\n".join(_match(match, kernel)))
    else:
        axes[1, 2].axis("off")
    figure.suptitle(f"{run.config.name}: {_pixels(run)}", fontsize=14)
    return figure


def _draw_photo(axis: Axes, planes: Array, title: str) -> None:
    top = max(255.0, float(planes.max()))
    axis.imshow((planes / top).clip(0, 1).transpose(1, 2, 0).squeeze(), cmap="gray", vmin=0, vmax=1)
    axis.set(title=title, xticks=[], yticks=[])


def _draw_difference(axis: Axes, pair: Pair, kernel: Floats, bias: float) -> None:
    """The prediction less the middle of the bounds; grey where the pixel is clipped."""
    image, lower, upper = pair.samples((kernel.shape[1], kernel.shape[2]))
    with np.errstate(invalid="ignore"):
        off = predict(image, kernel) + bias - (lower + upper) / 2
    width = (upper - lower).max(where=np.isfinite(upper - lower), initial=0.0)
    off[~np.isfinite(off)] = np.nan
    most = float(np.nanmax(np.abs(off), initial=0.0))
    limit = max(most, width / 2, 1e-9)  # of rounded pixels half a grey level is hidden
    axis.set_facecolor("0.7")
    drawn = axis.imshow(off, cmap=DIVERGING, vmin=-limit, vmax=limit)
    clipped = "\n(clipped pixels in grey)" if np.isnan(off).any() else ""
    much = "0" if most < 1e-9 else f"at most {most:.2g}"
    axis.set(title=f"network − after: {much}{clipped}", xticks=[], yticks=[])
    axis.figure.colorbar(drawn, ax=axis, shrink=0.8, label="grey levels")


def describe(run: Run) -> Iterator[str]:
    """The kernel behind the pairs, for a person: a line each for size, taps, name and proof."""
    kernel, entry = run.learned(OWN), run.metrics["kernels"][OWN]
    count = run.metrics["pairs"]
    pairs = f"{count} pairs" if count > 1 else "one pair"
    yield f"{OWN}: {size(kernel)} taps from {pairs}{_bias(entry)}"
    if kernel.ndim == len("MN") and max(kernel.shape) <= 9:
        yield from _taps(kernel, entry.get("rational"))
    for match in entry["nearest"]:
        yield " ".join(_match(match, kernel)) + "."
    reach = _reach(run)
    if reach is not None:
        yield f"Every tap is proven to within {reach.max():.1e}."
    if run.config.inverse:
        yield _brought_back(entry["loss"])
    if "exact_pixels" in entry:
        yield f"{_pixels(run).capitalize()}."


def _brought_back(loss: float) -> str:
    """How near an inverse comes, of its mean squared distance to the bounds, grey levels²."""
    if loss < 1e-9:  # rounding errors of the arithmetic
        return "It brings the pictures back to within their rounding."
    return f"It brings the pictures back to {10 * np.log10(255**2 / loss):.1f} dB, beyond rounding."


def size(kernel: Floats) -> str:
    """Rows and columns, and channels where there are several."""
    *channels, rows, columns = kernel.shape
    return "".join(f"{count} channels of " for count in channels) + f"{rows} × {columns}"


def _taps(kernel: Floats, rational: dict[str, Any] | None) -> Iterator[str]:
    divided = rational and rational["denominator"] > 1
    taps = np.array(rational["numerator"]) if rational else kernel
    words = [[f"{tap:.6g}" if rational else f"{tap:.6f}" for tap in row] for row in taps]
    width = max(len(word) for row in words for word in row)
    yield from ("  " + "  ".join(word.rjust(width) for word in row) for row in words)
    if rational and divided:
        yield f"divided by {rational['denominator']}"


def _match(match: Match, kernel: Floats) -> tuple[str, str]:
    share = match["max_abs_error"] / float(np.abs(kernel).max())
    is_it = "It is" if share <= EQUAL else "Nearest by name is"
    off = f", {share:.1%} off" if share >= 1e-3 else f", {share:.0e} off" if share else ""
    return f"{is_it} {match['name']},", f"{match['orientation']}, times {match['scale']:.6g}{off}"


def _bias(entry: dict[str, Any]) -> str:
    return f", bias {entry['bias']:.6g}" if entry.get("bias") else ""


def _pixels(run: Run) -> str:
    entry = run.metrics["kernels"][OWN]
    if "exact_pixels" not in entry:
        return f"loss {entry['loss']:.2e} grey levels²"
    share = entry["exact_pixels"]
    much = "all" if share == 1 else f"{int(share * 10_000) / 100:.2f} %"
    where = " away from the border" if run.config.border == "valid" else ""
    return f"{much} of the pixels{where} are reproduced"


def _reach(run: Run) -> Floats | None:
    """How far each tap may be from the learned one; None where that is not proven."""
    if f"lower/{OWN}" not in run.kernels:
        return None
    lower, upper = run.kernels[f"lower/{OWN}"], run.kernels[f"upper/{OWN}"]
    learned = run.learned(OWN)
    return np.maximum(upper - learned, learned - lower)

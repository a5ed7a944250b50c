"""The three figures of a run. Each function gives a matplotlib `Figure`, ready to save."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from handconv.arrays import Floats
from handconv.pictures.draw import DIVERGING, draw_kernel
from handconv.pictures.show import to_uint8, to_uint8_stretched
from handconv.pictures.sidebyside import by_opencv
from learned.experiment.curve import Point
from learned.experiment.folder import Run, with_channels
from learned.experiment.panels import Panel, plot_panels
from learned.net import FilterNet
from learned.pairs import made_pair

KERNELS_ACROSS = 6


def plot_kernels(run: Run) -> Figure:
    """Hand-defined kernels above the learned ones above the difference, one column a kernel.

    One colour scale for each kernel, zero in white; the difference is drawn on the same scale, so
    it is blank where the kernel was learned.
    """
    names = run.names
    blocks = [names[i : i + KERNELS_ACROSS] for i in range(0, len(names), KERNELS_ACROSS)]
    across = min(len(names), KERNELS_ACROSS)
    shapes = [_flat(run.hand(name)).shape for name in names]
    tallest = min(1.0, max(rows / columns for rows, columns in shapes))  # of a column's width
    height = 3 * (2.5 * tallest + 0.5) + 0.3
    figure = Figure((2.9 * across + 0.7, height * len(blocks)), dpi=110, layout="constrained")
    parts = figure.subfigures(len(blocks), 1, squeeze=False)
    for block, part in zip(blocks, parts[:, 0], strict=True):
        axes = part.subplots(3, across, squeeze=False)
        for column, name in zip(axes.T, block, strict=False):
            _draw_kernel_column(column, run, name)
        for axis in axes[:, len(block) :].flat:
            axis.axis("off")
        for axis, label in zip(axes[:, 0], ("by hand", "learned", "difference"), strict=True):
            axis.set_ylabel(label, fontsize=12)
    return figure


def _draw_kernel_column(axes: Any, run: Run, name: str) -> None:
    hand, learned = _flat(run.hand(name)), _flat(run.learned(name))
    entry, limit = run.metrics["kernels"][name], float(np.nanmax(np.abs(hand)))
    size = " × ".join(map(str, run.hand(name).shape[-2:]))
    colours = "" if run.hand(name).ndim == 2 else ", red | green | blue"
    draw_kernel(axes[0], hand, limit)
    axes[0].set_title(f"{name}\n{size}{colours}", fontsize=12)
    draw_kernel(axes[1], learned, limit, smallest=1e-4 * limit)
    axes[1].set_title(entry["orientation"], fontsize=10)
    draw_kernel(axes[2], learned - hand, limit)
    axes[2].set_title(f"at most {entry['max_abs_error']:.1e}", fontsize=10)


def _flat(kernel: Floats) -> Floats:
    """A kernel as one picture: the channels of a colour kernel side by side, a gap between."""
    planes = np.pad(with_channels(kernel), ((0, 0), (0, 0), (0, 1)), constant_values=np.nan)
    return np.concatenate(list(planes), axis=1)[:, :-1]


def plot_convergence(run: Run) -> Figure:
    """Loss and kernel error against steps and seconds, one line a kernel."""
    panels = []
    for quantity, up in (
        ("loss", "loss (grey levels²)"),
        ("kernel_error", "kernel error (relative to the largest tap)"),
    ):
        for along in ("step", "seconds"):
            lines = {}
            for name in run.names:
                records = [record for record in run.history if record["kernel"] == name]
                lines[name] = [r[along] for r in records], [r[quantity] for r in records]
            panels.append(Panel(lines, along, up, log=along == "seconds"))
    title = f"{run.config.name}: {run.config.train.optimizer}, {run.config.target} targets"
    return plot_panels(panels, across=2, title=title, sharex="col", sharey="row")


def plot_outputs(run: Run, photo: Floats, device: torch.device) -> Figure:
    """For each kernel: photo, filtered by hand, by the network, by OpenCV, and their difference.

    ``photo`` is (channels, rows, columns), 0 … 255. Kernels with negative taps give signed
    results: those are stretched around mid-grey.
    """
    figure = Figure((16, 3.4 * len(run.names)), dpi=80, layout="constrained")
    axes = figure.subplots(len(run.names), 5, squeeze=False)
    for row, name in zip(axes, run.names, strict=True):
        hand = with_channels(run.hand(name))
        pair = made_pair(photo, hand, run.config.operation, run.config.border)
        image = pair.samples((hand.shape[1], hand.shape[2])).image
        outputs = {
            "by hand": pair.lower,
            "by the learned network": _network_output(image, run.learned(name), device),
            "by OpenCV filter2D": _opencv_output(photo, hand, run),
        }
        row[0].imshow(to_uint8(photo).transpose(1, 2, 0).squeeze(), cmap="gray", vmin=0, vmax=255)
        row[0].set_title("photo", fontsize=11)
        row[0].set_ylabel(name, fontsize=13)
        _draw_outputs(row[1:4], outputs, bool((hand < 0).any() and abs(hand.sum()) < 0.5))
        _draw_difference(row[4], *outputs.values())
        for axis in row:
            axis.set(xticks=[], yticks=[])
    return figure


def _draw_outputs(axes: Any, outputs: dict[str, Floats], signed: bool) -> None:
    # a few strong edges must not leave the rest grey: the strongest 0.5 % are clipped
    strong = float(np.quantile(np.abs(outputs["by hand"]), 0.995)) or 1.0
    for axis, (title, output) in zip(axes, outputs.items(), strict=True):
        picture = to_uint8_stretched(output.clip(-strong, strong)) if signed else to_uint8(output)
        axis.imshow(picture, cmap="gray", vmin=0, vmax=255)
        axis.set_title(title + (" (mid-grey = 0)" if signed else ""), fontsize=11)


def _draw_difference(axis: Axes, by_hand: Floats, by_network: Floats, by_opencv: Floats) -> None:
    difference, opencv = by_network - by_hand, float(np.abs(by_opencv - by_hand).max())
    most = float(np.abs(difference).max())
    drawn = axis.imshow(difference, cmap=DIVERGING, vmin=-max(most, 1), vmax=max(most, 1))
    title = f"network − by hand, at most {most:.1e}\n(OpenCV − by hand, at most {opencv:.1e})"
    axis.set_title(title, fontsize=9)
    axis.figure.colorbar(drawn, ax=axis, shrink=0.8, label="grey levels")


def _network_output(image: Floats, kernel: Floats, device: torch.device) -> Floats:
    dtype = torch.float32 if device.type == "mps" else torch.float64
    kernel = with_channels(kernel)
    net = FilterNet((kernel.shape[1], kernel.shape[2]), kernel.shape[0], dtype).to(device)
    net.kernel = kernel
    below = kernel.shape[1] - 1
    rows, columns = image.shape[1] - below, image.shape[2] - kernel.shape[2] + 1
    output = np.empty((rows, columns))
    band = max(1, 2**23 // (kernel.size * columns))  # torch copies every patch: 64 MiB a band
    for y in range(0, rows, band):
        part = image[:, y : min(y + band, rows) + below]
        with torch.no_grad():
            predicted = net(torch.as_tensor(part, dtype=dtype, device=device)[None])
        output[y : y + band] = predicted[0, 0].cpu().numpy()
    return output


def _opencv_output(photo: Floats, kernel: Floats, run: Run) -> Floats:
    """The same by `cv2.filter2D` in double precision, channel by channel."""
    turned = kernel if run.config.operation == "correlation" else kernel[:, ::-1, ::-1]
    border = run.config.border
    planes = [by_opencv(plane, taps, border) for plane, taps in zip(photo, turned, strict=True)]
    total: Floats = np.sum(planes, axis=0)
    return total


def plot_bounds(run: Run) -> Figure:
    """After a finish: how far each tap is off, by least squares and by bounds, and what is proven.

    One panel a kernel, one column a tap. A green bar reaches as far as the bounds allow the tap to
    be off: its certificate.
    """
    figure = Figure((11, 2.6 * len(run.names) + 0.5), dpi=100, layout="constrained")
    axes = figure.subplots(len(run.names), 1, squeeze=False)[:, 0]
    for axis, name in zip(axes, run.names, strict=True):
        hand = run.hand(name).ravel()
        tap, digits = np.arange(len(hand)), 1e-17 * np.abs(hand).max()
        if f"lower/{name}" in run.kernels:
            lower, upper = (run.kernels[f"{side}/{name}"].ravel() for side in ("lower", "upper"))
            reach = np.maximum(upper - hand, hand - lower)
            axis.bar(tap, reach, 0.8, color="tab:green", alpha=0.25, label="proven to be within")
        plain = np.abs(run.kernels[f"least_squares/{name}"].ravel() - hand)
        bounds = np.abs(run.learned(name).ravel() - hand)
        axis.plot(tap, np.maximum(plain, digits), "x", color="tab:red", label="least squares")
        axis.plot(tap, np.maximum(bounds, digits), ".", color="black", label="bounds")
        axis.set_yscale("log")
        axis.set_ylim(digits / 3, 30 * max(plain.max(), bounds.max()))
        axis.set_xlim(-0.7, len(hand) - 0.3)
        axis.set_ylabel("|learned − true tap|")
        axis.set_title(f"{name}: {_findings(run.metrics['kernels'][name])}", fontsize=11)
    axes[-1].set_xlabel("tap, row by row")
    axes[0].legend(loc="center right", fontsize=9)
    return figure


def plot_learning_curve(points: Sequence[Point], title: str) -> Figure:
    """Error and certificate width against the number of pixels, least squares beside them."""
    pixels, least_squares, bounds, width = zip(*points, strict=True)
    lines = {}
    for values, what in (
        (least_squares, "error of least squares"),
        (width, "width of the certificate"),
        (bounds, "error of bounds"),
    ):
        slope = np.polyfit(np.log(pixels), np.log(values), 1)[0]
        lines[f"{what}: slope {slope:.2f}"] = pixels, values
    panel = Panel(lines, "pixels of the picture", "share of the largest tap")
    return plot_panels([panel], title=title)


def _findings(entry: dict[str, Any]) -> str:
    """What the finish found, in a line."""
    plain, bounds = entry["least_squares_error"], entry["relative_error"]
    words = [f"least squares {plain:.0e} off, bounds {bounds:.0e}"]
    if entry["rational"]:
        words.append(f"fractions of {entry['rational']['denominator']}")
    if not entry["feasible"]:
        words.append(f"no kernel fits: bounds violated by {entry['violation']:.2g} grey levels")
    return "; ".join(words)

"""The three figures of a run. Each function gives a matplotlib `Figure`, ready to save."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from handconv import pad
from handconv.pictures.draw import DIVERGING, draw_kernel
from handconv.pictures.show import to_uint8, to_uint8_stretched
from learned.experiment.curve import Point
from learned.experiment.folder import Run
from learned.net import FilterNet
from learned.pairs import made_pair

Floats = NDArray[np.float64]

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
        for column in range(across):
            if column < len(block):
                _draw_kernel_column(axes[:, column], run, block[column])
            else:
                for axis in axes[:, column]:
                    axis.axis("off")
        for axis, label in zip(axes[:, 0], ("by hand", "learned", "difference"), strict=True):
            axis.set_ylabel(label, fontsize=12)
    return figure


def _draw_kernel_column(axes: Any, run: Run, name: str) -> None:
    hand, learned = _flat(run.hand(name)), _flat(run.learned(name))
    metrics = run.metrics["kernels"][name]
    limit = float(np.nanmax(np.abs(hand)))
    draw_kernel(axes[0], hand, limit)
    axes[0].set_title(f"{name}\n{_size(run.hand(name))}", fontsize=12)
    draw_kernel(axes[1], learned, limit, smallest=1e-4 * limit)
    axes[1].set_title(metrics["orientation"], fontsize=10)
    draw_kernel(axes[2], learned - hand, limit)
    axes[2].set_title(f"at most {metrics['max_abs_error']:.1e}", fontsize=10)


def _flat(kernel: Floats) -> Floats:
    """A kernel as one picture: the channels of a colour kernel side by side, a gap between."""
    if kernel.ndim == 2:
        return kernel
    gap = np.full((len(kernel), kernel.shape[1], 1), np.nan)
    return np.concatenate(list(np.concatenate([kernel, gap], axis=2)), axis=1)[:, :-1]


def _with_channels(kernel: Floats) -> Floats:
    return kernel if kernel.ndim == 3 else kernel[None]


def _size(kernel: Floats) -> str:
    size = " × ".join(map(str, kernel.shape[-2:]))
    return size if kernel.ndim == 2 else f"{size}, red | green | blue"


def plot_convergence(run: Run) -> Figure:
    """Loss and kernel error against steps and seconds, one line a kernel."""
    figure = Figure((11, 7.5), dpi=110, layout="constrained")
    axes = figure.subplots(2, 2, sharey="row", sharex="col")
    for name in run.names:
        records = [record for record in run.history if record["kernel"] == name]
        for row, quantity in enumerate(("loss", "kernel_error")):
            # a log scale has no place for zero: nothing is lost below the last digit
            values = [max(record[quantity], 1e-30) for record in records]
            for column, against in enumerate(("step", "seconds")):
                axes[row, column].plot(
                    [record[against] for record in records],
                    values,
                    marker="o" if len(records) < 40 else None,
                    markersize=4,
                    label=name,
                )
    for axis in axes.flat:
        axis.set_yscale("log")
        axis.grid(True, alpha=0.3)
    for axis in axes[:, 1]:
        axis.set_xscale("log")
    axes[0, 0].set_ylabel("loss (grey levels²)")
    axes[1, 0].set_ylabel("kernel error (relative to the largest tap)")
    axes[1, 0].set_xlabel("step")
    axes[1, 1].set_xlabel("seconds")
    axes[0, 1].legend(fontsize=9)
    figure.suptitle(f"{run.config.name}: {run.config.train.optimizer}, {run.config.target} targets")
    return figure


def plot_outputs(run: Run, photo: Floats, device: torch.device) -> Figure:
    """For each kernel: photo, filtered by hand, by the network, by OpenCV, and their difference.

    ``photo`` is (channels, rows, columns), 0 … 255. Kernels with negative taps give signed
    results: those are stretched around mid-grey.
    """
    figure = Figure((16, 3.4 * len(run.names)), dpi=80, layout="constrained")
    axes = figure.subplots(len(run.names), 5, squeeze=False)
    for row, name in zip(axes, run.names, strict=True):
        hand, learned = _with_channels(run.hand(name)), _with_channels(run.learned(name))
        shape = (hand.shape[1], hand.shape[2])
        pair = made_pair(photo, hand, run.config.operation, run.config.border)
        by_hand = pair.lower
        image = pair.samples(shape).image
        by_network = _network_output(image, learned, device)
        by_opencv = _opencv_output(photo, hand, run)
        signed = bool((hand < 0).any()) and abs(float(hand.sum())) < 0.5
        # a few strong edges must not leave the rest grey: the strongest 0.5 % are clipped
        strong = float(np.quantile(np.abs(by_hand), 0.995)) or 1.0
        pictures = [
            to_uint8_stretched(picture.clip(-strong, strong)) if signed else to_uint8(picture)
            for picture in (by_hand, by_network, by_opencv)
        ]
        titles = ("by hand", "by the learned network", "by OpenCV filter2D")
        row[0].imshow(to_uint8(photo).transpose(1, 2, 0).squeeze(), cmap="gray", vmin=0, vmax=255)
        for axis, picture, title in zip(row[1:4], pictures, titles, strict=True):
            axis.imshow(picture, cmap="gray", vmin=0, vmax=255)
            axis.set_title(title + (" (mid-grey = 0)" if signed else ""), fontsize=11)
        _draw_difference(
            figure, row[4], by_network - by_hand, float(np.abs(by_opencv - by_hand).max())
        )
        row[0].set_title("photo", fontsize=11)
        row[0].set_ylabel(name, fontsize=13)
        for axis in row:
            axis.set_xticks([])
            axis.set_yticks([])
    return figure


def _draw_difference(figure: Figure, axis: Axes, difference: Floats, opencv: float) -> None:
    limit = float(np.abs(difference).max())
    drawn = axis.imshow(difference, cmap=DIVERGING, vmin=-max(limit, 1), vmax=max(limit, 1))
    axis.set_title(
        f"network − by hand, at most {limit:.1e}\n(OpenCV − by hand, at most {opencv:.1e})",
        fontsize=9,
    )
    figure.colorbar(drawn, ax=axis, shrink=0.8, label="grey levels")


def _network_output(image: Floats, kernel: Floats, device: torch.device) -> Floats:
    dtype = torch.float32 if device.type == "mps" else torch.float64
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
    """The same by `cv2.filter2D` in double precision, channel by channel.

    The photo is padded first and the rim cut off again, since filter2D refuses to wrap.
    """
    rows, columns = kernel.shape[1] // 2, kernel.shape[2] // 2
    height, width = photo.shape[1:]
    total = np.zeros((height, width))
    for plane, taps in zip(photo, kernel, strict=True):
        padded = pad(plane, (rows, rows), (columns, columns), run.config.border)
        turned = taps if run.config.operation == "correlation" else taps[::-1, ::-1]
        filtered = np.asarray(cv2.filter2D(padded, cv2.CV_64F, np.ascontiguousarray(turned)))
        total += filtered[rows : rows + height, columns : columns + width]
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
    figure = Figure((8, 5.5), dpi=110, layout="constrained")
    axis = figure.subplots()
    pixels = np.array([point.pixels for point in points])
    for values, marker, label in (
        ([point.least_squares for point in points], "x-", "error of least squares"),
        ([point.width for point in points], "s-", "width of the certificate"),
        ([point.bounds for point in points], "o-", "error of bounds"),
    ):
        slope = np.polyfit(np.log(pixels), np.log(values), 1)[0]
        axis.loglog(pixels, values, marker, label=f"{label}: slope {slope:.2f}")
    axis.set_xlabel("pixels of the picture")
    axis.set_ylabel("share of the largest tap")
    axis.set_title(title, fontsize=11)
    axis.grid(True, which="both", alpha=0.2)
    axis.legend()
    return figure


def _findings(entry: dict[str, Any]) -> str:
    """What the finish found, in a line."""
    plain, bounds = entry["least_squares_error"], entry["relative_error"]
    words = [f"least squares {plain:.0e} off, bounds {bounds:.0e}"]
    if entry["rational"]:
        words.append(f"fractions of {entry['rational']['denominator']}")
    if not entry["feasible"]:
        words.append(f"no kernel fits: bounds violated by {entry['violation']:.2g} grey levels")
    return "; ".join(words)

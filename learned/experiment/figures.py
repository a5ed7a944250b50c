"""The three figures of a run. Each function gives a matplotlib `Figure`, ready to save."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from handconv.arrays import Array, Floats
from handconv.pictures.draw import DIVERGING, LINE_COLOURS, draw_kernel, write_across
from handconv.pictures.show import to_uint8, to_uint8_stretched
from handconv.pictures.sidebyside import by_opencv
from learned.compare import ORIENTATIONS
from learned.experiment.curve import Point
from learned.experiment.folder import Run, with_channels
from learned.experiment.panels import SMALLEST, Panel, plot_panels
from learned.experiment.sentences import finding
from learned.net import FilterNet
from learned.pairs import made_pair

KERNELS_ACROSS = 6
COLUMN = 2.7  # inches, of a channel of a kernel
BLANK = 1e-6  # of the largest tap: differences that are said in words
SEEN = 1e-3  # grey levels: smaller differences are said in words


def plot_kernels(run: Run) -> Figure:
    """Hand-defined kernels above the learned ones above the difference, one column a kernel.

    A single kernel has its three pictures in a row. One colour scale for each kernel, zero in
    white; the difference, after turning the hand-defined kernel as the learned one lies, is drawn
    on the same scale, so it is blank where the kernel was learned.

    Raises ``ValueError`` for a run without kernels by hand, or with others among them.
    """
    names = run.names
    if not names or names != run.by_hand.names:
        raise ValueError("the kernel behind pairs has none by hand beside it: see own_pairs.png.")
    channels = max(len(with_channels(run.hand(name))) for name in names)
    most = max(1, KERNELS_ACROSS // channels)
    blocks = [names[i : i + most] for i in range(0, len(names), most)]
    width, across = COLUMN * channels, min(len(names), most)
    shapes = [flat(run.hand(name)).shape for name in names]
    tallest = min(1.0, max(rows / columns for rows, columns in shapes))  # of a column's width
    panel = width * tallest + 0.6
    size = (3 * width + 0.4, panel + 0.3) if len(names) == 1 else (width * across + 0.6, 3 * panel)
    figure = Figure((size[0], size[1] * len(blocks)), dpi=110, layout="constrained")
    parts = figure.subfigures(len(blocks), 1, squeeze=False)
    for block, part in zip(blocks, parts[:, 0], strict=True):
        shape = (1, 3) if len(names) == 1 else (3, across)
        axes = part.subplots(*shape, squeeze=False).reshape(3, across)
        for column, name in zip(axes.T, block, strict=False):
            _draw_kernel_column(column, run, name, width - 0.3)
        for axis in axes[:, len(block) :].flat:
            axis.axis("off")
        for axis, label in zip(axes[:, 0], ("by hand", "learned", "difference"), strict=True):
            axis.set_ylabel(label, fontsize=13)
    return figure


def _draw_kernel_column(axes: Any, run: Run, name: str, inches: float) -> None:
    hand, learned = run.hand(name), run.learned(name)
    limit = float(np.abs(hand).max())
    size = " × ".join(map(str, hand.shape[-2:]))
    colours = "" if hand.ndim == 2 else ", red | green | blue"
    draw_kernel(axes[0], flat(hand), limit, inches=inches)
    axes[0].set_title(f"{name}\n{size}{colours}", fontsize=13)
    draw_kernel(axes[1], flat(learned), limit, smallest=1e-4 * limit, inches=inches)
    orientation = run.metrics["kernels"][name]["orientation"]
    axes[1].set_title(orientation if orientation in ORIENTATIONS else "no match", fontsize=12)
    turned = orientation not in ("as defined", "none")
    difference = learned - ORIENTATIONS.get(orientation, ORIENTATIONS["as defined"])(hand)
    most = float(np.abs(difference).max())
    blank = most <= BLANK * limit
    draw_kernel(axes[2], flat(difference), limit, written=not blank, inches=inches)
    if blank:
        same = f"the same\nto {most:.0e}" if most else "the same\nto the last digit"
        write_across(axes[2], same, min(inches, 2.2))
    words = [f"to by hand, {orientation}"] if turned else []
    axes[2].set_title("\n".join(words + ([] if blank else [f"at most {most:.1e}"])), fontsize=12)


def flat(kernel: Floats) -> Floats:
    """A kernel as one picture: the channels of a colour kernel side by side, a gap between."""
    planes = np.pad(with_channels(kernel), ((0, 0), (0, 0), (0, 1)), constant_values=np.nan)
    return np.concatenate(list(planes), axis=1)[:, :-1]


def plot_convergence(run: Run) -> Figure:
    """Loss and kernel error against steps and seconds, one line a kernel.

    After a finish, an arrow in the colour of the line goes to what came out of it.
    """
    panels, quantities = [], {"loss": "loss (grey levels²)"}
    if any("kernel_error" in record for record in run.history):
        quantities["kernel_error"] = "kernel error (relative to the largest tap)"
    for quantity, up in quantities.items():
        for along in ("step", "seconds"):
            lines = {}
            for name in run.names:
                records = [r for r in run.history if r["kernel"] == name and quantity in r]
                lines[name] = [r[along] for r in records], [r[quantity] for r in records]
            panels.append(Panel(lines, along, up, log=along == "seconds"))
    finished = run.config.train.finish != "none" and len(quantities) > 1
    arrows = "\narrows: the finish, from bounds" if finished else ""
    title = f"{run.config.name}: {run.config.train.optimizer}, {run.config.target} targets{arrows}"
    figure = plot_panels(panels, across=2, title=title, sharex="col", sharey="row")
    if finished:
        for number, name in enumerate(run.by_hand.names):
            colour = LINE_COLOURS[number % len(LINE_COLOURS)]
            _draw_finish(figure.axes[2:4], run, name, colour)
    return figure


def _draw_finish(axes: Sequence[Axes], run: Run, name: str, colour: str) -> None:
    """An arrow from the last step to the kernel error after the finish."""
    entry = run.metrics["kernels"][name]
    last = [record for record in run.history if record["kernel"] == name][-1]
    error = max(entry.get("oriented_error", entry["relative_error"]), SMALLEST)
    arrow = {"arrowstyle": "->", "color": colour, "linestyle": "--", "shrinkA": 3, "shrinkB": 0}
    for axis, along, to in zip(
        axes, ("step", "seconds"), (last["step"], entry["seconds"]), strict=True
    ):
        start = last[along], max(last["kernel_error"], SMALLEST)
        axis.annotate("", (to, error), start, arrowprops=arrow)
        axis.plot([to], [error], "*", color=colour, markersize=10)


def plot_outputs(run: Run, photo: Floats, device: torch.device) -> Figure:
    """The photo, then for each kernel what comes out by hand, by the network and by OpenCV.

    Where they differ by less than can be seen it is said in words; else a picture below shows
    where. ``photo`` is (channels, rows, columns), 0 … 255. Kernels with negative taps give signed
    results: those are stretched around mid-grey.
    """
    names = run.names
    blocks = [names[i : i + KERNELS_ACROSS] for i in range(0, len(names), KERNELS_ACROSS)]
    across = min(len(names), KERNELS_ACROSS) + 1
    outputs = {name: _outputs(run, name, photo, device) for name in names}
    off = {name: float(np.abs(made[1] - made[0]).max()) for name, made in outputs.items()}
    down = 4 if max(off.values()) > SEEN else 3
    tall = min(2.0, max(0.4, photo.shape[1] / photo.shape[2]))
    size = COLUMN * across + 0.3, (COLUMN * tall + 0.5) * down * len(blocks) + 0.3
    figure = Figure(size, dpi=100, layout="constrained")
    parts = figure.subfigures(len(blocks), 1, squeeze=False)
    for block, part in zip(blocks, parts[:, 0], strict=True):
        axes = part.subplots(down, across, squeeze=False)
        _draw_gray(axes[0, 0], to_uint8(photo).transpose(1, 2, 0).squeeze(), "the photo")
        for axis, by in zip(axes[:, 1], ("by hand", "by the network", "by OpenCV"), strict=False):
            axis.set_ylabel(by, fontsize=13)
        for column, name in zip(axes.T[1:], block, strict=False):
            _draw_outputs(column, run.hand(name), outputs[name], name)
            if off[name] > SEEN:
                _draw_difference(column[3], outputs[name][1] - outputs[name][0], off[name])
        for axis in axes.flat:
            axis.set(xticks=[], yticks=[])
            if not axis.images:
                axis.axis("off")
    return figure


def _outputs(run: Run, name: str, photo: Floats, device: torch.device) -> list[Floats]:
    """By hand, by the network, by OpenCV."""
    hand = with_channels(run.hand(name))
    pair = made_pair(photo, hand, run.config.operation, run.config.padding)
    image = pair.samples((hand.shape[1], hand.shape[2])).image
    network = network_output(image, run.learned(name), device)
    return [pair.lower, network, _opencv_output(photo, hand, run)]


def _draw_outputs(axes: Any, hand: Floats, outputs: list[Floats], name: str) -> None:
    signed = bool((hand < 0).any() and abs(hand.sum()) < 0.5)
    # a few strong edges must not leave the rest grey: the strongest 0.5 % are clipped
    strong = float(np.quantile(np.abs(outputs[0]), 0.995)) or 1.0
    note = "\n(mid-grey = 0)" if signed else ""
    titles = f"{name}{note}", *(_same(output, outputs[0]) for output in outputs[1:])
    for axis, title, output in zip(axes, titles, outputs, strict=False):
        shown = to_uint8_stretched(output.clip(-strong, strong)) if signed else to_uint8(output)
        _draw_gray(axis, shown, title)


def _draw_gray(axis: Axes, picture: Array, title: str) -> None:
    axis.imshow(picture, cmap="gray", vmin=0, vmax=255)
    axis.set_title(title, fontsize=12)


def _same(output: Floats, by_hand: Floats) -> str:
    off = float(np.abs(output - by_hand).max())
    if off == 0:
        return "identical"
    return f"identical to {off:.0e}" if off <= SEEN else f"up to {off:.2g} grey levels off"


def _draw_difference(axis: Axes, difference: Floats, most: float) -> None:
    drawn = axis.imshow(difference, cmap=DIVERGING, vmin=-most, vmax=most)
    axis.set_title("network − by hand, grey levels", fontsize=11)
    place = axis.inset_axes((0.0, -0.08, 1.0, 0.05))
    bar = axis.figure.colorbar(drawn, cax=place, orientation="horizontal", ticks=[-most, 0, most])
    bar.ax.set_xticklabels([f"{-most:.2g}", "0", f"{most:.2g}"])


def network_output(image: Floats, kernel: Floats, device: torch.device) -> Floats:
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
    border = run.config.padding
    planes = [by_opencv(plane, taps, border) for plane, taps in zip(photo, turned, strict=True)]
    total: Floats = np.sum(planes, axis=0)
    return total


def plot_bounds(run: Run) -> Figure:
    """After a finish: how far each tap is off, by least squares and by bounds, and what is proven.

    All as shares of the kernel's largest tap. One panel a kernel, one column a tap. A bar reaches
    as far as the bounds allow the tap to be off: its certificate.
    """
    figure = Figure((11, 2.7 * len(run.names) + 0.9), dpi=100, layout="constrained")
    axes = figure.subplots(len(run.names), 1, squeeze=False)[:, 0]
    blue, orange = LINE_COLOURS[0], LINE_COLOURS[3]
    for axis, name in zip(axes, run.names, strict=True):
        hand = run.hand(name).ravel()
        tap, largest = np.arange(len(hand)), float(np.abs(hand).max())
        if f"lower/{name}" in run.kernels:
            lower, upper = (run.kernels[f"{side}/{name}"].ravel() for side in ("lower", "upper"))
            reach = np.maximum(upper - hand, hand - lower) / largest
            axis.bar(tap, reach, 0.8, color=blue, alpha=0.25, label="proven to be within")
        plain = np.abs(run.kernels[f"least_squares/{name}"].ravel() - hand) / largest
        bounds = np.abs(run.learned(name).ravel() - hand) / largest
        axis.plot(tap, np.maximum(plain, SMALLEST), "X", color=orange, label="least squares")
        dot = {"color": "none", "markeredgecolor": blue, "markersize": 6}
        axis.plot(tap, np.maximum(bounds, SMALLEST), "o", label="bounds", **dot)
        axis.set_yscale("log")
        axis.set_ylim(SMALLEST / 3, 10 * max(1.0, plain.max(), bounds.max()))
        axis.set_xlim(-0.7, len(hand) - 0.3)
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.set_title(f"{name}: {finding(run, name)}", fontsize=12)
    figure.supylabel("distance from the true tap, over the largest tap", fontsize=12)
    axes[-1].set_xlabel("tap, row by row")
    labels = {
        label: handle
        for axis in axes
        for handle, label in zip(*axis.get_legend_handles_labels(), strict=True)
    }
    figure.legend(labels.values(), labels.keys(), loc="outside upper center", ncols=3, fontsize=11)
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

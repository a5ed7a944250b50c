"""The figures of inverses: what comes back in a photo, and which frequencies come back."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from handconv.arrays import Array, Floats
from handconv.pictures.draw import draw_kernel
from learned.tasks.spectra import frequency_response, mean_spectrum, wiener_response

if TYPE_CHECKING:
    from learned.tasks.inverse import Case

SIDE = 128  # of the spectra, pixels
SHOWN = 150  # rows and columns of the photo


def plot_photos(cases: "Sequence[Case]") -> Figure:
    """A part of the first held-out photo, one row a case, one column a method.

    PSNR and SSIM above each are means over all held-out photos.
    """
    columns = list(cases[0].example)
    figure = Figure((2.5 * len(columns), 2.95 * len(cases)), dpi=100, layout="constrained")
    axes = figure.subplots(len(cases), len(columns), squeeze=False)
    for row, case in zip(axes, cases, strict=True):
        for axis, method in zip(row, columns, strict=True):
            photo = case.example[method]
            top, left = ((side - SHOWN) // 2 for side in photo.shape)
            part = photo[max(0, top) :, max(0, left) :][:SHOWN, :SHOWN]
            axis.imshow(part, cmap="gray", vmin=0, vmax=255)
            axis.set(xticks=[], yticks=[])
            title = method.replace("_", " ")
            if method in case.scores:
                score = case.scores[method]
                title += f"\n{score.psnr:.2f} dB, SSIM {score.ssim:.3f}"
            axis.set_title(title, fontsize=10)
        row[0].set_ylabel(case.name.replace("_", " "), fontsize=10)
    return figure


def plot_responses(cases: "Sequence[Case]", photos: Sequence[Floats]) -> Figure:
    """For each case the learned kernel, and what blur, inverse and both do to each frequency.

    Drawn along horizontal frequencies; dashed is the Wiener filter of the photos' mean spectrum.
    """
    figure = Figure((11, 3.1 * len(cases)), dpi=100, layout="constrained")
    axes = figure.subplots(len(cases), 2, squeeze=False, width_ratios=(1, 2.4))
    for (left, right), case in zip(axes, cases, strict=True):
        draw_kernel(left, case.inverse, float(np.abs(case.inverse).max()), written=False)
        left.set_title(f"{case.name.replace('_', ' ')}:\nlearned inverse", fontsize=10)
        _draw_response(right, case, photos)
    axes[-1, 1].set_xlabel("horizontal frequency, periods per pixel")
    axes[0, 1].legend(fontsize=8, loc="upper right")
    return figure


def _draw_response(axis: Axes, case: "Case", photos: Sequence[Floats]) -> None:
    shape = (SIDE, SIDE)
    blur = frequency_response(case.blur, shape)
    inverse = frequency_response(case.inverse, shape)
    spectrum = mean_spectrum(photos, case.weights.tolist(), SIDE)
    ideal = wiener_response(blur, spectrum, case.noise)
    signal = np.abs(blur) ** 2 * spectrum
    along = np.arange(SIDE // 2) / SIDE
    axis.fill_between(
        along, 0, 1, where=_line(signal) < case.noise**2, transform=axis.get_xaxis_transform(),
        color="0.9", label="the blur leaves less signal than noise",
    )  # fmt: skip
    axis.plot(along, _line(blur), color="tab:blue", label="blur")
    axis.plot(along, _line(inverse), color="tab:red", label="learned inverse")
    axis.plot(
        along, _line(ideal), "--", color="tab:orange", label="Wiener filter, from the spectrum"
    )
    both = _line(blur * inverse)
    axis.plot(along, both, color="tab:green", linewidth=2.5, label="both: what comes back")
    axis.axhline(0, color="0.5", linewidth=0.8)
    axis.axhline(1, color="0.8", linewidth=0.8)
    axis.set_ylim(bottom=min(-0.6, float(_line(inverse).min()) - 0.2))
    axis.set_ylabel("gain")


def _line(response: Array) -> Floats:
    """Along the horizontal frequencies, a mean over the five vertical ones nearest to zero."""
    nearest = [-2, -1, 0, 1, 2]
    line: Floats = response[nearest, : SIDE // 2].real.mean(axis=0)
    return line

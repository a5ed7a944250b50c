"""Find a shape that was learned from marks in another photo."""

import json
from pathlib import Path

from matplotlib.figure import Figure
from safetensors import SafetensorError
from safetensors.numpy import load

from handconv.arrays import Floats
from handconv.files import complete_file, read_whole
from handconv.pictures import read_picture, to_grey_levels
from learned.tasks.detection import Hit, peaks
from learned.tasks.marked import MarkedConfig, respond
from learned.tasks.run import load_any

LARGEST = 2**24  # bytes of a file of the run


def find(run: Path, photo: str, least: float | None = None) -> tuple[Floats, list[Hit]]:
    """The photo in grey levels, and the hits in it, best first.

    Parameters
    ----------
    run : a run folder of a task "marked"
    least : the lowest score of a hit; None: half the mean score of the marks it was learned from

    Raises ``ValueError`` or ``OSError`` for what is no such folder, and for a photo that cannot be
    read.
    """
    config = load_any(run / "config.toml")
    if not isinstance(config, MarkedConfig):
        raise ValueError(f"{run} is not the run of a marked shape. Train configs/marked.toml.")
    try:
        kernel = load(read_whole(run / "kernels.safetensors", LARGEST))["learned/shape"]
        if least is None:
            metrics = json.loads(read_whole(run / "metrics.json", LARGEST))
            least = float(metrics["mean_score_of_marks"]) / 2
    except (SafetensorError, json.JSONDecodeError, KeyError, TypeError) as error:
        raise ValueError(f"{run} is damaged: {error}. Train it again.") from None
    if kernel.shape != (config.size, config.size):
        raise ValueError(f"{run} holds a filter of shape {kernel.shape}. Train it again.")
    pixels = to_grey_levels(read_picture(photo, grey=True))
    hits = peaks(respond(pixels, kernel, config.normalised), config.within)
    return pixels, [hit for hit in hits if hit.score >= least]


def write_points(path: Path, hits: list[Hit]) -> None:
    """Write row, column and score of each hit as CSV, whole or not at all."""
    lines = ["row,column,score", *(f"{h.row},{h.column},{h.score:.6g}" for h in hits)]
    with complete_file(path) as draft:
        draft.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def plot_hits(photo: Floats, hits: list[Hit]) -> Figure:
    """The photo with a circle around each hit, numbered from the best."""
    figure = Figure((7, 7 * photo.shape[0] / photo.shape[1]), dpi=100, layout="constrained")
    axis = figure.subplots()
    axis.imshow(photo, cmap="gray")
    for number, hit in enumerate(hits, 1):
        axis.plot(hit.column, hit.row, "o", color="lime", fillstyle="none", markersize=14)
        place = (hit.column, hit.row)
        axis.annotate(str(number), place, (9, 6), textcoords="offset points", color="lime")
    axis.set(xticks=[], yticks=[])
    return figure

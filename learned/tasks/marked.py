"""A marked shape: one layer learns to answer with a peak wherever something was marked.

A correlation filter as ASEF and MOSSE are (D. Bolme and others, CVPR 2009 and 2010): the target is
a Gaussian peak at each mark and zero elsewhere. A template is the mean of what was marked; this
filter also knows what was *not* marked, and answers that with zero. Solved in closed form (ridge).
"""

from collections.abc import Sequence
from typing import Literal

import cv2
import numpy as np
from matplotlib.figure import Figure
from pydantic import Field, model_validator

from handconv import correlate, words
from handconv.arrays import Floats
from handconv.pictures import read_picture, to_grey_levels
from learned.pairs import Pair
from learned.solve.gram import solve, statistics
from learned.tasks import detection
from learned.tasks.detection import Hit
from learned.tasks.inverse import middle
from learned.tasks.outcome import OddSide, Outcome, TaskConfig
from learned.tasks.scratches import scratched
from learned.train.options import Checked

LARGEST = 320  # rows and columns of the part of a photo that scratches are drawn into


class Marked(Checked):
    """Points in a photo, or in some of its columns."""

    photo: str
    """``skimage:NAME`` or a file."""
    points: tuple[tuple[int, int], ...] = Field((), max_length=10_000)
    """Row and column of the middle of every shape, counted in the whole photo."""
    mask: str | None = None
    """A picture of the photo's size, in place of ``points``: every connected part that is not
    black marks a shape, by its middle."""
    scratches: int = Field(0, ge=0, le=1000)
    """So many scratches are drawn into the middle of the photo at random places, and marked, in
    place of ``points``."""
    columns: tuple[int, int] | None = None
    """The first column that is used, and the first that is not; None: all."""

    @model_validator(mode="after")
    def _something_is_marked(self) -> "Marked":
        if bool(self.points) + bool(self.mask) + bool(self.scratches) != 1:
            raise ValueError("give points, a mask, or a number of scratches: one of the three")
        return self


class MarkedConfig(TaskConfig):
    """Shapes marked to learn from, and shapes marked to judge by."""

    task: Literal["marked"]
    """Says that a shape is learned, not filters."""
    marked: tuple[Marked, ...] = Field(min_length=1)
    """Photos to learn from."""
    held_out: tuple[Marked, ...] = Field(min_length=1)
    """Photos to judge by."""
    size: OddSide = Field(51, ge=3, le=71)
    """Rows and columns of the filter: an odd number, somewhat larger than the shape."""
    peak: float = Field(3.0, gt=0, le=20)
    """Standard deviation of the Gaussian peak that is learned for each mark, pixels."""
    within: int = Field(12, ge=1, le=100)
    """A hit counts up to so many pixels from a mark; two hits are farther apart."""
    ridge: float = Field(0.01, ge=1e-9, le=1e3)
    """Added to the diagonal of the Gram matrix, as a share of its mean."""
    normalised: bool = True
    """Whether brightness and contrast around each pixel are taken out first."""


Example = tuple[Floats, Floats]
"""A photo (rows, columns), grey levels, and the points (points, 2) marked in it."""


def run(config: MarkedConfig) -> Outcome:
    """Learn the filter from the marked shapes, and find those that are held out."""
    rng = np.random.default_rng(config.seed)
    seen = [_read(each, config, rng) for each in config.marked]
    unseen = [_read(each, config, rng) for each in config.held_out]
    kernel = learn_shape(seen, config)
    template = mean_template(seen, config.size)
    responses = {
        "learned": [respond(photo, kernel, config.normalised) for photo, _ in unseen],
        "cv2.matchTemplate": [detection.by_opencv(photo, template) for photo, _ in unseen],
        "match_template": [detection.by_skimage(photo, template) for photo, _ in unseen],
    }
    found = {name: _judge(maps, unseen, config.within) for name, maps in responses.items()}
    rows = [(name, *(f"{number:.3f}" for number in each.values())) for name, each in found.items()]
    report = words.table(("method", "average precision", "recall before the first wrong hit"), rows)
    maps = {name: each[0] for name, each in responses.items()}
    return Outcome(
        {"learned/shape": kernel, "template/shape": template},
        {
            "task": "marked",
            "shapes": sum(len(points) for _, points in unseen),
            "methods": found,
            "mean_score_of_marks": _mean_score(seen, kernel, config.normalised),
        },
        {"marked.png": plot(seen[0], unseen[0], maps, kernel, config.within)},
        report,
    )


def _read(marked: Marked, config: MarkedConfig, rng: np.random.Generator) -> Example:
    size = config.size
    photo = to_grey_levels(read_picture(marked.photo, grey=True))
    whole = photo.shape
    first, last = marked.columns or (0, photo.shape[1])
    if not 0 <= first < last <= photo.shape[1]:
        raise ValueError(
            f"columns {first} to {last} do not lie in {marked.photo}, which has {photo.shape[1]}."
        )
    photo = np.ascontiguousarray(photo[:, first:last])
    if min(photo.shape) < size:
        raise ValueError(
            f"{marked.photo} has {photo.shape[0]} × {photo.shape[1]} pixels there, fewer than the "
            f"{size} × {size} taps of the filter. Use a smaller size."
        )
    if marked.scratches:
        part = middle(photo, LARGEST)
        return scratched(part, marked.scratches, 2 * config.within, rng)
    marks = masked_points(marked.mask, whole) if marked.mask else marked.points
    points = np.array(marks, np.float64) - [0, first]
    if marked.mask:
        points = points[(points[:, 1] >= 0) & (points[:, 1] < photo.shape[1])]
        if not len(points):
            raise ValueError(f"mask {marked.mask} marks nothing in columns {first} to {last}.")
    outside = ((points < 0) | (points >= photo.shape)).any(axis=1)
    if outside.any():
        row, column = marked.points[int(outside.argmax())]
        raise ValueError(f"point [{row}, {column}] lies outside what is used of {marked.photo}.")
    return photo, points


def masked_points(mask: str, size: tuple[int, ...]) -> list[tuple[float, float]]:
    """Row and column of the middle of every connected part of a mask that is not black.

    Raises ``ValueError`` for a mask of another size than the photo's, (rows, columns), or without
    marks.
    """
    picture = to_grey_levels(read_picture(mask, grey=True))
    if picture.shape != size:
        raise ValueError(
            f"mask {mask} has {picture.shape[0]} × {picture.shape[1]} pixels, and its photo "
            f"{size[0]} × {size[1]}. Draw it over the photo itself."
        )
    middles = cv2.connectedComponentsWithStats((picture > 0).astype(np.uint8))[3]
    if len(middles) == 1:  # the background
        raise ValueError(f"mask {mask} is black throughout: nothing is marked.")
    return [(row, column) for column, row in middles[1:].tolist()]


def normalise(photo: Floats, size: int) -> Floats:
    """The photo less its mean, over its spread, both of the size × size pixels around each pixel.

    A flat part stays near zero: the spread counts as one grey level more.
    """
    mean = cv2.blur(photo, (size, size), borderType=cv2.BORDER_REFLECT)
    square = cv2.blur(photo * photo, (size, size), borderType=cv2.BORDER_REFLECT)
    even: Floats = (photo - mean) / np.sqrt((square - mean * mean).clip(0) + 1)
    return even


def prepared(photo: Floats, size: int, normalised: bool) -> Floats:
    """What the layer sees of a photo."""
    return normalise(photo, size) if normalised else photo - photo.mean()


def learn_shape(examples: Sequence[Example], config: MarkedConfig) -> Floats:
    """The (size, size) filter whose response is nearest to a peak at each mark, by ridge."""
    parts = []
    for photo, points in examples:
        seen = prepared(photo, config.size, config.normalised)
        wanted = peaks_at(points, photo.shape, config.peak)
        samples = Pair(seen[None], wanted, wanted, "reflect").samples((config.size, config.size))
        parts.append(statistics(samples, wanted))
    gram = np.sum([each.gram for each in parts], axis=0)
    moments = np.sum([each.moments for each in parts], axis=0)
    gram[np.diag_indices(len(gram))] += config.ridge * np.trace(gram) / len(gram)
    return solve(gram, moments).reshape(config.size, config.size)


def peaks_at(points: Floats, shape: tuple[int, ...], sigma: float) -> Floats:
    """(rows, columns), zero but for a Gaussian of height 1 at each of the points."""
    rows, columns = (np.arange(side, dtype=np.float64) for side in shape)
    wanted = np.zeros(shape)
    for row, column in points:
        away = (rows - row)[:, None] ** 2 + (columns - column) ** 2
        np.maximum(wanted, np.exp(-away / (2 * sigma**2)), out=wanted)
    return wanted


def respond(photo: Floats, kernel: Floats, normalised: bool) -> Floats:
    """What the layer answers at each pixel of a photo, (rows, columns)."""
    seen = prepared(photo, len(kernel), normalised).astype(np.float32)
    return correlate(seen, kernel, "reflect").astype(np.float64)


def _mean_score(examples: Sequence[Example], kernel: Floats, normalised: bool) -> float:
    scores = [respond(photo, kernel, normalised)[tuple(p.astype(int).T)] for photo, p in examples]
    return float(np.concatenate(scores).mean())


def mean_template(examples: Sequence[Example], size: int) -> Floats:
    """The mean of what was marked, (size, size) grey levels: what a hand would match with."""
    cut = []
    for photo, points in examples:
        padded = np.pad(photo, size // 2, mode="symmetric")
        for row, column in points.astype(int):
            cut.append(padded[row : row + size, column : column + size])
    template: Floats = np.mean(cut, axis=0)
    return template


def _judge(
    responses: Sequence[Floats], examples: Sequence[Example], within: int
) -> dict[str, float]:
    found: list[tuple[Hit, bool]] = []
    for response, (_, points) in zip(responses, examples, strict=True):
        hits = detection.peaks(response, within)
        found += zip(hits, detection.right_hits(hits, points, within), strict=True)
    found.sort(key=lambda each: each[0].score, reverse=True)
    right, total = np.array([each for _, each in found], bool), sum(len(p) for _, p in examples)
    until = len(right) if right.all() else int(right.argmin())
    return {
        "average_precision": detection.average_precision(right, total),
        "recall_before_the_first_wrong_hit": until / total,
    }


def plot(
    seen: Example, unseen: Example, maps: dict[str, Floats], kernel: Floats, within: int
) -> Figure:
    """The marks, the filter, and the heat map of each method with its best hits.

    As many hits are drawn as there are shapes: green where they are right, red where not.
    """
    figure = Figure((3.2 * (len(maps) + 2), 4.4), dpi=90, layout="constrained")
    marks, taps, *others = figure.subplots(1, len(maps) + 2)
    marks.imshow(seen[0], cmap="gray")
    marks.plot(seen[1][:, 1], seen[1][:, 0], "+", color="tab:green", markersize=11)
    marks.set_title("marked")
    limit = float(np.abs(kernel).max())
    taps.imshow(kernel, cmap="RdBu_r", vmin=-limit, vmax=limit)
    taps.set_title("learned filter")
    for axis, (name, response) in zip(others, maps.items(), strict=True):
        axis.imshow(unseen[0], cmap="gray")
        axis.imshow(response, cmap="magma", alpha=0.6)
        hits = detection.peaks(response, within)
        right = detection.right_hits(hits, unseen[1], within)
        for hit, good in list(zip(hits, right, strict=True))[: len(unseen[1])]:
            colour = "lime" if good else "red"
            axis.plot(hit.column, hit.row, "o", color=colour, fillstyle="none", markersize=12)
        axis.set_title(f"held out: {name}")
    for axis in (marks, taps, *others):
        axis.set(xticks=[], yticks=[])
    return figure

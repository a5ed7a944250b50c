"""Labels only: one layer learns to tell sharp crops from blurred ones; no target picture at all.

Every photo takes its turn among those that no kernel was learned from. Beside the learned kernel
stands the variance of the Laplacian, by which most programs judge focus (J. Pech-Pacheco and
others, ICPR 2000).
"""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal, NamedTuple

import cv2
import numpy as np
from pydantic import Field, field_validator
from tqdm import tqdm

from handconv import correlate, words
from handconv.arrays import Floats, Mask
from handconv.kernels import named
from handconv.kernels.families import gaussian
from learned.experiment.photos import find_photos, load_photo
from learned.tasks import focus
from learned.tasks.judging import best_threshold, roc
from learned.tasks.labels_figure import plot
from learned.tasks.outcome import OddSide, Outcome, Sources, TaskConfig

MIXED = np.outer([1.0, -2.0, 1.0], [1.0, -2.0, 1.0])  # the second derivative down, then along
DULL = 5.0  # grey levels of standard deviation; duller crops show nobody whether they are sharp
TRIES = 1000  # crops in a row that were too dull

Positive = Annotated[float, Field(gt=0, le=20)]


class LabelsConfig(TaskConfig):
    """Sharp photos, of which half of the crops are blurred; or photos that are sharp and others
    that are blurred already."""

    task: Literal["labels"]
    """Says that labels are learned, not filters."""
    photos: Sources = Field(("skimage:camera", "skimage:cat", "skimage:coins"), min_length=1)
    """Sharp ones: ``skimage:NAME``, a file, a folder or a glob."""
    blurred: Sources = ()
    """Photos that are blurred already; then nothing is changed in any crop."""
    folds: int = Field(3, ge=2, le=20)
    """Parts into which the photos are dealt, by name; each part is once judged by, and the others
    learned from."""
    shrink: int = Field(2, ge=1, le=8)
    """Photos are made smaller by so much first, so that sharp ones are sharp to the pixel."""
    side: int = Field(48, ge=16, le=256)
    """Rows and columns of a crop."""
    crops: int = Field(6000, ge=10, le=100_000)
    """To learn from, and a third as many to judge by."""
    sigma: tuple[Positive, Positive] = (1.0, 3.0)
    """Least and largest standard deviation of the Gaussian blur, pixels."""
    contrast: tuple[Positive, Positive] = (0.5, 1.2)
    """Least and largest factor of a crop's contrast."""
    noise: float = Field(1.0, ge=0, le=50)
    """Standard deviation of the noise that comes last, grey levels; then crops are stored as 8
    bits."""
    size: OddSide = Field(3, ge=3, le=11)
    """Rows and columns of the kernel: an odd number."""
    starts: int = Field(4, ge=1, le=50)
    """Random kernels to start from; the one that ends at the lowest loss counts."""

    @field_validator("sigma", "contrast")
    @classmethod
    def _in_order(cls, value: tuple[float, float]) -> tuple[float, float]:
        if value[0] > value[1]:
            raise ValueError("the least comes first, then the largest")
        return value


class Labelled(NamedTuple):
    """Crops of 8-bit grey levels, and whether each is sharp."""

    crops: list[Floats]
    sharp: list[bool]


class Fold(NamedTuple):
    """What was learned from some photos, and how well it does on the others."""

    unseen: list[str]
    start: Floats  # (size, size), the random kernel that the learned one began as
    kernel: Floats  # (size, size), its largest tap 1
    alike: int  # starts that ended at this loss
    methods: dict[str, dict[str, float]]
    scores: dict[str, Floats]
    """Method -> a number for each unseen crop, larger where it looks sharper."""
    judged: Labelled


def run(config: LabelsConfig) -> Outcome:
    """Learn from the labels of some photos, and judge by the others, in turns."""
    photos = {True: _read(config.photos, config), False: _read(config.blurred, config)}
    count = sum(map(len, photos.values()))
    fewest = min(len(each) for each in photos.values() if each)
    if fewest < config.folds:
        raise ValueError(
            f"{fewest} of {count} photos have one label, too few for {config.folds} folds: each "
            "fold needs one to judge by. Give more photos, or fewer folds."
        )
    numbers = tqdm(range(config.folds), "folds", disable=None, leave=False)
    folds = [learn_fold(photos, number, config) for number in numbers]
    names = list(folds[0].methods)
    accuracies = {name: [fold.methods[name]["accuracy"] for fold in folds] for name in names}
    gains = np.subtract(accuracies["learned"], accuracies["laplacian variance"])
    summary = {
        name: {"mean": float(np.mean(each)), "spread": float(np.std(each))}
        for name, each in (*accuracies.items(), ("gain over the laplacian variance", gains))
    }
    return Outcome(
        {f"learned/fold_{number}": fold.kernel for number, fold in enumerate(folds)}
        | {f"start/fold_{number}": fold.start for number, fold in enumerate(folds)},
        {
            "task": "labels",
            "accuracy": summary,
            "folds": [
                {"unseen": fold.unseen, "starts_that_ended_alike": fold.alike, **fold.methods}
                for fold in folds
            ],
        },
        {"labels.png": plot(folds, {"laplacian": named("laplacian"), "mixed derivative": MIXED})},
        _table(folds, summary),
    )


def _read(sources: Sequence[str], config: LabelsConfig) -> dict[str, Floats]:
    """Source -> the photo, smaller, (rows, columns) grey levels."""
    photos, margin = {}, _margin(config)
    for source in sorted(find_photos(sources)):
        photo = load_photo(source)[0]
        rows, columns = (length // config.shrink for length in photo.shape)
        if min(rows, columns) < config.side + 2 * margin:
            raise ValueError(
                f"photo {source} has {photo.shape[0]} × {photo.shape[1]} pixels, too few for crops "
                f"of {config.side} and their surroundings, shrunk by {config.shrink}. Use a "
                "smaller side."
            )
        whole = photo[: rows * config.shrink, : columns * config.shrink]
        blocks = whole.reshape(rows, config.shrink, columns, config.shrink)
        photos[source] = blocks.mean(axis=(1, 3))
    return photos


def _margin(config: LabelsConfig) -> int:
    """What a blur sees beside a crop, pixels; of photos that are as they are, nothing."""
    return 0 if config.blurred else int(np.ceil(4 * config.sigma[1]))


def learn_fold(photos: dict[bool, dict[str, Floats]], number: int, config: LabelsConfig) -> Fold:
    """Learn from all photos but every ``folds``-th, by name, and judge by those."""
    rng = np.random.default_rng([config.seed, number])
    unseen = [name for group in photos.values() for name in list(group)[number :: config.folds]]
    parts = []
    for held_out, count in ((False, config.crops), (True, config.crops // 3)):
        chosen = {
            label: [photo for name, photo in group.items() if (name in unseen) == held_out]
            for label, group in photos.items()
        }
        parts.append(_labelled(chosen, count, config, rng))
    seen, judged = parts
    sums, judged_sums = (focus.summed_crops(*part, config.size) for part in parts)

    seeds = [config.seed * 1000 + start for start in range(config.starts)]
    found = [(*focus.learn_focus(sums, seed), seed) for seed in seeds]
    best, loss, seed = min(found, key=lambda each: each[1])
    start = np.random.default_rng(seed).normal(size=(config.size, config.size))
    scores = {
        "learned": (focus.logits(best, sums), focus.logits(best, judged_sums)),
        "laplacian variance": (_laplacians(seen.crops), _laplacians(judged.crops)),
    }
    for name, kernel in (("laplacian", named("laplacian")), ("mixed", MIXED)):
        held, _ = focus.learn_focus(sums, 0, _in_square(kernel, config.size))
        scores[f"{name}, numbers learned"] = (
            focus.logits(held, sums), focus.logits(held, judged_sums),
        )  # fmt: skip
    alike = sum(each[1] < loss + 1e-3 for each in found)
    methods = {name: _judge(*each, sums.sharp, judged_sums.sharp) for name, each in scores.items()}
    unseen_scores = {name: each[1] for name, each in scores.items()}
    kernel = focus.scaled(best.filter.kernel[0])
    return Fold(unseen, start, kernel, alike, methods, unseen_scores, judged)


def _labelled(
    photos: dict[bool, list[Floats]], count: int, config: LabelsConfig, rng: np.random.Generator
) -> Labelled:
    """As many crops of each label, in turns."""
    made = {label: _crops(photos[label] or photos[True], label, config, rng) for label in photos}
    labels = [turn % 2 == 0 for turn in range(count)]
    return Labelled([next(made[label]) for label in labels], labels)


def _crops(
    photos: Sequence[Floats], sharp: bool, config: LabelsConfig, rng: np.random.Generator
) -> Iterator[Floats]:
    """Crops of random photos at random places, as a camera would store them; without end."""
    margin, dull = _margin(config), 0
    inside = slice(margin, margin + config.side)
    while True:
        photo = photos[int(rng.integers(len(photos)))]
        row, column = (rng.integers(n - config.side - 2 * margin + 1) for n in photo.shape)
        around = photo[row:, column:][: config.side + 2 * margin, : config.side + 2 * margin]
        if around.std() < DULL:
            dull += 1
            if dull > TRIES:
                raise ValueError("the photos are too dull: no crop shows whether it is sharp.")
            continue
        dull = 0
        if config.blurred:
            yield around
            continue
        if not sharp:
            blur = gaussian(2 * margin + 1, rng.uniform(*config.sigma))
            around = correlate(around, blur)
        crop = around[inside, inside]
        crop = (crop - crop.mean()) * rng.uniform(*config.contrast) + crop.mean()
        crop = crop + rng.normal(0, config.noise, crop.shape) if config.noise else crop
        yield crop.round().clip(0, 255)


def _laplacians(crops: Sequence[Floats]) -> Floats:
    """The focus measure that most programs use."""
    return np.array([cv2.Laplacian(crop, cv2.CV_64F).var() for crop in crops])


def _in_square(kernel: Floats, size: int) -> Floats:
    return np.pad(kernel, (size - len(kernel)) // 2)


def _judge(seen: Floats, unseen: Floats, sharp: Mask, unseen_sharp: Mask) -> dict[str, float]:
    """Accuracy on unseen crops with the threshold that is best on those seen, and with the one
    that is best on the unseen ones themselves; and the area under the ROC curve."""
    threshold = best_threshold(seen, sharp)
    best = best_threshold(unseen, unseen_sharp)
    return {
        "accuracy": float(((unseen >= threshold) == unseen_sharp).mean()),
        "accuracy_at_its_best_threshold": float(((unseen >= best) == unseen_sharp).mean()),
        "area_under_roc": float(np.trapezoid(*roc(unseen, unseen_sharp)[::-1])),
    }


def _table(folds: Sequence[Fold], summary: dict[str, dict[str, float]]) -> str:
    head = ("accuracy on unseen photos", *(f"fold {n}" for n in range(len(folds))), "mean ± spread")
    rows = []
    for name, each in summary.items():
        own = [f"{f.methods[name]['accuracy']:.3f}" if name in f.methods else "" for f in folds]
        rows.append((name, *own, f"{each['mean']:.3f} ± {each['spread']:.3f}"))
    return words.table(head, rows)

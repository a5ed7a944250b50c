"""An inverse: one layer learns after → before, the filter that takes a blur back off.

Where noise was added no filter gets everything back: a frequency that the blur has pressed below
the noise would come back as noise. The kernel of least squared error knows that without being
told. It is the Wiener filter of the photos' mean spectrum, up to its finite size: see `spectra`.
"""

from collections.abc import Sequence
from itertools import product
from typing import Annotated, Literal, NamedTuple

import numpy as np
from pydantic import Field
from tqdm import tqdm

from handconv import Border, correlate
from handconv.arrays import Floats
from handconv.kernels import named
from learned.experiment.photos import find_photos, load_photo
from learned.pairs import Pair
from learned.solve.gram import Statistics, solve, statistics
from learned.tasks import deblurring
from learned.tasks.deblurring import Scores
from learned.tasks.inverse_figures import plot_photos, plot_responses
from learned.tasks.outcome import OddSide, Outcome, Sources, TaskConfig, plain_name

BORDER: Border = "reflect"  # what the kernel sees outside a photo whose surroundings nobody knows
ROUNDS = 10  # after five the weights of the photos change by less than a percent


class InverseConfig(TaskConfig):
    """One inverse for each blur and each noise. Every field but ``task`` has a default."""

    task: Literal["inverse"]
    """Says that an inverse is learned, not filters."""
    photos: Sources = Field(("skimage:camera",), min_length=1)
    """To learn from: ``skimage:NAME``, a file, a folder or a glob."""
    held_out: Sources = Field(("skimage:cat",), min_length=1)
    """To judge by; none of them may be among ``photos``."""
    blurs: tuple[str, ...] = Field(("gaussian(13, 2)",), min_length=1, max_length=20)
    """Kernels by name."""
    noise: tuple[Annotated[float, Field(ge=0.01, le=255)], ...] = Field((2.0,), min_length=1)
    """Standard deviations, grey levels."""
    size: OddSide = Field(25, ge=3, le=61)
    """Rows and columns of the inverse kernel: an odd number."""
    largest: int = Field(320, ge=96, le=4096)
    """Of larger photos the middle is used: so many rows and columns."""


class Case(NamedTuple):
    """A blur and a noise, what was learned of them, and how well it does."""

    name: str
    blur: Floats  # (M, N)
    noise: float  # grey levels
    inverse: Floats  # (size, size)
    weights: Floats  # of the training photos
    scores: dict[str, Scores]
    """Method -> means over the held-out photos; "blurred" is the after image itself."""
    example: dict[str, Floats]
    """Method -> the first held-out photo as it gives it back, beside "photo"."""


def run(config: InverseConfig) -> Outcome:
    """Learn all cases of the config and judge them by photos that no method has seen."""
    photos, held_out = (
        [middle(load_photo(source)[0], config.largest) for source in find_photos(sources)]
        for sources in (config.photos, config.held_out)
    )
    seen = set(find_photos(config.photos)) & set(find_photos(config.held_out))
    if seen:
        raise ValueError(f"{min(seen)} stands among photos and held_out; judge by others.")
    kernels = {name: named(name) for name in config.blurs}
    _check_sizes(photos + held_out, kernels, config.size)
    combinations = tqdm(list(product(kernels, config.noise)), "inverses", disable=None, leave=False)
    cases = [
        learn_case(name, kernels[name], noise, photos, held_out, config)
        for name, noise in combinations
    ]
    return Outcome(
        {f"learned/{case.name}": case.inverse for case in cases}
        | {f"blur/{case.name}": case.blur for case in cases},
        {"task": "inverse", "cases": {case.name: _entry(case) for case in cases}},
        {"inverse.png": plot_photos(cases), "response.png": plot_responses(cases, photos)},
        deblurring.table({case.name: case.scores for case in cases}),
    )


def _entry(case: Case) -> dict[str, object]:
    scores = {method: score._asdict() for method, score in case.scores.items()}
    best = max(case.scores[name].psnr for name in ("wiener", "unsupervised_wiener"))
    seconds = case.scores["richardson_lucy"].seconds / case.scores["learned"].seconds
    return {
        "methods": scores,
        "gain_over_the_better_wiener": case.scores["learned"].psnr - best,
        "times_as_fast_as_richardson_lucy": seconds,
    }


def middle(photo: Floats, most: int) -> Floats:
    """The middle of a photo (rows, columns), at most ``most`` rows and columns."""
    top, left = (max(0, side - most) // 2 for side in photo.shape)
    return np.ascontiguousarray(photo[top : top + most, left : left + most])


def _check_sizes(photos: Sequence[Floats], blurs: dict[str, Floats], size: int) -> None:
    """Raise ``ValueError`` where too little of a photo is left beside blur and inverse."""
    needed = size + 2 * deblurring.RIM + max(max(blur.shape) for blur in blurs.values())
    smallest = min(min(photo.shape) for photo in photos)
    if smallest < needed:
        raise ValueError(
            f"a photo has a side of {smallest} pixels; with this blur and size each needs {needed}."
        )


def degraded(
    photo: Floats, blur: Floats, noise: float, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """What a camera makes of a photo: blurred, noisy, and without what lies outside the frame.

    Returns after and before, (rows - M + 1, columns - N + 1): where all that was blurred into a
    pixel lay inside the photo. Nobody who sees the after image knows what lay outside *it*.
    """
    rim = tuple(slice(side // 2, -(side // 2) or None) for side in blur.shape)
    after = correlate(photo, blur)[rim] + rng.normal(0, noise, photo[rim].shape)
    return after, np.ascontiguousarray(photo[rim])


def learn_case(
    name: str, blur: Floats, noise: float, photos: Sequence[Floats], held_out: Sequence[Floats],
    config: InverseConfig,
) -> Case:  # fmt: skip
    """Learn one inverse and judge it beside what scikit-image offers."""
    rng = np.random.default_rng(config.seed)
    seen = [degraded(photo, blur, noise, rng) for photo in photos]
    inverse, weights = learn_inverse(seen, config.size)
    methods = deblurring.methods(inverse, blur, BORDER, seen)
    unseen = [degraded(photo, blur, noise, rng) for photo in held_out]
    scores, example = deblurring.judge(methods, unseen)
    name = plain_name(name, "noise", noise)
    return Case(name, blur, noise, inverse, weights, scores, example)


def learn_inverse(
    pairs: Sequence[tuple[Floats, Floats]],
    size: int,
    border: Literal["reflect", "wrap"] = "reflect",
) -> tuple[Floats, Floats]:
    """The (size, size) kernel that predicts each before from its after image, in closed form.

    It maximises the mean PSNR of the photos: the geometric mean of their squared errors is least.
    Plain least squares would care for the busiest photo alone, whose errors are largest. So every
    photo is weighted by one over its error, and solved again, until the weights stay.

    Parameters
    ----------
    pairs : after and before, (rows, columns) grey levels

    Returns the kernel, and the weight of a pixel of each photo: one over its mean squared error.
    """
    sums = [_sums(after, before, size, border) for after, before in pairs]
    errors = np.ones(len(sums))
    for _ in range(ROUNDS):
        weights = 1 / (errors * [each.count for each in sums])
        gram = sum(weight * each.gram for weight, each in zip(weights, sums, strict=True))
        moments = sum(weight * each.moments for weight, each in zip(weights, sums, strict=True))
        taps = solve(np.asarray(gram), np.asarray(moments))
        errors = np.array([mean_square(each, taps) for each in sums])
    return taps.reshape(size, size), 1 / errors


def _sums(
    after: Floats, before: Floats, size: int, border: Literal["reflect", "wrap"]
) -> Statistics:
    samples = Pair(after[None], before, before, border).samples((size, size))
    return statistics(samples, before)


def mean_square(sums: Statistics, taps: Floats) -> float:
    """Of the errors that a kernel leaves, grey levels², from the sums alone."""
    square = taps @ sums.gram @ taps - 2 * taps @ sums.moments + sums.square
    return float(square) / sums.count

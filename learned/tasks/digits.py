"""A small network on labelled pictures: do its filters look like those that a hand writes?

One convolution, ReLU, the largest of every 2 × 2 answers, and a linear layer; trained by Adam. The
same network is trained on shuffled labels too, which teach nothing: what its filters look like as
well is no finding.
"""

from itertools import product
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from pydantic import Field
from torch import nn
from tqdm import tqdm

from handconv import words
from handconv.arrays import Array, Floats
from handconv.kernels import FIXED, named
from handconv.kernels.families import gabor, gaussian, laplacian_of_gaussian
from learned.compare import ORIENTATIONS
from learned.tasks.digits_figure import plot
from learned.tasks.outcome import Outcome, TaskConfig

BATCH = 64
EDGES = ("sobel", "scharr", "prewitt", "roberts", "emboss", "gabor")
"""Names of kernels that answer to edges and stripes of one direction."""


class DigitsConfig(TaskConfig):
    """Which pictures, and how the network is trained. Every field but ``task`` has a default."""

    task: Literal["digits"]
    """Says that a small network is trained, not filters."""
    data: Literal["digits", "faces"] = "digits"
    """``digits``: 1797 of 8 × 8 pixels, from scikit-learn; ``faces``: 100 faces and 100 pictures of
    no face, 25 × 25 pixels, from scikit-image."""
    filters: int = Field(8, ge=1, le=64)
    """Of the one convolution, 5 × 5 taps each."""
    epochs: int = Field(60, ge=1, le=1000)
    """Times that every picture is seen."""
    lr: float = Field(0.003, gt=0, le=1)
    """Step size of Adam."""
    runs: int = Field(3, ge=1, le=20)
    """Networks, each from other first weights and with another half of the pictures held out."""
    alike: float = Field(0.9, gt=0, le=1)
    """A filter looks like a kernel from this correlation on."""


class Likeness(NamedTuple):
    """The kernel by name that a filter looks most like."""

    name: str
    correlation: float  # of the taps, 0 … 1; its sign says nothing


class Trained(NamedTuple):
    """A network's filters, and how often it is right."""

    filters: Floats  # (filters, 5, 5)
    accuracy: float  # on pictures held out
    seen_accuracy: float  # on those it was trained on
    likenesses: list[Likeness]


class SmallNet(nn.Module):
    """Convolution of 5 × 5 taps, ReLU, the largest of 2 × 2, linear."""

    def __init__(self, filters: int, side: int, classes: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, filters, 5, padding=2)
        self.linear = nn.Linear(filters * (side // 2) ** 2, classes)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """(batch, 1, side, side) -> (batch, classes)."""
        answers = nn.functional.max_pool2d(
            torch.relu(self.conv(pictures)), 2
        )  # (batch, filters, …)
        scores: torch.Tensor = self.linear(answers.flatten(1))
        return scores


def run(config: DigitsConfig) -> Outcome:
    """Train on true and on shuffled labels, and count the filters that look like edges."""
    pictures, labels = read_data(config.data)
    kinds = ("true labels", "shuffled labels")
    found: dict[str, list[Trained]] = {kind: [] for kind in kinds}
    networks = tqdm([*product(range(config.runs), kinds)], "networks", disable=None, leave=False)
    for number, kind in networks:
        found[kind].append(train_once(pictures, labels, number, kind == kinds[1], config))
    metrics = {kind: _entry(each, config.alike) for kind, each in found.items()}
    rows = [
        (
            kind,
            f"{each['accuracy']['mean']:.3f} ± {each['accuracy']['spread']:.3f}",
            f"{each['filters_like_edges']} of {each['filters']}",
            f"{each['median_correlation']:.2f}",
        )
        for kind, each in metrics.items()
    ]
    head = ("trained on", "accuracy, held out", "filters like edges", "median correlation")
    filters = {
        f"learned/{kind.split()[0]}_{number}": trained.filters.reshape(-1, 5)
        for kind, each in found.items()
        for number, trained in enumerate(each)
    }
    return Outcome(
        filters,
        {"task": "digits", "data": config.data, **metrics},
        {"digits.png": plot({kind: each[0] for kind, each in found.items()}, config.alike)},
        words.table(head, rows),
    )


def read_data(data: str) -> tuple[Floats, Array]:
    """Pictures (count, side, side) of mean 0 and spread 1, and their labels 0, 1, …

    Raises ``ValueError`` where the package that brings them is not installed.
    """
    if data == "faces":
        from skimage.data import lfw_subset

        pictures, labels = lfw_subset(), np.repeat([1, 0], 100)
    else:
        try:
            from sklearn.datasets import load_digits
        except ImportError:
            raise ValueError(
                "the digits come with scikit-learn, which is not installed. Run "
                "pip install scikit-learn, or use data=faces."
            ) from None
        pictures, labels = load_digits(return_X_y=True)
        pictures = pictures.reshape(-1, 8, 8)
    return (pictures - pictures.mean()) / pictures.std(), labels


def train_once(
    pictures: Floats, labels: Array, number: int, shuffled: bool, config: DigitsConfig
) -> Trained:
    """Train one network on a random half of the pictures, and judge it by the other half."""
    rng = np.random.default_rng([config.seed, number])
    torch.manual_seed(config.seed * 1000 + number)
    order = rng.permutation(len(pictures))
    seen, unseen = np.array_split(order, 2)
    told = labels.copy()
    if shuffled:
        told[seen] = rng.permutation(labels[seen])
    x = torch.as_tensor(pictures, dtype=torch.float32)[:, None]
    y, truth = torch.as_tensor(told), torch.as_tensor(labels)
    net = SmallNet(config.filters, pictures.shape[1], int(labels.max()) + 1)
    optimizer = torch.optim.Adam(net.parameters(), config.lr)
    for _ in range(config.epochs):
        for batch in np.array_split(rng.permutation(seen), max(1, len(seen) // BATCH)):
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(x[batch]), y[batch]).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
    with torch.no_grad():
        said = net(x).argmax(dim=1)
    filters = net.conv.weight.detach()[:, 0].double().numpy()
    return Trained(
        filters,
        float((said == truth)[unseen].double().mean()),
        float((said == y)[seen].double().mean()),
        [nearest(each) for each in filters],
    )


def _entry(networks: list[Trained], alike: float) -> dict[str, Any]:
    accuracies = [each.accuracy for each in networks]
    likenesses = [each for trained in networks for each in trained.likenesses]
    edges = [each for each in likenesses if each.name.startswith(EDGES)]
    return {
        "accuracy": {"mean": float(np.mean(accuracies)), "spread": float(np.std(accuracies))},
        "accuracy_on_what_it_saw": float(np.mean([each.seen_accuracy for each in networks])),
        "filters": len(likenesses),
        "filters_like_edges": sum(each.correlation >= alike for each in edges),
        "median_correlation": float(np.median([each.correlation for each in likenesses])),
        "nearest": [each._asdict() for each in likenesses],
    }


def nearest(taps: Floats) -> Likeness:
    """The named kernel or Gabor that (5, 5) taps correlate with most.

    >>> nearest(-3 * np.pad(named("sobel_x"), 1))
    Likeness(name='sobel_x', correlation=1.0)
    """
    names, vectors = _known()
    correlations = np.abs(vectors @ (taps.ravel() / np.linalg.norm(taps)))
    best = int(correlations.argmax())
    return Likeness(names[best], round(float(correlations[best]), 12))


def _known() -> tuple[list[str], Floats]:
    """Names, and the taps of each over their length (kernels, 25)."""
    small = {name: kernel for name in FIXED if max((kernel := named(name)).shape) <= 5}
    found = {
        (name, turn): np.pad(turned(kernel), (5 - len(kernel)) // 2)
        for name, kernel in small.items()
        for turn, turned in ORIENTATIONS.items()
    }
    for sigma in (0.5, 0.8, 1.2, 2.0):
        found[f"gaussian(5, {sigma:g})", ""] = gaussian(5, sigma)
        found[f"laplacian_of_gaussian(5, {sigma:g})", ""] = laplacian_of_gaussian(5, sigma)
    angles, wavelengths, phases = range(0, 180, 15), (3.0, 4.0, 6.0, 9.0), (0.0, 90.0)
    for sigma, angle, wavelength, phase in product((1.0, 1.5, 2.5), angles, wavelengths, phases):
        name = f"gabor(5, {sigma:g}, {angle}, {wavelength:g}, 1, {phase:g})"
        found[name, ""] = gabor(5, sigma, angle, wavelength, 1.0, phase)
    vectors = np.array([kernel.ravel() / np.linalg.norm(kernel) for kernel in found.values()])
    return [name for name, _ in found], vectors

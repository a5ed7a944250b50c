"""Measure newton beside what else would learn a kernel from one photo: time, and how close it came.

All contestants get the same padded photo and the same exact after image, in turn. The iterative
ones may stop as soon as the kernel is close enough, which only a benchmark can know.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor, nn
from torch.nn import functional
from tqdm import tqdm

from benchmarks.report import OWNED, conditions, write
from benchmarks.timing import interleaved
from handconv.arrays import Floats
from handconv.engine.threads import get_threads
from handconv.files import complete_folder
from handconv.kernels import BANK, named
from handconv.pictures import skimage_photo
from handconv.words import table
from learned.compare import compare
from learned.experiment.device import choose_device, describe_device
from learned.experiment.panels import Panel, plot_panels
from learned.net import FilterNet
from learned.pairs import made_pair
from learned.solve.predict import Samples
from learned.train.loop import WHITE, train
from learned.train.options import TrainConfig

PHOTO = "camera"
KERNELS = tuple(BANK)
QUICK_KERNELS = ("small_blur", "sobel_x")
GOAL = 1e-6  # relative kernel error at which the iterative contestants may stop
REST = 0.3  # seconds before each turn
OURS, LSTSQ, SCIKIT_LEARN = "newton (ours)", "np.linalg.lstsq", "sklearn LinearRegression"


@dataclass(frozen=True)
class Problem:
    """What is to be learned, and how long it may take.

    Attributes
    ----------
    samples : of one photo, (1, rows + M - 1, columns + N - 1), with equal bounds
    expected : (M, N) the kernel that made them
    limit : seconds after which the iterative contestants give up
    device : where the networks are trained
    """

    samples: Samples
    expected: Floats
    limit: float
    device: torch.device

    def error(self, kernel: Floats) -> float:
        """Largest difference of a tap, over the largest tap."""
        return compare(kernel.reshape(self.expected.shape), self.expected).relative_error


@dataclass(frozen=True)
class Result:
    """How one contestant fared with one kernel."""

    kernel: str
    contestant: str
    seconds: float  # median of the rounds
    rounds: int
    error: float


Contestant = Callable[[Problem], Floats]


def benchmark(out: Path, quick: bool, rounds: int | None, limit: float | None) -> str:
    """Measure all kernels, write numbers and figure to the folder ``out``; gives the report.

    Raises ``ValueError`` for a folder that holds other files.
    """
    rounds, limit = rounds or 5, limit or (3.0 if quick else 20.0)
    taking_part, skipped = contestants()
    with complete_folder(out, OWNED) as folder:
        names = tqdm(QUICK_KERNELS if quick else KERNELS, "learning", disable=None)
        results = [one for name in names for one in measure(name, taking_part, rounds, limit)]
        where = {
            **conditions(get_threads(), rounds),
            "torch_threads": torch.get_num_threads(),
            "torch": torch.__version__,
            "device": describe_device(choose_device("auto")),
            **{"photo": PHOTO, "goal": GOAL, "limit": limit},
        }
        title = f"{PHOTO}, 512 × 512, {where['threads']} threads, {where['processor']}"
        numbers = {"conditions": where, "skipped": skipped, "results": list(map(asdict, results))}
        write(folder, numbers, dots(results, title))
    left_out = [f"left out: {name} ({reason})" for name, reason in skipped.items()]
    return "\n".join([as_text(results), *left_out])


def contestants() -> tuple[dict[str, Contestant], dict[str, str]]:
    """Those that can take part, by name; and those that cannot, with the reason."""
    able: dict[str, Contestant] = {
        OURS: _ours,
        "torch SGD": partial(_torch, lambda net: torch.optim.SGD(net.parameters(), 0.01, 0.9)),
        "torch Adam": partial(_torch, lambda net: torch.optim.Adam(net.parameters(), 0.01)),
        "torch LBFGS": partial(_torch, _lbfgs, dtype=torch.float64),  # float32 ends it at 1e-3
        LSTSQ: _lstsq,
    }
    try:
        regression = import_module("sklearn.linear_model").LinearRegression
    except ImportError as error:
        return able, {SCIKIT_LEARN: f"{error}; pip install scikit-learn"}
    return {**able, SCIKIT_LEARN: partial(_scikit_learn, regression)}, {}


def measure(
    name: str, taking_part: dict[str, Contestant], rounds: int, limit: float
) -> Iterator[Result]:
    """Let everyone learn one kernel of the bank; medians over the rounds.

    The first round warms up. A contestant that takes longer than ``limit`` seconds is measured
    once.
    """
    hand, device = named(name), choose_device("auto")
    pair = made_pair(skimage_photo(PHOTO)[None] / 1.0, hand[None])
    problem = Problem(pair.samples((hand.shape[0], hand.shape[1])), hand, limit, device)
    learned: dict[str, Floats] = {}

    def turn(contestant: str) -> None:
        learned[contestant] = taking_part[contestant](problem)

    calls = {contestant: partial(turn, contestant) for contestant in taking_part}
    for contestant, seconds in interleaved(calls, rounds, patience=limit, rest=REST).items():
        error = problem.error(learned[contestant])
        yield Result(name, contestant, median(seconds), len(seconds), error)


def as_text(results: list[Result]) -> str:
    """All results, a line each."""
    ours = {one.kernel: one.seconds for one in results if one.contestant == OURS}
    lines = [
        (
            one.kernel,
            one.contestant,
            f"{one.seconds:.3f}",
            f"{one.seconds / ours[one.kernel]:.1f}",
            f"{one.error:.1e}",
        )
        for one in results
    ]
    return table(("kernel", "contestant", "seconds", "times ours", "error"), lines)


def _ours(problem: Problem) -> Floats:
    net = FilterNet((problem.expected.shape[0], problem.expected.shape[1]))
    for _ in train(net.to(problem.device), [problem.samples], TrainConfig(optimizer="newton")):
        pass
    return net.kernel


def _lbfgs(net: nn.Conv2d) -> torch.optim.Optimizer:
    return torch.optim.LBFGS(
        net.parameters(), tolerance_grad=0, tolerance_change=0, line_search_fn="strong_wolfe"
    )


def _torch(
    optimizer_of: Callable[[nn.Conv2d], torch.optim.Optimizer],
    problem: Problem,
    dtype: torch.dtype = torch.float32,
) -> Floats:
    """The training loop of every tutorial, on the whole photo at once."""
    torch.manual_seed(0)
    like: Any = {"dtype": dtype, "device": problem.device}
    net = nn.Conv2d(1, 1, problem.expected.shape, bias=False, **like)
    image = torch.as_tensor(problem.samples.image[None] / WHITE, **like)
    after = torch.as_tensor(problem.samples.lower[None, None] / WHITE, **like)
    optimizer: Any = optimizer_of(net)

    def closure() -> Tensor:
        if time.perf_counter() >= give_up:
            raise TimeoutError
        optimizer.zero_grad()
        loss = functional.mse_loss(net(image), after)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    give_up = time.perf_counter() + problem.limit
    with suppress(TimeoutError):
        while problem.error(_taps(net)) > GOAL:
            optimizer.step(closure)
    return _taps(net)


def _taps(net: nn.Conv2d) -> Floats:
    taps: Floats = net.weight.detach().cpu().numpy()[0, 0].astype(np.float64)
    return taps


def _patches(samples: Samples) -> tuple[Floats, Floats]:
    """The matrix that textbooks begin with, (pixels, taps), and the values to be met."""
    windows = np.lib.stride_tricks.sliding_window_view(samples.image[0], samples.kernel_shape[1:])
    return windows.reshape(samples.lower.size, -1), samples.lower.ravel()


def _lstsq(problem: Problem) -> Floats:
    return np.linalg.lstsq(*_patches(problem.samples), rcond=None)[0].astype(np.float64)


def _scikit_learn(regression: Any, problem: Problem) -> Floats:
    taps: Floats = regression(fit_intercept=False).fit(*_patches(problem.samples)).coef_
    return taps


def dots(results: list[Result], title: str) -> Figure:
    """Kernel error against seconds, one panel a kernel, one dot a contestant."""
    panels = []
    for kernel in dict.fromkeys(one.kernel for one in results):
        own = [one for one in results if one.kernel == kernel]
        dots = {one.contestant: ([one.seconds], [one.error]) for one in own}
        panels.append(Panel(dots, "seconds", "kernel error (relative)", kernel))
    title = f"Learning a kernel from one photo: down and left is better\n{title}"
    return plot_panels(panels, title=title, style=" ", sharex="all", sharey="all")

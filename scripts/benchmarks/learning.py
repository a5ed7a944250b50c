"""Measure newton beside what else would learn a kernel from one photo: time, and how close it came.

All contestants get the same padded photo and the same exact after image, in turn. The iterative
ones may stop as soon as the kernel is close enough, which outside a benchmark nobody would know.
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
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.filtering import conditions
from handconv.kernels import BANK, named
from handconv.pictures import skimage_photo
from learned.compare import compare
from learned.experiment.run import choose_device, describe_device
from learned.net import FilterNet
from learned.pairs import made_pair
from learned.solve.samples import Samples
from learned.solve.threads import THREADS
from learned.train.loop import WHITE, train
from learned.train.options import TrainConfig

Floats = NDArray[np.float64]

PHOTO = "camera"
KERNELS = tuple(BANK)
QUICK_KERNELS = ("small_blur", "sobel_x")
GOAL = 1e-6  # relative kernel error at which the iterative contestants may stop
REST = 0.3  # seconds before each turn: the last one's threads wait in busy loops for a while
OURS, LSTSQ, SCIKIT_LEARN = "newton (ours)", "np.linalg.lstsq", "sklearn LinearRegression"
LOOKS = {  # colour, marker and its size
    OURS: ("#d1495b", "*", 17),
    LSTSQ: ("#30638e", "o", 9),
    SCIKIT_LEARN: ("#7a9e7e", "D", 6),
    "torch LBFGS": ("#8d6a9f", "s", 8),
    "torch Adam": ("#edae49", "^", 10),
    "torch SGD": ("#8a8a8a", "v", 7),
}


@dataclass(frozen=True)
class Problem:
    """What is to be learned, and how long anyone may take.

    Attributes
    ----------
    samples : of one photo, (1, rows + M - 1, columns + N - 1), with equal bounds
    expected : (M, N) the kernel that made them
    limit : seconds; the iterative contestants then give up
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

    The first round warms up. Whoever takes longer than ``limit`` seconds is measured once.
    """
    hand, device = named(name), choose_device("auto")
    pair = made_pair(skimage_photo(PHOTO)[None] / 1.0, hand[None])
    problem = Problem(pair.samples((hand.shape[0], hand.shape[1])), hand, limit, device)
    seconds: dict[str, list[float]] = {contestant: [] for contestant in taking_part}
    errors = {}
    for _ in range(rounds + 1):
        for contestant, learn in taking_part.items():
            if sum(seconds[contestant]) <= limit:
                time.sleep(REST)
                start = time.perf_counter()
                kernel = learn(problem)
                seconds[contestant].append(time.perf_counter() - start)
                errors[contestant] = problem.error(kernel)
    for contestant, took in seconds.items():
        counted = took[1:] or took
        yield Result(name, contestant, median(counted), len(counted), errors[contestant])


def as_json(
    results: list[Result], skipped: dict[str, str], rounds: int, limit: float
) -> dict[str, Any]:
    """All of it, to be saved."""
    torches = {"torch_threads": torch.get_num_threads(), "torch": torch.__version__}
    device = describe_device(choose_device("auto"))
    return {
        "conditions": {
            **conditions(THREADS, rounds),
            **torches,
            **{"device": device, "photo": PHOTO, "goal": GOAL, "limit": limit},
        },
        "skipped": skipped,
        "results": [asdict(one) for one in results],
    }


def table(results: list[Result]) -> str:
    """All results as text, a line each."""
    ours = {one.kernel: one.seconds for one in results if one.contestant == OURS}
    lines = [f"{'kernel':<12}{'contestant':<26}{'seconds':>9}{'times ours':>12}{'error':>10}"]
    for one in results:
        lines.append(
            f"{one.kernel:<12}{one.contestant:<26}{one.seconds:9.3f}"
            f"{one.seconds / ours[one.kernel]:12.1f}{one.error:10.1e}"
        )
    return "\n".join(lines)


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


def draw(results: list[Result], title: str, path: str | Path) -> None:
    """A PNG at ``path``: kernel error against seconds, one panel a kernel, one dot a contestant."""
    kernels = list(dict.fromkeys(one.kernel for one in results))
    across = min(3, len(kernels))
    down = -(-len(kernels) // across)
    figure = Figure((4.2 * across, 3.4 * down + 1.2), dpi=120, layout="constrained")
    axes = figure.subplots(down, across, squeeze=False, sharex=True, sharey=True)
    for axis in axes.flat[len(kernels) :]:
        axis.axis("off")
    for axis, kernel in zip(axes.flat, kernels, strict=False):
        for one in results:
            if one.kernel == kernel:
                # a log scale has no place for zero: nothing is lost below the last digit
                place = one.seconds, max(one.error, 1e-17)
                colour, marker, size = LOOKS[one.contestant]
                axis.plot(*place, marker, ms=size, color=colour, mec="white", label=one.contestant)
        axis.set_title(kernel)
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.grid(True, alpha=0.3)
        axis.margins(0.15)
    for axis in axes[-1]:
        axis.set_xlabel("seconds")
    for axis in axes[:, 0]:
        axis.set_ylabel("kernel error (relative)")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
    figure.suptitle(f"Learning a kernel from one photo: down and left is better\n{title}")
    figure.savefig(path)

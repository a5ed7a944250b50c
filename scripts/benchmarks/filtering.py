"""Measure `correlate` beside OpenCV, SciPy, torch, a copy of the image, and the tutorial's loop."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import geometric_mean, median
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from tqdm import tqdm

from benchmarks.contestants import COLOURS, COPY, CROP, LOOP, OPENCV, OURS, QUICK, SLOW, Maker
from benchmarks.report import OWNED, conditions, write
from benchmarks.timing import interleaved
from handconv.arrays import Floats
from handconv.engine.threads import get_threads, set_threads
from handconv.files import complete_folder
from handconv.kernels import BANK, named
from handconv.words import table

SHAPE = (1190, 1640)  # of the photo for which the tutorial's loop was found unusable


@dataclass(frozen=True)
class Case:
    """What is to be filtered."""

    group: str  # "bank", "random" or "sizes"
    kernel: str
    rows: int
    columns: int
    dtype: str


@dataclass(frozen=True)
class Result(Case):
    """Milliseconds (medians) of all contestants in a case."""

    milliseconds: dict[str, float]

    def ratio(self, other: str) -> float:
        """How many times longer the other one took than handconv."""
        return self.milliseconds[other] / self.milliseconds[OURS]


def benchmark(
    out: Path, quick: bool, threads: int | None, rounds: int | None, with_torch: bool
) -> str:
    """Measure all cases, write numbers and figure to the folder ``out``; gives the report.

    Raises ``ValueError`` for a bad number of threads, or a folder that holds other files.
    """
    set_threads(get_threads() if threads is None else threads)
    threads, rounds = get_threads(), rounds or (15 if quick else 61)
    slow = {name: make for name, make in SLOW.items() if with_torch or "torch" not in name}
    with complete_folder(out, OWNED) as folder:
        all_cases = tqdm(list(cases(quick)), "measuring", disable=None)
        results = [measure(case, taps, threads, rounds, slow) for case, taps in all_cases]
        where = conditions(threads, rounds)
        brief = summary(results)
        everything = {"conditions": where, "summary": brief, "results": list(map(asdict, results))}
        title = f"1640 × 1190 float32, {threads} threads, {where['processor']}"
        write(folder, everything, bars(results, title))
    return (
        f"{as_text(results)}\n\n"
        f"On the bank OpenCV takes {brief['bank_opencv_over_ours_geometric_mean']:.1f} times as"
        f" long (geometric mean), at least {brief['bank_opencv_over_ours_least']:.2f} times;"
        f" the tutorial's loop {brief['bank_loop_over_ours_geometric_mean']:,.0f} times."
    )


def cases(quick: bool = False) -> Iterator[tuple[Case, Floats]]:
    """The bank, full-rank random kernels of 3 to 63 on a side, and images of 256² to 4096²."""
    random = np.random.default_rng(0)
    for dtype in ("float32", "uint8"):
        for name in BANK:
            yield Case("bank", name, *SHAPE, dtype), named(name)
    for side in (3, 5, 9, 15, 31, 63):
        taps = random.normal(size=(side, side))
        for dtype in ("float32",) if quick else ("float32", "uint8"):
            yield Case("random", f"random {side}x{side}", *SHAPE, dtype), taps
    sides = (256, 512, 1024) if quick else (256, 512, 1024, 2048, 4096)
    for name in ("sharpen", "large_blur", "random 9x9"):
        taps = named(name) if name in BANK else random.normal(size=(9, 9))
        for side in sides:
            yield Case("sizes", name, side, side, "float32"), taps


def measure(
    case: Case, taps: Floats, threads: int, rounds: int, slow: Mapping[str, Maker]
) -> Result:
    """Time everyone on one case; on growing sizes `QUICK` alone.

    The quick take turns among themselves, and then the slow, whose threads would still be busy
    waiting, and whose pixels still fill the caches, when a quick one's turn comes.
    """
    random = np.random.default_rng(0)
    image = random.integers(0, 256, (case.rows, case.columns)).astype(case.dtype)
    out = np.empty(image.shape, np.float32)
    QUICK[OURS](image, taps, out, threads)()  # compiles what has to be compiled, untimed
    milliseconds = {}
    for makers in (QUICK, slow if case.group != "sizes" else {}):
        calls = {name: make(image, taps, out, threads) for name, make in makers.items()}
        for name, seconds in interleaved(calls, rounds).items():
            milliseconds[name] = 1e3 * median(seconds)
    if LOOP in milliseconds:
        milliseconds[LOOP] *= case.rows * case.columns / CROP**2
    return Result(**asdict(case), milliseconds=milliseconds)


def summary(results: list[Result]) -> dict[str, Any]:
    """The figures that matter, by name."""
    bank = [one for one in results if one.group == "bank"]
    small = [one for one in bank if named(one.kernel).size == 9 and one.dtype == "float32"]
    random = [one for one in results if one.group == "random"]
    per_pixel: dict[str, dict[str, float]] = {}
    for one in results:
        if one.group == "sizes":
            nanoseconds = 1e6 * one.milliseconds[OURS] / (one.rows * one.columns)
            per_pixel.setdefault(one.kernel, {})[f"{one.rows}x{one.columns}"] = nanoseconds
    return {
        "bank_opencv_over_ours_geometric_mean": geometric_mean(one.ratio(OPENCV) for one in bank),
        "bank_opencv_over_ours_least": min(one.ratio(OPENCV) for one in bank),
        "bank_loop_over_ours_geometric_mean": geometric_mean(one.ratio(LOOP) for one in bank),
        "3x3_float32_ours_over_copy_most": max(1 / one.ratio(COPY) for one in small),
        "random_opencv_over_ours": {f"{r.kernel} {r.dtype}": r.ratio(OPENCV) for r in random},
        "nanoseconds_per_pixel": per_pixel,
    }


def as_text(results: list[Result]) -> str:
    """A line for each case: our time, and how many times as long others took."""
    lines = [
        (
            one.kernel,
            f"{one.columns} x {one.rows} {one.dtype}",
            f"{one.milliseconds[OURS]:.2f}",
            f"{one.ratio(OPENCV):.2f}",
            f"{one.ratio(COPY):.2f}",
            f"{one.ratio(LOOP):.0f}" if LOOP in one.milliseconds else "",
        )
        for one in results
    ]
    return table(("kernel", "image", "ms", "cv2 / ours", "copy / ours", "loop / ours"), lines)


def bars(results: list[Result], title: str) -> Figure:
    """Milliseconds of all, for the bank and for random kernels, float32."""
    figure = Figure((12, 8.5), dpi=130, layout="constrained")
    groups = {
        "bank": "The tutorial's six kernels",
        "random": "Random kernels, which allow no short cut",
    }
    axes = figure.subplots(2, 1)
    for axis, (group, words) in zip(axes, groups.items(), strict=True):
        axis.set_title(words, loc="left")
        _bars(axis, [one for one in results if (one.group, one.dtype) == (group, "float32")])
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
    figure.suptitle(f"How long one image takes: {title}\n", fontsize=13, fontweight="bold")
    return figure


def _bars(axis: Axes, results: list[Result]) -> None:
    names = [name for name in COLOURS if all(name in one.milliseconds for one in results)]
    width = 0.86 / len(names)
    left = np.arange(len(results)) - 0.43 + width / 2
    for k, name in enumerate(names):
        heights = [one.milliseconds[name] for one in results]
        drawn = axis.bar(left + k * width, heights, width * 0.92, color=COLOURS[name], label=name)
        words = [f"{ms:.2g}" if ms < 100 else f"{ms:,.0f}" for ms in heights]
        axis.bar_label(drawn, words, fontsize=7, color="#444444")
    copies = [one.milliseconds[COPY] for one in results]
    axis.axhline(float(np.median(copies)), color="black", lw=0.8, ls=":", label="copying the image")
    labels = [f"{one.kernel}\nOpenCV takes {one.ratio(OPENCV):.1f} ×" for one in results]
    axis.set_xticks(range(len(results)), labels)
    axis.set(yscale="log", ylabel="milliseconds, shorter is better")
    axis.set_ylim(top=axis.get_ylim()[1] * 2)
    axis.spines[["top", "right"]].set_visible(False)
    axis.tick_params(axis="x", length=0)
    axis.margins(x=0.01)

"""Measure undo: how near the picture before it comes, beside scikit-image's restorations of blurs.

Sharpened pictures are made by Pillow and by handconv, blurred ones by handconv, with and without
noise; all are stored in 8 bits. Restorations are given the kernel and, unlike ours, the best of
many settings, chosen by the original.
"""

import time
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from skimage import restoration
from tqdm import tqdm

from benchmarks.report import OWNED, conditions, write
from handconv.arrays import Floats
from handconv.engine.threads import get_threads
from handconv.files import complete_folder
from handconv.kernels import named
from handconv.pictures import skimage_photo, to_grey
from handconv.words import table
from learned.filter import Filter, Rim
from learned.undoing.known import known_filter
from learned.undoing.part import PROVED
from learned.undoing.undo import undo

PHOTOS = ("camera", "coins", "cat", "rocket")
QUICK_PHOTOS = ("camera",)
TOP = 70.0  # dB, in the figure
NOISES = (0.0, 1.0)  # grey levels, on blurred pictures
Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Result:
    """How near one picture came."""

    case: str
    photo: str
    after: float  # PSNR of the after picture, dB
    psnr: float  # of the undone picture; infinite where all is exact, null in JSON
    exact: float  # share of its pixels that are the original's
    proved: float
    wrong: int  # pixels marked as proved that are not the original's
    same: float  # share of the after-pixels that filtering again gives back
    best: float  # PSNR of the best restoration of scikit-image; NaN where none was asked
    seconds: float


def benchmark(folder: Path, quick: bool) -> str:
    """Undo every case on every photo; write ``folder``, and return the table."""
    photos = QUICK_PHOTOS if quick else PHOTOS
    undo(np.zeros((64, 64), np.uint8), known_filter(named("sharpen")))  # loads the loops
    cases = [(name, case) for name in photos for case in _cases(name)]
    results = [_measure(photo, case) for photo, case in tqdm(cases, desc="undo", unit="case")]
    everything = {
        "conditions": conditions(get_threads(), 1),
        "results": [
            {key: _as_json(value) for key, value in asdict(result).items()} for result in results
        ],
    }
    with complete_folder(folder, OWNED) as inside:
        write(inside, everything, _figure(results))
    return _table(results)


def _as_json(value: object) -> object:
    """JSON has no numbers for infinity, where all is exact, nor for what was not asked."""
    return value if not isinstance(value, float) or np.isfinite(value) else None


def _cases(name: str) -> Iterator[tuple[str, Picture, Picture, Filter]]:
    """Name, original, after picture, and the filter that made it."""
    photo = to_grey(skimage_photo(name)).round().astype(np.uint8)
    for words, made_by_pillow in (
        ("SHARPEN", ImageFilter.SHARPEN),
        ("EDGE_ENHANCE", ImageFilter.EDGE_ENHANCE),
    ):
        shape, divisor, bias, flat = made_by_pillow.filterargs
        taps = np.reshape(flat, shape[::-1])[::-1]  # Pillow counts rows from below
        made_by = _pillows(taps.astype(np.float64), divisor, bias)
        after = np.asarray(Image.fromarray(photo).filter(made_by_pillow))
        yield f"Pillow's {words}", photo, after, made_by
    mask = named("unsharp(13, 2, 1.5)")
    calm = (115 + photo * (25 / 255)).round().astype(np.uint8)  # so that no sum leaves 0 … 255
    for words, original, kernel in (
        ("sharpen", photo, named("sharpen")),
        ("unsharp mask, σ 2, 150 %", photo, mask),
        ("sharpen, nothing clipped", calm, named("sharpen")),
    ):
        made_by = known_filter(kernel)
        yield words, original, made_by.apply(original[None])[0], made_by
    rng = np.random.default_rng(0)
    for words in ("gaussian(9, 1.5)", "box(5)", "motion(9, 0)"):
        made_by = known_filter(named(words))
        blurred = made_by.apply(photo[None])[0]
        for noise in NOISES:
            noisy = blurred + rng.normal(0, noise, blurred.shape) if noise else blurred
            after = np.clip(np.rint(noisy), 0, 255).astype(np.uint8)
            yield f"{words}, noise {noise:g}", photo, after, made_by


def _pillows(taps: Floats, divisor: float, bias: float) -> Filter:
    """As Pillow does: halves up, and pixels whose neighbourhood reaches outside are left alone."""
    made_by = known_filter(taps, divisor=divisor, bias=bias, rounding="halves up")
    above, below, left, right = made_by.window.overhang
    return replace(made_by, rim=Rim(above, below, left, right, "unfiltered"))


def _measure(photo: str, case: tuple[str, Picture, Picture, Filter]) -> Result:
    words, original, after, made_by = case
    start = time.perf_counter()
    found = undo(after, made_by)
    seconds = time.perf_counter() - start
    right = found.picture == original
    return Result(
        case=words,
        photo=photo,
        after=psnr(after, original),
        psnr=psnr(found.picture, original),
        exact=float(right.mean()),
        proved=found.shares["proved"],
        wrong=int((~right & (found.sure[0] == PROVED)).sum()),
        same=found.same,
        best=_best_restoration(original, after, made_by.kernel) if "noise" in words else np.nan,
        seconds=seconds,
    )


def psnr(found: Picture, original: Picture) -> float:
    """Peak signal-to-noise ratio, dB."""
    square = float(np.mean((found.astype(float) - original) ** 2))
    return 10 * np.log10(255**2 / square) if square else np.inf


def _best_restoration(original: Picture, after: Picture, kernel: Floats) -> float:
    """PSNR of the best of scikit-image's restorations, each at its best setting."""
    blurred = after / 255.0
    restored: list[Floats] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for balance in np.geomspace(1e-4, 1, 9):
            restored.append(restoration.wiener(blurred, kernel, balance))
        restored.append(restoration.unsupervised_wiener(blurred, kernel, rng=0)[0])
        for rounds in (5, 10, 20, 40, 80):
            restored.append(restoration.richardson_lucy(blurred, kernel, num_iter=rounds))
    levels = [np.clip(np.rint(255 * each), 0, 255).astype(np.uint8) for each in restored]
    return max(psnr(each, original) for each in levels)


def _table(results: list[Result]) -> str:
    head = ["case", "photo", "after", "undone", "exact", "proved", "wrong", "again", "best", "s"]
    rows = [
        [
            each.case,
            each.photo,
            f"{each.after:.1f}",
            f"{each.psnr:.1f}",
            f"{each.exact:.2%}",
            f"{each.proved:.2%}",
            str(each.wrong),
            f"{each.same:.2%}",
            "" if np.isnan(each.best) else f"{each.best:.1f}",
            f"{each.seconds:.1f}",
        ]
        for each in results
    ]
    return table(head, rows)


def _figure(results: list[Result]) -> Figure:
    """PSNR of what there was, what came back, and the best restoration: means of the photos."""
    names = list(dict.fromkeys(each.case for each in results))
    drawn = Figure((9, 0.45 * len(names) + 1), layout="constrained")
    panel = drawn.subplots()
    for key, words, colour in (
        ("after", "after", "#999999"),
        ("best", "best of scikit-image", "#e69f00"),
        ("psnr", "undone", "#0072b2"),
    ):
        values = []
        for name in names:
            found = [float(getattr(each, key)) for each in results if each.case == name]
            values.append(np.mean(np.minimum(found, TOP)))
        panel.plot(values, range(len(names)), "o", color=colour, label=words)
    panel.set_yticks(range(len(names)), names)
    panel.invert_yaxis()
    panel.set_xlabel(f"PSNR, dB ({TOP:g}: all pixels exact)")
    panel.grid(axis="x", alpha=0.3)
    panel.legend()
    return drawn

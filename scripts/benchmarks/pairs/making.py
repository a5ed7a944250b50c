"""All pairs of the benchmark, the same bytes each time: programs, photos, and what comes on top."""

import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
from PIL import Image

from benchmarks.pairs import photos
from benchmarks.pairs.programs import (
    in_colour,
    not_linear,
    with_opencv,
    with_others,
    with_pillow,
    with_scipy,
    with_skimage,
    with_torch,
)
from benchmarks.pairs.programs.program import STORE, Program, some_taps
from benchmarks.pairs.records import SPLITS, Pair, Split, Truth
from handconv.arrays import Array

SEED = 0
LARGE = 15  # rows and columns of taps
CLIPPED = 0.05  # of the pixels, from which on a pair counts as clipped
NOISE = (1.0, 2.0, 5.0)  # grey levels, standard deviation
QUALITIES = (95, 90, 75)  # of JPEG
EASY, FLOATS, TRUNCATED, SPOILT = 40, 12, 20, 15  # pairs at most, of one split


@cache
def grey_programs() -> tuple[Program, ...]:
    """The linear ones for grey pictures, in an order that mixes the libraries."""
    modules = (with_pillow, with_opencv, with_scipy, with_skimage, with_torch, with_others)
    found = [program for module in modules for program in module.programs()]
    place = {library: 0 for library in dict.fromkeys(each.library for each in found)}
    counts = Counter(each.library for each in found)
    order = []
    for program in found:
        place[program.library] += 1
        order.append(place[program.library] / counts[program.library])
    return tuple(found[index] for index in np.argsort(order, kind="stable"))


def make_pairs(
    splits: Sequence[Split] = SPLITS,
    count: int | None = None,
    progress: Callable[[Split], object] = lambda split: None,
) -> list[Pair]:
    """The pairs of these splits, at most ``count`` of each.

    Those of libraries that are not installed are left out.
    """
    makers: dict[Split, Callable[[], Iterator[Pair]]] = {
        "float": _floats,
        "easy": lambda: iter(_plain("easy")[:EASY]),
        "clipped": lambda: iter(_plain("clipped")),
        "large": lambda: iter(_plain("large")),
        "truncated": _truncated,
        "noisy": _noisy,
        "jpeg": _jpeg,
        "colour": _colour,
        "not linear": _not_linear,
        "undetermined": _undetermined,
    }
    made: list[Pair] = []
    for split in splits:
        progress(split)
        own = [pair for pair, _ in zip(makers[split](), range(count or 10**6), strict=False)]
        made += [replace(pair, name=_name(pair, number)) for number, pair in enumerate(own, 1)]
    return made


def _name(pair: Pair, number: int) -> str:
    words = f"{pair.split} {number:02d} {pair.library} {pair.program} {pair.photo}"
    return re.sub(r"[^A-Za-z0-9.]+", "-", words).strip("-").lower()


def _pair(program: Program, number: int, split: Split, storing: str) -> Pair:
    """Of one program and the photo whose turn it is; stored by ``storing`` unless it does so."""
    truth = program.truth
    name = photos.GREY[number % len(photos.GREY)]
    before = photos.photo(name)
    after = program.after(before, storing)
    rounding = program.stores or (None if storing == "exact" else storing)
    if storing == "exact":
        before = before.astype(np.float64)
    truth = replace(truth, rounding=rounding)
    return Pair("", split, program.library, program.name, name, before, after, truth)


def _is_clipped(after: Array) -> bool:
    return bool(np.mean((after == 0) | (after == 255)) >= CLIPPED)


def _plain(split: Split) -> list[Pair]:
    return [pair for pair in _rounded() if pair.split == split]


@cache
def _rounded() -> tuple[Pair, ...]:
    """Every program that rounds to the nearest, once: easy, clipped or large."""
    made = []
    for number, program in enumerate(grey_programs()):
        if program.stores != "floor":
            pair = _pair(program, number, "easy", "nearest")
            assert pair.truth is not None
            if max(pair.truth.kernel.shape[-2:]) >= LARGE:
                pair = replace(pair, split="large")
            elif _is_clipped(pair.after):
                pair = replace(pair, split="clipped")
            made.append(pair)
    return tuple(made)


def _in_floats() -> list[tuple[int, Program]]:
    return [each for each in enumerate(grey_programs()) if each[1].stores is None]


def _floats() -> Iterator[Pair]:
    """Not stored in 8 bits: all that stands between a contestant and the kernel is the border."""
    for number, program in _in_floats()[: 2 * FLOATS : 2]:
        yield _pair(program, number + 1, "float", "exact")


def _truncated() -> Iterator[Pair]:
    own = [each for each in enumerate(grey_programs()) if each[1].stores == "floor"]
    for number, program in [*own, *_in_floats()[1::2]][:TRUNCATED]:
        yield _pair(program, number + 2, "truncated", "floor")


def _to_be_spoilt(first: int) -> list[Pair]:
    """Some of the easy ones."""
    return _plain("easy")[first::2][:SPOILT]


def _spoilt(pair: Pair, split: Split, how: str, after: Array, file: bytes | None = None) -> Pair:
    """With something on top; what the program does at the border still counts."""
    assert pair.truth is not None
    return replace(
        pair,
        split=split,
        program=f"{pair.program}, {how}",
        after=after,
        file=file,
        truth=replace(pair.truth, rounding=None),
    )


def _noisy() -> Iterator[Pair]:
    for number, pair in enumerate(_to_be_spoilt(0)):
        sigma = NOISE[number % len(NOISE)]
        rng = np.random.default_rng([SEED, number])
        after = STORE["nearest"](pair.after + rng.normal(0, sigma, pair.after.shape))
        yield _spoilt(pair, "noisy", f"noise {sigma:g}", after)


def _jpeg() -> Iterator[Pair]:
    for number, pair in enumerate(_to_be_spoilt(1)):
        quality = QUALITIES[number % len(QUALITIES)]
        file = io.BytesIO()
        Image.fromarray(pair.after).save(file, "JPEG", quality=quality)
        after = np.asarray(Image.open(file))
        yield _spoilt(pair, "jpeg", f"quality {quality}", after, file.getvalue())


def _colour() -> Iterator[Pair]:
    for number, program in enumerate(in_colour.programs()):
        name = photos.COLOUR[number % len(photos.COLOUR)]
        before = photos.photo(name, colour=True)
        after = program.after(before, "nearest")
        truth = replace(program.truth, rounding=program.stores or "nearest")
        truth = replace(truth, kernel=_one_for_all(truth))
        yield Pair("", "colour", program.library, program.name, name, before, after, truth)


def _one_for_all(truth: Truth) -> Array:
    """(M, N) where every channel is filtered alike and on its own."""
    kernel = truth.kernel
    if kernel.ndim == 2 or len(kernel) != kernel.shape[1]:
        return kernel
    alike = np.eye(len(kernel))[..., None, None] * kernel[0, 0]
    return kernel[0, 0] if np.allclose(kernel, alike, rtol=0, atol=1e-12) else kernel


def _not_linear() -> Iterator[Pair]:
    for number, ((library, name), run) in enumerate(not_linear.programs().items()):
        photo = photos.GREY[number % len(photos.GREY)]
        before = photos.photo(photo)
        yield Pair("", "not linear", library, name, photo, before, run(before), None)


def _undetermined() -> Iterator[Pair]:
    """Filters with 3 × 3 and 5 × 5 taps, on pictures with fewer different neighbourhoods."""
    for number, (name, (before, border)) in enumerate(photos.dull_pictures().items()):
        for side in (3, 5):
            taps = some_taps(side, side, 90 + number)
            program = with_scipy.own(f"any {side}", taps, border)
            after = program.after(before, "nearest")
            truth = replace(program.truth, rounding="nearest")
            yield Pair("", "undetermined", "scipy", program.name, name, before, after, truth)

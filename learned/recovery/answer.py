"""From evidence to one answer: which channels go together, and exact, approximate or not at all."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from handconv.borders import Border
from learned.pairs import Pair, Rounding
from learned.recovery.approximate import Approximation, approximate, forget, without_outliers
from learned.recovery.evidence import Evidence, readings
from learned.recovery.fit import Fit, fit, neighbourhoods
from learned.recovery.rim import predict_with_border, reproduced
from learned.recovery.search import gather
from learned.recovery.simple import Integers
from learned.recovery.structure import structure
from learned.recovery.window import Window
from learned.solve.directions import directions
from learned.solve.pixels import violation

Floats = NDArray[np.float64]
Layout = Literal["pooled", "separate", "mixed"]
"""One kernel for all channels, one for each, or one from every channel to every channel."""

MIXED_SIZE = 15  # taps a side of kernels between channels
FEW = 0.01  # share of the pixels that may differ without a word
WIDE = 0.2  # of the largest tap: taps that are known no better are not known
OUTLIERS = 0.1  # share of the pixels that something else may have been done to
REPEATED = 3  # different neighbourhoods for each unknown, at least
NOT_QUITE = 0.1  # grey levels
AGAIN = 0.1  # grey levels out of its bounds that a pixel may be to be asked again
NOISE = {"beyond": 0.2, "predicted": 0.2, "varying": 0.15, "correlated": 0.1}
"""What noise stays below; see `Structure`. JPEG leaves up to 0.17, 0.10 and 0.02."""
EXPLAINED = 0.1  # a kernel that explains less of the after image explains nothing


@dataclass(frozen=True)
class Part:
    """The kernel (in-channels, M, N) of one out-channel, or of all; see `Fit`, `Approximation`."""

    kernel: Floats
    window: Window
    bias: float
    fraction: tuple[Integers, int] | None = None
    errors: Floats | None = None


class Halves(NamedTuple):
    """Values half-way between two grey levels: how many went up, to an even level, and in all."""

    up: int
    to_even: int
    total: int


@dataclass(frozen=True)
class Answer:
    """A filter for the whole picture.

    Attributes
    ----------
    layout : how the channels go together
    parts : one for each out-channel, or the one for all; their windows are the same
    reach : the window whose overhang is the width of the rim, which the kernels say nothing of
    roundings : those that fit
    tolerance : grey levels by which a pixel may be out of its bounds, for rounding errors
    rim_tolerances, rim_share : a border fits where this share of the rim pixels lies inside bounds
        that are wider by the first tolerance; by the second if no border fits else
    """

    verdict: Literal["linear", "not linear", "undetermined"]
    layout: Layout
    parts: list[Part]
    reach: Window
    roundings: tuple[Rounding, ...]
    findings: list[str]
    tolerance: float
    rim_tolerances: tuple[float, ...]
    rim_share: float = 1.0

    @property
    def window(self) -> Window:
        return self.parts[0].window

    @property
    def kernel(self) -> Floats:
        """(M, N), or (out-channels, in-channels, M, N)."""
        return self._laid_out([part.kernel for part in self.parts])

    @property
    def errors(self) -> Floats | None:
        known = [part.errors for part in self.parts if part.errors is not None]
        return self._laid_out(known) if len(known) == len(self.parts) else None

    @property
    def bias(self) -> float | tuple[float, ...]:
        biases = tuple(float(part.bias) for part in self.parts)
        return biases[0] if self.layout == "pooled" else biases

    @property
    def fraction(self) -> tuple[Integers, int] | None:
        """Numerators in the shape of `kernel`, and one denominator."""
        found = [part.fraction for part in self.parts if part.fraction is not None]
        if len(found) < len(self.parts):
            return None
        common = int(np.lcm.reduce([denominator for _, denominator in found]))
        numerators = [n * (common // denominator) for n, denominator in found]
        return self._laid_out(numerators).astype(np.int64), common

    @property
    def accuracy(self) -> float:
        """Of the taps: three standard errors."""
        if self.errors is None or self.roundings or self.verdict != "linear":
            return 0.0
        return 3 * float(self.errors.max())

    def _laid_out(self, kernels: Sequence[NDArray[np.generic]]) -> NDArray[np.float64]:
        if self.layout == "pooled":
            return np.asarray(kernels[0][0])
        if self.layout == "mixed":
            return np.stack(kernels)
        count = len(kernels)
        whole = np.zeros((count, count, *kernels[0].shape[1:]), kernels[0].dtype)
        for channel, kernel in enumerate(kernels):
            whole[channel, channel] = kernel[0]
        return whole

    def planes(self, evidence: Evidence) -> list[tuple[Pair, Floats, float]]:
        """For every out-channel: its pair, kernel (in-channels, M, N) and bias."""
        found = []
        for channel, pair in enumerate(_channels(evidence, self.layout)):
            part = self.parts[channel % len(self.parts)]
            found.append((pair, part.kernel, part.bias))
        return found

    def predict(self, evidence: Evidence, border: Border) -> Floats:
        """(out-channels, rows, columns) before rounding and clipping."""
        return np.stack(
            [
                predict_with_border(pair.before, kernel, self.window, border) + bias
                for pair, kernel, bias in self.planes(evidence)
            ]
        )

    def count(self, evidence: Evidence, border: Border | None) -> tuple[int, int]:
        """How many after-pixels are reproduced, and of how many; the interior if border is None."""
        shape = evidence.before.shape[1:]
        region = self.reach.interior((shape[0], shape[1]))
        if border is not None:
            region = (slice(0, shape[0]), slice(0, shape[1]))
        counts = []
        for pair, kernel, bias in self.planes(evidence):
            predicted = predict_with_border(
                pair.before, kernel, self.window, border or "replicate", region
            )
            shift = 0.5 if self.roundings == ("floor",) else 0.0
            counts.append(reproduced(pair, predicted + bias - shift, region, self.tolerance))
        inside, known = np.sum(counts, axis=0)
        return int(inside), int(known)

    def stored_as(self, evidence: Evidence) -> str:
        """How code has to round: see `learned.recovery.code.Filter`."""
        if evidence.after.dtype.kind == "f":
            return "exact"
        if self.roundings == ("floor",):
            return "floor"
        halves = self.halves(evidence)
        return "nearest, halves up" if halves.total and halves.up == halves.total else "nearest"

    def halves(self, evidence: Evidence) -> Halves:
        """Of the first plane's interior, as far as it is not clipped."""
        pair, kernel, bias = self.planes(evidence)[0]
        region = self.reach.interior((pair.lower.shape[0], pair.lower.shape[1]))
        level = predict_with_border(pair.before, kernel, self.window, "replicate", region)
        if self.fraction is not None:
            level = np.rint(level * self.fraction[1]) / self.fraction[1]
        level = level + bias
        lower, upper = pair.lower[region], pair.upper[region]
        known = np.isfinite(lower) & np.isfinite(upper)
        half = known & (np.abs(level - np.floor(level) - 0.5) < 1e-9)
        stored = lower[half] + 0.5
        return Halves(
            up=int((stored > level[half]).sum()),
            to_even=int((stored % 2 == 0).sum()),
            total=len(stored),
        )


def answer(
    seen: list[Evidence], limit: Window, fixed: bool, progress: Callable[[str], None]
) -> tuple[list[Evidence], Answer]:
    """The best that can be said of the filter of all these pictures, and how they were read."""
    for reading in readings(seen):
        for layout in _layouts(reading[0]):
            progress(f"exact kernel, {layout}")
            fits = _all_fit(_groups(reading, layout), _limited(limit, layout), fixed)
            if fits is not None:
                return reading, _exact(reading, layout, fits, [])
    progress("best kernel")
    return seen, _approximate(seen, limit, fixed, progress)


def _layouts(evidence: Evidence) -> Iterator[Layout]:
    """From simple to general."""
    incoming, outgoing = len(evidence.before), len(evidence.after)
    if incoming == outgoing:
        yield "pooled"
        if incoming > 1:
            yield "separate"
    if max(incoming, outgoing) > 1:
        yield "mixed"


def _channels(evidence: Evidence, layout: Layout) -> list[Pair]:
    """One pair for each out-channel, with the in-channels that it may be made of."""
    if layout == "mixed":
        return evidence.pairs
    return [
        Pair(evidence.before[channel : channel + 1], pair.lower, pair.upper, None)
        for channel, pair in enumerate(evidence.pairs)
    ]


def _groups(seen: Sequence[Evidence], layout: Layout) -> list[list[Pair]]:
    """The pairs that one kernel has to explain; one group for each kernel."""
    by_picture = [_channels(each, layout) for each in seen]
    if layout == "pooled":
        return [[pair for pairs in by_picture for pair in pairs]]
    return [list(pairs) for pairs in zip(*by_picture, strict=True)]


def _limited(limit: Window, layout: Layout) -> Window:
    if layout != "mixed":
        return limit
    return Window.centred(min(limit.rows, MIXED_SIZE), min(limit.columns, MIXED_SIZE))


def _all_fit(groups: list[list[Pair]], limit: Window, fixed: bool) -> list[Fit] | None:
    found = []
    for group in groups:
        one = fit(group, limit, fixed)
        if one is None:
            return None
        found.append(one)
    return found


def _together(parts: Sequence[Part]) -> list[Part]:
    """The same parts, all in the window that contains them all."""
    window = parts[0].window
    for part in parts[1:]:
        window = window.union(part.window)

    def larger(values: NDArray[Any], part: Part) -> NDArray[Any]:
        whole = np.zeros((len(values), *window.shape), values.dtype)
        whole[:, *part.window.inside(window)] = values
        return whole

    return [
        replace(
            part,
            kernel=larger(part.kernel, part),
            window=window,
            fraction=part.fraction and (larger(part.fraction[0], part), part.fraction[1]),
            errors=None if part.errors is None else larger(part.errors, part),
        )
        for part in parts
    ]


def _exact(
    seen: Sequence[Evidence], layout: Layout, fits: Sequence[Fit], findings: list[str]
) -> Answer:
    """An answer that reproduces all pixels; undetermined where others do as well."""
    groups = _groups(seen, layout)
    parts = _together([Part(f.kernel, f.window, f.bias, f.fraction, f.errors) for f in fits])
    roundings = tuple(r for r in fits[0].roundings if all(r in each.roundings for each in fits))
    silent = [_silent(group, parts[0].window) for group in groups]
    wide = [
        f for f in fits if f.errors is not None and f.errors.max() > WIDE * np.abs(f.kernel).max()
    ]
    verdict: Literal["linear", "undetermined"] = "undetermined" if any(silent) or wide else "linear"
    if any(silent):
        findings = [*findings, next(sentence for sentence in silent if sentence)]
    elif wide:
        findings = [
            *findings,
            "Kernels that differ widely reproduce every pixel: the pictures are too small, too "
            "dull or clipped too much to tell them apart.",
        ]
    tolerance = max(f.tolerance for f in fits)
    reach = fits[0].reach
    for each in fits[1:]:
        reach = reach.union(each.reach)
    # taps that are not quite known predict the rim, which they were not fitted to, not quite
    rim_tolerances = (tolerance,) if all(f.fraction for f in fits) else (tolerance, NOT_QUITE)
    return Answer(verdict, layout, parts, reach, roundings, findings, tolerance, rim_tolerances)


def _silent(pairs: Sequence[Pair], window: Window) -> str:
    """What the photos say nothing about in a window a little larger than the kernel's."""
    around = window.union(Window.centred(3, 3))
    try:
        dull = directions([around.samples(pair) for pair in pairs], True).dull
    except ValueError:  # no pixel with bounds, or a picture smaller than the window
        return "The pictures have too few pixels to tell one kernel from another."
    if dull.shape[1] == 0:
        return _repeats(pairs, window)
    return (
        f"The before picture does not excite {dull.shape[1]} of the {len(dull)} directions that "
        f"a bias and {around.rows} × {around.columns} taps have: kernels that differ in those "
        f"reproduce it as well. Use a picture with more texture."
    )


def _repeats(pairs: Sequence[Pair], window: Window) -> str:
    """Whether the before picture has too few different neighbourhoods, as a sentence."""
    unknowns = len(pairs[0].before) * window.rows * window.columns + 1
    different = neighbourhoods([window.samples(pair) for pair in pairs])
    if unknowns == 2 or different >= REPEATED * unknowns:
        return ""
    return (
        f"The before picture repeats itself: it has only {different} different neighbourhoods for "
        f"{unknowns} unknowns, so a quite different kernel may do the same there."
    )


def _approximate(
    seen: Sequence[Evidence], limit: Window, fixed: bool, progress: Callable[[str], None]
) -> Answer:
    """The best kernels where none reproduces every pixel, and what is left."""
    layout = _likely_layout(seen, limit)
    groups = _groups(seen, layout)
    found = [approximate(group, _limited(limit, layout), fixed) for group in groups]
    parts = [each for each in found if each is not None]
    if len(parts) < len(found):
        return _nothing(seen)
    progress("a part that was painted over")
    cleaned = _without_outliers(seen, layout, parts, _limited(limit, layout), fixed)
    if cleaned is not None:
        return cleaned
    progress("is the rest noise?")
    return _judged(seen, layout, parts, limit)


def _likely_layout(seen: Sequence[Evidence], limit: Window) -> Layout:
    """The simplest layout, unless another leaves less than half as much, with few taps each."""
    window = Window.centred(min(5, limit.rows), min(5, limit.columns))
    left: dict[Layout, float] = {}
    for layout in _layouts(seen[0]):
        sums = [gather(group, window) for group in _groups(seen, layout)]
        left[layout] = sum(each.variance(window) for each in sums) / len(sums)
    return next(layout for layout in left if left[layout] <= 2 * min(left.values()))


def _without_outliers(
    seen: Sequence[Evidence],
    layout: Layout,
    parts: Sequence[Approximation],
    limit: Window,
    fixed: bool,
) -> Answer | None:
    """An exact kernel for all but a few pixels, if those are few or lie together."""
    groups = _groups(seen, layout)
    kept = [without_outliers(group, part) for group, part in zip(groups, parts, strict=True)]
    if not _may_be_outliers(groups, kept):
        return None
    fits = _all_fit(kept, limit, fixed)
    if fits is None:
        return None
    # what was put aside for lying near the end of its bounds may come back
    kept = [
        [forget(pair, _outside(pair, each) > AGAIN) for pair in group]
        for group, each in zip(groups, fits, strict=True)
    ]
    fits = _all_fit(kept, limit, fixed) or fits
    judged = [structure(g, f.kernel, f.bias, f.window) for g, f in zip(groups, fits, strict=True)]
    if max(each.predicted for each in judged) > 0.5:
        return None
    lost, known = _counts(groups, kept)
    share = lost / known
    found = _exact(
        seen,
        layout,
        fits,
        [f"{share:.2%} of the pixels do not fit: something else was done to them."],
    )
    return replace(found, rim_share=1 - 2 * share - FEW)


def _may_be_outliers(groups: Sequence[Sequence[Pair]], kept: Sequence[Sequence[Pair]]) -> bool:
    """Whether what was put aside is little, and next to nothing or in one place."""
    lost, known = _counts(groups, kept)
    if known == 0 or lost > OUTLIERS * known:
        return False
    clean = [
        _tiles(_put_aside(pair, left))[_tiles(_textured(pair)) > 0] == 0
        for group, rest in zip(groups, kept, strict=True)
        for pair, left in zip(group, rest, strict=True)
    ]
    return lost <= FEW * known or float(np.mean(np.concatenate(clean))) > 0.5


def _counts(groups: Sequence[Sequence[Pair]], kept: Sequence[Sequence[Pair]]) -> tuple[int, int]:
    """How many pixels were put aside, and of how many that could show what the filter does."""
    lost = known = 0
    for group, rest in zip(groups, kept, strict=True):
        for pair, left in zip(group, rest, strict=True):
            lost += int(_put_aside(pair, left).sum())
            known += int(_textured(pair).sum())
    return lost, known


def _put_aside(pair: Pair, left: Pair) -> NDArray[np.bool_]:
    return _textured(pair) & np.isneginf(left.lower) & np.isposinf(left.upper)


def _outside(pair: Pair, found: Fit) -> Floats:
    """How far each pixel of the interior is out of its bounds; 0 elsewhere."""
    outside = np.zeros(pair.lower.shape)
    shift = 0.5 if found.roundings == ("floor",) else 0.0
    outside[found.window.interior((pair.lower.shape[0], pair.lower.shape[1]))] = violation(
        found.window.samples(pair), found.kernel, found.bias - shift
    )
    return outside


def _judged(
    seen: Sequence[Evidence], layout: Layout, parts: Sequence[Approximation], limit: Window
) -> Answer:
    """Whether what the best kernels leave is noise."""
    judged = [structure(p.pairs, p.kernel, p.bias, p.window) for p in parts]
    rms = float(np.sqrt(np.mean([p.rms**2 for p in parts])))
    worst = {name: max(getattr(each, name) for each in judged) for name in NOISE}
    explained = min(each.explained for each in judged)
    linear = explained > EXPLAINED and all(worst[name] < NOISE[name] for name in NOISE)
    findings = [
        f"No kernel of up to {limit.rows} × {limit.columns} taps reproduces every pixel; the best "
        f"leaves {rms:.2g} grey levels (root mean square)."
    ]
    if linear:
        findings.append(
            "What it leaves looks like noise or compression, not like another kind of filter: the "
            "taps are its least-squares fit, with standard errors."
        )
    else:
        findings.append(_why_not(worst, explained))
    for part in parts:
        if max(part.window.rows / limit.rows, part.window.columns / limit.columns) > 0.9:
            findings.append("The kernel fills the largest size that was tried; try --max-size.")
            break
    verdict: Literal["linear", "not linear", "undetermined"] = "linear" if linear else "not linear"
    repeats = [_repeats(p.pairs, p.window) for p in parts]
    if linear and any(repeats):
        verdict = "undetermined"
        findings.append(next(sentence for sentence in repeats if sentence))
    together = _together([Part(p.kernel, p.window, p.bias, None, p.errors) for p in parts])
    tolerance = 1e-6
    return Answer(
        verdict,
        layout,
        together,
        together[0].window,
        (),
        findings,
        tolerance,
        rim_tolerances=(3 * rms,),
        rim_share=0.95,
    )


def _why_not(worst: dict[str, float], explained: float) -> str:
    if explained <= EXPLAINED:
        return "It explains next to nothing of the after image: are these two of the same scene?"
    if worst["beyond"] >= NOISE["beyond"]:
        return (
            f"A larger kernel would explain {worst['beyond']:.0%} of that: raise --max-size or "
            f"leave out --size."
        )
    if worst["varying"] >= NOISE["varying"] and worst["predicted"] < 0.5:
        return (
            f"It changes over the picture: a kernel for each quarter leaves {worst['varying']:.0%} "
            f"less. A distortion, a vignette, or a filter that adapts, but no single kernel."
        )
    if worst["predicted"] >= NOISE["predicted"]:
        return (
            f"That is not noise: {worst['predicted']:.0%} of it can be told from the before "
            f"picture by what no kernel sees, as sorted neighbours, magnitudes or curves."
        )
    return "That is not noise: it goes together over long distances."


def _nothing(seen: Sequence[Evidence]) -> Answer:
    """Where every pixel is clipped."""
    kernel = np.zeros((len(seen[0].before), 1, 1))
    layout: Layout = "pooled" if len(seen[0].before) == len(seen[0].after) else "mixed"
    count = 1 if layout == "pooled" else len(seen[0].after)
    parts = [Part(kernel[:1] if layout == "pooled" else kernel, Window(0, 0, 1, 1), 0.0)] * count
    finding = (
        "Almost every pixel of the after image is clipped, so it says nothing about the taps. A "
        "threshold does that, or a kernel with very large taps."
    )
    return Answer("undetermined", layout, parts, parts[0].window, (), [finding], 1e-6, (1e-6,))


def _textured(pair: Pair) -> NDArray[np.bool_]:
    """Known pixels that differ from a neighbour: only these can show what a filter does."""
    differs = np.zeros(pair.lower.shape, np.bool_)
    for axis in (1, 2):
        step = (np.diff(pair.before.astype(np.float64), axis=axis) != 0).any(axis=0)
        for side in ((1, 0), (0, 1)):
            around = [(0, 0), (0, 0)]
            around[axis - 1] = side
            differs |= np.pad(step, around)
    known: NDArray[np.bool_] = np.isfinite(pair.lower) | np.isfinite(pair.upper)
    return differs & known


def _tiles(mask: NDArray[np.bool_], side: int = 32) -> NDArray[np.int64]:
    """How many pixels of each tile are True."""
    counts = mask.astype(np.int64)
    for axis in (0, 1):
        counts = np.add.reduceat(counts, np.arange(0, mask.shape[axis], side), axis=axis)
    return counts

"""A filter for the whole picture, and what it does to it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from handconv.borders import Border
from learned.pairs import Pair, Rounding
from learned.recovery.evidence import Evidence
from learned.recovery.layout import Layout, channels
from learned.recovery.rim import fitting_borders, predict_with_border, reproduced
from learned.recovery.simple import Integers
from learned.recovery.window import Window

Floats = NDArray[np.float64]
Verdict = Literal["linear", "not linear", "undetermined"]


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

    verdict: Verdict
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
        for channel, pair in enumerate(channels(evidence, self.layout)):
            part = self.parts[channel % len(self.parts)]
            found.append((pair, part.kernel, part.bias))
        return found

    def borders(self, seen: Sequence[Evidence]) -> list[Border]:
        """Those that reproduce the rims, sorted."""
        shift = 0.5 if self.roundings == ("floor",) else 0.0  # bounds are those of rounding
        planes = [(p, k, b - shift) for each in seen for p, k, b in self.planes(each)]
        for tolerance in self.rim_tolerances:
            found = fitting_borders(planes, self.window, self.reach, tolerance, self.rim_share)
            if found:
                return found
        return []

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


def together(parts: Sequence[Part]) -> list[Part]:
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

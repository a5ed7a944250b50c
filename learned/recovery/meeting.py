"""Which of many known kernels meets the bounds of all pixels."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache, partial

from handconv.arrays import Floats
from learned.pairs import Pair
from learned.recovery import thresholds
from learned.recovery.fit import Fit
from learned.recovery.problem import Problem, between_passes
from learned.recovery.refute import small_part
from learned.recovery.ways import likely_biases
from learned.solve.fractions import Biases, common_fraction
from learned.window import Window


def meeting_bounds(pairs: Sequence[Pair], kernels: Iterable[Floats]) -> Fit | None:
    """The answer with the first of these centred (M, N) kernels that meets all bounds.

    With some bias. If none does, with the one that misses them least, if by no more than programs
    do that keep 16 bits between two passes.
    """
    best: tuple[float, Problem, float, float] | None = None
    part = cache(partial(_part, pairs))
    for kernel in kernels:
        window, most = Window.centred(*kernel.shape), between_passes(kernel)
        if _missed(Problem(part(*kernel.shape), window, kernel[None]))[0] > most:
            continue
        problem = Problem(pairs, window, kernel[None])
        missed, least, highest = _missed(problem)
        if missed <= problem.arithmetic(kernel):
            found = _with_bias(problem, least, highest, problem.arithmetic(kernel))
            if found is not None:
                return found
        elif missed <= most and (best is None or missed < best[0]):
            best = missed, problem, least, highest
    if best is None:
        return None
    _, problem, least, highest = best
    return _with_bias(problem, least, highest, between_passes(problem.near))


def _part(pairs: Sequence[Pair], rows: int, columns: int) -> list[Pair]:
    """A small part of all pairs, on which most kernels of this shape fail."""
    return small_part(pairs, (rows + thresholds.TRIED, columns + thresholds.TRIED))


def _missed(problem: Problem) -> tuple[float, float, float]:
    """By how much the kernel misses bounds with the best bias, and the ends of what that may be."""
    least, highest = Biases(problem.samples)(problem.near)
    return (least - highest) / 2, least, highest


def _with_bias(problem: Problem, least: float, most: float, tolerance: float) -> Fit | None:
    """The answer with the kernel that a problem is near to, and a bias in this range."""
    kernel = problem.near[0]
    fraction = common_fraction(kernel[None], thresholds.NEAR_KNOWN)
    biases = likely_biases(least, most, tolerance)
    found = problem.fit(fraction or kernel[None], biases, tolerance)
    return replace(found, named=True) if found.share >= thresholds.REPRODUCED else None

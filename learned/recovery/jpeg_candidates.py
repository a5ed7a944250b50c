"""Kernels that a program may have been asked for, near the taps that a JPEG makes likeliest.

Whether one is right is not said here: stored as JPEG again, the right one has far more numbers as
they are in the file than the likeliest taps, and than any wrong one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from handconv.arrays import Floats, Integers
from handconv.kernels import families
from learned.recovery import thresholds
from learned.recovery.bells import bells, masks
from learned.recovery.names import as_taps, matches, simple_scale
from learned.solve.fractions import (
    Rational,
    by_chance,
    common_fraction,
    with_one_denominator,
)
from learned.solve.likelihood import Likeliest
from learned.window import Window

DIGITS = (1, 2, 3)  # of a sigma
FEW = 64  # denominators up to this are all tried, of the others those that are no luck
OTHERS = (81, 100, 121, 128, 256, 512, 1000, 1024, 4096)


@dataclass(frozen=True, eq=False)
class Candidate:
    """A kernel in its window; ``fraction`` where it is one.

    ``lucky`` tells that any taps may have such a fraction near them.
    """

    kernel: Floats  # (M, N)
    window: Window
    fraction: Rational | None = None
    lucky: bool = False


def candidates(taps: Floats, window: Window, alone: Likeliest) -> Iterator[Candidate]:
    """Fractions and known kernels, the likely ones first.

    ``alone`` are the taps with their information, the constant left free.
    """
    error = float(np.sqrt(alone.covariance.diagonal().max()))
    yield from _fractions(taps, window, alone, error)
    yield from _known(taps, window, thresholds.STANDARD_ERRORS * error)


def _fractions(taps: Floats, window: Window, alone: Likeliest, error: float) -> Iterator[Candidate]:
    """Of each denominator the likeliest, and such as lie near, where that is no luck."""
    for denominator in (*range(1, FEW + 1), *OTHERS):
        numerator = nearest_whole(denominator * taps.ravel(), alone.information)
        fraction = Rational(numerator.reshape(taps.shape), denominator).reduced()
        lucky = by_chance(taps, error, denominator) > thresholds.JPEG_LUCK
        if fraction.denominator == denominator and (denominator <= FEW or not lucky):
            yield Candidate(fraction.kernel, window, fraction, bool(lucky))
    for fraction in with_one_denominator(taps, thresholds.STANDARD_ERRORS * error):
        yield Candidate(fraction.kernel, window, fraction)


def nearest_whole(numbers: Floats, information: Floats) -> Integers:
    """Whole numbers near to (n,) numbers that are known so well: (n, n) inverse covariance.

    The numbers are rounded one after the other, each to what is nearest given those before it
    (Babai, Combinatorica 6, 1986: the nearest plane).

    >>> nearest_whole(np.array([0.6, 0.6]), np.array([[1.01, 1.0], [1.0, 1.01]])).tolist()
    [0, 1]
    """
    # the last is rounded first: the best known one
    order = np.argsort(-np.linalg.inv(information).diagonal())
    upper = np.linalg.cholesky(information[np.ix_(order, order)]).T
    target, whole = upper @ numbers[order], np.zeros(len(numbers), np.int64)
    for place in range(len(numbers) - 1, -1, -1):
        after = slice(place + 1, None)
        whole[place] = np.rint(
            (target[place] - upper[place, after] @ whole[after]) / upper[place, place]
        )
    found = np.empty_like(whole)
    found[order] = whole
    return found


def _known(taps: Floats, window: Window, slack: float) -> Iterator[Candidate]:
    """By name, and of families: also of other sizes than the window's."""
    total = simple_scale(float(taps.sum()))
    for match in matches(taps, slack):
        yield _candidate(as_taps({**match, "scale": simple_scale(match["scale"])}), window)
    for shape in _shapes(window):
        around = Window.centred(*shape)
        yield _candidate(total * families.box(*shape), around)
        yield _candidate(total * np.outer(*(_binomial(side) for side in shape)), around)
    if min(window.shape) > 1:
        square = window.union(Window.centred(1, 1))
        centred = Window.centred(*(2 * max(side) + 1 for side in _sides(square)))
        near = window.enlarge(taps, centred)
        for kernel in (*bells(near, DIGITS), *masks(near)):
            yield replace(_candidate(kernel, Window.centred(*kernel.shape)), lucky=True)


def _sides(window: Window) -> list[tuple[int, int]]:
    down, up, across, back = window.overhang
    return [(down, up), (across, back)]


def _shapes(window: Window) -> Iterator[tuple[int, int]]:
    """Of odd sides, near those of the window."""
    rows, columns = (2 * max(side) + 1 for side in _sides(window))
    for down in (rows, rows + 2, rows - 2, rows + 4):
        for across in (columns, columns + 2, columns - 2, columns + 4):
            if min(down, across) > 0:
                yield down, across


def _binomial(side: int) -> Floats:
    line = np.ones(1)
    for _ in range(side - 1):
        line = np.convolve(line, [0.5, 0.5])
    return line


def _candidate(kernel: Floats, window: Window) -> Candidate:
    fraction = common_fraction(kernel, thresholds.NEAR_KNOWN * float(np.abs(kernel).max()))
    return Candidate(fraction.kernel if fraction else kernel, window, fraction)

"""Gaussians as people ask for them: sigmas of few digits, and the widths that programs give them.

A wide bell's single taps are hardly told by 8 bits, but its sigma is; and a bell of a short sigma
that meets every bound of a picture is no luck. Its slope along one axis or both, a derivative of
the Gaussian, is looked for as well, and an unsharp mask, which takes a part of a Gaussian away.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain, product

import numpy as np
from scipy.special import ive

from handconv.arrays import Floats
from learned.pairs import Pair
from learned.recovery import thresholds
from learned.recovery.fit import Fit
from learned.recovery.meeting import meeting_bounds
from learned.recovery.names import nearest_sigma, shortened
from learned.solve.fractions import simplest_between
from learned.window import Window

DIGITS = (2, 3)  # of a sigma
Line = Callable[[int, float], Floats]


def gaussian(taps: int, sigma: float) -> Floats:
    """One pass of a Gaussian: (taps,), their sum 1."""
    bell = np.exp(-((_places(taps) / sigma) ** 2) / 2)
    return np.asarray(bell / bell.sum())


def slope(taps: int, sigma: float) -> Floats:
    """Its derivative, as ``scipy.ndimage.gaussian_filter`` takes it with ``order=1``."""
    return np.asarray(_places(taps) / sigma**2 * gaussian(taps, sigma))


def discrete(taps: int, variance: float) -> Floats:
    """Bessel functions, Gaussians of whole places: Lindeberg, *IEEE PAMI* 12, 1990. ITK's."""
    bell = ive(_places(taps), variance)
    return np.asarray(bell / bell.sum())


def in_thirds(taps: int, sigma: float) -> Floats:
    """Each tap the mean of three samples a third of a pixel apart: ImageMagick's ``-blur``.

    Source: ``BlurKernel`` with ``KernelRank 3`` in its morphology.c; GraphicsMagick's effect.c.
    """
    fine = gaussian(3 * taps, 3 * sigma)
    return np.asarray(fine.reshape(taps, 3).sum(axis=1))


def fixed_point(taps: int, sigma: float) -> Floats:
    """A Gaussian in whole 256ths as OpenCV has it for 8 bits: (taps,), odd.

    Each tap carries on the last one's error, and the middle one is what is left
    (``getGaussianKernelFixedPoint_ED`` in OpenCV's smooth.dispatch.cpp).
    """
    exact = thresholds.PARTS * gaussian(taps, sigma)
    parts, error = np.zeros(taps), 0.0
    for i in range(taps // 2):
        parts[i] = parts[-1 - i] = np.rint(exact[i] + error)
        error += exact[i] - parts[i]
    parts[taps // 2] = thresholds.PARTS - parts.sum()
    return parts / thresholds.PARTS


LINES: tuple[Line, ...] = (gaussian, slope, discrete, in_thirds)


def a_bell(pairs: Sequence[Pair], kernel: Floats, limit: Window) -> Fit | None:
    """The Gaussian, or unsharp mask of one, inside ``limit`` that meets all bounds, if there is one
    near a rough kernel.

    ``kernel`` is (channels, M, N), the output pixel in its middle.
    """
    if len(kernel) > 1 or Window.centred(*limit.shape) != limit:
        return None
    near = chain(bells(kernel[0]), masks(kernel[0]))
    inside = (bell for bell in near if limit.contains(Window.centred(*bell.shape)))
    return meeting_bounds(pairs, inside)


def bells(
    kernel: Floats, digits: Sequence[int] = DIGITS, lines: Sequence[Line] = LINES
) -> Iterator[Floats]:
    """Gaussians near a roughly known (M, N) kernel, times a number; none if it is no bell.

    >>> [bell.shape for bell in bells(np.outer(gaussian(9, 1.5), gaussian(9, 1.5)))][:2]
    [(13, 13), (11, 11)]
    """
    if 1 in kernel.shape or not kernel.any():
        return
    left, values, right = np.linalg.svd(kernel)
    if values[1] > thresholds.ROUGH * values[0]:
        return
    down_the, across_the = _near(left[:, 0], lines), _near(right[0], lines)
    tried = set()
    for both, sigmas, sides in _asked_for(down_the, across_the, digits):
        if (both, sigmas, sides) in tried:
            continue
        tried.add((both, sigmas, sides))
        down, across = (make(n, s) for make, n, s in zip(both, sides, sigmas, strict=True))
        bell = np.outer(down, across)
        if bell.any():  # the slope of a single tap is none
            yield _scale(kernel, bell) * bell


def masks(kernel: Floats) -> Iterator[Floats]:
    """Unsharp masks near a roughly known (M, N) kernel of odd sides; none where it is no such."""
    size = min(kernel.shape)
    top, left = ((side - size) // 2 for side in kernel.shape)
    near, middle = kernel[top : top + size, left : left + size], size // 2
    if size < 3 or near[middle, middle] <= 1 or abs(near.sum() - 1) > thresholds.BELL:  # noqa: PLR2004
        return
    around = np.ones(near.shape)
    around[middle, middle] = 0

    for make in (gaussian, in_thirds):
        rest = partial(_around_the_middle, make, size)
        sigma = nearest_sigma(near * around, rest)
        known = rest(sigma)
        amount = -float((known * near).sum() / (known**2).sum())
        if np.abs(near * around + amount * known).max() > thresholds.BELL * amount * known.max():
            continue
        for digits in DIGITS:
            short = shortened(sigma, digits)
            for sides in dict.fromkeys((*usual_sides(short, short), *_squares(short, short))):
                bell = np.outer(*[make(sides[0], short)] * 2)
                for more in _amounts(amount, bell):
                    yield _mask(bell, more)


def _around_the_middle(make: Line, taps: int, sigma: float) -> Floats:
    bell = np.outer(*[make(taps, sigma)] * 2)
    bell[taps // 2, taps // 2] = 0
    return bell


def _amounts(amount: float, bell: Floats) -> Iterator[float]:
    """Short numbers near the amount of an unsharp mask, or that of ImageMagick's ``-sharpen``.

    That sets the middle of the upside-down bell to minus twice what all add up to, and divides by
    the new sum (``SharpenImage`` in its effect.c).
    """
    theirs = 1 / (1 + float(bell.max()))
    if abs(theirs - amount) < thresholds.BELL * amount:
        yield theirs
    yield from dict.fromkeys(shortened(amount, places) for places in DIGITS)


def _mask(bell: Floats, amount: float) -> Floats:
    """What `unsharp` makes of another bell."""
    kernel = -amount * bell
    kernel[len(bell) // 2, len(bell) // 2] += 1 + amount
    return kernel


def _asked_for(
    down: Sequence[tuple[Line, float]],
    across: Sequence[tuple[Line, float]],
    digits: Sequence[int],
) -> Iterator[tuple[tuple[Line, Line], tuple[float, float], tuple[int, int]]]:
    """Lines, sigmas of few digits, and numbers of taps: the likely ones first."""
    for count in digits:
        for lines, (a, b) in _pairs_of(down, across):
            sigmas = shortened(a, count), shortened(b, count)
            for sides in (*usual_sides(*sigmas), *_squares(*sigmas)):
                yield lines, sigmas, sides
    for lines, (a, b) in _pairs_of(down, across):
        for sigmas in product(_short_near(a), _short_near(b)):
            for sides in usual_sides(*sigmas):
                yield lines, sigmas, sides


def _short_near(sigma: float) -> list[float]:
    """The two numbers of two digits that it lies between, and the nearest of three.

    >>> _short_near(2.997), _short_near(0.5567)
    ([2.9, 3.0, 3.0], [0.55, 0.56, 0.557])
    """
    step = 10.0 ** (np.floor(np.log10(sigma)) - 1)
    below = np.floor(sigma / step) * step
    return [shortened(below, 2), shortened(below + step, 2), shortened(sigma, 3)]


def _pairs_of(
    down: Sequence[tuple[Line, float]], across: Sequence[tuple[Line, float]]
) -> Iterator[tuple[tuple[Line, Line], tuple[float, float]]]:
    """A line down and one across, and their sigmas; two Gaussians as OpenCV has them, too."""
    for (a, sigma_a), (b, sigma_b) in product(down, across):
        yield (a, b), (sigma_a, sigma_b)
        if a is b is gaussian:
            yield (fixed_point, fixed_point), (sigma_a, sigma_b)


def _places(taps: int) -> Floats:
    return np.arange(taps, dtype=np.float64) - (taps - 1) / 2


def _near(line: Floats, lines: Sequence[Line]) -> list[tuple[Line, float]]:
    """The lines that come near, times a number, and their sigmas; the nearest first."""
    found: list[tuple[float, Line, float]] = []
    most = thresholds.BELL * float(np.abs(line).max())
    if min(np.abs(line - line[::-1]).max(), np.abs(line + line[::-1]).max()) > 2 * most:
        return []
    for make in lines:
        sigma = nearest_sigma(line, partial(make, len(line)))
        known = make(len(line), sigma)
        off = np.abs(line - known * float(line @ known) / float(known @ known)).max()
        if off <= most:
            found.append((float(off), make, sigma))
    return [(make, sigma) for _, make, sigma in sorted(found, key=lambda each: each[0])]


def usual_sides(down: float, across: float) -> Iterator[tuple[int, int]]:
    """How many taps programs give Gaussians of these sigmas."""
    rules: list[Callable[[float], int]] = [
        lambda sigma: 2 * int(4 * sigma + 0.5) + 1,  # SciPy, scikit-image
        lambda sigma: round(6 * sigma + 1) | 1,  # OpenCV in 8 bits
        lambda sigma: 2 * int(np.ceil(3 * sigma)) + 1,
        lambda sigma: 2 * int(np.ceil(2 * sigma)) + 1,  # MATLAB's imgaussfilt
    ]
    yield from ((rule(down), rule(across)) for rule in rules)


def _squares(down: float, across: float) -> Iterator[tuple[int, int]]:
    """Squares of taps that hold such Gaussians, wholly or cut off."""
    for side in range(2 * int(4 * max(down, across)) + 1, 2 * int(min(down, across)), -2):
        yield side, side


def _scale(kernel: Floats, bell: Floats) -> float:
    """The simple number that the bell is to be multiplied by."""
    rows, columns = (min(sides) for sides in zip(kernel.shape, bell.shape, strict=True))
    inner = [
        each[
            (each.shape[0] - rows) // 2 : (each.shape[0] + rows) // 2,
            (each.shape[1] - columns) // 2 : (each.shape[1] + columns) // 2,
        ]
        for each in (kernel, bell)
    ]
    scale = float((inner[0] * inner[1]).sum() / (inner[1] ** 2).sum())
    if abs(abs(scale) - 1) < thresholds.BELL:
        return float(np.sign(scale))  # as programs do, unless told otherwise
    near = thresholds.BELL_SCALE
    return float(simplest_between(*sorted((scale * (1 - near), scale * (1 + near)))))

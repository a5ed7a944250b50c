"""The known kernels that a recovered one equals, turned or mirrored and times a number."""

from collections.abc import Callable, Iterator
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from handconv.kernels import families, named, names
from learned.compare import ORIENTATIONS
from learned.recovery.simple import simplest_between
from learned.recovery.window import Window

Floats = NDArray[np.float64]

EQUAL = 1e-2  # of the largest tap; fixed-point programs are that far from what they mean


class Match(TypedDict):
    """A known kernel that, so oriented and times ``scale``, is the recovered one."""

    name: str
    orientation: str
    scale: float
    max_abs_error: float


def matches(kernel: Floats, accuracy: float = 0.0) -> list[Match]:
    """Known kernels that equal the (M, N) kernel, best first.

    A scale is left open, for programs that normalise otherwise. Kernels of a single tap are the
    identity times a number.

    Parameters
    ----------
    accuracy : how far the taps may be off; a difference below this is none

    >>> matches(np.array([[3.0, 0, -3], [6, 0, -6], [3, 0, -3]]))[0]
    {'name': 'sobel_x', 'orientation': 'rotated 180', 'scale': 3.0, 'max_abs_error': 0.0}
    """
    largest = float(np.abs(kernel).max())
    if largest == 0:
        return []
    allowed = max(EQUAL * largest, accuracy)
    found = []
    for name, known in _candidates(kernel):
        match = _compared(name, known, kernel)
        if match is not None and match["max_abs_error"] <= allowed:
            found.append(match)
    # to rounding errors equal means equal, and then the first is the best known
    return sorted(found, key=lambda match: round(match["max_abs_error"] / allowed, 2))


def _compared(name: str, known: Floats, kernel: Floats) -> Match | None:
    best: Match | None = None
    _, known = Window(0, 0, *known.shape).cut_to(known)
    for orientation, turn in ORIENTATIONS.items():
        turned = turn(known)
        if turned.shape != kernel.shape:
            continue
        scale = float((turned * kernel).sum() / (turned**2).sum())
        # prefers a positive scale: -sobel_x is sobel_x rotated
        error = float(np.abs(kernel - scale * turned).max())
        better = best is None or error < best["max_abs_error"] - 1e-9 * np.abs(kernel).max()
        as_good = best is not None and error <= best["max_abs_error"] + 1e-9 * np.abs(kernel).max()
        if better or (as_good and best is not None and best["scale"] < 0 < scale):
            best = Match(
                name=name,
                orientation=orientation,
                scale=_plain(scale),
                max_abs_error=0.0 if error < 1e-14 * abs(scale) else error,
            )
    return best


def _plain(scale: float) -> float:
    near = round(scale, 9)
    return near if abs(near - scale) < 1e-10 * abs(scale) else scale


def _candidates(kernel: Floats) -> Iterator[tuple[str, Floats]]:
    for name in names():
        yield name, named(name)
    rows, columns = kernel.shape
    if rows % 2 == 1 and columns % 2 == 1 and kernel.size > 1:
        yield f"box({rows}, {columns})", families.box(rows, columns)
    if rows == columns and rows % 2 == 1 and rows >= 3:
        yield _with_sigma("gaussian", kernel)
    if rows == columns and rows % 2 == 1 and rows >= 5:  # 3 × 3 taps fit them too easily
        yield _with_sigma("laplacian_of_gaussian", kernel)
        total = float(kernel.sum())
        if abs(total) > 1e-6 * float(np.abs(kernel).max()):
            yield from _unsharp(kernel / total)


def guesses(kernel: Floats) -> Iterator[Floats]:
    """Well-known blurs near a roughly known (M, N) kernel, with the same sum."""
    rows, columns = kernel.shape
    if rows % 2 == 0 or columns % 2 == 0:
        return
    total = float(simplest_between(*sorted((kernel.sum() * 0.999, kernel.sum() * 1.001))))
    yield total * families.box(rows, columns)
    if rows == columns and rows >= 3:
        sigma = _best_sigma(kernel, lambda sigma: families.gaussian(rows, sigma), rows)
        for digits in (2, 3, 4):
            yield total * families.gaussian(rows, float(f"{sigma:.{digits}g}"))


def _with_sigma(name: str, kernel: Floats) -> tuple[str, Floats]:
    """Of a family of bells, the one that comes nearest."""
    size = len(kernel)
    make: Callable[[int, float], Floats] = getattr(families, name)
    sigma = float(f"{_best_sigma(kernel, lambda sigma: make(size, sigma), size):.4g}")
    return f"{name}({size}, {sigma:g})", make(size, sigma)


def _unsharp(kernel: Floats) -> Iterator[tuple[str, Floats]]:
    size = len(kernel)
    around = np.ones(kernel.shape, np.bool_)
    around[size // 2, size // 2] = False  # the rest is the Gaussian, times the amount

    def rest(sigma: float) -> Floats:
        return families.gaussian(size, sigma) * around

    sigma = float(f"{_best_sigma(kernel * around, rest, size):.4g}")
    shape = rest(sigma)
    amount = -float((shape * kernel).sum() / (shape**2).sum())
    if 1e-3 < amount < 100:
        amount = float(f"{amount:.4g}")
        yield f"unsharp({size}, {sigma:g}, {amount:g})", families.unsharp(size, sigma, amount)


def _best_sigma(kernel: Floats, make: Callable[[float], Floats], size: int) -> float:
    """By trying, on ever finer scales."""

    def error(sigma: float) -> float:
        known = make(sigma)
        norm = float((known**2).sum())
        scale = float((known * kernel).sum()) / norm if norm else 0.0
        return float(np.square(kernel - scale * known).sum())

    sigmas = np.geomspace(0.2, 0.5 * size, 40)
    for _ in range(6):
        best = min(range(len(sigmas)), key=lambda i: error(float(sigmas[i])))
        low, high = sigmas[max(0, best - 1)], sigmas[min(len(sigmas) - 1, best + 1)]
        sigmas = np.linspace(low, high, 15)
    return float(min(sigmas, key=lambda sigma: error(float(sigma))))

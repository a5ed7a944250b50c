"""The known kernels that a recovered one equals, turned or mirrored and times a number."""

from collections.abc import Callable, Iterator
from typing import TypedDict

import numpy as np
from scipy.optimize import minimize_scalar

from handconv.arrays import Floats
from handconv.kernels import families, named, names
from learned.compare import ORIENTATIONS
from learned.recovery import thresholds
from learned.solve.fractions import simplest_between
from learned.window import Window


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
    if not kernel.any():
        return []
    allowed = max(thresholds.EQUAL * float(np.abs(kernel).max()), accuracy)
    found = [match for match in _all_compared(kernel) if match["max_abs_error"] <= allowed]
    # to rounding errors equal means equal, and then the first is the best known
    return sorted(found, key=lambda match: round(match["max_abs_error"] / allowed, 2))


def nearest(kernel: Floats, most: int = 3) -> list[Match]:
    """The known kernels that come nearest to the (M, N) kernel, equal or not, best first.

    Those farther off than a quarter of the largest tap are left out; an equal one stands alone.

    >>> nearest(np.array([[1.0, 0, -1], [2, 0.2, -2], [1, 0, -1]]))[0]["name"]
    'sobel_x'
    """
    if not kernel.any():
        return []
    equal = matches(kernel)
    if equal:
        return equal[:1]
    allowed = thresholds.NEAR * float(np.abs(kernel).max())
    found = [match for match in _all_compared(kernel) if match["max_abs_error"] <= allowed]
    return sorted(found, key=lambda match: match["max_abs_error"])[:most]


def as_taps(match: Match) -> Floats:
    """The kernel that a match names, so oriented and times its scale, without rims of zeros."""
    turned: Floats = ORIENTATIONS[match["orientation"]](_without_rim(named(match["name"])))
    return match["scale"] * turned


def in_a_square(kernel: Floats, window: Window) -> Floats:
    """The kernel in the middle of a square of zeros, the output pixel at its centre.

    For symmetric kernels that lost faint lines on one side only. As it is where the square would
    be much larger.
    """
    side = max(window.overhang)
    if window.at_least(1) != window or side > thresholds.SQUARE * max(kernel.shape):
        return kernel
    return window.enlarge(kernel, Window.centred(2 * side + 1, 2 * side + 1))


def known_blurs(kernel: Floats) -> Iterator[Floats]:
    """Well-known blurs near a roughly known (M, N) kernel, with the same sum."""
    rows, columns = kernel.shape
    if rows % 2 == 0 or columns % 2 == 0:
        return
    total = float(simplest_between(*sorted((kernel.sum() * 0.999, kernel.sum() * 1.001))))
    if total == 0:
        return
    yield total * families.box(rows, columns)
    if rows == columns > 1:
        sigma = nearest_sigma(kernel, lambda sigma: families.gaussian(rows, sigma))
        for digits in (2, 3, 4):
            yield total * families.gaussian(rows, shortened(sigma, digits))
    passes = [_in_whole_parts(kernel.sum(axis=axis) / total) for axis in (1, 0)]
    if all(taps.sum() == 1 for taps in passes):
        yield total * np.outer(*passes)


def _in_whole_parts(taps: Floats) -> Floats:
    """One pass of a blur, as OpenCV does it in 8 bits: each tap a whole number of 256ths."""
    return np.asarray(np.rint(taps * thresholds.PARTS) / thresholds.PARTS)


def _all_compared(kernel: Floats) -> list[Match]:
    compared = (_compared(name, known, kernel) for name, known in _candidates(kernel))
    return [match for match in compared if match]


def _compared(name: str, known: Floats, kernel: Floats) -> Match | None:
    """In the orientation with the smallest error; of equal ones, the first with a scale above 0."""
    known, found = _without_rim(known), []
    for orientation, turn in ORIENTATIONS.items():
        turned = turn(known)
        if turned.shape == kernel.shape:
            scale = float((turned * kernel).sum() / (turned**2).sum())
            found.append((float(np.abs(kernel - scale * turned).max()), scale, orientation))
    if not found:
        return None
    enough = min(found)[0] + thresholds.TIE * float(np.abs(kernel).max())
    best = [each for each in found if each[0] <= enough]
    # -sobel_x is sobel_x rotated
    error, scale, orientation = next((each for each in best if each[1] > 0), best[0])
    error = 0.0 if error < 1e-14 * abs(scale) else error
    short = round(scale, 9)
    scale = short if abs(short - scale) < 1e-10 * abs(scale) else scale
    return Match(name=name, orientation=orientation, scale=scale, max_abs_error=error)


def _without_rim(kernel: Floats) -> Floats:
    whole = Window(0, 0, *kernel.shape)
    return kernel[whole.cut_to(kernel).inside(whole)]


def _candidates(kernel: Floats) -> Iterator[tuple[str, Floats]]:
    for name in names():
        yield name, named(name)
    rows, columns = kernel.shape
    if rows % 2 == 0 or columns % 2 == 0 or kernel.size == 1:
        return
    yield f"box({rows}, {columns})", families.box(rows, columns)
    if rows != columns:
        return
    yield _with_sigma("gaussian", kernel)
    if rows >= 5:  # noqa: PLR2004  3 × 3 taps fit these too easily
        yield _with_sigma("laplacian_of_gaussian", kernel)
        total = float(kernel.sum())
        if abs(total) > thresholds.LEAST_SUM * float(np.abs(kernel).max()):
            yield from _unsharp(kernel / total)


def _with_sigma(name: str, kernel: Floats) -> tuple[str, Floats]:
    """Of a family of bells, the one that comes nearest."""
    size, make = len(kernel), getattr(families, name)
    sigma = shortened(nearest_sigma(kernel, lambda sigma: make(size, sigma)))
    return f"{name}({size}, {sigma:g})", make(size, sigma)


def _unsharp(kernel: Floats) -> Iterator[tuple[str, Floats]]:
    """The mask that comes nearest: all but its middle tap is a Gaussian, times the amount."""
    size = len(kernel)
    around = np.ones(kernel.shape)
    around[size // 2, size // 2] = 0

    def rest(sigma: float) -> Floats:
        return families.gaussian(size, sigma) * around

    sigma = shortened(nearest_sigma(kernel * around, rest))
    amount = shortened(-float((rest(sigma) * kernel).sum() / (rest(sigma) ** 2).sum()))
    least, most = thresholds.AMOUNTS
    if least < amount < most:
        yield f"unsharp({size}, {sigma:g}, {amount:g})", families.unsharp(size, sigma, amount)


def simple_scale(scale: float) -> float:
    """The simplest number within a fiftieth.

    >>> simple_scale(0.3319), simple_scale(-1.99)
    (0.3333333333333333, -2.0)
    """
    return float(simplest_between(*sorted((0.98 * scale, 1.02 * scale))))


def shortened(value: float, digits: int = 4) -> float:
    return float(f"{value:.{digits}g}")


def nearest_sigma(kernel: Floats, make: Callable[[float], Floats]) -> float:
    """The sigma with which a family, times a number, comes nearest to the kernel."""

    def error(sigma: float) -> float:
        known = make(sigma)
        norm = float((known**2).sum())
        scale = float((known * kernel).sum()) / norm if norm else 0.0
        return float(np.square(kernel - scale * known).sum())

    sigmas = np.geomspace(0.2, 0.5 * len(kernel), 40)
    best = int(np.argmin([error(sigma) for sigma in sigmas]))
    ends = sigmas[max(0, best - 1)], sigmas[min(len(sigmas) - 1, best + 1)]
    return float(minimize_scalar(error, bounds=ends, options={"xatol": 1e-9}).x)

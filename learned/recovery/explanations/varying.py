"""Varying: a gain, or a small kernel, that changes slowly over the picture."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from handconv.arrays import Array, Floats, Integers
from learned.recovery import thresholds
from learned.recovery.explanations.explanation import Explanation
from learned.recovery.explanations.rims import MODES, bordered, pad, rounded_as
from learned.recovery.explanations.rounding import rounded
from learned.recovery.reading import Reading

PLACES = (-1.0, 0.0, 1.0)
"""Top, middle and bottom; left, middle and right."""


class Model(NamedTuple):
    """Taps a side, the degree of the polynomials, their numbers, and the share foretold."""

    side: int
    degree: int
    numbers: Floats  # (taps + 1, degree + 1, degree + 1): of each tap, and of what is added
    share: float


def explain(seen: Reading) -> Iterator[Explanation]:
    """The simplest gain or kernel whose taps are polynomials in the place, if one fits."""
    if seen.before.shape != seen.after.shape or any(
        each.dtype != np.uint8 for each in (seen.before, seen.after)
    ):
        return
    best = Model(0, 0, np.zeros(0), 0.0)
    for side, degrees in thresholds.VARYING:
        if min(seen.size) <= 4 * side:
            break
        before = best.share
        for degree in degrees:
            tried = _fitted(seen, side, degree, None)
            if tried is None or tried.share < best.share + thresholds.VARYING_GAIN:
                break
            best = tried
        if best.share > thresholds.VARYING_LEAST and best.share == before:
            break
    if best.share >= thresholds.VARYING_LEAST:
        exact = _fitted(seen, best.side, best.degree, thresholds.VARYING_ALL)
        yield _explanation(exact or best, seen)


def varying_kernel(planes: Array, numbers: Array, mode: str, rounding: str) -> Array:
    """A kernel whose taps, and a bias, are sums of Legendre polynomials in the place.

    ``numbers`` is (taps + 1, degree + 1, degree + 1): the last is the bias. Rows and columns go
    from -1 to 1; ``mode`` is what `numpy.pad` calls the border.
    """
    rows, columns = planes.shape[1:]
    side, degree = int(np.sqrt(len(numbers) - 1)), numbers.shape[1] - 1
    down, across = (
        np.polynomial.legendre.legvander(np.linspace(-1, 1, length), degree)
        for length in (rows, columns)
    )
    seen = pad(planes, (side // 2,) * 4, mode)
    level = np.repeat((down @ numbers[-1] @ across.T)[None], len(planes), axis=0)
    for i, (y, x) in enumerate(np.ndindex(side, side)):
        tap = down @ numbers[i] @ across.T
        for plane, total in zip(seen, level, strict=True):
            total += tap * plane[y : y + rows, x : x + columns]
    return np.clip(rounded(level, rounding), 0, 255).astype(np.uint8)


def _terms(degree: int) -> Integers:
    """(terms, 2) powers of the row and of the column, together at most the degree."""
    return np.argwhere(np.add.outer(np.arange(degree + 1), np.arange(degree + 1)) <= degree)


def _fitted(seen: Reading, side: int, degree: int, pixels: int | None) -> Model | None:
    """The numbers of least squared error, and the share of other pixels that they foretell."""
    terms = _terms(degree)
    unknowns = (side**2 + 1) * len(terms)
    count = pixels or thresholds.VARYING_PIXELS + thresholds.VARYING_A_NUMBER * unknowns
    around, place, level = _pixels(seen, side, degree, count + thresholds.VARYING_PIXELS)
    if len(level) < 4 * unknowns:
        return None
    terms_at = place[0][:, terms[:, 0]] * place[1][:, terms[:, 1]]  # (pixels, terms)
    judged = min(thresholds.VARYING_PIXELS, len(level) // 2)
    gram, moments = np.zeros((unknowns, unknowns)), np.zeros(unknowns)
    step = max(1, 2**23 // unknowns)
    for first in range(judged, len(level), step):
        some = slice(first, first + step)
        rows = (around[some, :, None] * terms_at[some, None, :]).reshape(-1, unknowns)
        gram += rows.T @ rows
        moments += rows.T @ level[some]
    gram += np.eye(unknowns) * max(1e-300, thresholds.RIDGE * float(np.trace(gram)))
    found = np.linalg.solve(gram, moments)
    rows = (around[:judged, :, None] * terms_at[:judged, None, :]).reshape(-1, unknowns)
    off = rows @ found - level[:judged]
    share = float((np.abs(off - np.round(np.median(off) * 2) / 2) <= 0.5).mean())  # noqa: PLR2004
    numbers = np.zeros((side**2 + 1, degree + 1, degree + 1))
    numbers[:, terms[:, 0], terms[:, 1]] = found.reshape(side**2 + 1, len(terms))
    return Model(side, degree, numbers, share)


def _pixels(
    seen: Reading, side: int, degree: int, count: int
) -> tuple[Floats, tuple[Floats, Floats], Floats]:
    """Random pixels that are not clipped: (pixels, taps + 1) what is around them, and a one.

    With the polynomials of their rows and columns (pixels, degree + 1), and their after levels.
    """
    reach, top = side // 2, np.iinfo(seen.after.dtype).max
    rng = np.random.default_rng(0)
    inner = seen.after[:, reach : seen.size[0] - reach, reach : seen.size[1] - reach]
    known = np.flatnonzero((inner > 0) & (inner < top))
    chosen = rng.permutation(known)[:count] if len(known) > count else rng.permutation(known)
    channel, row, column = np.unravel_index(chosen, inner.shape)
    views = np.lib.stride_tricks.sliding_window_view(seen.before, (side, side), axis=(1, 2))
    around = views[channel, row, column].reshape(len(chosen), side**2).astype(np.float64)
    place = [
        np.polynomial.legendre.legvander(2 * (at + reach) / (length - 1) - 1, degree).astype(float)
        for at, length in zip((row, column), seen.size, strict=True)
    ]
    level = inner[channel, row, column].astype(np.float64)
    return np.column_stack([around, np.ones(len(chosen))]), (place[0], place[1]), level


def _explanation(model: Model, seen: Reading) -> Explanation:
    kernels = _at_nine_places(model)
    gains = [[float(kernel.sum()) for kernel in row] for row in kernels]
    told = [[np.round(kernel, 4).tolist() for kernel in row] for row in kernels]
    parameters: dict[str, Any] = {
        "name": "gain" if model.side == 1 else "kernel",
        "degree": model.degree,
        "gains": np.round(gains, 4).tolist(),
        "kernels": told if model.side > 1 else None,
    }
    low, high = np.min(gains), np.max(gains)
    words = "a gain" if model.side == 1 else f"a kernel of {model.side} × {model.side} taps"
    sentence = (
        f"{words} that changes slowly over the picture: levels times {gains[1][1]:.3g} in the "
        f"middle, {low:.3g} to {high:.3g} at nine places"
    )
    settings = {"numbers": np.round(model.numbers, 8), "mode": "edge"}
    made = Explanation("varying", sentence, parameters, varying_kernel, settings)
    made = replace(made, least=thresholds.VARYING_LEAST)
    tried = [
        each
        for one in rounded_as(made, ("nearest", "floor"))
        for each in bordered(one, MODES if model.side > 1 else {"edge": "replicate"})
    ]
    return max(tried, key=lambda each: int((each.apply(seen.before) == seen.after).sum()))


def _at_nine_places(model: Model) -> list[list[Floats]]:
    """The kernel (side, side) at the top left, the top, …, the bottom right."""
    at = np.polynomial.legendre.legvander(np.array(PLACES), model.degree)
    taps = np.einsum("yi,tij,xj->yxt", at, model.numbers[:-1], at)
    return [[kernel.reshape(model.side, model.side) for kernel in row] for row in taps]

"""Pixels that something else was done to: painted over, stamped, broken."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from learned.pairs import Pair
from learned.recovery.approximate import Approximation, forget, least_squares, residual
from learned.recovery.fit import Fit
from learned.recovery.window import Window
from learned.solve.pixels import violation

Floats = NDArray[np.float64]

FEW = 0.01  # share of the pixels that may differ wherever they are
OUTLIERS = 0.1  # share that may differ if they lie together
AGAIN = 0.1  # grey levels out of its bounds that a pixel may be to be asked again


def put_aside(pairs: Sequence[Pair], found: Approximation) -> list[Pair]:
    """The pairs without pixels that a kernel fitting most of the others does not explain.

    Least squares again and again, each time without the pixels that are beyond three typical
    residuals.
    """
    kept = list(pairs)
    around = found.window.union(Window.centred(5, 5))
    for _ in range(8):
        kept = []
        for pair in pairs:
            rest = np.abs(residual(pair, found))
            typical = 1.4826 * float(np.nanmedian(rest)) if np.isfinite(rest).any() else 0.0
            widest = 0.52 if typical < 0.45 else 3 * typical  # rounding alone makes it 0.37
            kept.append(forget(pair, rest > widest))
        again = least_squares(kept, around, True)
        if again is None:
            break
        done = again.rms > 0.98 * found.rms
        found = again
        if done:
            break
    return kept


def put_aside_again(pairs: Sequence[Pair], found: Fit) -> list[Pair]:
    """Only what an exact kernel does not explain: others may have been near the end of bounds."""
    return [forget(pair, _outside(pair, found) > AGAIN) for pair in pairs]


def may_be_outliers(groups: Sequence[Sequence[Pair]], kept: Sequence[Sequence[Pair]]) -> bool:
    """Whether what was put aside is little, and next to nothing or in one place."""
    lost, known = counts(groups, kept)
    if known == 0 or lost > OUTLIERS * known:
        return False
    clean = [
        _tiles(_is_put_aside(pair, left))[_tiles(_textured(pair)) > 0] == 0
        for group, rest in zip(groups, kept, strict=True)
        for pair, left in zip(group, rest, strict=True)
    ]
    return lost <= FEW * known or float(np.mean(np.concatenate(clean))) > 0.5


def counts(groups: Sequence[Sequence[Pair]], kept: Sequence[Sequence[Pair]]) -> tuple[int, int]:
    """How many pixels were put aside, and of how many that could show what the filter does."""
    lost = known = 0
    for group, rest in zip(groups, kept, strict=True):
        for pair, left in zip(group, rest, strict=True):
            lost += int(_is_put_aside(pair, left).sum())
            known += int(_textured(pair).sum())
    return lost, known


def _is_put_aside(pair: Pair, left: Pair) -> NDArray[np.bool_]:
    return _textured(pair) & np.isneginf(left.lower) & np.isposinf(left.upper)


def _outside(pair: Pair, found: Fit) -> Floats:
    """How far each pixel of the interior is out of its bounds; 0 elsewhere."""
    outside = np.zeros(pair.lower.shape)
    shift = 0.5 if found.roundings == ("floor",) else 0.0
    outside[found.window.interior((pair.lower.shape[0], pair.lower.shape[1]))] = violation(
        found.window.samples(pair), found.kernel, found.bias - shift
    )
    return outside


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

"""Pixels that something else was done to: painted over, stamped, broken."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from learned.pairs import Pair
from learned.recovery.approximate import Approximation, forget, least_squares, residual
from learned.recovery.fit import Fit
from learned.recovery.window import Window
from learned.solve.minimax import chebyshev
from learned.solve.predict import violation

Floats = NDArray[np.float64]

FEW = 0.01  # share of the pixels that may differ wherever they are
OUTLIERS = 0.1  # share that may differ if they lie together
SPARED = 0.16  # share that a first, rough kernel may miss: some of the others too
CONTRADICTIONS = 5  # times that a set of contradicting pixels is left out
TILE = 128  # pixels a side; enough for some hundred taps
AGAIN = 0.1  # grey levels out of its bounds that a pixel may be, where taps are not known exactly


def put_aside(pairs: Sequence[Pair], found: Approximation) -> list[Pair]:
    """The pairs without pixels that a kernel fitting most of the others does not explain.

    Least squares again and again, each time without the pixels that are beyond three typical
    residuals.
    """
    kept = list(pairs)
    around = found.window.union(Window.centred(5, 5))
    found = _least_median(pairs, found, around)
    for _ in range(8):
        kept = [_within(pair, found) for pair in pairs]
        again = least_squares(kept, around, True)
        if again is None:
            break
        done = again.rms > 0.98 * found.rms
        found = again
        if done:
            break
    return kept


def _within(pair: Pair, found: Approximation) -> Pair:
    """The pair without the pixels that are beyond three typical residuals."""
    rest = np.abs(residual(pair, found))
    typical = _typical([rest])
    widest = 0.52 if typical < 0.45 else 3 * typical  # rounding alone makes it 0.37
    return forget(pair, rest > widest)


def _least_median(pairs: Sequence[Pair], found: Approximation, window: Window) -> Approximation:
    """Of the kernel found and those of single tiles, the one with the least typical residual.

    What was painted over bends the kernel of the whole picture, not those of tiles elsewhere
    (least median of squares: Rousseeuw, JASA 79, 1984).
    """
    tiles = [tile for pair in pairs for tile in _tiles_of(pair, window)]
    if not tiles:
        return found
    local = [least_squares([tile], window, True) for tile in tiles]
    starts = [found, *(each for each in local if each is not None)]
    # judged on the tiles as well: a sixteenth of a large picture tells as much as all of it
    return min(starts, key=lambda start: _typical([residual(tile, start) for tile in tiles]))


def _tiles_of(pair: Pair, window: Window) -> Iterator[Pair]:
    """Sixteen parts of the picture, of at most `TILE` pixels a side; none of a small picture."""
    rows, columns = pair.lower.shape
    height, width = min(TILE, rows // 4), min(TILE, columns // 4)
    if height < 2 * window.rows or width < 2 * window.columns:
        return
    for y in range(4):
        for x in range(4):
            top, left = y * rows // 4, x * columns // 4
            inside = slice(top, top + height), slice(left, left + width)
            yield Pair(pair.before[:, *inside], pair.lower[inside], pair.upper[inside], None)


def _typical(rests: Sequence[Floats]) -> float:
    """The standard deviation that the median makes likely; outliers hardly move it."""
    known = np.concatenate([np.abs(rest[np.isfinite(rest)]) for rest in rests])
    return 1.4826 * float(np.median(known)) if len(known) else 0.0


def put_aside_contradictions(pairs: Sequence[Pair], window: Window) -> list[Pair]:
    """The pairs without pixels whose bounds no kernel in the window meets together with the others.

    Where no kernel meets all bounds, those that the best one violates most contradict each other:
    at least one of them is an outlier (Sim and Hartley, CVPR 2006).
    """
    kept = list(pairs)
    for _ in range(CONTRADICTIONS):
        best = chebyshev([window.samples(pair) for pair in kept], constant=(-np.inf, np.inf))
        if best.violation <= 0 or best.violation > AGAIN:  # met, or not by a few pixels
            break
        for index, pair in enumerate(kept):
            most = np.zeros(pair.lower.shape, np.bool_)
            outside = violation(window.samples(pair), best.kernel, best.constant)
            most[window.interior(pair.lower.shape)] = outside > best.violation - 1e-6
            kept[index] = forget(pair, most)
    return kept


def put_aside_again(pairs: Sequence[Pair], found: Fit) -> list[Pair]:
    """Only what an exact kernel does not explain: others may have been near the end of bounds."""
    slack = AGAIN if found.fraction is None else found.tolerance
    return [forget(pair, _outside(pair, found) > slack) for pair in pairs]


def are_outliers(groups: Sequence[Sequence[Pair]], kept: Sequence[Sequence[Pair]]) -> bool:
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


def may_be_outliers(groups: Sequence[Sequence[Pair]], kept: Sequence[Sequence[Pair]]) -> bool:
    """Whether so little was put aside that an exact kernel for the rest is worth a search."""
    lost, known = counts(groups, kept)
    return 0 < lost <= SPARED * known


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

"""One kernel in most of the picture: found by a vote of tiles, whatever was done to the others."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

import cv2
import numpy as np

from handconv.arrays import Array, Floats, Mask
from learned.pairs import Pair
from learned.recovery import thresholds
from learned.recovery.fit import Fit
from learned.recovery.fit_exact import fit
from learned.recovery.reading import Reading, groups_of
from learned.solve.predict import violation
from learned.window import Region, Window


class Part(NamedTuple):
    """A kernel that reproduces a part of the picture, and (rows, columns) the pixels it does."""

    fit: Fit
    explained: Mask


def most_alike(seen: Reading) -> Part | None:
    """The kernel that meets the bounds of most tiles, if one does of a quarter of them.

    Each tile proposes its least-squares kernel, and each judges all proposals (random sample
    consensus: Fischler and Bolles, CACM 24, 1981).
    """
    tiles = list(_tiles(seen.size))
    pairs = groups_of([seen], "pooled")[0]
    for side in thresholds.VOTING_SIDES:
        window = Window.centred(side, side)
        if min(seen.size) // thresholds.TILES < 2 * side:
            break
        samples = [_sampled(pairs, tile, window) for tile in tiles]
        agreeing, taps = _vote(samples)
        if agreeing.mean() >= thresholds.AGREEING:
            kept = np.zeros(seen.size, np.bool_)
            for (rows, columns), agrees in zip(tiles, agreeing, strict=True):
                kept[rows, columns] = agrees
            kept[window.interior(seen.size)] &= _met(pairs, taps, window)
            found = exact_where(pairs, kept, Window.centred(2 * side + 3, 2 * side + 3))
            if found is not None:
                return found
    return None


def exact_where(pairs: Sequence[Pair], kept: Mask, limit: Window) -> Part | None:
    """A kernel that meets the bounds of all pixels of a mask, and where it does beyond."""
    found = fit([pair.without(~kept) for pair in pairs], limit)
    if found is None:
        return None
    explained = np.ones(kept.shape, np.bool_)
    inside = found.window.interior(kept.shape)
    for pair in pairs:
        off = violation(found.samples(pair), found.kernel, found.constant)
        explained[inside] &= off <= found.tolerance
    return Part(found, explained)


def largest_patch(mask: Mask, gaps: int) -> Region | None:
    """The rows and columns of the largest patch in which most pixels are in the mask.

    Patches that are nearer than ``gaps`` pixels are one.
    """
    side = thresholds.DENSE_SIDE
    share = cv2.blur(mask.astype(np.float32), (side, side), borderType=cv2.BORDER_REPLICATE)
    patches: Array = (share >= thresholds.DENSE).astype(np.uint8)
    if gaps:
        patches = cv2.morphologyEx(patches, cv2.MORPH_CLOSE, np.ones((gaps, gaps), np.uint8))
    _, labels, numbers, _ = cv2.connectedComponentsWithStats(patches)
    if len(numbers) == 1:
        return None
    largest = 1 + int(numbers[1:, cv2.CC_STAT_AREA].argmax())
    patch = mask & (cv2.dilate((labels == largest).astype(np.uint8), np.ones((side, side))) > 0)
    rows, columns = (np.flatnonzero(patch.any(axis=axis)) for axis in (1, 0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _tiles(size: tuple[int, int]) -> Iterator[Region]:
    """So many parts along each side."""
    count = thresholds.TILES
    cuts = [[i * length // count for i in range(count + 1)] for length in size]
    for i, j in product(range(count), range(count)):
        yield slice(*cuts[0][i : i + 2]), slice(*cuts[1][j : j + 2])


class _Sampled(NamedTuple):
    """Some pixels of a tile: (pixels, taps + 1) what is around them, and a one; their bounds."""

    design: Floats
    lower: Floats
    upper: Floats

    @property
    def is_flat(self) -> bool:
        """Whether all after-pixels are the same."""
        return bool((self.lower == self.lower[0]).all() and (self.upper == self.upper[0]).all())

    def off(self, kernels: Floats) -> Floats:
        """(pixels, kernels) grey levels that these (taps + 1, kernels) miss the bounds by."""
        level = self.design @ kernels
        return np.maximum(0, np.maximum(self.lower[:, None] - level, level - self.upper[:, None]))


def _vote(samples: Sequence[_Sampled]) -> tuple[Mask, Floats]:
    """The tiles (tiles,) whose bounds the kernel meets that most of them agree with.

    And its taps and bias (taps + 1,).
    """
    kernels = np.stack([_least_squares([each]) for each in samples], axis=1)  # (taps + 1, tiles)
    near, share = thresholds.TILE_NEAR[0], thresholds.TILE_SHARE
    agree = np.stack([(each.off(kernels) <= near).mean(axis=0) >= share for each in samples])
    agree[:, [each.is_flat for each in samples]] = False  # what fills a part is no kernel
    most = int(agree.sum(axis=0).argmax())
    best, taps = agree[:, most], kernels[:, most]
    for near in thresholds.TILE_NEAR[1:]:
        if not best.any():
            break
        agreeing = [each for each, agrees in zip(samples, best, strict=True) if agrees]
        taps = _least_squares(agreeing)
        met = [(each.off(taps[:, None]) <= near).mean() for each in samples]
        best = np.array(met) >= share
    return np.asarray(best), taps


def _met(pairs: Sequence[Pair], taps: Floats, window: Window) -> Mask:
    """Of the pixels whose neighbours all lie inside, those whose bounds the taps all but meet."""
    kernel = taps[:-1].reshape(1, *window.shape)
    samples = [pair.samples(window.shape, window.anchor) for pair in pairs]
    off = [violation(each, kernel, float(taps[-1])) for each in samples]
    return np.asarray(np.all([each <= thresholds.TILE_NEAR[-1] for each in off], axis=0))


def _sampled(pairs: Sequence[Pair], tile: Region, window: Window) -> _Sampled:
    count = thresholds.TILE_PIXELS + thresholds.TILE_PIXELS_A_TAP * window.size
    parts: list[tuple[Array, Array, Array]] = []
    for pair in pairs:
        plane = pair.before[0][tile]
        inside = window.interior(plane.shape)
        lower, upper = pair.lower[tile][inside], pair.upper[tile][inside]
        places = np.arange(0, lower.size, max(1, lower.size * len(pairs) // count))
        rows, columns = np.divmod(places, lower.shape[1])
        views = np.lib.stride_tricks.sliding_window_view(plane, window.shape)
        around = views[rows, columns].reshape(len(rows), window.size)
        parts.append((around, lower[rows, columns], upper[rows, columns]))
    around, lower, upper = (
        np.concatenate(each).astype(np.float64) for each in zip(*parts, strict=True)
    )
    return _Sampled(np.column_stack([around, np.ones(len(around))]), lower, upper)


def _least_squares(samples: Sequence[_Sampled]) -> Floats:
    """Taps and bias (taps + 1,); where the tiles are dull, the smallest ones."""
    unknowns = samples[0].design.shape[1]
    gram, moments = np.zeros((unknowns, unknowns)), np.zeros(unknowns)
    for design, lower, upper in samples:
        known = np.isfinite(lower) & np.isfinite(upper)
        use = design[known]
        gram += use.T @ use
        moments += use.T @ ((lower + upper)[known] / 2)
    ridge = max(1e-300, thresholds.TILE_RIDGE * float(np.trace(gram)))
    return np.linalg.solve(gram + np.eye(unknowns) * ridge, moments).astype(np.float64)

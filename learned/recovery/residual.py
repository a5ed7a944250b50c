"""Is what a kernel leaves unexplained noise, or did the program do something that no kernel does?

Noise knows nothing of the before picture. So the residual is predicted from it, by what programs
that are not linear look at: sorted neighbours (median, erosion), magnitudes of differences
(gradients), differences with the large ones held back (bilateral), the grey level itself (gamma,
curves), the place in the picture (vignettes). The prediction is learned on one half of the picture
and tried on the other: of noise it predicts nothing there.
"""

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from handconv.arrays import Array, Floats, Integers, Mask
from learned.pairs import Pair
from learned.recovery import thresholds
from learned.recovery.fit import Fit
from learned.recovery.fit_noisy import predicted
from learned.recovery.windows import gather, halfway
from learned.window import Window

Pixels = tuple[Integers, Integers]
"""Their rows and their columns."""


class Residual(NamedTuple):
    """How far what is left is from noise.

    Attributes
    ----------
    beyond : share of its variance that a larger kernel would explain
    predicted : share of the rest that the before picture predicts in other ways
    varying : share that goes away where each quarter of the picture has a kernel of its own
    correlated : correlation between residuals that lie `thresholds.FAR` apart
    explained : share of the after image's variance that the kernel explains
    """

    beyond: float
    predicted: float
    varying: float
    correlated: float
    explained: float


def study(found: Fit) -> Residual:
    """Judge what the kernel leaves of its own pairs."""
    samples, far, values = [], np.zeros(2), []
    for pair in found.pairs:
        level, middle = predicted(pair, found, 0.0), halfway(pair.lower, pair.upper)
        known, inside = np.zeros(pair.size, np.bool_), found.window.interior(pair.size)
        known[inside] = np.isfinite(middle[inside])
        rest = np.where(known, middle - level, 0.0)
        far += _far_products(rest)
        values.append(middle[known])
        chosen = _chosen(known, found.window, thresholds.JUDGED_PIXELS // len(found.pairs))
        if len(chosen[0]):  # not where all of a channel is clipped
            samples.append((rest[chosen], *_features(pair, level, chosen)))
    if not samples:
        return Residual(0.0, 0.0, 0.0, 0.0, 1.0)
    residual, linear, probes, half = map(np.concatenate, zip(*samples, strict=True))
    probes = probes / np.maximum(probes.std(axis=0), 1e-9 * np.abs(probes).max())
    square = max(float(np.mean(residual**2)), 1e-300)
    after_larger, after_all = _left_over(
        np.column_stack([linear, probes]), residual, half, (linear.shape[1], None)
    )
    spread = float(np.concatenate(values).var())
    return Residual(
        beyond=max(0.0, 1 - after_larger / square),
        predicted=max(0.0, 1 - after_all / max(after_larger, 1e-300)),
        varying=_varying(found.pairs, found.window),
        correlated=float(far[0] / max(far[1], 1e-300)),
        explained=1 - square / max(spread, 1e-300),
    )


def _chosen(known: Mask, window: Window, count: int) -> Pixels:
    """Rows and columns of random known pixels, with a neighbourhood inside the picture."""
    region = window.at_least(thresholds.LINEAR).interior(known.shape)
    rows, columns = np.nonzero(known[region])
    pick = np.random.default_rng(0).permutation(len(rows))[:count]
    return rows[pick] + region[0].start, columns[pick] + region[1].start


def _features(pair: Pair, level: Floats, chosen: Pixels) -> tuple[Floats, Floats, Mask]:
    """What the residual at some pixels may be predicted from.

    Returns what a larger kernel sees and what no kernel sees, (pixels, features) each; and which
    of the two halves of the picture the pixels belong to.
    """
    (rows, columns), middle = chosen, thresholds.LINEAR // 2
    steps = np.arange(-middle, middle + 1)
    y, x = rows[:, None, None] + steps[:, None], columns[:, None, None] + steps
    patch = pair.before[:, y, x].swapaxes(0, 1).astype(np.float64)  # (pixels, channels, side, side)
    linear = np.column_stack([patch.reshape(len(rows), -1), np.ones(len(rows))])
    around = slice(middle - 2, middle + 3)
    slopes = np.array(np.gradient(level))[:, rows, columns]
    place = np.column_stack([rows / pair.size[0], columns / pair.size[1]]) - 0.5
    probes = _probes(patch[:, :, around, around], level[rows, columns], slopes, place)
    block = thresholds.HALVES_BLOCK
    return linear, probes, (rows // block + columns // block) % 2 == 0


def _varying(pairs: Sequence[Pair], window: Window) -> float:
    """Share of what is left that goes away where each quarter has a kernel of its own."""
    whole, quarters, pixels = gather(pairs, window).variance(window), 0.0, 0
    for pair in pairs:
        if min(pair.size) // 2 < 2 * max(window.shape):
            return 0.0
        halves = [(slice(0, side // 2), slice(side // 2, side)) for side in pair.size]
        for rows, columns in itertools.product(*halves):
            lower, upper = pair.lower[rows, columns], pair.upper[rows, columns]
            sums = gather([Pair(pair.before[:, rows, columns], lower, upper, None)], window)
            if sums.count > 4 * sums.taps(window):
                quarters += sums.variance(window) * sums.count
                pixels += sums.count
    return 1 - quarters / (pixels * whole) if pixels and whole else 0.0


def _left_over(
    design: Floats, residual: Floats, half: Mask, firsts: Sequence[int | None]
) -> list[float]:
    """Mean squares that are left where columns, fitted to one half, predict the other.

    Of several strengths of regularisation the best: a few extreme pixels can spoil the others. For
    each of ``firsts``, by so many of the first columns; None: by all.
    """
    # squares of smaller numbers are zero
    design = design / np.maximum(np.sqrt((design**2).mean(axis=0)), 1e-150)
    halves = [(design[part], residual[part]) for part in (half, ~half)]
    grams = [(each.T @ each, each.T @ rest, float(rest @ rest)) for each, rest in halves]
    found = []
    for count in firsts:
        left = np.zeros(len(thresholds.RIDGES))
        for learn, check in (grams, grams[::-1]):
            gram, right, check_gram, check_right = (
                each[:count, :count] if each.ndim > 1 else each[:count]
                for each in (*learn[:2], *check[:2])
            )
            for strength, ridge in enumerate(thresholds.RIDGES):
                weight = np.linalg.solve(gram + ridge * len(design) * np.eye(len(gram)), right)
                missed = check[2] + weight @ (check_gram @ weight - 2 * check_right)
                left[strength] += max(0.0, missed)
        found.append(float(left.min()) / max(1, len(residual)))
    return found


def _far_products(rest: Floats) -> Floats:
    """Sums of products of residuals that lie far apart, and of their squares."""
    found = np.zeros(2)
    for lag, field in itertools.product(thresholds.FAR, (rest, rest.T)):
        if lag < min(rest.shape) // 2:
            a, b = field[lag:], field[:-lag]
            found += (a * b).sum(), (a * a + b * b).sum() / 2
    return found


def _probes(patch: Floats, level: Floats, slopes: Floats, place: Floats) -> Floats:
    """(pixels, probes): what filters that are not linear make of the neighbourhood.

    Parameters
    ----------
    patch : (pixels, channels, 5, 5)
    level : (pixels,) what the kernel predicts
    slopes : (2, pixels) of that, down and across; times place they tell a picture that was turned
        or scaled
    place : (pixels, 2) row and column, from -½ to ½
    """
    columns: list[Floats] = []
    for channel in range(patch.shape[1]):
        columns += _plane_probes(patch[:, channel])
    columns += _hats(level)
    if patch.shape[1] == 1:  # what the kernel added: programs hold back the weak or the strong
        columns += _hats(level - patch[:, 0, 2, 2], 17, by_share=True)
    y, x = place.T
    for factor in (np.ones_like(level), level):
        columns += [factor * each for each in (y, x, y * y, x * x, x * y)]
    columns += [slope * each for slope in slopes for each in (y, x)]
    return np.column_stack(columns)


def _plane_probes(patch: Floats) -> list[Floats]:
    """Of one channel, (pixels, 5, 5)."""
    count, centre = len(patch), patch[:, 2, 2]
    five, three = patch.reshape(count, 25), patch[:, 1:4, 1:4].reshape(count, 9)
    ordered, wide = np.sort(three, axis=1), np.sort(five, axis=1)
    columns = [*ordered.T, *wide[:, ::3].T]
    columns += _hats(centre, 33)  # fine enough to see a posterised picture
    columns += _edge_probes(patch)
    columns += [three.std(axis=1), five.std(axis=1), three.var(axis=1)]
    spread = float(np.abs(three - centre[:, None]).mean()) + 1e-9  # a typical difference
    for neighbours in (three, five):
        difference = neighbours - centre[:, None]
        for reach in (1.0, 3.0, 9.0):
            held = difference * np.exp(-0.5 * (difference / (reach * spread)) ** 2)
            columns.append(held.sum(axis=1))
        columns.append(np.sign(difference).sum(axis=1))
        columns.append(((difference / spread) ** 3).sum(axis=1))
    return columns


def _edge_probes(patch: Floats) -> list[Floats]:
    """Magnitudes and squares of differences."""
    side = np.array([1.0, 2.0, 1.0])
    inner, centre = patch[:, 1:4, 1:4], patch[:, 2, 2]
    dx, dy = patch[:, 2, 3] - patch[:, 2, 1], patch[:, 3, 2] - patch[:, 1, 2]
    gx, gy = (inner[:, :, 2] - inner[:, :, 0]) @ side, (inner[:, 2] - inner[:, 0]) @ side
    down, up = patch[:, 3, 3] - patch[:, 1, 1], patch[:, 1, 3] - patch[:, 3, 1]
    laplacian = patch[:, 2, 1] + patch[:, 2, 3] + patch[:, 1, 2] + patch[:, 3, 2] - 4 * centre
    magnitudes = [np.abs(each) for each in (dx, dy, gx, gy, down, up, laplacian)]
    squares = [dx * dx, dy * dy, dx * dy, laplacian * laplacian]
    return [*magnitudes, np.hypot(dx, dy), np.hypot(gx, gy), *squares]


def _hats(value: Array, count: int = 8, by_share: bool = False) -> list[Floats]:
    """Piecewise linear bumps from the lowest to the highest value: any curve is a sum of them.

    The knots lie equally far apart, or such that equal shares of the values lie between them; where
    some fall together, empty columns take the place of the others.
    """
    ends = np.linspace(0, 1, count)
    knots = np.unique(np.quantile(value, ends) if by_share else value.min() + ends * np.ptp(value))
    hats = [np.interp(value, knots, each) for each in np.eye(len(knots))]
    return hats + [np.zeros_like(hats[0])] * (count - len(hats))

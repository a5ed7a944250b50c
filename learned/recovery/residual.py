"""Is what a kernel leaves unexplained noise, or did the program do something that no kernel does?

Noise knows nothing of the before picture. So the residual is predicted from it, by what programs
that are not linear look at: sorted neighbours (median, erosion), magnitudes of differences
(gradients), differences with the large ones held back (bilateral), the grey level itself (gamma,
curves), the place in the picture (vignettes). The prediction is learned on one half of the picture
and tried on the other: of noise it predicts nothing there.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from handconv.arrays import Array, Floats, Mask
from learned.pairs import Pair
from learned.recovery import thresholds
from learned.recovery.fit_exact import Fit
from learned.recovery.fit_noisy import predicted
from learned.recovery.windows import gather, halfway
from learned.window import Window


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


class _Sample(NamedTuple):
    """Some pixels of a pair: what is left there, and what it may be predicted from.

    Attributes
    ----------
    residual : (pixels,) grey levels
    linear, probes : (pixels, features) what a larger kernel sees, and what no kernel sees
    half : (pixels,) which of the two halves of the picture they belong to
    """

    residual: Floats
    linear: Floats
    probes: Floats
    half: Mask


def study(found: Fit) -> Residual:
    """Judge what the kernel leaves of its own pairs."""
    samples, far, values = [], np.zeros(2), []
    for pair in found.pairs:
        level = predicted(pair, found, 0.0)
        known = np.isfinite(pair.lower) & np.isfinite(pair.upper)
        inside = np.zeros(pair.size, np.bool_)
        inside[found.window.interior(pair.size)] = True
        known &= inside
        middle = np.where(known, halfway(pair.lower, pair.upper), level)
        far += _far_products(middle - level)
        values.append(middle[known])
        count = thresholds.JUDGED_PIXELS // len(found.pairs)
        samples.append(_sample(pair, level, middle - level, known, found.window, count))
    residual, linear, probes, half = map(np.concatenate, zip(*samples, strict=True))
    probes = probes / np.maximum(probes.std(axis=0), 1e-9 * np.abs(probes).max())
    square = max(float(np.mean(residual**2)), 1e-300)
    after_larger = _left_over(linear, residual, half)
    after_all = _left_over(np.column_stack([linear, probes]), residual, half)
    spread = float(np.concatenate(values).var())
    return Residual(
        beyond=max(0.0, 1 - after_larger / square),
        predicted=max(0.0, 1 - after_all / max(after_larger, 1e-300)),
        varying=_varying(found.pairs, found.window),
        correlated=float(far[0] / max(far[1], 1e-300)),
        explained=1 - square / max(spread, 1e-300),
    )


def _sample(
    pair: Pair, level: Floats, rest: Floats, known: Mask, window: Window, count: int
) -> _Sample:
    """``count`` random pixels that are known, with a neighbourhood inside the picture."""
    side, rng = thresholds.LINEAR, np.random.default_rng(0)
    region = window.at_least(side).interior(pair.size)
    rows, columns = np.nonzero(known[region])
    pick = rng.permutation(len(rows))[:count]
    rows, columns = rows[pick] + region[0].start, columns[pick] + region[1].start
    steps = np.arange(side) - side // 2
    y, x = rows[:, None, None] + steps[:, None], columns[:, None, None] + steps
    patch = pair.before[:, y, x].swapaxes(0, 1).astype(np.float64)  # (pixels, channels, side, side)
    place = np.column_stack([rows / pair.size[0], columns / pair.size[1]]) - 0.5
    slopes = np.array(np.gradient(level))[:, rows, columns]
    near = patch[:, :, side // 2 - 2 :, side // 2 - 2 :][:, :, :5, :5]
    block = thresholds.HALVES_BLOCK
    return _Sample(
        residual=rest[rows, columns],
        linear=np.column_stack([patch.reshape(len(rows), -1), np.ones(len(rows))]),
        probes=_probes(near, level[rows, columns], slopes, place),
        half=(rows // block + columns // block) % 2 == 0,
    )


def _varying(pairs: Sequence[Pair], window: Window) -> float:
    whole, quarters, pixels = gather(pairs, window).variance(window), 0.0, 0
    for pair in pairs:
        height, width = pair.size
        if min(height // 2, width // 2) < 2 * max(window.shape):
            return 0.0
        for rows in (slice(0, height // 2), slice(height // 2, height)):
            for columns in (slice(0, width // 2), slice(width // 2, width)):
                lower, upper = pair.lower[rows, columns], pair.upper[rows, columns]
                sums = gather([Pair(pair.before[:, rows, columns], lower, upper, None)], window)
                if sums.count > 4 * sums.taps(window):
                    quarters += sums.variance(window) * sums.count
                    pixels += sums.count
    return 1 - quarters / (pixels * whole) if pixels and whole else 0.0


def _left_over(design: Floats, residual: Floats, half: Mask) -> float:
    """Mean square that is left where the design, fitted to one half, predicts the other.

    Of several strengths of regularisation the best: a few extreme pixels can spoil the others.
    """
    design = design / (np.sqrt((design**2).mean(axis=0)) + 1e-300)
    left = np.zeros(len(thresholds.RIDGES))
    for learn, check in ((half, ~half), (~half, half)):
        gram = design[learn].T @ design[learn]
        right = design[learn].T @ residual[learn]
        for strength, ridge in enumerate(thresholds.RIDGES):
            weight = np.linalg.solve(gram + ridge * len(design) * np.eye(len(gram)), right)
            left[strength] += np.sum((residual[check] - design[check] @ weight) ** 2)
    return float(left.min()) / max(1, len(residual))


def _far_products(rest: Floats) -> Floats:
    """Sums of products of residuals that lie far apart, and of their squares."""
    found = np.zeros(2)
    for lag in thresholds.FAR:
        if lag < min(rest.shape) // 2:
            for a, b in ((rest[lag:], rest[:-lag]), (rest[:, lag:], rest[:, :-lag])):
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
    columns = [*ordered.T, *wide[:, [0, 3, 6, 9, 12, 15, 18, 21, 24]].T]
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

    The knots lie equally far apart, or such that equal shares of the values lie between them.
    """
    ends = np.linspace(0, 1, count)
    knots = np.quantile(value, ends) if by_share else value.min() + ends * np.ptp(value)
    knots = np.unique(knots)
    return [np.interp(value, knots, each) for each in np.eye(len(knots))]

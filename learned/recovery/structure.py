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
from numpy.typing import NDArray

from learned.pairs import Pair
from learned.recovery.search import gather, halfway
from learned.recovery.window import Window
from learned.solve.predict import predict

Floats = NDArray[np.float64]

PIXELS = 24_000
LINEAR = 9  # taps a side of the larger kernel
BLOCK = 32  # pixels a side of the squares that the two halves of the picture are made of
RIDGES = (1e-7, 1e-5, 1e-3)  # shares of the mean square
FAR = (24, 40)  # pixels; farther apart than two blocks of a JPEG's colours


class Structure(NamedTuple):
    """How far the residual is from noise.

    Attributes
    ----------
    beyond : share of its variance that a larger kernel would explain
    predicted : share of the rest that the before picture predicts in other ways
    varying : share that goes away where each quarter of the picture has a kernel of its own
    correlated : correlation between residuals that lie `FAR` apart
    explained : share of the after image's variance that the kernel explains
    rms : its root mean square, grey levels
    """

    beyond: float
    predicted: float
    varying: float
    correlated: float
    explained: float
    rms: float


def structure(pairs: Sequence[Pair], kernel: Floats, bias: float, window: Window) -> Structure:
    """Judge what the (channels, M, N) kernel leaves unexplained."""
    around = window.union(Window.centred(LINEAR, LINEAR))
    residuals, linear, probes, halves, far, total = [], [], [], [], [], []
    rng = np.random.default_rng(0)
    for pair in pairs:
        samples = window.samples(pair)
        level = predict(samples.image, kernel) + bias
        known = np.isfinite(samples.lower) & np.isfinite(samples.upper)
        middle = np.where(known, halfway(samples.lower, samples.upper), level)
        rest = middle - level
        far += _far_products(rest, known)
        total.append(middle[known])
        # the same pixels, numbered as in the whole picture
        whole = np.zeros((3, *pair.lower.shape))
        inside = window.interior(pair.lower.shape)
        whole[0][inside], whole[1][inside], whole[2][inside] = known, rest, level
        region = around.interior(pair.lower.shape)
        rows, columns = np.nonzero(whole[0][region])
        pick = rng.permutation(len(rows))[: PIXELS // len(pairs)]
        rows, columns = rows[pick] + region[0].start, columns[pick] + region[1].start
        residuals.append(whole[1][rows, columns])
        patch = _patches(pair.before, rows, columns, LINEAR)
        linear.append(np.column_stack([patch.reshape(len(rows), -1), np.ones(len(rows))]))
        patch = patch[:, :, LINEAR // 2 - 2 :, LINEAR // 2 - 2 :][:, :, :5, :5]
        place = np.column_stack([rows / pair.lower.shape[0], columns / pair.lower.shape[1]]) - 0.5
        slopes = np.stack(np.gradient(whole[2]))[:, rows, columns]
        probes.append(_probes(patch, whole[2][rows, columns], slopes, place))
        halves.append((rows // BLOCK + columns // BLOCK) % 2 == 0)
    residual = np.concatenate(residuals)
    half = np.concatenate(halves)
    plain, more = np.concatenate(linear), np.concatenate(probes)
    more = more / np.maximum(more.std(axis=0), 1e-9 * np.abs(more).max())
    before = _left_over(plain, residual, half)
    after = _left_over(np.column_stack([plain, more]), residual, half)
    spread = float(np.concatenate(total).var())
    rms = float(np.sqrt(np.mean(residual**2)))
    return Structure(
        beyond=max(0.0, 1 - before / max(float(np.mean(residual**2)), 1e-300)),
        predicted=max(0.0, 1 - after / max(before, 1e-300)),
        varying=_varying(pairs, window),
        correlated=float(np.sum([a for a, _ in far]) / max(np.sum([b for _, b in far]), 1e-300)),
        explained=1 - rms**2 / max(spread, 1e-300),
        rms=rms,
    )


def _varying(pairs: Sequence[Pair], window: Window) -> float:
    whole, quarters, pixels = gather(pairs, window).variance(window), 0.0, 0
    for pair in pairs:
        height, width = pair.lower.shape
        for rows in (slice(0, height // 2), slice(height // 2, height)):
            for columns in (slice(0, width // 2), slice(width // 2, width)):
                lower, upper = pair.lower[rows, columns], pair.upper[rows, columns]
                part = Pair(pair.before[:, rows, columns], lower, upper, None)
                if min(lower.shape) < 2 * max(window.shape):
                    return 0.0
                sums = gather([part], window)
                if sums.count > 4 * window.rows * window.columns * len(pair.before):
                    quarters += sums.variance(window) * sums.count
                    pixels += sums.count
    return 1 - quarters / (pixels * whole) if pixels and whole else 0.0


def _left_over(design: Floats, residual: Floats, half: NDArray[np.bool_]) -> float:
    """Mean square that is left where the design, fitted to one half, predicts the other.

    Of several strengths of regularisation the best: a few extreme pixels can spoil the others.
    """
    design = design / (np.sqrt((design**2).mean(axis=0)) + 1e-300)
    left = np.zeros(len(RIDGES))
    for learn, check in ((half, ~half), (~half, half)):
        gram = design[learn].T @ design[learn]
        right = design[learn].T @ residual[learn]
        for strength, ridge in enumerate(RIDGES):
            weight = np.linalg.solve(gram + ridge * len(design) * np.eye(len(gram)), right)
            left[strength] += np.sum((residual[check] - design[check] @ weight) ** 2)
    return float(left.min()) / max(1, len(residual))


def _far_products(rest: Floats, known: NDArray[np.bool_]) -> list[tuple[float, float]]:
    found = []
    rest = np.where(known, rest, 0.0)
    for lag in FAR:
        if lag < min(rest.shape) // 2:
            for a, b in ((rest[lag:], rest[:-lag]), (rest[:, lag:], rest[:, :-lag])):
                found.append((float((a * b).sum()), float((a * a + b * b).sum()) / 2))
    return found


def _patches(
    before: NDArray[np.generic], rows: NDArray[np.intp], columns: NDArray[np.intp], side: int
) -> Floats:
    """(pixels, channels, side, side) around the given output pixels."""
    steps = np.arange(side) - side // 2
    y, x = rows[:, None, None] + steps[:, None], columns[:, None, None] + steps
    return before[:, y, x].swapaxes(0, 1).astype(np.float64)


def _probes(patch: Floats, level: Floats, slopes: Floats, place: Floats) -> Floats:
    """(pixels, probes): what filters that are not linear make of the neighbourhood.

    Slopes times place tell a picture that was turned or scaled.
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
    count = len(patch)
    five, three = patch.reshape(count, 25), patch[:, 1:4, 1:4].reshape(count, 9)
    centre = patch[:, 2, 2]
    spread = float(np.abs(three - centre[:, None]).mean()) + 1e-9  # a typical difference
    ordered = np.sort(three, axis=1)
    wide = np.sort(five, axis=1)
    columns = [*ordered.T, *wide[:, [0, 3, 6, 9, 12, 15, 18, 21, 24]].T]
    columns += _hats(centre, 33)  # fine enough to see a posterised picture
    dx, dy = patch[:, 2, 3] - patch[:, 2, 1], patch[:, 3, 2] - patch[:, 1, 2]
    side = np.array([1.0, 2.0, 1.0])
    inner = patch[:, 1:4, 1:4]
    gx, gy = (inner[:, :, 2] - inner[:, :, 0]) @ side, (inner[:, 2] - inner[:, 0]) @ side
    down, up = patch[:, 3, 3] - patch[:, 1, 1], patch[:, 1, 3] - patch[:, 3, 1]
    laplacian = four = (
        patch[:, 2, 1] + patch[:, 2, 3] + patch[:, 1, 2] + patch[:, 3, 2] - 4 * centre
    )
    columns += [np.abs(each) for each in (dx, dy, gx, gy, down, up, laplacian)]
    columns += [np.hypot(dx, dy), np.hypot(gx, gy), dx * dx, dy * dy, dx * dy, four * four]
    columns += [three.std(axis=1), five.std(axis=1), three.var(axis=1)]
    for neighbours in (three, five):
        difference = neighbours - centre[:, None]
        for reach in (1.0, 3.0, 9.0):
            held = difference * np.exp(-0.5 * (difference / (reach * spread)) ** 2)
            columns.append(held.sum(axis=1))
        columns.append(np.sign(difference).sum(axis=1))
        columns.append(((difference / spread) ** 3).sum(axis=1))
    return columns


def _hats(value: Floats, count: int = 8, by_share: bool = False) -> list[Floats]:
    """Piecewise linear bumps from the lowest to the highest value: any curve is a sum of them.

    The knots lie equally far apart, or such that equal shares of the values lie between them.
    """
    ends = np.linspace(0, 1, count)
    knots = np.quantile(value, ends) if by_share else value.min() + ends * np.ptp(value)
    knots = np.unique(knots)
    return [np.interp(value, knots, each) for each in np.eye(len(knots))]

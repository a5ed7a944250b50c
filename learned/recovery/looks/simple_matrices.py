"""A matrix and an offset, with curves before it or behind it: fitted to bounds.

The curves are powers, with an exponent for each channel; or those of sRGB around the matrix, which
then works on light.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.optimize import least_squares

from handconv.arrays import Floats, Integers, Mask
from learned.recovery.explanations.light_curves import SRGB, decode, encode
from learned.recovery.looks.colours import CHANNELS, Colours
from learned.recovery.looks.lattice import points
from learned.recovery.looks.simple_looks import ENOUGH, SimpleLook
from learned.recovery.looks.table_fit import stored

AT_FIRST = 1500
"""Colours that tell whether a kind of look comes near at all."""
ADDED = 1500
ROUNDS = 5
"""Of adding colours that are missed."""
NEAR = 1.0
"""Levels by which the first fit may miss its bounds in the worst hundredth of the colours."""
WORST = 0.99
HOPELESS = 0.8
"""Share of the first colours that a look must make to go on: the look of all pixels makes more."""
MARGINS = (0.3, 0.1, 0.01)
"""Levels by which bounds are narrowed; one after the other, until all are met."""
STARTS = (1.0, 2.2, 1 / 2.2)
"""Exponents to start from."""
DIGITS = (1, 2, 3, 4)
"""Decimals to which numbers are rounded where that misses no more pixels."""
EVALUATIONS = 15
TIE = 1e-6
"""Levels: a value this near to its bound may have been rounded either way."""

MATRIX = CHANNELS * (CHANNELS + 1)
"""Numbers: three rows of red, green, blue and offset. The exponents, if any, follow."""


@dataclass(frozen=True)
class Kind:
    """A kind of look: ``make(numbers, colours)`` gives (colours, 3) of (colours, 3), 0 … 1."""

    words: str
    exponents: bool
    make: Callable[[Floats, Floats], Floats]
    before: Callable[[Floats, float], Floats]  # the curve before the matrix, for the start
    undo: Callable[[Floats, float], Floats]  # of the curve behind it


def _mix(numbers: Floats, colours: Floats) -> Floats:
    matrix = numbers[:MATRIX].reshape(CHANNELS, CHANNELS + 1)
    return np.asarray(colours @ matrix[:, :CHANNELS].T + matrix[:, CHANNELS])


def _powers_first(numbers: Floats, colours: Floats) -> Floats:
    return _mix(numbers, colours ** np.exp(numbers[MATRIX:]))


def _powers_last(numbers: Floats, colours: Floats) -> Floats:
    return np.asarray(np.maximum(_mix(numbers, colours), 0) ** np.exp(numbers[MATRIX:]))


def _in_light(numbers: Floats, colours: Floats) -> Floats:
    return _encoded(_mix(numbers, _decoded(colours, 1)))


def _decoded(colours: Floats, _: float) -> Floats:
    return np.asarray(decode(colours, *SRGB.numbers))


def _encoded(light: Floats) -> Floats:
    return np.asarray(encode(np.clip(light, 0, 1), *SRGB.numbers))


def _same(colours: Floats, _: float) -> Floats:
    return colours


def _power(colours: Floats, exponent: float) -> Floats:
    return np.asarray(colours**exponent)


def _root(colours: Floats, exponent: float) -> Floats:
    return np.asarray(colours ** (1 / exponent))


KINDS = (
    Kind("a matrix and an offset", False, _mix, _same, _same),
    Kind(
        "a matrix and an offset in the light that sRGB encodes",
        False,
        _in_light,
        _decoded,
        _decoded,
    ),
    Kind(
        "a power of each channel, then a matrix and an offset", True, _powers_first, _power, _same
    ),
    Kind("a matrix and an offset, then a power of each channel", True, _powers_last, _same, _root),
)


def find_matrix(colours: Colours) -> SimpleLook | None:
    """The first kind of look with a matrix that makes nearly all pixels."""
    goal = Goal.of(colours)
    for kind in KINDS:
        numbers = _fit(kind, goal)
        if numbers is not None and goal.met(kind, numbers) >= ENOUGH:
            share = colours.made(stored(kind.make(numbers, goal.before), colours.after_top))
            return SimpleLook(_sentence(kind, numbers), share, partial(_table, kind, numbers))
    return None


@dataclass(frozen=True)
class Goal:
    """Colours 0 … 1 and bounds of what they became, in levels, all (colours, 3); how many each."""

    before: Floats
    lower: Floats
    upper: Floats
    counts: Integers
    top: int

    @classmethod
    def of(cls, colours: Colours) -> "Goal":
        bounds = [colours.bounds(channel) for channel in range(CHANNELS)]
        lower, upper = (np.stack(each, axis=1) for each in zip(*bounds, strict=True))
        before = colours.before / colours.top
        return cls(before, lower, upper, colours.counts, colours.after_top)

    def part(self, chosen: Integers) -> "Goal":
        """Only these colours."""
        before, lower, upper = (each[chosen] for each in (self.before, self.lower, self.upper))
        return Goal(before, lower, upper, self.counts[chosen], self.top)

    def missed(self, kind: Kind, numbers: Floats, margin: float = 0) -> Floats:
        """(colours, 3) levels by which the look misses the bounds, narrowed by a margin."""
        made = kind.make(numbers, self.before) * self.top
        return made - np.clip(made, self.lower + margin, self.upper - margin)

    def out(self, kind: Kind, numbers: Floats) -> Mask:
        """(colours,) which colours the look does not make. On a bound it may be rounded to them."""
        return np.asarray((np.abs(self.missed(kind, numbers)) > TIE).any(axis=1))

    def met(self, kind: Kind, numbers: Floats) -> float:
        """Share of the pixels that the look makes."""
        return float(1 - self.counts[self.out(kind, numbers)].sum() / self.counts.sum())


def _fit(kind: Kind, goal: Goal) -> Floats | None:
    """The numbers of the look; None where it comes not even near."""
    rng = np.random.default_rng(0)
    count = len(goal.before)
    chosen = np.sort(rng.choice(count, min(count, AT_FIRST), replace=False))
    first = goal.part(chosen)
    starts = [_start(kind, first, exponent) for exponent in STARTS[: None if kind.exponents else 1]]
    fits = [_meet(kind, first, start, MARGINS[:1]) for start in starts]
    worst = [np.quantile(np.abs(first.missed(kind, each)), WORST) for each in fits]
    numbers = fits[int(np.argmin(worst))]
    if min(worst) > NEAR:
        return None
    for _ in range(ROUNDS):
        part = goal.part(chosen)
        numbers = _meet(kind, part, numbers, MARGINS)
        if part.met(kind, numbers) < HOPELESS:
            return None
        numbers = _tidy(kind, numbers, goal)
        out = goal.out(kind, numbers)
        out[chosen] = False
        missed = np.flatnonzero(out)
        if not len(missed):
            break
        fresh = rng.choice(missed, min(len(missed), ADDED), replace=False)
        chosen = np.sort(np.concatenate([chosen, fresh]))
    return numbers


def _tidy(kind: Kind, numbers: Floats, goal: Goal) -> Floats:
    """With as few digits as make as many pixels, if any do: 0.9, not 0.90003."""
    share = goal.met(kind, numbers)
    exponents = np.exp(numbers[MATRIX:])
    for digits in DIGITS:
        for short in (exponents.round(digits), 1 / (1 / exponents).round(digits)):
            tried = np.append(numbers[:MATRIX].round(digits), np.log(short))
            if goal.met(kind, tried) >= share:
                return tried
    return numbers


def _start(kind: Kind, goal: Goal, exponent: float) -> Floats:
    """Least squares, of colours that are not clipped."""
    design = np.column_stack([kind.before(goal.before, exponent), np.ones(len(goal.before))])
    inside = np.isfinite(goal.lower) & np.isfinite(goal.upper)
    middle = np.where(inside, (goal.lower + goal.upper) / 2, 0) / goal.top
    goals = kind.undo(middle, exponent)
    rows = [
        np.linalg.lstsq(design[inside[:, c]], goals[inside[:, c], c], rcond=None)[0]
        for c in range(CHANNELS)
    ]
    powers = np.full(CHANNELS if kind.exponents else 0, np.log(exponent))
    return np.concatenate([*rows, powers])


def _meet(kind: Kind, goal: Goal, numbers: Floats, margins: tuple[float, ...]) -> Floats:
    """Numbers that come nearest to the bounds."""
    for margin in margins:

        def missed(tried: Floats, margin: float = margin) -> Floats:
            return goal.missed(kind, tried, margin).ravel()

        numbers = least_squares(missed, numbers, x_scale="jac", max_nfev=EVALUATIONS).x
        if not goal.out(kind, numbers).any():
            break
    return numbers


def _table(kind: Kind, numbers: Floats, size: int) -> Floats:
    values = np.clip(kind.make(numbers, points(size)), 0, 1)
    return values.reshape(size, size, size, CHANNELS)


def _sentence(kind: Kind, numbers: Floats) -> str:
    rows = numbers[:MATRIX].reshape(CHANNELS, CHANNELS + 1)
    words = [
        f"{colour} {row[0]:.4f} {row[1]:+.4f} {row[2]:+.4f}, offset {row[3]:+.4f}"
        for colour, row in zip(("red", "green", "blue"), rows, strict=True)
    ]
    powers = ""
    if kind.exponents:
        powers = "exponents " + ", ".join(f"{each:.4g}" for each in np.exp(numbers[MATRIX:])) + "; "
    return f"{kind.words} ({powers}{'; '.join(words)})"

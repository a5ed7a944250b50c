"""Curves that have a name: gamma, threshold, posterised, sRGB, …

A stored level of 137 says that the curve was between 136.5 and 137.5 there, or between 137 and 138
where it was truncated. So each entry of a table gives an interval for an exponent, and the simplest
number in all of them is the exponent.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np

from handconv.arrays import Array, Floats, Integers
from learned.recovery import thresholds

HALVES = {"nearest": 0.5, "floor": 0.0}
"""What is added to a level before it is truncated."""


@dataclass(frozen=True)
class Named:
    """A sentence, parameters, and how to make the curve; without, the table does."""

    sentence: str
    parameters: dict[str, Any]
    make: Callable[..., Array] | None = None
    settings: dict[str, Any] = field(default_factory=dict)


def name(known: Integers, after: Integers, count: Integers, top: int) -> Named | None:
    """The first name that fits.

    Parameters
    ----------
    known : (entries,) levels of the before image
    after : (entries,) what becomes of them
    count : (levels,) number of before-pixels of each level
    top : the highest level, 255 or 65535
    """
    for find in (_threshold, _solarised, _masked, _srgb, _logarithm, _gamma, _levels):
        found = next(find(known, after, top), None)
        if found is not None:
            return found
    return _equalised(known, after, count, top) or steps(known, after)


def steps(known: Integers, after: Integers) -> Named | None:
    """Whether few levels are left, the higher ones of higher levels."""
    levels = len(np.unique(after))
    if levels > min(thresholds.POSTERISED, len(known) // 2) or (np.diff(after) < 0).any():
        return None
    return Named(f"posterised to {levels} levels", {"name": "posterised", "levels": levels})


def power(planes: Array, exponent: float, low: float, high: float, half: float) -> Array:
    """Levels ``low`` … ``high`` stretched to the whole range, to the power of ``exponent``."""
    top = np.iinfo(planes.dtype).max
    level = np.clip((planes.astype(np.float64) - low) / (high - low), 0, 1)
    return np.floor(top * level**exponent + half).astype(planes.dtype)


def threshold(planes: Array, first: int, low: int, high: int) -> Array:
    """``high`` from the level ``first`` on, ``low`` below."""
    return np.where(planes >= first, high, low).astype(planes.dtype)


def solarise(planes: Array, first: int) -> Array:
    """Levels from ``first`` on are inverted."""
    top = np.iinfo(planes.dtype).max
    return np.where(planes >= first, top - planes, planes).astype(planes.dtype)


def keep_bits(planes: Array, bits: int) -> Array:
    """The highest bits of each level; the others are zero."""
    dropped = np.iinfo(planes.dtype).bits - bits
    return np.asarray(planes >> dropped << dropped)


def encode_srgb(planes: Array, half: float) -> Array:
    """From linear light to sRGB (IEC 61966-2-1)."""
    top = np.iinfo(planes.dtype).max
    light = planes / top
    level = np.where(12.92 * light <= 0.04045, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)  # noqa: PLR2004
    return np.floor(top * level + half).astype(planes.dtype)


def decode_srgb(planes: Array, half: float) -> Array:
    """From sRGB to linear light (IEC 61966-2-1)."""
    top = np.iinfo(planes.dtype).max
    level = planes / top
    curved = ((level + 0.055) / 1.055) ** 2.4
    light = np.where(level <= 0.04045, level / 12.92, curved)  # noqa: PLR2004
    return np.floor(top * light + half).astype(planes.dtype)


def logarithm(planes: Array, half: float) -> Array:
    """log(1 + level), stretched to the whole range."""
    top = np.iinfo(planes.dtype).max
    level = np.log1p(planes.astype(np.float64)) * (top / np.log1p(top))
    made: Array = np.floor(level + half).astype(planes.dtype)
    return made


def _threshold(known: Integers, after: Integers, top: int) -> Iterator[Named]:
    values = np.unique(after)
    changes = np.flatnonzero(np.diff(after)) + 1
    if len(values) != 2 or len(changes) != 1:  # noqa: PLR2004
        return
    first, low, high = int(known[changes[0]]), int(after[0]), int(after[-1])
    settings = {"first": first, "low": low, "high": high}
    yield Named(
        f"a threshold: {low} below {first}, {high} from there on",
        {"name": "threshold", **settings, "not_below": int(known[changes[0] - 1]) + 1},
        threshold,
        settings,
    )


def _solarised(known: Integers, after: Integers, top: int) -> Iterator[Named]:
    inverted = after == top - known
    if not (after == known).any() or not inverted.any():
        return
    settings = {"first": int(known[inverted].min())}
    parameters = {"name": "solarised", **settings}
    sentence = f"solarised: levels from {settings['first']} on are inverted"
    if _fits(solarise, settings, known, after, top):
        yield Named(sentence, parameters, solarise, settings)


def _masked(known: Integers, after: Integers, top: int) -> Iterator[Named]:
    for bits in range(1, int(top).bit_length()):
        if _fits(keep_bits, {"bits": bits}, known, after, top):
            sentence = f"posterised: the {bits} highest bits of each level are kept"
            parameters = {"name": "posterised", "levels": 2**bits, "bits": bits}
            yield Named(sentence, parameters, keep_bits, {"bits": bits})


def _srgb(known: Integers, after: Integers, top: int) -> Iterator[Named]:
    for (make, what), (rounding, half) in product(
        ((encode_srgb, "encoded from linear light"), (decode_srgb, "decoded to linear light")),
        HALVES.items(),
    ):
        if _fits(make, {"half": half}, known, after, top):
            parameters = {
                "name": f"{make.__name__.replace('_srgb', '')} sRGB",
                "rounding": rounding,
            }
            yield Named(f"sRGB {what}", parameters, make, {"half": half})


def _logarithm(known: Integers, after: Integers, top: int) -> Iterator[Named]:
    for rounding, half in HALVES.items():
        if _fits(logarithm, {"half": half}, known, after, top):
            parameters = {"name": "logarithm", "rounding": rounding}
            yield Named("the logarithm of the levels", parameters, logarithm, {"half": half})


def _gamma(known: Integers, after: Integers, top: int) -> Iterator[Named]:
    yield from _powers(known, after, top, 0, top)


def _levels(known: Integers, after: Integers, top: int) -> Iterator[Named]:
    """A black and a white point, then a power."""
    black, white = known[after == 0], known[after == top]
    darkest = range(int(black.max(initial=0)), int(known[after > 0].min(initial=top)))
    brightest = range(int(known[after < top].max(initial=0)) + 1, int(white.min(initial=top)) + 1)
    if not 0 < len(darkest) * len(brightest) <= thresholds.LEVELS_TRIED:
        return
    for low, high in product(_whole_and_percent(darkest, top), _whole_and_percent(brightest, top)):
        if low < high:
            yield from _powers(known, after, top, low, high)


def _whole_and_percent(levels: range, top: int) -> list[float]:
    """The levels, and whole per cents of the range between them."""
    percents = [top * percent / 100 for percent in range(101)]
    return [*levels, *(each for each in percents if levels[0] < each < levels[-1] + 1)]


def _powers(known: Integers, after: Integers, top: int, low: float, high: float) -> Iterator[Named]:
    for rounding, half in HALVES.items():
        exponent = _exponent(known, after, top, low, high, half)
        if exponent is None:
            continue
        settings = {"exponent": exponent, "low": low, "high": high, "half": half}
        if not _fits(power, settings, known, after, top):
            continue
        inverse = _short(1 / exponent)
        sentence = f"gamma: levels to the power of {exponent:g} (1/{inverse:g})"
        if (low, high) != (0, top):
            sentence = (
                f"levels {low:g} … {high:g} stretched to 0 … {top}, to the power of {exponent:g}"
            )
        parameters = {"exponent": exponent, "low": low, "high": high, "rounding": rounding}
        name = "gamma" if (low, high) == (0, top) else "levels"
        yield Named(sentence, {"name": name, **parameters}, power, settings)


def _exponent(
    known: Integers, after: Integers, top: int, low: float, high: float, half: float
) -> float | None:
    """The simplest one that meets the bounds of every entry, if there is one."""
    level = (known - low) / (high - low)
    inner = (level > 0) & (level < 1) & (after > 0)
    if not inner.any():
        return None
    lower, upper = (np.log((after[inner] + by - half) / top) for by in (0, 1))
    steep = np.log(level[inner])
    least, most = float((upper / steep).max()), float((lower / steep).min())
    if not max(least, thresholds.LEAST_EXPONENT) < most:
        return None
    return simplest_exponent(max(least, thresholds.LEAST_EXPONENT), most)


def simplest_exponent(least: float, most: float) -> float:
    """Of the exponents between these the one of fewest digits; or whose inverse has fewest.

    >>> simplest_exponent(0.4540, 0.4549), simplest_exponent(2.17, 2.23)
    (0.45454545454545453, 2.2)
    """
    for digits, power in product(range(12), (1, -1)):
        ends = sorted((least**power, most**power))
        middle = round(sum(ends) / 2, digits)
        if ends[0] < middle < ends[1]:
            return float(middle**power)
    return (least + most) / 2


def _equalised(known: Integers, after: Integers, count: Integers, top: int) -> Named | None:
    """Whether each level becomes the share of pixels up to it."""
    below = np.cumsum(count)
    total, first = below[-1], count[count > 0][0]
    shares: list[Floats] = [
        below / total,
        (below - count) / total,
        (below - count / 2) / total,
        (below - first) / max(1, total - first),
    ]
    off = min(float(np.abs(top * share[known] - after).mean()) for share in shares)
    if off > thresholds.EQUALISED * top:
        return None
    return Named(
        "equalised: each level becomes the share of pixels up to it", {"name": "equalised"}
    )


def _fits(
    make: Callable[..., Array], settings: dict[str, Any], known: Integers, after: Integers, top: int
) -> bool:
    levels = known.astype(np.min_scalar_type(top))
    return np.array_equal(make(levels, **settings), after)


def _short(value: float) -> float:
    return float(f"{value:.6g}")

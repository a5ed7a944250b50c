"""Curves between stored levels and light, and what a stored level says of the light behind it."""

from typing import NamedTuple

import numpy as np

from handconv.arrays import Array, Floats

TOP = 255  # light is counted from 0 to this, so that tolerances are those of grey levels


class Curve(NamedTuple):
    """Levels from 0 to 1 become light to the power of ``exponent``, straight below ``toe``.

    light = ((level + offset) / (1 + offset)) ** exponent, and level / slope up to the toe. An
    exponent of 0 stands for the logarithm of 1 + the grey level, whose mean is the geometric mean.
    """

    name: str
    exponent: float
    offset: float = 0.0
    slope: float = 1.0
    toe: float = 0.0

    @property
    def numbers(self) -> tuple[float, float, float, float]:
        """What `decode` and `encode` take."""
        return self[1:]


SRGB = Curve("sRGB", 2.4, 0.055, 12.92, 0.04045)  # IEC 61966-2-1
NO_CURVE = Curve("none", 1.0)
CURVES = (
    SRGB,
    Curve("gamma 2.2", 2.2),
    Curve("gamma 1.8", 1.8),
    Curve("gamma 2", 2.0),
    Curve("gamma 2.4", 2.4),
    Curve("BT.709", 1 / 0.45, 0.099, 4.5, 0.081),  # ITU-R BT.709-6
    Curve("L*", 3.0, 0.16, 24389 / 2700, 0.08),  # CIE 15: lightness / 100
    Curve("logarithm", 0.0),
)


class Storing(NamedTuple):
    """How a program keeps light between the steps.

    Attributes
    ----------
    steps : light is rounded to so many steps from black to white; 0: floating point
    by_table : the way back is a table of 256 whole levels, with straight lines between
    rounding : of what is stored at the end
    """

    steps: int
    by_table: bool
    rounding: str


class Way(NamedTuple):
    """A curve, and how light is kept."""

    curve: Curve
    storing: Storing


FLOATING = (Storing(0, False, "nearest"), Storing(0, False, "floor"))
COARSE = (Storing(TOP, False, "nearest"), Storing(0, True, "nearest"))
"""Those that only programs for 8-bit sRGB are known to do: SVG in browsers, libvips."""


def decode(level: Array, exponent: float, offset: float, slope: float, toe: float) -> Array:
    """Light of levels, both from 0 to 1."""
    if exponent == 0:
        return np.asarray(np.log1p(255 * level) / np.log1p(255))
    curved = ((level + offset) / (1 + offset)) ** exponent
    return np.where(level <= toe, level / slope, curved)


def encode(light: Array, exponent: float, offset: float, slope: float, toe: float) -> Array:
    """Levels of light, both from 0 to 1."""
    if exponent == 0:
        return np.asarray(np.expm1(light * np.log1p(255)) / 255)
    curved = (1 + offset) * light ** (1 / exponent) - offset
    return np.where(light * slope <= toe, light * slope, curved)


def light_of_levels(curve: Curve, storing: Storing, top: int) -> Floats:
    """(levels,) The light, 0 … 255, that each stored level of the before image stands for."""
    light = decode(np.arange(top + 1) / top, *curve.numbers)
    if storing.steps:
        light = np.rint(light * storing.steps) / storing.steps
    return np.asarray(TOP * light)


def bounds_of_levels(curve: Curve, storing: Storing, top: int) -> tuple[Floats, Floats]:
    """(levels,) Between which light each stored level of the after image lies, 0 … 255.

    The ends of the range hold what was clipped too. Levels that cannot come about have no bounds.
    """
    if storing.steps or storing.by_table:
        table = table_of(curve)
        lower, upper = _of_steps(table) if storing.steps else _of_lines(table)
    else:
        below = 0.5 if storing.rounding == "nearest" else 0.0
        edges = np.clip((np.arange(top + 2) - below) / top, 0, 1)
        light = TOP * decode(edges, *curve.numbers)
        lower, upper = light[:-1].copy(), light[1:].copy()
    lower[0], upper[-1] = -np.inf, np.inf
    return lower, upper


def table_of(curve: Curve) -> Floats:
    """(256,) whole levels of 256 steps of light."""
    return np.asarray(np.rint(TOP * encode(np.arange(TOP + 1) / TOP, *curve.numbers)))


def _of_steps(table: Floats) -> tuple[Floats, Floats]:
    """Half a step around all steps that become the level."""
    levels = np.arange(len(table))
    first, after = np.searchsorted(table, levels), np.searchsorted(table, levels, "right")
    known = after > first
    return np.where(known, first - 0.5, -np.inf), np.where(known, after - 0.5, np.inf)


def _of_lines(table: Floats) -> tuple[Floats, Floats]:
    """Where the lines between the entries cross the halves around the level."""
    halves = np.arange(len(table) + 1) - 0.5
    place = np.clip(np.searchsorted(table, halves) - 1, 0, len(table) - 2)
    step = np.maximum(table[place + 1] - table[place], 1)
    light = place + (halves - table[place]) / step
    return light[:-1].copy(), light[1:].copy()

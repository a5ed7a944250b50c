"""A curve for each channel: each after-value depends on the before-value of its channel alone."""

from functools import partial

import numpy as np
from scipy import sparse

from handconv.arrays import Floats, Integers
from learned.recovery.explanations.named_curves import name
from learned.recovery.looks.colours import CHANNELS, Colours
from learned.recovery.looks.feasible import Problem, least_squares, meet_bounds
from learned.recovery.looks.simple_looks import ENOUGH, SimpleLook
from learned.recovery.looks.smoothness import bends

PIXELS_A_LEVEL = 4
"""On average, at least: of fewer, any look would be a curve."""

AT_FIRST = 100_000
"""Colours that are looked at first, to tell quickly that it is something else."""

Curve = tuple[Integers, Integers, Integers]
"""Levels before that occur, what most pixels of each become, how many pixels have it."""


def find_curves(colours: Colours) -> SimpleLook | None:
    """The curves, if they make nearly all pixels."""
    some = np.arange(0, len(colours.before), 1 + len(colours.before) // AT_FIRST)
    if len(some) < len(colours.before) and find_curves(colours.part(some)) is None:
        return None
    curves = [_curve(colours, channel) for channel in range(CHANNELS)]
    few = any(counts.sum() < PIXELS_A_LEVEL * len(counts) for _, _, counts in curves)
    if few and not _unchanged(colours):
        return None
    made = np.empty_like(colours.after)
    for channel, (known, after, _) in enumerate(curves):
        made[:, channel] = after[np.searchsorted(known, colours.before[:, channel])]
    share = colours.made(made) * colours.pixels / colours.counts.sum()
    if share < ENOUGH:
        return None
    table = partial(_table, curves, colours.top, colours.after_top)
    return SimpleLook(_sentence(colours, curves), colours.made(made), table)


def _curve(colours: Colours, channel: int) -> Curve:
    before, after = colours.before[:, channel], colours.after[:, channel]
    pairs, inverse = np.unique(before << 16 | after, return_inverse=True)
    counts = np.bincount(inverse, weights=colours.counts).astype(np.int64)
    known, of = np.unique(pairs >> 16, return_inverse=True)
    order = np.lexsort((counts, of))
    most = order[np.append(np.diff(of[order]) != 0, True)]
    return known, pairs[most] & 0xFFFF, np.bincount(of, weights=counts).astype(np.int64)


def _sentence(colours: Colours, curves: list[Curve]) -> str:
    """Such as "a curve for each channel: gamma 2.2, gamma 2, unnamed"."""
    if _unchanged(colours):
        return "nothing was changed"
    names = []
    for known, after, counts in curves:
        of_levels = np.zeros(colours.top + 1, np.int64)
        of_levels[known] = counts
        same_depth = colours.top == colours.after_top
        found = name(known, after, of_levels, colours.top) if same_depth else None
        plain = _plain(known, after, colours.top) if same_depth else None
        names.append(plain or (found and found.sentence))
    if len(set(names)) == 1 and (names[0] or _alike(curves)):
        return f"one curve for all channels: {names[0] or 'without a name'}"
    words = ", ".join(
        f"{colour} {each or 'by a curve without a name'}"
        for colour, each in zip(("red", "green", "blue"), names, strict=True)
    )
    return f"a curve for each channel: {words}"


def _unchanged(colours: Colours) -> bool:
    return colours.top == colours.after_top and bool((colours.before == colours.after).all())


def _alike(curves: list[Curve]) -> bool:
    """Whether the channels agree in all levels that two of them have."""
    levels = np.concatenate([known for known, _, _ in curves])
    after = np.concatenate([after for _, after, _ in curves])
    return len(np.unique(levels << 16 | after)) == len(np.unique(levels))


def _plain(known: Integers, after: Integers, top: int) -> str | None:
    """ "unchanged" or "inverted", if that is what it is."""
    if (known == after).all():
        return "unchanged"
    return "inverted" if (known + after == top).all() else None


def _table(curves: list[Curve], top: int, after_top: int, size: int) -> Floats:
    """(size, size, size, 3) the curves at the lattice points."""
    red, green, blue = (_at_points(curve, top, after_top, size) for curve in curves)
    return np.stack(np.meshgrid(red, green, blue, indexing="ij"), axis=-1)


def _at_points(curve: Curve, top: int, after_top: int, size: int) -> Floats:
    """(size,) straight lines between points that meet all bounds; else the curve at the points."""
    known, after, _ = curve
    places = known * ((size - 1) / top)
    first = np.minimum(places.astype(np.int64), size - 2)
    far = places - first
    count = len(known)
    rows = sparse.csr_array(
        (
            np.concatenate([1 - far, far]),
            (np.tile(np.arange(count), 2), np.append(first, first + 1)),
        ),
        shape=(count, size),
    )
    lower = np.where(after == 0, -np.inf, after - 0.5)
    upper = np.where(after == after_top, np.inf, after + 0.5)
    smooth = bends(np.ones((size, 1, 1), np.bool_))
    problem = Problem(rows, lower, upper, float(after_top), smooth)
    values = meet_bounds(problem, least_squares(problem))
    if not problem.met(values).all():
        values = np.interp(np.linspace(0, top, size), known, after)
    return values / after_top

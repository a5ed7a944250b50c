# mypy: allow-untyped-calls
"""Compiled: the least and the largest value of every corner of a cell that its bounds allow.

Each is a linear program with eight unknowns, the corners, and some hundred bounds, solved by the
dual simplex method. Its state is eight bounds that hold the corners in place, and the weights with
which they add up to what is to be bounded. Weights that are not negative prove a bound whichever
eight they belong to (weak duality), so that stopping early, or a choice spoilt by rounding, makes
a proof weaker, never wrong.
"""

import numpy as np

from handconv.arrays import Floats, Integers
from handconv.engine.jit import compiled

PIVOTS = 80
"""At most, for each corner and side; most take 5 to 25."""
MISSED = 1e-7
"""Levels by which a bound must be missed to count."""
SMALLEST = 1e-9
"""A pivot below this is 0 but for rounding."""


CORNERS = 8


@compiled
def tighten(
    starts: Integers,
    corners: Integers,
    weights: Floats,
    lower: Floats,
    upper: Floats,
    lowest: Floats,
    highest: Floats,
) -> None:
    """Narrow the intervals ``lowest`` … ``highest`` (lattice points,) cell by cell, in place.

    ``starts`` (cells + 1,) tells which of ``weights`` (colours, 8), ``lower``, ``upper``
    (colours,) are of a cell, ``corners`` (cells, 8) its lattice points.
    """
    box = np.empty((2, CORNERS))  # least and most of each corner
    held, inverse = np.empty((CORNERS, CORNERS)), np.empty((CORNERS, CORNERS))
    rows = np.empty((5, CORNERS))
    for cell in range(corners.shape[0]):
        begin, end = starts[cell], starts[cell + 1]
        for place in range(CORNERS):
            box[0, place] = lowest[corners[cell, place]]
            box[1, place] = highest[corners[cell, place]]
        for place in range(CORNERS):
            most = highest_corner(
                place, 1.0, begin, end, weights, lower, upper, box, held, inverse, rows
            )
            box[1, place] = max(min(box[1, place], most), box[0, place])
            least = -highest_corner(
                place, -1.0, begin, end, weights, lower, upper, box, held, inverse, rows
            )
            box[0, place] = min(max(box[0, place], least), box[1, place])
        for place in range(CORNERS):
            lowest[corners[cell, place]] = box[0, place]
            highest[corners[cell, place]] = box[1, place]


@compiled
def highest_corner(
    place: int,
    sign: float,
    begin: int,
    end: int,
    weights: Floats,
    lower: Floats,
    upper: Floats,
    box: Floats,
    held: Floats,
    inverse: Floats,
    rows: Floats,
) -> float:
    """No corners that meet all bounds have ``sign * corners[place]`` above this.

    ``held`` is room for the eight bounds, as held @ corners <= walls, ``inverse`` for its inverse.
    """
    walls, proof, values, shares, row = rows[0], rows[1], rows[2], rows[3], rows[4]
    for i in range(CORNERS):
        up = i != place or sign > 0
        for j in range(CORNERS):
            held[i, j] = inverse[i, j] = 0.0
        held[i, i] = inverse[i, i] = 1.0 if up else -1.0
        walls[i] = box[1, i] if up else -box[0, i]
        proof[i] = 1.0 if i == place else 0.0  # proof @ held is sign at the place, else 0
    for _ in range(PIVOTS):
        for i in range(CORNERS):
            values[i] = 0.0
            for j in range(CORNERS):
                values[i] += inverse[i, j] * walls[j]
        wall, missed = most_missed(begin, end, weights, lower, upper, box, values, row)
        if missed <= MISSED:
            break
        leaving, ratio = leaves(inverse, proof, shares, row)
        if leaving < 0:
            break
        exchange(leaving, ratio, wall, held, inverse, rows)
    return float(proved(place, sign, proof, held, walls, box))


@compiled
def leaves(inverse: Floats, proof: Floats, shares: Floats, row: Floats) -> tuple[int, float]:
    """Which of the eight a new bound ``row`` replaces so that no weight falls below 0; its weight.

    Sets ``shares``, with which the eight add up to the row. -1: none.
    """
    leaving, ratio = -1, np.inf
    for i in range(CORNERS):
        shares[i] = 0.0
        for j in range(CORNERS):
            shares[i] += row[j] * inverse[j, i]
        if shares[i] > SMALLEST and proof[i] / shares[i] < ratio:
            leaving, ratio = i, proof[i] / shares[i]
    return leaving, ratio


@compiled
def exchange(
    leaving: int, ratio: float, wall: float, held: Floats, inverse: Floats, rows: Floats
) -> None:
    """Let a new bound, ``rows[4] @ corners <= wall``, take the place of one of the eight."""
    walls, proof, shares, row = rows[0], rows[1], rows[3], rows[4]
    for i in range(CORNERS):
        proof[i] = max(0.0, proof[i] - ratio * shares[i])
        inverse[i, leaving] /= shares[leaving]
        held[leaving, i] = row[i]
    proof[leaving] = ratio
    walls[leaving] = wall
    for i in range(CORNERS):
        for j in range(CORNERS):
            if j != leaving:
                inverse[i, j] -= shares[j] * inverse[i, leaving]


@compiled
def most_missed(
    begin: int,
    end: int,
    weights: Floats,
    lower: Floats,
    upper: Floats,
    box: Floats,
    values: Floats,
    row: Floats,
) -> tuple[float, float]:
    """The bound that the values miss most, as ``row @ values <= wall``: its wall, by how much."""
    wall, missed, side, which = most_missed_colour(begin, end, weights, lower, upper, values)
    corner = -1
    for j in range(CORNERS):
        if values[j] - box[1, j] > missed:
            missed, side, corner, wall = values[j] - box[1, j], 1.0, j, box[1, j]
        if box[0, j] - values[j] > missed:
            missed, side, corner, wall = box[0, j] - values[j], -1.0, j, -box[0, j]
    for j in range(CORNERS):
        if corner < 0:
            row[j] = side * weights[which, j] if which >= 0 else 0.0
        else:
            row[j] = side if j == corner else 0.0
    return wall, missed


@compiled
def most_missed_colour(
    begin: int, end: int, weights: Floats, lower: Floats, upper: Floats, values: Floats
) -> tuple[float, float, float, int]:
    """Of the colours, not of the box: the wall, by how much, its side, and which colour."""
    wall, missed, side, which = 0.0, 0.0, 1.0, -1
    for i in range(begin, end):
        made = 0.0
        for j in range(CORNERS):
            made += weights[i, j] * values[j]
        if made - upper[i] > missed:
            missed, side, which, wall = made - upper[i], 1.0, i, upper[i]
        if lower[i] - made > missed:
            missed, side, which, wall = lower[i] - made, -1.0, i, -lower[i]
    return wall, missed, side, which


@compiled
def proved(
    place: int, sign: float, proof: Floats, held: Floats, walls: Floats, box: Floats
) -> float:
    """The sum of the walls by the weights of the proof; rounding errors are made up for."""
    bound = 0.0
    for i in range(CORNERS):
        bound += proof[i] * walls[i]
    for j in range(CORNERS):
        left = sign if j == place else 0.0
        for i in range(CORNERS):
            left -= proof[i] * held[i, j]
        bound += max(left * box[0, j], left * box[1, j])
    return bound

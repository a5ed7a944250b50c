"""What the pictures prove about each tap: the lowest and the highest value the bounds allow.

All kernels that meet every bound form a convex body in kernel space, one flat face for each pixel
that matters. Two linear programs for each tap find how far the body reaches that way.

What is returned is proven, whatever the accuracy of the programs. Each face says
a · move <= room for every move away from the body's centre. A program's dual gives faces
weights y >= 0 whose sum pulls along the tap, up to a small remainder: Σ y a = e - r. Therefore

    e · move  =  Σ y (a · move) + r · move  <=  Σ y room + |r| · reach

where the reach of every tap is what is to be found: start with a huge one, and insert the result.
A face left out, or a program not quite solved, makes the result wider, never wrong.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from handconv.arrays import Floats, Integers
from handconv.engine.threads import one_blas_thread
from learned.solve.directions import Directions, design_at, directions
from learned.solve.interior_point import minimise
from learned.solve.minimax import Solution, minimax
from learned.solve.predict import (
    Samples,
    all_patches,
    bounds_at,
    common_kernel_shape,
)

FAR = 1e6  # a tap farther than this from the centre is as good as unbounded
TIGHT = 1e-3  # the true extremes are at most this share nearer than those returned


class Certificate(NamedTuple):
    """Bounds on every tap; -inf and inf where the pictures set none.

    Attributes
    ----------
    lower, upper : (channels, M, N)
    constant : lowest and highest value of the constant; the given one twice if it was not free
    """

    lower: Floats
    upper: Floats
    constant: tuple[float, float]


@one_blas_thread
def certificate(
    samples: Sequence[Samples],
    *,
    constant: tuple[float, float] = (0.0, 0.0),
    tolerance: float = 1e-6,
    centre: Solution | None = None,
) -> Certificate:
    """The lowest and highest value of each tap among all kernels that meet the bounds.

    Every kernel that meets all bounds, and so the true one, lies inside. The box is at most a
    thousandth wider than the kernels that meet the bounds call for.

    Parameters
    ----------
    samples, constant : as for `minimax`
    tolerance : grey levels by which the bounds are widened, for the rounding errors of the
        arithmetic that made the after image
    centre : the answer of `minimax` for the same samples and constant, if it is there already

    Raises
    ------
    ValueError
        if no kernel meets the bounds.
    """
    shape = common_kernel_shape(samples)
    free = constant[0] < constant[1]
    centre = centre or minimax(samples, constant=constant)
    if centre.violation >= tolerance:
        raise ValueError(
            f"bounds are met by no kernel of shape {shape}: the best violates them by "
            f"{centre.violation:.3g} grey levels. Raise the tolerance above that, or use a larger "
            f"kernel."
        )
    body = _Body(samples, centre, constant, tolerance)
    reach = body.reach()
    taps = int(np.prod(shape))
    middle = body.centre
    low, high = middle - reach[0], middle + reach[1]
    return Certificate(
        low[:taps].reshape(shape),
        high[:taps].reshape(shape),
        (float(low[-1]), float(high[-1])) if free else constant,
    )


class _Dual(NamedTuple):
    """Numbers of faces, and their weights >= 0."""

    faces: Integers
    weights: Floats


class _Body:
    """The kernels that meet all bounds, seen from the centre; moves away from it are unknowns."""

    def __init__(
        self,
        samples: Sequence[Samples],
        centre: Solution,
        constant: tuple[float, float],
        tolerance: float,
    ) -> None:
        self.samples, self.solution, self.tolerance = samples, centre, tolerance
        self.free = constant[0] < constant[1]
        self.space: Directions = directions(samples, self.free)
        self.centre = np.append(centre.kernel, [centre.constant] if self.free else [])
        unknowns = len(self.centre)
        self.faces, self.room = np.zeros((0, unknowns)), np.zeros(0)
        self.name: Integers = np.zeros(0, np.int64)
        if self.free and np.isfinite(constant).all():
            axis = np.zeros((2, unknowns))
            axis[:, -1] = 1.0, -1.0
            rooms = np.array([constant[1] - centre.constant, centre.constant - constant[0]])
            self._append(axis, rooms + tolerance, np.array([-1, -2]))
        self.add(self._nearest(20 * unknowns + 200))

    def add(self, pixels: Integers) -> None:
        """Take in the faces of these pixels, both sides."""
        seen = design_at(self.samples, pixels, self.free)
        for side, sign, room in zip((1, 0), (1.0, -1.0), self._rooms(pixels, seen), strict=True):
            name = 2 * pixels + side
            new = np.isfinite(room) & ~np.isin(name, self.name)
            self._append(sign * seen[new], room[new], name[new])

    def reach(self) -> Floats:
        """How far the body reaches down and up from the centre along each unknown: (2, unknowns).

        Programs are solved with the faces at hand, the moves that they find are tried on every
        pixel, those that run through other faces add them, until none does.
        """
        unknowns = len(self.centre)
        goals = np.concatenate([-np.eye(unknowns), np.eye(unknowns)])
        moves, duals = np.zeros(goals.shape), [_Dual(np.zeros(0, int), np.zeros(0))] * len(goals)
        pending = np.arange(len(goals))
        for _ in range(20):
            seen, distance = self._whitened()
            for goal in pending:
                faces, weights = duals[goal]
                held_by = faces[weights > 1e-6 * weights.max(initial=0.0)]
                moves[goal], duals[goal] = self._farthest(goals[goal], seen, distance, held_by)
            pending, pixels = self._through(moves)
            if len(pending) == 0:
                break
            self.add(pixels)
        proven, rest = zip(
            *(self._proof(goal, dual) for goal, dual in zip(goals, duals, strict=True)),
            strict=True,
        )
        reach = np.full((2, unknowns), FAR)
        for _ in range(4):
            both = np.minimum(np.array(proven) + np.array(rest) @ reach.max(axis=0), FAR)
            reach = both.reshape(2, unknowns)
        return np.where(reach < 1e-2 * FAR, reach, np.inf)

    def _whitened(self) -> tuple[Floats, Floats]:
        """Faces in whitened coordinates, and the distance of each from the centre."""
        seen = self.faces @ self.space.whiten
        with np.errstate(divide="ignore"):
            return seen, self.room / np.linalg.norm(seen, axis=1)

    def _farthest(
        self, goal: Floats, seen: Floats, distance: Floats, held_by: Integers
    ) -> tuple[Floats, "_Dual"]:
        """The farthest move towards the goal that the faces allow, and the faces that stop it."""
        towards = self.space.whiten.T @ goal
        length = float(np.linalg.norm(towards))
        if length == 0:
            return np.zeros(len(goal)), _Dual(held_by, np.zeros(len(held_by)))
        count = 2 * len(towards) + 20
        unit = float(distance.min())  # a ball of this radius lies inside
        # both faces of a pixel, lest the first program has no end
        pixels = self.name[np.argsort(distance)[:count]] // 2
        faces = np.union1d(np.flatnonzero(np.isin(self.name // 2, pixels)), held_by)
        while True:
            best = minimise(
                -towards / length,
                seen[faces],
                self.room[faces] / unit,
                np.zeros(len(towards)),
                gap=TIGHT / 4,
                pull=1e-9,
            )
            crossed = seen @ (unit * best.x) - (1 + TIGHT / 2) * self.room
            crossed[faces] = 0
            if crossed.max() <= 0 or len(faces) == len(seen):
                break
            worst_faces = np.argsort(-crossed)[:count]
            faces = np.append(faces, worst_faces[crossed[worst_faces] > 0])
        weights = length * _balanced(best.dual, seen[faces], towards / length)
        return self.space.whiten @ (unit * best.x), _Dual(faces, weights)

    def _proof(self, goal: Floats, dual: "_Dual") -> tuple[float, Floats]:
        """How far any move can go towards the goal, up to ``rest @ reach``."""
        faces, weights = self.faces[dual.faces], dual.weights
        rounding = 2 * np.finfo(np.float64).eps * len(weights) * (weights @ np.abs(faces))
        rest = np.abs(goal - weights @ faces) + rounding
        return float(weights @ self.room[dual.faces]) * (1 + 1e-12), rest

    def _nearest(self, count: int) -> Integers:
        """The pixels whose faces are nearest to the centre."""
        pixels, nearness = np.zeros(0, np.int64), np.zeros(0)
        for band, seen in self._bands():
            room = np.minimum(*self._rooms(band, seen))
            pixels = np.append(pixels, band)
            nearness = np.append(nearness, np.linalg.norm(seen @ self.space.whiten, axis=1) / room)
            pixels, nearness = _largest(count, pixels, nearness)
        return np.sort(pixels)

    def _bands(self) -> Iterator[tuple[Integers, Floats]]:
        for band, seen in all_patches(self.samples):
            yield band, np.column_stack([seen, np.ones(len(seen))]) if self.free else seen

    def _through(self, moves: Floats) -> tuple[Integers, Integers]:
        """Which moves run through faces that are not yet here, and the pixels of those faces."""
        crossed = np.zeros(len(moves), np.bool_)
        pixels, excess = np.zeros(0, np.int64), np.zeros(0)
        count = 20 * len(self.centre)
        for band, seen in self._bands():
            above, below = self._rooms(band, seen)
            moved = seen @ moves.T
            # most pixels have more room than any move takes
            some = np.abs(moved).max(axis=1) > np.minimum(above, below)
            moved, above, below = moved[some], above[some, None], below[some, None]
            taken = np.maximum(moved / above, -moved / below)
            crossed |= taken.max(axis=0, initial=0.0) > 1 + TIGHT
            taken = taken.max(axis=1)
            through = taken > 1 + TIGHT
            pixels = np.append(pixels, band[some][through])
            excess = np.append(excess, taken[through])
            pixels, excess = _largest(count, pixels, excess)
        return np.flatnonzero(crossed), np.sort(pixels)

    def _rooms(self, pixels: Integers, seen: Floats) -> tuple[Floats, Floats]:
        """How far the prediction may rise and fall at these pixels."""
        lower, upper = bounds_at(self.samples, pixels)
        predicted = seen @ self.centre + (0.0 if self.free else self.solution.constant)
        return upper - predicted + self.tolerance, predicted - lower + self.tolerance

    def _append(self, faces: Floats, room: Floats, name: Integers) -> None:
        self.faces, self.room = np.concatenate([self.faces, faces]), np.append(self.room, room)
        self.name = np.append(self.name, name)


def _largest(count: int, pixels: Integers, value: Floats) -> tuple[Integers, Floats]:
    """The pixels of the largest values, each value once: equal patches have equal faces."""
    if len(pixels) > count:
        _, first = np.unique(value.astype(np.float32), return_index=True)
        pixels, value = pixels[first], value[first]
    if len(pixels) <= count:
        return pixels, value
    most = np.argpartition(value, -count)[-count:]
    return pixels[most], value[most]


def _balanced(dual: Floats, seen: Floats, towards: Floats) -> Floats:
    """The weights, corrected so that they pull towards the goal and nowhere else."""
    for _ in range(2):
        normal = seen.T @ (dual[:, None] * seen)
        missing = towards - dual @ seen
        dual = dual * np.maximum(0.0, 1 + seen @ np.linalg.lstsq(normal, missing)[0])
    return dual

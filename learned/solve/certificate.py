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
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from handconv.arrays import Floats, Integers
from handconv.bars import Progress, untold
from handconv.engine.threads import one_blas_thread
from learned.solve.directions import design_at, directions, split
from learned.solve.interior_point import Rows, balanced, minimise
from learned.solve.minimax import Solution, minimax
from learned.solve.predict import Samples, all_patches, bounds_at, common_kernel_shape

FAR = 1e6  # a tap farther than this from the centre is as good as unbounded
TIGHT = 1e-3  # the true extremes are at most this share nearer than those returned


class Certificate(NamedTuple):
    """Bounds on every tap; -inf and inf where the pictures set none."""

    lower: Floats  # (channels, M, N)
    upper: Floats
    constant: tuple[float, float]  # its lowest and highest value; as given, if it was not free


@one_blas_thread
def certificate(
    samples: Sequence[Samples],
    *,
    constant: tuple[float, float] = (0.0, 0.0),
    tolerance: float = 1e-6,
    centre: Solution | None = None,
    progress: Progress = untold,
) -> Certificate:
    """The lowest and highest value of each tap among all kernels that meet the bounds.

    All of these, and so the true one, lie inside. The box is at most a thousandth wider than that.

    Parameters
    ----------
    samples, constant : as for `minimax`
    tolerance : grey levels by which the bounds are widened, for the rounding errors of the
        arithmetic that made the after image
    centre : the answer of `minimax` for the same samples and constant, if known
    progress : is told how many ends of how many intervals are found

    Raises ``ValueError`` if no kernel meets the bounds.
    """
    shape = common_kernel_shape(samples)
    centre = centre or minimax(samples, constant=constant)
    if centre.violation >= tolerance:
        raise ValueError(
            f"bounds are met by no kernel of shape {shape}: the best violates them by "
            f"{centre.violation:.3g} grey levels. Raise the tolerance above that, or use a larger "
            f"kernel."
        )
    body = _Body(samples, centre, constant, tolerance)
    down, up = body.reach(progress)
    lower, lowest = split(body.centre - down, shape)
    upper, highest = split(body.centre + up, shape)
    return Certificate(lower, upper, (lowest, highest) if body.free else constant)


Weighted = tuple[Integers, Floats]  # the numbers of some pixels or faces, and a weight >= 0 of each
NOTHING: Weighted = np.zeros(0, np.int64), np.zeros(0)


@dataclass
class _Body:
    """The kernels that meet all bounds; the unknowns of ``faces`` are moves from the centre."""

    samples: Sequence[Samples]
    solution: Solution
    constant: tuple[float, float]
    tolerance: float

    def __post_init__(self) -> None:
        found = self.solution.constant
        self.free = self.constant[0] < self.constant[1]
        self.fixed = 0.0 if self.free else found
        self.whiten = directions(self.samples, self.free).whiten
        self.centre = np.append(self.solution.kernel, [found] if self.free else [])
        unknowns = len(self.centre)
        self.faces = Rows(np.zeros((0, unknowns)), np.zeros(0), np.zeros(0, np.int64))
        if self.free:
            below, above = np.abs(np.subtract(self.constant, found)) + self.tolerance
            axis = np.eye(unknowns)[-1:]
            self.faces = self.faces.add(np.array([-1]), axis, below[None], above[None])
        self._take_in(self._nearest(20 * unknowns + 200))

    def reach(self, progress: Progress) -> Floats:
        """How far the body reaches down and up from the centre along each unknown: (2, unknowns).

        Programs are solved with the faces at hand. The moves that they find are tried on every
        pixel, and the faces that they run through are added, until there are none.
        """
        unknowns = len(self.centre)
        goals = np.concatenate([-np.eye(unknowns), np.eye(unknowns)])
        moves, duals = np.zeros(goals.shape), [NOTHING] * len(goals)
        pending = list(range(len(goals)))
        for _ in range(20):
            seen = self.faces.matrix @ self.whiten
            with np.errstate(divide="ignore"):
                distance = self.faces.limit / np.linalg.norm(seen, axis=1)
            for done, goal in enumerate(pending, len(goals) - len(pending)):
                progress(done, len(goals))
                faces, weights = duals[goal]
                held_by = faces[weights > 1e-6 * weights.max(initial=0.0)]
                moves[goal], duals[goal] = self._farthest(goals[goal], seen, distance, held_by)
            pending, pixels = self._through(moves)
            if not pending:
                break
            self._take_in(pixels)
        progress(len(goals), len(goals))
        proven, rest = map(np.array, zip(*map(self._proof, goals, duals), strict=True))
        reach = np.full((2, unknowns), FAR)
        for _ in range(4):
            reach = np.minimum(proven + rest @ reach.max(axis=0), FAR).reshape(2, unknowns)
        return np.where(reach < 1e-2 * FAR, reach, np.inf)

    def _farthest(
        self, goal: Floats, seen: Floats, distance: Floats, held_by: Integers
    ) -> tuple[Floats, Weighted]:
        """The farthest move towards the goal that the faces allow, and the faces that stop it.

        ``seen`` are the faces in whitened coordinates, ``distance`` theirs from the centre.
        """
        room, pixel = self.faces.limit, self.faces.name // 2
        towards = self.whiten.T @ goal
        length = float(np.linalg.norm(towards))
        if length == 0:
            return np.zeros(len(goal)), (held_by, np.zeros(len(held_by)))
        count, start = 2 * len(towards) + 20, np.zeros(len(towards))
        unit = float(distance.min())  # a ball of this radius lies inside
        # both faces of a pixel, lest the first program has no end
        nearest = np.isin(pixel, pixel[np.argsort(distance)[:count]])
        faces = np.union1d(np.flatnonzero(nearest), held_by)
        while True:
            some, limit = seen[faces], room[faces] / unit
            best = minimise(-towards / length, some, limit, start, gap=TIGHT / 4, pull=1e-9)
            crossed = seen @ (unit * best.x) - (1 + TIGHT / 2) * room
            crossed[faces] = 0
            if crossed.max() <= 0 or len(faces) == len(seen):
                break
            most = np.argsort(-crossed)[:count]
            faces = np.append(faces, most[crossed[most] > 0])
        weights = length * balanced(best.dual, seen[faces], towards / length)
        return self.whiten @ (unit * best.x), (faces, weights)

    def _proof(self, goal: Floats, dual: Weighted) -> tuple[float, Floats]:
        """How far any move can go towards the goal, up to ``rest @ reach``."""
        faces, weights = self.faces.matrix[dual[0]], dual[1]
        rounding = 2 * np.finfo(np.float64).eps * len(weights) * (weights @ np.abs(faces))
        rest = np.abs(goal - weights @ faces) + rounding
        return float(weights @ self.faces.limit[dual[0]]) * (1 + 1e-12), rest

    def _nearest(self, count: int) -> Integers:
        """The pixels whose faces are nearest to the centre."""
        nearest = NOTHING
        for band, seen in self._bands():
            room = np.minimum(*self._rooms(band, seen))
            nearness = np.linalg.norm(seen @ self.whiten, axis=1) / room
            nearest = _largest(count, nearest, (band, nearness))
        return np.sort(nearest[0])

    def _through(self, moves: Floats) -> tuple[list[int], Integers]:
        """Which moves run through faces that are not yet here, and the pixels of those faces."""
        crossed, farthest = np.zeros(len(moves), np.bool_), NOTHING
        for band, seen in self._bands():
            below, above = self._rooms(band, seen)
            moved = seen @ moves.T
            # most pixels have more room than any move takes
            some = np.abs(moved).max(axis=1) > np.minimum(above, below)
            taken = np.maximum(moved[some] / above[some, None], -moved[some] / below[some, None])
            crossed |= taken.max(axis=0, initial=0.0) > 1 + TIGHT
            taken = taken.max(axis=1)
            through = taken > 1 + TIGHT
            crossings = band[some][through], taken[through]
            farthest = _largest(20 * len(self.centre), farthest, crossings)
        return np.flatnonzero(crossed).tolist(), np.sort(farthest[0])

    def _bands(self) -> Iterator[tuple[Integers, Floats]]:
        for band, seen in all_patches(self.samples):
            yield band, np.column_stack([seen, np.ones(len(seen))]) if self.free else seen

    def _rooms(self, pixels: Integers, seen: Floats) -> tuple[Floats, Floats]:
        """How far the prediction may fall and rise at these pixels."""
        lower, upper = bounds_at(self.samples, pixels)
        predicted = seen @ self.centre + self.fixed
        return predicted - lower + self.tolerance, upper - predicted + self.tolerance

    def _take_in(self, pixels: Integers) -> None:
        """Add the faces of these pixels, both sides."""
        seen = design_at(self.samples, pixels, self.free)
        self.faces = self.faces.add(pixels, seen, *self._rooms(pixels, seen))


def _largest(count: int, *parts: Weighted) -> Weighted:
    """The ``count`` largest weights, each weight once: equal patches have equal faces."""
    pixels, weights = (np.concatenate(part) for part in zip(*parts, strict=True))
    if len(pixels) > count:
        _, first = np.unique(weights.astype(np.float32), return_index=True)
        pixels, weights = pixels[first], weights[first]
    if len(pixels) > count:
        most = np.argpartition(weights, -count)[-count:]
        pixels, weights = pixels[most], weights[most]
    return pixels, weights

"""The finish after training: from a kernel that predicts well to the one that the bounds prove."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from handconv.arrays import Floats
from handconv.bars import Progress, untold
from learned.pairs import Target, bounds_of_stored
from learned.solve.certificate import Certificate, certificate
from learned.solve.fractions import LUCK, Rational, Simple, simplest
from learned.solve.minimax import Solution, minimax
from learned.solve.predict import Samples, predict, violation

MARGIN: dict[Target, tuple[float, float]] = {"uint8_floor": (-0.5, 0.5)}
"""A constant that helps an integer kernel from the lower end of truncated bounds to their middle;
it is no part of the filter."""

TOLERANCE: dict[Target, float] = {"uint8_floor": 1e-5}
"""Grey levels by which the arithmetic that made the after image may have left the bounds: the
tutorial's goes through float32, half a unit of which is 8e-6 at 255."""

FREE, NONE = (-np.inf, np.inf), (0.0, 0.0)  # constants

EXACT = 1e-6  # grey levels by which a prediction may miss what is stored, for rounding errors

LARGEST_CERTIFIED = 7 * 7 * 3  # taps; beyond that a certificate is made on request only


@dataclass(frozen=True)
class Finished:
    """What the bounds say about the kernel.

    Attributes
    ----------
    solution : the kernel that stays farthest inside the bounds, and how far
    bias : grey levels; 0 unless it was asked for
    feasible : whether a kernel of this shape meets the bounds
    exact_pixels : share of the after-pixels that kernel and bias, stored as the target is, give
        back
    certificate : what the bounds prove about each tap, or None
    rational : the simplest fractions that meet the bounds, or None
    """

    solution: Solution
    bias: float
    feasible: bool
    exact_pixels: float
    certificate: Certificate | None
    rational: Rational | None

    def entry(self) -> dict[str, Any]:
        """For metrics.json."""
        width, fractions = None, None
        if self.certificate is not None:
            widest = float((self.certificate.upper - self.certificate.lower).max())
            width = widest if np.isfinite(widest) else None
        if self.rational is not None:
            taps, denominator = self.rational
            numerator = (taps[0] if len(taps) == 1 else taps).tolist()
            fractions = {"numerator": numerator, "denominator": denominator}
        return {
            "bias": self.bias,
            "violation": self.solution.violation,
            "feasible": self.feasible,
            "exact_pixels": self.exact_pixels,
            "certificate_width": width,
            "rational": fractions,
        }


def finish(
    samples: Sequence[Samples],
    target: Target,
    start: Floats,
    bias: bool = False,
    certify: bool | None = None,
    progress: Progress = untold,
) -> Finished:
    """Find the kernel farthest inside the bounds, and what they prove about it.

    Parameters
    ----------
    samples : one for each photo
    target : what the after images are stored as
    start : (channels, M, N) the kernel that training found
    bias : whether a bias is learned as well
    certify : whether to make the certificate; None: for kernels of up to 7 × 7 taps
    progress : is told how much of the certificate is done
    """
    constant = FREE if bias else MARGIN.get(target, NONE)
    tolerance = TOLERANCE.get(target, 1e-6)
    solution = minimax(samples, constant=constant, start=start)
    feasible, found_bias = solution.violation < tolerance, solution.constant if bias else 0.0
    proof, simple = None, None
    if feasible and (start.size <= LARGEST_CERTIFIED if certify is None else certify):
        proof = certificate(
            samples, constant=constant, tolerance=tolerance, centre=solution, progress=progress
        )
    if feasible and bias:
        found_bias, constant = _whole(solution.constant, target)
        again = minimax(samples, constant=constant, start=solution.kernel)
        if again.violation < tolerance:
            solution = again
        else:
            found_bias, constant = solution.constant, FREE

    def is_luck(found: Simple) -> bool:
        if proof is None:
            return False
        denominator = found.rational.denominator
        room = np.minimum(1.0, (proof.upper - proof.lower) * denominator)
        return denominator * float(room.prod()) > LUCK  # of random taps in the certificate

    if feasible:
        simple = simplest(samples, solution.kernel, constant=constant, is_luck=is_luck)
    exact = _exact_pixels(samples, target, solution.kernel, found_bias)
    rational = simple and simple.rational
    return Finished(solution, found_bias, feasible, exact, proof, rational)


def _whole(constant: float, target: Target) -> tuple[float, tuple[float, float]]:
    """The whole bias that a constant stands for, and the constants that stand for it."""
    low, high = MARGIN.get(target, NONE)
    bias = float(np.floor(constant) if low < high else np.rint(constant))
    return bias, (bias + low, bias + high)


def _exact_pixels(samples: Sequence[Samples], target: Target, kernel: Floats, bias: float) -> float:
    """The share of pixels that are stored alike.

    Halves are: programs round them up, or to even numbers. Exact targets are up to rounding error.
    """
    same = count = 0
    for each in samples:
        count += each.lower.size
        if target == "uint8_floor":  # the same bounds mean the same stored value
            again, _ = bounds_of_stored(predict(each.image, kernel) + bias, target)
            same += int((again == each.lower).sum())
        else:
            same += int((violation(each, kernel, bias) <= EXACT).sum())
    return same / count


def least_squares(samples: Sequence[Samples]) -> Floats:
    """The kernel of a plain network: least squares against every pixel as it is stored.

    The stored value is taken to be the middle of the bounds, or for a clipped pixel, half a grey
    level from the end that it has.
    """
    return minimax([_as_stored(each) for each in samples]).kernel


def _as_stored(samples: Samples) -> Samples:
    width = samples.upper - samples.lower
    level = float(width.max(where=np.isfinite(width), initial=0.0))  # 1, or less for 16 bits
    lower = np.where(np.isfinite(samples.lower), samples.lower, samples.upper - level)
    upper = np.where(np.isfinite(samples.upper), samples.upper, samples.lower + level)
    middle = (lower + upper) / 2
    return Samples(samples.image, middle, middle)

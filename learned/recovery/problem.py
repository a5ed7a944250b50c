"""One window to fit: the kernel farthest inside all bounds, and how far others may be from it."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array

from handconv.arrays import Floats
from learned.filter import STORE, Filter, Storing
from learned.pairs import Pair, Rounding
from learned.recovery import thresholds
from learned.recovery.fit import Fit
from learned.solve.certificate import certificate
from learned.solve.fractions import Rational
from learned.solve.minimax import Solution, minimax
from learned.solve.predict import Samples, bands
from learned.window import Window

FREE = (-np.inf, np.inf)


class Problem:
    """What the ways have in common: samples, and the kernel farthest inside all bounds.

    Parameters
    ----------
    near : (channels, M, N) the kernel of least squares
    basis : (taps, fewer) orthonormal columns of which kernels are combinations, or None: see
        `symmetry`
    """

    def __init__(
        self, pairs: Sequence[Pair], window: Window, near: Floats, basis: csr_array | None = None
    ) -> None:
        self.pairs, self.window, self.near, self.basis = pairs, window, near, basis
        self.exact = step_of(pairs) == 0
        self.missed = np.inf  # grey levels, by the kernel farthest inside, once that is sought
        self.samples = [pair.samples(window.shape, window.anchor) for pair in pairs]

    @cached_property
    def centre(self) -> Solution | None:
        """The kernel farthest inside all bounds; None where no kernel meets them."""
        many = thresholds.UNDETERMINED if self.near.size > thresholds.MANY else 1
        if not self.exact and neighbourhoods(self.samples) <= many * self.near.size > 1:
            return None  # some of many taps would fit anything
        hopeless = np.inf if self.exact else thresholds.HOPELESS
        found = minimax(self.samples, constant=FREE, hopeless=hopeless, basis=self.basis)
        self.missed = found.violation
        self.tolerance = self.arithmetic(found.kernel, found.constant)
        if found.violation > self.tolerance and not self.exact:
            self.tolerance = between_passes(found.kernel)
        return found if found.violation <= self.tolerance else None

    @cached_property
    def errors(self) -> Floats:
        """How far the taps of any kernel that meets all bounds may be from the centre's."""
        assert self.centre is not None
        return proven_errors(self.samples, self.centre.kernel, self.tolerance)

    def arithmetic(self, kernel: Floats, bias: float = 0.0) -> float:
        """What the arithmetic of the program that made the after image may be off by."""
        brightest = max(float(np.abs(each.image).max()) for each in self.samples)
        return thresholds.ARITHMETIC * (float(np.abs(kernel).sum()) * brightest + abs(bias))

    def fit(
        self,
        kernel: Floats | Rational,
        biases: Sequence[float],
        tolerance: float,
        ways: Sequence[Storing] = ("nearest", "halves up", "floor"),
    ) -> Fit:
        """The answer, with the first bias and way of storing that reproduce the most pixels."""
        fraction = None
        if isinstance(kernel, Rational):
            fraction, kernel = Rational(kernel.numerator[None], kernel.denominator), kernel.kernel
        made = Filter(kernel[None], self.window, (0.0,), fraction=fraction)
        if self.exact:
            made = replace(made, bias=(float(biases[0]),))
            return Fit(made.trimmed(), self.window, ("exact",), tolerance, pairs=self.pairs)
        shares = self._shares(made, biases, ways)
        (bias, way), best = max(shares.items(), key=lambda each: each[1])
        made = replace(made, bias=(bias,), rounding=way)
        alike = [w for (b, w), share in shares.items() if (b, share) == (bias, best)]
        names: list[Rounding] = ["floor" if w == "floor" else "nearest" for w in alike]
        roundings = tuple(dict.fromkeys(names))
        return Fit(made.trimmed(), self.window, roundings, tolerance, pairs=self.pairs, share=best)

    def _shares(
        self, made: Filter, biases: Sequence[float], ways: Sequence[Storing]
    ) -> dict[tuple[float, Storing], float]:
        """Of the pixels, those that a filter with this bias and way of storing reproduces."""
        same = {(float(bias), way): 0 for bias in biases for way in ways}
        known = 0
        for each in self.samples:
            inside = slice(0, each.lower.shape[0]), slice(0, each.lower.shape[1])
            at_corner = replace(made, window=Window(0, 0, *self.window.shape))
            level = at_corner.predict(each.image, inside)[0]
            known += int((np.isfinite(each.lower) | np.isfinite(each.upper)).sum())
            for bias, way in same:
                stored = STORE[way](level + bias)
                same[bias, way] += int(((each.lower < stored) & (stored < each.upper)).sum())
        return {key: count / max(1, known) for key, count in same.items()}


def neighbourhoods(samples: Sequence[Samples]) -> int:
    """How many different ones the before pictures have: fewer than taps determine nothing."""
    kernel = np.random.default_rng(0).normal(size=samples[0].kernel_shape)
    kernel /= np.abs(kernel).sum()
    values = [np.unique(band.round(7)) for each in samples for _, band in bands(each.image, kernel)]
    return len(np.unique(np.concatenate(values)))


def proven_errors(samples: Sequence[Samples], kernel: Floats, tolerance: float) -> Floats:
    """How far the taps of any kernel that meets all bounds may be from these."""
    proven = certificate(samples, constant=FREE, tolerance=tolerance)
    return np.maximum(proven.upper - kernel, kernel - proven.lower)


def step_of(pairs: Sequence[Pair]) -> float:
    """The widest bounds that have two ends: 1 for rounded pictures, 0 for exact ones."""
    widths = (pair.upper - pair.lower for pair in pairs)
    return max(float(np.max(each, where=np.isfinite(each), initial=0.0)) for each in widths)


def between_passes(kernel: Floats) -> float:
    """Grey levels by which programs are off that keep 16 bits of 8 from one pass to the next."""
    return thresholds.BETWEEN_PASSES * float(np.abs(kernel).sum())

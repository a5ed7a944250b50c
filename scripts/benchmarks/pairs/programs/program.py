"""A program as a function from picture to picture, and the truth of what it does."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from benchmarks.pairs.probing import Run, probe, trimmed
from benchmarks.pairs.records import Truth
from handconv.arrays import Array, Floats

DEFINED = "its definition"
PROBED = "a bright pixel in floating point"
STORE: dict[str, Callable[[Floats], Array]] = {
    "nearest": lambda level: np.rint(level).clip(0, 255).astype(np.uint8),
    "floor": lambda level: np.floor(level).clip(0, 255).astype(np.uint8),
    "exact": lambda level: level,
}
"""How floats become the after picture."""


@dataclass(frozen=True)
class Program:
    """A function of a library that filters a picture.

    Attributes
    ----------
    library : its package on PyPI
    name : what was called, in a few words
    run : takes a picture and gives one
    border : see `Truth`
    stores : how its 8-bit results are rounded; None: it works in floating point, and its results
        are stored by `STORE`
    taps : odd-sided, by its definition; None: they are probed, for which ``run`` takes floats too
    bias : grey levels, by its definition
    channels : of the picture; 0: grey
    how : how the taps are known where they are given
    """

    library: str
    name: str
    run: Run
    border: str | None
    stores: str | None = None
    taps: Floats | None = None
    bias: float = 0.0
    channels: int = 0
    how: str = DEFINED

    @cached_property
    def truth(self) -> Truth:
        """What it does; the rounding is the one that it stores with itself."""
        if self.taps is not None:
            taps = trimmed(np.asarray(self.taps, dtype=np.float64))
            return Truth(taps, self.bias, self.border, self.stores, self.how)
        kernel, bias = probe(self.run, self.channels)
        return Truth(kernel, bias, self.border, self.stores, PROBED)

    def after(self, before: Array, storing: str) -> Array:
        """The picture that it makes; ``storing`` is for those that work in floating point."""
        if self.stores is not None:
            return np.asarray(self.run(before))
        result = np.asarray(self.run(before.astype(np.float64)), dtype=np.float64)
        return STORE[storing](result)


def some_taps(rows: int, columns: int, seed: int) -> Floats:
    """Taps of no simple shape, with sum 1 and most of it in the middle."""
    taps = np.random.default_rng(seed).uniform(-0.4, 1, (rows, columns))
    taps[rows // 2, columns // 2] += 2
    whole: Floats = taps / taps.sum()
    return whole

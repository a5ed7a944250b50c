"""A look that needs no table: nothing changed, a curve for each channel, curves and a matrix."""

from collections.abc import Callable
from dataclasses import dataclass

from handconv.arrays import Floats


@dataclass(frozen=True)
class SimpleLook:
    """A look in a sentence.

    Attributes
    ----------
    sentence : for a person, without a full stop
    exact_pixels : share of the pixels that it makes in all three channels
    table : from a size to the values (size, size, size, 3), 0 … 1, at its lattice points
    """

    sentence: str
    exact_pixels: float
    table: Callable[[int], Floats]


ENOUGH = 0.9995
"""Share of the pixels that a simple look makes: other looks come near to it by no accident."""

"""A filter of one out-channel, and what is known of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from handconv.arrays import Floats
from learned.filter import Filter
from learned.pairs import Pair, Rounding
from learned.recovery import thresholds
from learned.solve.predict import Samples
from learned.window import Window


@dataclass(frozen=True)
class Fit:
    """A filter of one out-channel, and what is known of it.

    Attributes
    ----------
    filter : kernel (1, in-channels, M, N)
    reach : the window that was fitted, with rims of zeros; pixels nearer to the border than its
        overhang were left out
    roundings : those that fit with this kernel and bias; none where pixels are not reproduced
    tolerance : grey levels by which pixels may be out of their bounds, for rounding errors
    errors : (in-channels, M, N) what the taps may be off by, where that is known
    rms : root mean square of what is left, grey levels
    pairs : those that it was fitted to
    share : of the pixels in the interior, those that are stored alike
    named : whether it is a kernel that one asks for by a few digits, as a Gaussian's sigma
    """

    filter: Filter
    reach: Window
    roundings: tuple[Rounding, ...] = ()
    tolerance: float = thresholds.ROUNDING_ERROR
    errors: Floats | None = None
    rms: float = 0.0
    pairs: Sequence[Pair] = ()
    share: float = 1.0
    named: bool = False

    @property
    def kernel(self) -> Floats:
        """(in-channels, M, N)"""
        kernel: Floats = self.filter.kernel[0]
        return kernel

    @property
    def window(self) -> Window:
        return self.filter.window

    @property
    def is_known(self) -> bool:
        """Whether the taps are known to the last digit."""
        return self.named or self.filter.fraction is not None or self.filter.rounding == "exact"

    @property
    def constant(self) -> float:
        """What is added to a sum before it is held against the bounds, grey levels."""
        return self.filter.bias[0] + self.filter.shift

    def samples(self, pair: Pair) -> Samples:
        """What the pair says of kernels in this window."""
        return pair.samples(self.window.shape, self.window.anchor)

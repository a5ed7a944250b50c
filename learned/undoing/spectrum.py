"""What a filter does to each frequency, and so whether it can be undone: told beforehand."""

from typing import NamedTuple

import numpy as np

from handconv.arrays import Floats
from learned.filter import Filter

SIDE = 256  # frequencies down and across, from minus to plus one half a cycle per pixel
LOST = 0.01
"""Share of the strongest gain below which rounding, made larger in return, drowns a frequency."""


class Spectrum(NamedTuple):
    """How strongly frequencies are kept."""

    gain: Floats  # (SIDE, SIDE): the weakest gain of any mix of channels; frequency 0 in the middle
    strongest: float
    mean: float  # the gain of frequency 0: of the mean

    @property
    def condition(self) -> float:
        """The strongest gain over the weakest: how much relative errors may grow."""
        weakest = float(self.gain.min())
        return self.strongest / weakest if weakest > 1e-12 * self.strongest else np.inf

    @property
    def lost(self) -> float:
        """The share of the frequencies that are lost."""
        return float((self.gain < LOST * self.strongest).mean())

    def sentences(self) -> list[str]:
        """What that means for taking the filter off again."""
        if self.strongest == 0:
            return ["The filter keeps nothing of the picture: it cannot be undone."]
        if self.lost == 0:
            return [f"It can be undone: condition number {self.condition:.3g}, no frequency lost."]
        condition = "infinite" if np.isinf(self.condition) else f"{self.condition:.3g}"
        share = f"{self.lost:.0%}" if self.lost >= LOST else f"{self.lost:.2%}"
        said = [
            f"It cannot be undone exactly: condition number {condition}, {share} of the "
            f"frequencies are weakened below {LOST:.0%} and lost. They are guessed."
        ]
        if self.mean < LOST * self.strongest:
            said.append("The mean brightness is lost too: only differences are found.")
        return said


def spectrum(made_by: Filter) -> Spectrum:
    """Gains of a kernel (M, N), or (out-channels, in-channels, M, N)."""
    kernel = made_by.kernel.reshape(-1, made_by.kernel.shape[-2] * made_by.kernel.shape[-1])
    rows, columns = made_by.kernel.shape[-2:]
    around = np.arange(SIDE) / SIDE - 0.5
    down = np.exp(2j * np.pi * np.outer(around, np.arange(rows)))
    across = np.exp(2j * np.pi * np.outer(np.arange(columns), around))
    waves = np.stack([down @ taps.reshape(rows, columns) @ across for taps in kernel])
    if made_by.kernel.ndim == 2:
        gains = np.abs(waves)
    else:
        mixes = waves.reshape(*made_by.kernel.shape[:2], SIDE, SIDE).transpose(2, 3, 0, 1)
        gains = np.linalg.svd(mixes, compute_uv=False).transpose(2, 0, 1)
        if made_by.kernel.shape[0] < made_by.kernel.shape[1]:  # fewer channels than before
            gains = np.concatenate([gains, np.zeros_like(gains[:1])])
    weakest = gains.min(axis=0)
    middle = SIDE // 2
    return Spectrum(weakest, float(gains.max()), float(weakest[middle, middle]))

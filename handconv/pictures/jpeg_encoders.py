"""How encoders of JPEG round a coefficient to a multiple of its step: not all alike."""

from typing import NamedTuple

import numpy as np

from handconv.arrays import Floats, Integers


class Encoder(NamedTuple):
    """From where on a coefficient is rounded up: ``half`` of a step, less ``early`` grey levels.

    The mean of a block, its first coefficient, is always rounded at a half.
    """

    name: str
    half: float
    early: float

    def ups(self, steps: Floats) -> Floats:
        """(8, 8) grey levels above a multiple from which the next one is stored."""
        ups = self.half * steps
        ups[0, 0] = 0.5 * steps[0, 0]
        return ups - self.early

    def numbers(self, coefficients: Floats, steps: Floats) -> Floats:
        """The multiples that are stored of (…, 8, 8) coefficients."""
        size = np.floor((np.abs(coefficients) + steps - self.ups(steps)) / steps)
        return np.asarray(np.sign(coefficients) * size)

    def bounds(self, numbers: Integers, steps: Floats) -> tuple[Floats, Floats]:
        """The lowest and highest coefficient that is stored as (…, 8, 8) numbers."""
        ups = self.ups(steps)
        size = np.abs(numbers) * steps
        nearer, farther = size + ups - steps, size + ups
        lower = np.where(numbers > 0, nearer, -farther)
        upper = np.where(numbers < 0, -nearer, farther)
        return lower, upper


ENCODERS = (
    # coefficients are whole eighths of a grey level before they are divided, and were rounded to
    # those (jfdctint.c and jcdctmgr.c of libjpeg)
    Encoder("libjpeg", 0.5, 1 / 16),
    Encoder("libjpeg with floating point", 0.5, 0.0),  # ImageMagick's
    Encoder("FFmpeg", 5 / 8, 0.0),  # intra_quant_bias of 3/8 in mpegvideo_enc.c
)

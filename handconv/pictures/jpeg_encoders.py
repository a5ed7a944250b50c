"""How encoders of JPEG round a coefficient to a multiple of its step: not all alike."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from handconv.arrays import Array, Floats, Integers
from handconv.pictures.jpeg import GREY, SIDE, blocks, transform


@dataclass(frozen=True)
class Encoder:
    """From where on a coefficient is rounded up: ``half`` of a step, less ``early`` grey levels.

    The mean of a block, its first coefficient, is always rounded at a half.
    """

    name: str
    half: float = 0.5
    early: float = 0.0

    def coefficients(self, plane: Array) -> Floats:
        """(block rows, block columns, 8, 8) of grey levels, as the encoder computes them."""
        return transform(plane.astype(np.float64) - GREY)

    def steps(self, steps: Floats) -> Floats:
        """(8, 8) what it divides by."""
        return steps

    def numbers(self, coefficients: Floats, steps: Floats) -> Floats:
        """The multiples that are stored of (…, 8, 8) coefficients."""
        steps = self.steps(steps)
        size = np.floor((np.abs(coefficients) + steps - self._ups(steps)) / steps)
        return np.asarray(np.sign(coefficients) * size)

    def bounds(self, numbers: Integers, places: Integers, steps: Floats) -> tuple[Floats, Floats]:
        """The lowest and highest exact coefficient that is stored as such a number.

        ``places`` from 0 to 63 are those of the numbers in their blocks, row by row.
        """
        steps = self.steps(steps)
        farther = np.abs(numbers) * steps.ravel()[places] + self._ups(steps).ravel()[places]
        nearer = farther - steps.ravel()[places]
        lower = np.where(numbers > 0, nearer, -farther)
        upper = np.where(numbers < 0, -nearer, farther)
        return lower, upper

    def _ups(self, steps: Floats) -> Floats:
        """(8, 8) grey levels above a multiple from which the next one is stored."""
        ups = self.half * steps
        ups[0, 0] = 0.5 * steps[0, 0]
        return ups - self.early


class Fast(Encoder):
    """libjpeg's fast transform, in whole numbers of few bits (jfdctfst.c and jcdctmgr.c).

    After Arai, Agui and Nakajima (Transactions of the IEICE E71, 1988), which leaves a factor for
    each coefficient to the division: what it divides by are whole numbers, so no step is quite
    what the file says.
    """

    def coefficients(self, plane: Array) -> Floats:
        return _fast(blocks(plane.astype(np.int64) - GREY)) / (8 * _factors())

    def steps(self, steps: Floats) -> Floats:
        scaled = np.rint(_factors() * 2**14) * steps
        return np.asarray(np.floor(scaled / 2**11 + 0.5) / (8 * _factors()))

    def bounds(self, numbers: Integers, places: Integers, steps: Floats) -> tuple[Floats, Floats]:
        gain, offset = (each.ravel()[places] for each in _fast_errors())
        lower, upper = super().bounds(numbers, places, steps)
        return (lower - offset) / gain, (upper - offset) / gain


@cache
def _factors() -> Floats:
    """(8, 8) by which coefficients of the fast transform are too large, but for 8."""
    line = np.sqrt(2) * np.cos(np.arange(SIDE) * np.pi / 16)
    line[0] = 1
    return np.outer(line, line)


def _fast(pixels: Integers) -> Integers:
    """(…, 8, 8) transformed along rows, then along columns."""
    for _ in range(2):
        pixels = _fast_lines(pixels).swapaxes(-1, -2)
    return pixels


def _fast_lines(lines: Integers) -> Integers:
    x = np.moveaxis(lines, -1, 0)
    sums, differences = x[:4] + x[:3:-1], x[:4] - x[:3:-1]
    out = np.empty_like(x)
    inner, outer = sums[1] + sums[2], sums[0] + sums[3]
    out[0], out[4] = outer + inner, outer - inner
    rest = sums[0] - sums[3]
    turned = _times(sums[1] - sums[2] + rest, 181)
    out[2], out[6] = rest + turned, rest - turned
    first, middle, last = (differences[i] + differences[i - 1] for i in (3, 2, 1))
    both = _times(first - last, 98)
    low, high, mid = _times(first, 139) + both, _times(last, 334) + both, _times(middle, 181)
    above, below = differences[0] + mid, differences[0] - mid
    out[5], out[3], out[1], out[7] = below + low, below - low, above + high, above - high
    return np.moveaxis(out, 0, -1)


def _times(numbers: Integers, parts: int) -> Integers:
    """Times so many 256ths, rounded down."""
    return np.asarray((numbers * parts) >> 8)


@cache
def _fast_errors() -> tuple[Floats, Floats]:
    """(8, 8) factors and grey levels by which the fast coefficients are off on average."""
    pixels = np.random.default_rng(0).integers(-GREY, GREY, (4096, SIDE, SIDE))
    exact = transform(pixels.reshape(-1, SIDE).astype(np.float64))[:, 0]
    fast = _fast(pixels) / (8 * _factors())
    gain = (exact * fast).mean(axis=0) / (exact**2).mean(axis=0)
    return gain, (fast - gain * exact).mean(axis=0)


ENCODERS: tuple[Encoder, ...] = (
    # coefficients are whole eighths of a grey level before they are divided, and were rounded to
    # those (jfdctint.c and jcdctmgr.c)
    Encoder("libjpeg", early=1 / 16),
    Fast("libjpeg's fast transform"),  # ImageMagick's up to quality 90
    Encoder("FFmpeg", 5 / 8),  # intra_quant_bias of 3/8 in mpegvideo_enc.c
)

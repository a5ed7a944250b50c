"""What a program does, seen from what it makes of a single bright pixel."""

from collections.abc import Callable

import numpy as np

from handconv.arrays import Array, Floats

Run = Callable[[Array], Array]
ROOM = 65  # pixels a side: wide enough for the largest kernel
NOTHING = 1e-7  # of the largest tap: what rounding errors in float32 leave where there is no tap
BRIGHTER = (
    64.0  # by so many grey levels is one pixel: a power of two, which float32 divides by exactly
)
OTHER = 96.0  # the grey that it is tried on again


class NotLinear(ValueError):
    """The program does not answer to a bright pixel as a filter does."""


def probe(run: Run, channels: int = 0) -> tuple[Floats, float]:
    """Taps (M, N) with odd sides around the middle, and bias, of a program that takes floats.

    With ``channels``, the taps are (out-channels, in-channels, M, N). One pixel of a grey picture
    is made brighter: what it changes, per grey level, is the kernel turned by 180°. Raises
    `NotLinear` where it changes other pixels in another way elsewhere, or on another grey.
    """
    shape = (ROOM, ROOM, channels) if channels else (ROOM, ROOM)
    black = np.zeros(shape)
    middles = [(ROOM // 2, ROOM // 2, channel)[: len(shape)] for channel in range(channels or 1)]
    columns = [_response(run, black, where) for where in middles]
    kernel = np.stack(columns, axis=1)[:, :, ::-1, ::-1]
    scale = np.abs(kernel).max()
    if scale == 0:
        raise NotLinear("a bright pixel changes nothing.")
    kernel = np.where(np.abs(kernel) > NOTHING * scale, kernel, 0.0)
    _check(run, black + OTHER, kernel)
    bias = float(_planes(run(black))[0, ROOM // 2, ROOM // 2])
    return trimmed(kernel if channels else kernel[0, 0]), bias


def _planes(after: Array) -> Floats:
    """As (out-channels, rows, columns)."""
    planes = np.asarray(after, dtype=np.float64)
    return planes[None] if planes.ndim == 2 else planes.transpose(2, 0, 1)


def _response(run: Run, grey: Floats, where: tuple[int, ...]) -> Floats:
    """What one brighter pixel changes, per grey level."""
    bright = grey.copy()
    bright[where] += BRIGHTER
    return (_planes(run(bright)) - _planes(run(grey))) / BRIGHTER


def _check(run: Run, grey: Floats, kernel: Floats) -> None:
    """Whether a brighter pixel elsewhere, on another grey, changes the same."""
    aside = (ROOM // 2 + 3, ROOM // 2 - 2, 0)
    again = _response(run, grey, aside[: grey.ndim])[:, ::-1, ::-1]
    moved = np.roll(again, (3, -2), axis=(1, 2))
    if not np.allclose(moved, kernel[:, 0], rtol=0, atol=1e-5 * np.abs(kernel).max()):
        raise NotLinear("a bright pixel elsewhere is not answered in the same way.")


def trimmed(kernel: Floats) -> Floats:
    """Without zeros around it, as far as both sides stay odd and the middle stays the middle."""
    used = np.argwhere(np.any(kernel != 0, axis=tuple(range(kernel.ndim - 2))))
    middle = np.array(kernel.shape[-2:]) // 2
    rows, columns = np.abs(used - middle).max(axis=0).tolist()
    return np.ascontiguousarray(
        kernel[
            ...,
            middle[0] - rows : middle[0] + rows + 1,
            middle[1] - columns : middle[1] + columns + 1,
        ]
    )


def steps(run: Run, taps: int, of: int = 256) -> Floats:
    """One row of taps that are whole multiples of 1/``of``, of a program that takes 8 bits only.

    A white pixel on black gives each tap to within half a grey level: less than half of a step.
    """
    line = np.zeros((9, ROOM), np.uint8)
    line[:, ROOM // 2] = 255
    answer = run(line)[4, ROOM // 2 - taps // 2 : ROOM // 2 + taps // 2 + 1][::-1]
    return np.rint(answer.astype(np.float64) * (of / 255)) / of

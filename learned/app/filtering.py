"""What the Filter tab was asked for, and what comes of it."""

import time
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from handconv import Border, convolve, correlate, explain
from handconv.arrays import Array, Floats
from handconv.kernels import as_kernel, named
from handconv.pictures.show import Bytes, to_uint8, to_uint8_floor, to_uint8_stretched
from handconv.pictures.sidebyside import by_opencv
from handconv.worked import Worked, worked
from learned.app.photos import grey_levels

if TYPE_CHECKING:
    from learned.pairs import Operation

Stored = Literal["rounded", "truncated", "stretched"]
STORED: dict[Stored, Callable[[Array], Bytes]] = {
    "rounded": to_uint8,
    "truncated": to_uint8_floor,
    "stretched": to_uint8_stretched,
}
"""How sums become a picture; see `handconv.pictures.show`."""

OWN = "your own"
PATIENCE = 0.03  # seconds; what took longer is timed once, not three times


class Request(NamedTuple):
    """The state of the tab."""

    source: str
    colour: bool
    kernel: str  # as `named` takes it, or OWN
    taps: tuple[tuple[float, ...], ...]  # of OWN
    border: Border
    operation: "Operation"
    stored: Stored
    row: int
    column: int


class Filtered(NamedTuple):
    """The answer."""

    before: Bytes
    after: Bytes  # (rows, columns) or (rows, columns, 3), as the photo
    kernel: Floats
    plan: str
    seconds: float
    seconds_opencv: float
    examples: list[tuple[str, Worked]]  # name of the channel, if there are several
    values: Array  # of the pixel chosen, as it is shown


@lru_cache(maxsize=8)
def filtered(asked: Request) -> Filtered:
    """Filter the photo; raises ``ValueError`` for whatever of it cannot be."""
    photo = grey_levels(asked.source, asked.colour)
    kernel = taps_of(asked)
    by_hand = correlate if asked.operation == "correlation" else convolve
    by_hand(photo, kernel, asked.border)  # untimed: a new number of taps is compiled first
    sums, seconds = _timed(lambda: by_hand(photo, kernel, asked.border))
    laid = kernel if asked.operation == "correlation" else kernel[::-1, ::-1]
    _, opencv = _timed(lambda: by_opencv(photo, laid, asked.border))
    after = STORED[asked.stored](sums)
    return Filtered(
        *(to_uint8(photo), after, kernel, explain(kernel, photo), seconds, opencv),
        examples=_examples(photo, laid, asked),
        values=after[asked.row, asked.column],
    )


def taps_of(asked: Request) -> Floats:
    """The kernel as it is written; raises ``ValueError`` for one without a centre."""
    if asked.kernel == OWN:
        return as_kernel(asked.taps)
    return named(asked.kernel)


def _examples(photo: NDArray[np.float32], laid: Floats, asked: Request) -> list[tuple[str, Worked]]:
    planes = photo[..., None] if photo.ndim == 2 else photo
    names = [""] if photo.ndim == 2 else ["red", "green", "blue"]
    return [
        (name, worked(planes[..., channel], laid, asked.row, asked.column, asked.border))
        for channel, name in enumerate(names)
    ]


def _timed(call: Callable[[], Array]) -> tuple[Array, float]:
    """The result, and the shortest time of a few calls, in seconds."""
    times: list[float] = []
    while len(times) < 3 and sum(times) < PATIENCE:
        start = time.perf_counter()
        result = call()
        times.append(time.perf_counter() - start)
    return result, min(times)

"""Which way to filter: everything that would do, what it would cost, and the cheapest of them."""

import math
from typing import Any, Literal, NamedTuple

import numpy as np

from handconv.arrays import Floats

Method = Literal["few taps", "lines", "sparse", "dense", "separable", "box", "fft"]
Term = tuple[tuple[float, ...], tuple[float, ...]]  # weights of a column, weights of a row

FEW = 9  # taps in one expression; with more the processor runs out of registers
WRITTEN_OUT = ((3, 3), (5, 5), (7, 7))
LINE = 1 << 15  # numbers in a row of an image, of which two are kept at hand
WORTH_COMPILING = 1 << 16  # numbers: each pattern of few taps takes its own second of compiling


class Plan(NamedTuple):
    """One way to filter, and what speaks for it."""

    method: Method
    reason: str
    cost: float  # nanoseconds of one core for each number of the image, roughly
    work: np.dtype[Any]  # what is summed in
    whole: bool = False  # every sum is a whole number, which the result must be too
    terms: tuple[Term, ...] = ()  # kernel = sum of outer(column, row); of "separable", "lines"
    tile: tuple[int, int] = (0, 0)  # rows, columns of one transform; of "fft"


READ_IN_PLACE = (np.bool_, np.uint8, np.uint16, np.int16, np.float32, np.float64)


class Job(NamedTuple):
    """What a plan depends on, besides the kernel."""

    shape: tuple[int, int, int, int]  # images, rows, columns, channels
    dtype: np.dtype[Any]
    contiguous: bool  # the images, and the output

    @property
    def in_place(self) -> bool:
        """The compiled loops can read the images where they lie."""
        return self.contiguous and self.dtype in READ_IN_PLACE


def choose(kernel: Floats, job: Job) -> Plan:
    """The cheapest of `candidates`."""
    return min(candidates(kernel, job), key=lambda plan: plan.cost)


def candidates(kernel: Floats, job: Job) -> list[Plan]:
    """Every way that is exact enough for this kernel and image.

    The costs were measured on one core with 512-bit vectors. They need not be right elsewhere,
    only in the right order.
    """
    rows, columns = kernel.shape
    taps = int(np.count_nonzero(kernel))
    whole = _is_whole(kernel) and job.dtype.kind in "biu"
    work = _work_type(kernel, job.dtype, whole)
    plans = []

    def offer(method: Method, cost: float, reason: str, terms: tuple[Term, ...] = ()) -> None:
        slow = 2 if work == np.float64 else 1  # a vector holds half as many
        plans.append(Plan(method, reason, slow * cost, work, whole, terms))

    worth_compiling = job.in_place and math.prod(job.shape) >= WORTH_COMPILING
    written_out = is_written_out(kernel) and work == np.float32
    if (1 <= taps <= FEW or written_out) and worth_compiling:
        reason = f"{_taps(taps)} in one expression, read where the pixels lie"
        offer("few taps", 0.09 + 0.012 * taps, reason)

    reason = f"{taps} of {kernel.size} taps are not zero, added four at a time"
    offer("sparse", 0.2 + 0.024 * (taps + -taps % 4), reason)

    reason = f"all {_taps(kernel.size)}, each row of pixels serving two rows of the output"
    offer("dense", 0.25 + 0.015 * kernel.size, reason)

    if taps == kernel.size and np.ptp(kernel) == 0:
        reason = "all taps are equal, so sums of sums do, nearly the same work for any size"
        offer("box", 0.2 + 0.07 * math.log2(columns + 1), reason)

    terms = _factor(kernel, float(np.finfo(work).eps))
    if terms:
        passes = len(terms) * (rows + columns)
        reason = f"rank {len(terms)}: {_taps(passes)} along and down do the work of {kernel.size}"
        offer("separable", 0.15 + 0.035 * passes, reason, terms)
        line = math.prod(job.shape[2:])
        if len(terms) == 1 and max(rows, columns) <= FEW and line <= LINE and worth_compiling:
            reason = f"{_taps(rows)} down, then {columns} along, each in one expression"
            offer("lines", 0.08 + 0.016 * passes, reason, terms)

    plans.append(_fft_plan(kernel, job, whole))
    return plans


def is_written_out(kernel: Floats) -> bool:
    """Whether all products of a row and the next are written out, each pixel loaded once for both.

    Odd squares only, as every shape takes its own second of compiling.
    """
    return kernel.shape in WRITTEN_OUT and bool(kernel.all())


def _taps(number: int) -> str:
    return "1 tap" if number == 1 else f"{number} taps"


def _work_type(kernel: Floats, dtype: np.dtype[Any], whole: bool) -> np.dtype[Any]:
    """float32, unless the pixels or the sums of whole numbers need more than its 24 bits."""
    if dtype.itemsize == 8 or (dtype.kind in "iu" and dtype.itemsize == 4):
        return np.dtype(np.float64)
    if whole and largest_sum(kernel, dtype) >= 2**24:
        return np.dtype(np.float64)
    return np.dtype(np.float32)


def largest_sum(kernel: Floats, dtype: np.dtype[Any]) -> float:
    """What no sum over pixels of bools or integers exceeds; infinite where it overflows."""
    most = 1
    if dtype.kind != "b":
        info = np.iinfo(dtype)
        most = max(-int(info.min), int(info.max))
    with np.errstate(over="ignore"):
        return float(np.abs(kernel).sum()) * most


def _is_whole(kernel: Floats) -> bool:
    return bool((kernel == np.rint(kernel)).all())


def _factor(kernel: Floats, eps: float) -> tuple[Term, ...]:
    """The kernel as one or two outer products, or () where that is not exact enough.

    Each term takes the row and the column through the largest tap that is left (a cross): zeros
    stay zeros, and a whole kernel of rank one gets whole factors. Two terms are refused where
    they would cancel, and for whole kernels, whose results must stay whole.
    """
    if np.abs(kernel).max() > 1e150:  # products of taps overflow
        return ()
    total = np.abs(kernel).sum()
    rest, terms, size = kernel.copy(), [], 0.0
    for _ in range(2):
        i, j = np.unravel_index(np.abs(rest).argmax(), rest.shape)
        if rest[i, j] == 0:
            break
        column, row = rest[:, j].copy(), rest[i] / rest[i, j]
        if _is_whole(rest) and np.abs(rest).max() < 2**53:
            divisor = np.gcd.reduce(np.abs(rest[i]).astype(np.int64))
            row = rest[i] / divisor
            column = rest[:, j] / row[j]
        terms.append((tuple(column.tolist()), tuple(row.tolist())))
        rest = rest - np.outer(column, row)
        size += np.abs(column).sum() * np.abs(row).sum()
        if np.abs(rest).sum() <= eps / 4 * total:
            exact = size <= 2 * total and (len(terms) == 1 or not _is_whole(kernel))
            return tuple(terms) if exact else ()
    return ()


def _fft_plan(kernel: Floats, job: Job, whole: bool) -> Plan:
    """Tiles of about 512 x 512, or of the whole image where that is smaller, in float64."""
    from scipy.fft import next_fast_len

    sides, useful = [], 1.0
    for length, taps in zip(job.shape[1:3], kernel.shape, strict=True):
        parts = -(-length // max(512 - taps + 1, 3 * taps))
        sides.append(next_fast_len(-(-length // parts) + taps - 1, real=True))
        useful *= length / parts
    area = math.prod(sides)
    cost = 0.48 * area * math.log2(area) / useful
    reason = f"transforms of {sides[0]} x {sides[1]}, the same work for any kernel"
    return Plan("fft", reason, cost, np.dtype(np.float64), whole, tile=(sides[0], sides[1]))

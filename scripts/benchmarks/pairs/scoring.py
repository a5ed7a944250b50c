"""What an answer is worth, and sums over many."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from benchmarks.pairs.records import Answer, Pair, Truth
from handconv import correlate
from handconv.arrays import Array, Floats
from handconv.borders import BORDERS
from learned.window import Window

NEAR = (1e-6, 1e-3, 1e-2)  # of the largest true tap
WRONG = 1e-2  # of the largest true tap: a kernel that is farther off, and said to be right
ALIKE = 0.5  # grey levels: borders whose rims differ by less are one border
BIAS = 1.0  # grey levels


@dataclass(frozen=True)
class Score:
    """One answer held against the truth. None: the question was not asked, or not answered.

    Attributes
    ----------
    pair, contestant, split : whose and of what
    error : the largest difference of a tap over the largest true tap, the taps lying where the
        anchors say; inf where there was no answer, None where there is no true kernel
    holds : whether each tap is as near as the contestant said
    bias, border, rounding : whether they are right; False where they were not told
    verdict : whether linear, not linear or undetermined was told rightly; None if not told
    false_claim : said to be linear, and it is not; or the kernel is `WRONG`, and by more than said
    failed : why there was no answer
    seconds : of processor time; megabytes : at most in memory
    """

    pair: str
    contestant: str
    split: str
    error: float | None
    holds: bool | None = None
    bias: bool | None = None
    border: bool | None = None
    rounding: bool | None = None
    verdict: bool | None = None
    false_claim: bool = False
    failed: str | None = None
    seconds: float | None = None
    megabytes: float | None = None


def score(pair: Pair, answer: Answer) -> Score:
    """One answer, without who gave it and how long it took."""
    expected = {"not linear": "not linear", "undetermined": "undetermined"}.get(
        pair.split, "linear"
    )
    verdict = None if answer.verdict is None else answer.verdict == expected
    claimed, truth = answer.verdict == "linear", pair.truth
    if truth is None:
        return Score(pair.name, "", pair.split, None, verdict=verdict, false_claim=claimed)
    off, largest = differences(truth, answer)
    error = float(np.abs(off).max() / largest)
    holds = None if answer.error is None else within(truth, answer, off, largest)
    return Score(
        *(pair.name, "", pair.split, error, holds),
        bias=answer.bias is not None and abs(answer.bias - truth.bias) <= BIAS,
        border=_border(pair.before, truth, answer),
        rounding=None if truth.rounding is None else truth.rounding in (answer.roundings or ()),
        verdict=verdict,
        false_claim=claimed and not error <= WRONG and not holds,
    )


def _channels(kernel: Floats, like: Floats) -> Floats:
    """(out-channels, in-channels, M, N); of (M, N), each channel alike and on its own."""
    if kernel.ndim == 4:
        return kernel
    outs, ins = like.shape[:2] if like.ndim == 4 else (1, 1)
    return np.eye(outs, ins)[..., None, None] * kernel


def _windows(truth: Truth, answer: Answer) -> tuple[Window, Window, Window]:
    """Where the true taps lie, the answer's, and both."""
    rows, columns = truth.kernel.shape[-2:]
    true = Window.centred(rows, columns)
    rows, columns = answer.kernel.shape[-2:]
    row, column = answer.anchor or (rows // 2, columns // 2)
    found = Window(-row, -column, rows, columns)
    return true, found, true.union(found)


def differences(truth: Truth, answer: Answer) -> tuple[Floats, float]:
    """Answer less truth, tap by tap, in a window that holds both; and the largest true tap.

    A tap where the other has none is held against zero. All is inf where the channels of the
    answer are other ones, or its taps no numbers.
    """
    true, found, both = _windows(truth, answer)
    expected = _channels(truth.kernel, answer.kernel)
    given = _channels(answer.kernel, truth.kernel)
    largest = float(np.abs(truth.kernel).max())
    if expected.shape[:2] != given.shape[:2] or not np.isfinite(given).all():
        return np.full((1, 1, *both.shape), np.inf), largest
    return found.enlarge(given, both) - true.enlarge(expected, both), largest


def within(truth: Truth, answer: Answer, off: Floats, largest: float) -> bool:
    """Whether every tap is as near as said; where nothing was said, it is zero."""
    _, found, both = _windows(truth, answer)
    assert answer.error is not None
    said = found.enlarge(_channels(answer.error, truth.kernel), both)
    return bool(off.shape == said.shape and (np.abs(off) <= said + 1e-6 * largest).all())


def _border(before: Array, truth: Truth, answer: Answer) -> bool | None:
    """Whether the true border is among those named, and the others named do the same here."""
    if truth.border is None:
        return None
    named = answer.borders or ()
    if truth.border not in BORDERS:
        return truth.border in named
    planes = [before] if before.ndim == 2 else list(before.transpose(2, 0, 1))
    kernel = truth.kernel if truth.kernel.ndim == 2 else truth.kernel.sum(axis=(0, 1))
    plane = planes[0].astype(np.float64)
    right = correlate(plane, kernel, border=truth.border)
    return bool(named) and all(
        each in BORDERS and np.abs(correlate(plane, kernel, border=each) - right).max() <= ALIKE
        for each in named
    )


def share(scores: Sequence[Score], near: float) -> int:
    """How many are within ``near``."""
    return sum(each.error is not None and each.error <= near for each in scores)


def right(scores: Sequence[Score], question: str) -> tuple[int, int]:
    """How many answers to ``question`` are right, of how many that were asked (or, of verdict and
    holds, that were told)."""
    told = [getattr(each, question) for each in scores]
    asked = [each for each in told if each is not None]
    return sum(asked), len(asked)


def typical(numbers: Sequence[float | None]) -> tuple[float, float] | None:
    """Median and most of those that are known."""
    known = [each for each in numbers if each is not None]
    return (median(known), max(known)) if known else None

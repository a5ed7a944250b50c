"""`learned.recover`: told nothing but the pictures, and the JPEG file where there is one."""

import numpy as np

from benchmarks.pairs.records import Answer, Question
from handconv.pictures.jpeg import stored_in
from learned.recovery import thresholds
from learned.recovery.recover import recover

NEEDS = ("learned",)


def find(question: Question) -> Answer:
    jpegs = [] if question.file is None else [stored_in(question.file)]
    found = recover(question.before, question.after, jpegs=jpegs)
    rim = found.filter.rim
    outside = [] if rim is None else [rim.kind]
    error = found.errors
    if error is not None and not found.rounding:  # standard errors, not proven bounds
        error = thresholds.STANDARD_ERRORS * error
    return Answer(
        kernel=found.kernel,
        anchor=found.anchor,
        bias=float(np.mean(found.bias)),
        borders=tuple(found.border or outside),
        roundings=tuple(found.rounding),
        error=error,
        verdict=found.verdict,
    )

"""From evidence to one answer: the simplest filter that is exact, or else the best there is."""

from collections.abc import Callable

from learned.recovery.answer import Answer
from learned.recovery.evidence import Evidence, readings
from learned.recovery.exact import all_fit, exact_answer
from learned.recovery.inexact import inexact_answer
from learned.recovery.layout import groups_of, layouts, limited
from learned.recovery.window import Window


def answer(
    seen: list[Evidence], limit: Window, fixed: bool, progress: Callable[[str], None]
) -> tuple[list[Evidence], Answer]:
    """The best that can be said of the filter of all these pictures, and how they were read."""
    for reading in readings(seen):
        for layout in layouts(reading[0]):
            progress(f"exact kernel, {layout}")
            groups = groups_of(reading, layout)
            fits = all_fit(groups, limited(limit, layout), fixed)
            if fits is not None:
                return reading, exact_answer(reading, groups, layout, fits)
    progress("best kernel")
    return seen, inexact_answer(seen, limit, fixed, progress)

"""Changes of the channels of a colour space: by curves, or of the brightness by a filter."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from learned.recovery import thresholds
from learned.recovery.explanations import colour_around, colour_pointwise
from learned.recovery.explanations.colour_samples import take_sample
from learned.recovery.explanations.explanation import Explanation
from learned.recovery.reading import Reading

RGB = 3


def explain(seen: Reading) -> Iterator[Explanation]:
    """Of each family the best one, if it makes enough of a sample of the pixels."""
    before, after = seen.before, seen.after
    if {len(before), len(after)} != {RGB} or before.dtype != np.uint8 or after.dtype != np.uint8:
        return
    if before.shape[1:] != after.shape[1:]:
        return
    found = list(colour_pointwise.explain(seen, take_sample(seen)))
    for each in found or colour_around.explain(seen):
        yield replace(each, least=thresholds.COLOUR_LEAST)

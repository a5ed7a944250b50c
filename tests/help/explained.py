"""Help for the tests of explanations: explain a pair, and hold the claims against the code."""

import numpy as np

from learned.recovery.explanations.explain import explain_all
from learned.recovery.reading import read_all


def explain(before, after, by_kernel=0.0):
    """All explanations of a pair, best first; the code of each was run and counted."""
    seen = read_all([before], [after], crop=False)
    found = explain_all(seen, None, by_kernel, lambda step: None)
    shares = [each.exact_pixels for each in found]
    assert shares == sorted(shares, reverse=True)
    for each in found:
        names = {"before": before}
        exec(each.code(seen[0]), names)
        ours = names["after"]
        assert (ours.dtype, ours.shape) == (after.dtype, after.shape)
        assert np.mean(ours == after) == each.exact_pixels, each.sentence
    return found


def best(before, after):
    """The best explanation."""
    return explain(before, after)[0]

"""Which channels of the before picture make which channel of the after picture."""

from collections.abc import Iterator, Sequence
from typing import Literal

from learned.pairs import Pair
from learned.recovery.evidence import Evidence
from learned.recovery.window import Window

Layout = Literal["pooled", "separate", "mixed"]
"""One kernel for all channels, one for each, or one from every channel to every channel."""

MIXED_SIZE = 15  # taps a side of kernels between channels


def layouts(evidence: Evidence) -> Iterator[Layout]:
    """From simple to general."""
    incoming, outgoing = len(evidence.before), len(evidence.after)
    if incoming == outgoing:
        yield "pooled"
        if incoming > 1:
            yield "separate"
    if max(incoming, outgoing) > 1:
        yield "mixed"


def channels(evidence: Evidence, layout: Layout) -> list[Pair]:
    """One pair for each out-channel, with the in-channels that it may be made of."""
    if layout == "mixed":
        return evidence.pairs
    return [
        Pair(evidence.before[channel : channel + 1], pair.lower, pair.upper, None)
        for channel, pair in enumerate(evidence.pairs)
    ]


def groups_of(seen: Sequence[Evidence], layout: Layout) -> list[list[Pair]]:
    """The pairs that one kernel has to explain; one group for each kernel."""
    by_picture = [channels(each, layout) for each in seen]
    if layout == "pooled":
        return [[pair for pairs in by_picture for pair in pairs]]
    return [list(pairs) for pairs in zip(*by_picture, strict=True)]


def limited(limit: Window, layout: Layout) -> Window:
    if layout != "mixed":
        return limit
    return Window.centred(min(limit.rows, MIXED_SIZE), min(limit.columns, MIXED_SIZE))

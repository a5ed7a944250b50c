"""Time several ways to do the same, so that the ratios hold on a noisy machine."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from statistics import median


@dataclass(frozen=True)
class Timing:
    """Seconds of one contestant: of every round in which it ran."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.seconds)


def interleaved(
    contestants: Mapping[str, Callable[[], object]], rounds: int, patience: float = 1.0
) -> dict[str, Timing]:
    """Run all contestants in turn, ``rounds`` times over, after one round to warm up.

    Every round has an order of its own, so that nobody always finds the caches as the same other
    one has left them.

    What disturbs the machine for a while then disturbs all alike, and medians forget it. Nobody
    waits for the slow: whoever has taken more than ``patience`` seconds in all drops out, and who
    takes longer than that in the first round is measured by that round alone.

    >>> timings = interleaved({"nothing": lambda: None}, rounds=5)
    >>> len(timings["nothing"].seconds)
    5
    """
    first = {name: _seconds(call) for name, call in contestants.items()}
    seconds: dict[str, list[float]] = {
        name: [took] if took > patience else [] for name, took in first.items()
    }
    turns, random = list(contestants.items()), Random(0)
    for _ in range(rounds):
        random.shuffle(turns)
        for name, call in turns:
            if sum(seconds[name]) <= patience:
                seconds[name].append(_seconds(call))
    return {name: Timing(tuple(one)) for name, one in seconds.items()}


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start

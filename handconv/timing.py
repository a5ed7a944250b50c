"""Time several ways to do the same, so that the ratios hold on a noisy machine."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
    """Run all contestants in turn, ``rounds`` times over, after one run of each to warm up.

    What disturbs the machine for a while then disturbs all alike, and medians forget it. Nobody
    waits for the slow: who has used up ``patience`` seconds, warming up included, is measured no
    more once it has been measured at all.

    >>> timings = interleaved({"nothing": lambda: None}, rounds=5)
    >>> len(timings["nothing"].seconds)
    5
    """
    spent = dict.fromkeys(contestants, 0.0)
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for round_ in range(-1, rounds):
        for name, call in contestants.items():
            if spent[name] > patience and seconds[name]:
                continue
            start = time.perf_counter()
            call()
            took = time.perf_counter() - start
            spent[name] += took
            if round_ >= 0:
                seconds[name].append(took)
    return {name: Timing(tuple(one)) for name, one in seconds.items()}

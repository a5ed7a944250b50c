"""Time several ways to do the same, so that the ratios hold on a noisy machine."""

import time
from collections.abc import Callable, Mapping
from random import Random


def interleaved(
    contestants: Mapping[str, Callable[[], object]],
    rounds: int,
    patience: float = 1.0,
    rest: float = 0.0,
) -> dict[str, list[float]]:
    """Run all contestants in turn, ``rounds`` times, after one round to warm up.

    What disturbs the machine for a while then disturbs all alike, and medians forget it. Each
    round has an order of its own, so that no contestant always finds the caches as the same other
    one has left them.

    Parameters
    ----------
    patience : seconds in all after which a contestant drops out; one that takes longer in the
        first round is measured by that round alone
    rest : seconds before each turn: threads of the last one may still wait in busy loops

    Returns
    -------
    The seconds of each contestant, in every round in which it was measured.

    >>> timings = interleaved({"nothing": lambda: None}, rounds=5)
    >>> len(timings["nothing"])
    5
    """

    def timed(call: Callable[[], object]) -> float:
        time.sleep(rest)
        start = time.perf_counter()
        call()
        return time.perf_counter() - start

    first = {name: timed(call) for name, call in contestants.items()}
    seconds = {name: [took] if took > patience else [] for name, took in first.items()}
    turns, random = list(contestants.items()), Random(0)
    for _ in range(rounds):
        random.shuffle(turns)
        for name, call in turns:
            if sum(seconds[name]) <= patience:
                seconds[name].append(timed(call))
    return seconds

"""Sequences whose items are made when they are asked for, and forgotten after."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any, Generic, TypeVar

from handconv.engine.threads import get_threads

Source = TypeVar("Source")
Item = TypeVar("Item")


def ahead(
    make: Callable[[Source], Item], sources: Iterable[Source], workers: int | None = None
) -> Iterator[Item]:
    """``make(source)`` for each source, in order, made ahead by threads: one or two for each.

    With one thread to work with, nothing is made ahead: then all is done in this one.
    """
    workers = get_threads() if workers is None else workers
    if workers == 1:
        yield from map(make, sources)
        return
    remaining = iter(sources)
    with ThreadPoolExecutor(workers) as pool:
        made = deque(pool.submit(make, source) for source in islice(remaining, workers + 1))
        try:
            while made:
                item = made.popleft().result()
                made.extend(pool.submit(make, source) for source in islice(remaining, 1))
                yield item
        finally:
            for future in made:
                future.cancel()


class Lazy(Sequence[Item], Generic[Source, Item]):
    """``make`` of each item of another sequence.

    >>> squares = Lazy(lambda x: x * x, range(10))
    >>> squares[3], list(squares[6::2])
    (9, [36, 64])
    """

    def __init__(self, make: Callable[[Source], Item], sources: Sequence[Source]) -> None:
        self.make, self.sources = make, sources

    def __len__(self) -> int:
        return len(self.sources)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return Lazy(self.make, self.sources[index])
        return self.make(self.sources[index])

    def __iter__(self) -> Iterator[Item]:
        return ahead(self.make, self.sources)

"""A few threads that share work. The loops run without the interpreter lock, so threads do help.

Plain Python threads rather than Numba's own: those abort when two Python threads call at once,
or hang after a fork.
"""

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def available_cores() -> int:
    """The cores this process may use, which can be fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


_threads = available_cores()
_pool: ThreadPoolExecutor | None = None


def set_threads(threads: int) -> None:
    """How many threads filter one image from now on; at first, one for each core.

    Calls may come from any number of Python threads at once; they share these.

    Raises
    ------
    ValueError
        if ``threads`` is less than 1.
    """
    global _threads, _pool
    if threads < 1:
        raise ValueError(f"threads is {threads}; it must be at least 1.")
    _threads, _pool = int(threads), None


def get_threads() -> int:
    """How many threads filter one image."""
    return _threads


def share(work: Callable[[Iterator[Item]], None], items: Sequence[Item], threads: int) -> None:
    """Call ``work`` in ``threads`` threads, this one among them; all draw items from one queue.

    Returns when all is done. An exception in any thread is raised here.
    """
    queue = deque(items)

    def drawn() -> Iterator[Item]:
        while True:
            try:
                yield queue.popleft()
            except IndexError:
                return

    helpers = min(threads, len(items)) - 1
    futures = [_helpers().submit(work, drawn()) for _ in range(helpers)]
    try:
        work(drawn())
    finally:
        queue.clear()  # after an exception here, let the others stop early
        for future in futures:
            if not future.cancel():  # one that never started has nothing left to do
                future.result()


def _helpers() -> ThreadPoolExecutor:
    global _pool
    if _pool is None:
        _pool = ThreadPoolExecutor(max(_threads - 1, 1), "handconv")
    return _pool


def _forget_pool() -> None:
    """After a fork the child has the pool but none of its threads."""
    global _pool
    _pool = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_pool)

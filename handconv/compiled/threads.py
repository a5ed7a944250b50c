"""A few threads that share work. The loops run without the interpreter lock, so threads do help.

Plain Python threads rather than Numba's own, which abort when two Python threads call at once or
hang after a fork; and rather than an executor, whose bookkeeping takes as long as a small filter.
"""

import math
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from queue import SimpleQueue
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Item = TypeVar("Item")


def available_cores() -> int:
    """The cores this process may use, which can be fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


_threads = available_cores()


def set_threads(threads: int) -> None:
    """How many threads filter one image from now on; at first, one for each core.

    Calls may come from any number of Python threads at once; they share these.

    Raises
    ------
    ValueError
        if ``threads`` is less than 1.
    """
    global _threads
    if threads < 1:
        raise ValueError(f"threads is {threads}; it must be at least 1.")
    _threads = int(threads)


def get_threads() -> int:
    """How many threads filter one image."""
    return _threads


def together(
    work: Callable[[], None], threads: int, settled: Callable[[], bool] = lambda: False
) -> None:
    """Call ``work`` in ``threads`` threads at once, this one among them; return when all is done.

    Each call of ``work`` draws what is left to do, so a helper that comes too late does nothing
    and is not waited for. ``settled`` may tell that those who came have done their part. An
    exception in any of them is raised here.
    """
    came: list[None] = []
    left: list[BaseException | None] = []
    bell: SimpleQueue[None] = SimpleQueue()

    def help_out() -> None:
        came.append(None)
        failure = None
        try:
            work()
        except BaseException as error:
            failure = error
        left.append(failure)
        bell.put(None)

    _crew.call(help_out, threads - 1)
    try:
        work()
    finally:
        if not settled():
            while len(left) < len(came):
                bell.get()
    for failure in left:
        if failure is not None:
            raise failure


def share(work: Callable[[Iterator[Item]], None], items: Sequence[Item], threads: int) -> None:
    """Call ``work`` in ``threads`` threads at once; all draw items from one queue."""
    queue = deque(items)

    def drawn() -> Iterator[Item]:
        while True:
            try:
                yield queue.popleft()
            except IndexError:
                return

    together(lambda: work(drawn()), min(threads, len(items)))


_kept = threading.local()


def scratch(dtype: np.dtype[Any], *shape: int) -> NDArray[Any]:
    """Memory of this thread, kept from call to call: new pages take as long as a small filter."""
    size = math.prod(shape) * dtype.itemsize
    if getattr(_kept, "memory", np.empty(0)).nbytes < size:
        _kept.memory = np.empty(size, np.uint8)
    memory: NDArray[Any] = _kept.memory[:size].view(dtype).reshape(shape)
    return memory


class _Crew:
    """Daemon threads that wait for calls; they are started as they are first needed."""

    def __init__(self) -> None:
        self.calls: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self.size = 0
        self.lock = threading.Lock()

    def call(self, work: Callable[[], None], times: int) -> None:
        if times > self.size:
            self._grow(times)
        for _ in range(times):
            self.calls.put(work)

    def _grow(self, size: int) -> None:
        with self.lock:
            for number in range(self.size, size):
                name = f"handconv-{number + 1}"
                threading.Thread(target=self._serve, name=name, daemon=True).start()
            self.size = max(self.size, size)

    def _serve(self) -> None:
        while True:
            self.calls.get()()


_crew = _Crew()


def _hire_anew() -> None:
    """After a fork the child has the crew, but none of its threads."""
    global _crew
    _crew = _Crew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_hire_anew)

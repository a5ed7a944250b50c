"""A few threads that share work. The loops run without the interpreter lock, so threads do help.

Plain Python threads rather than Numba's own, which abort when two Python threads call at once or
hang after a fork; and rather than an executor, whose bookkeeping takes as long as a small filter.
"""

import ctypes
import math
import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache, wraps
from queue import SimpleQueue
from typing import Any, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

Job = TypeVar("Job")
Result = TypeVar("Result")
Parameters = ParamSpec("Parameters")


def available_cores() -> int:
    """The cores this process may use, which can be fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def threads_at_first() -> int:
    """``OMP_NUM_THREADS`` where it is a whole number from 1 on, else one for each core."""
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    return (wanted.isdecimal() and int(wanted)) or available_cores()


_threads = threads_at_first()


def set_threads(threads: int) -> None:
    """How many threads share one piece of work from now on; at first as `threads_at_first`.

    Calls may come from any number of Python threads at once; they share these. Raises
    ``ValueError`` for less than 1.
    """
    global _threads
    if threads < 1:
        raise ValueError(f"threads is {threads}; it must be at least 1.")
    _threads = int(threads)


def get_threads() -> int:
    """How many threads share one piece of work, such as one image to filter."""
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


def in_threads(work: Callable[[Job], Result], jobs: Sequence[Job]) -> list[Result]:
    """``[work(job) for job in jobs]``, shared among `get_threads` threads.

    An exception in any of them is raised here.
    """
    threads = min(get_threads(), len(jobs))
    if threads <= 1:
        return [work(job) for job in jobs]
    left = deque(enumerate(jobs))
    results: dict[int, Result] = {}

    def draw() -> None:
        while True:
            try:
                number, job = left.popleft()
            except IndexError:  # none is left
                return
            results[number] = work(job)

    together(draw, threads)
    return [results[number] for number in range(len(jobs))]


def one_blas_thread(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Run the function with one thread in the linear algebra library.

    The library's threads wait in busy loops. On matrices of some hundred rows they gain nothing,
    and where another program wants the processor too they lose everything: a solve of 0.05 s
    took 4 s.
    """

    @wraps(function)
    def limited(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        with _blas().limit(limits=1, user_api="blas"):
            return function(*args, **kwargs)

    return limited


@cache
def _blas() -> Any:
    """Finding the libraries takes 2 ms: once is enough."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def _find_current_core() -> Callable[[], int]:
    """A function that tells which core its caller runs on, or -1 where no one can tell."""
    try:
        return ctypes.PyDLL(None).sched_getcpu
    except (AttributeError, OSError, TypeError):
        return lambda: -1


FEW_CORES = 4
CACHE_LINE = 64  # bytes
_current_core = _find_current_core()
_kept = threading.local()


def scratch(dtype: np.dtype[Any], *shape: int) -> NDArray[Any]:
    """Memory of this thread, kept from call to call: new pages take as long as a small filter.

    It starts on a cache line, as a vector that straddles two takes twice as long to load.
    """
    size = math.prod(shape) * dtype.itemsize
    if getattr(_kept, "memory", np.empty(0)).nbytes < size:
        memory = np.empty(size + CACHE_LINE, np.uint8)
        _kept.memory = memory[-memory.ctypes.data % CACHE_LINE :]
    kept: NDArray[Any] = _kept.memory[:size].view(dtype).reshape(shape)
    return kept


class _Crew:
    """Daemon threads that wait for calls; they are started as they are first needed."""

    def __init__(self) -> None:
        self.calls: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self.ids: list[int] = []
        self.lock = threading.Lock()
        self.cores: set[int] = set()
        self.avoided = -1

    def call(self, work: Callable[[], None], times: int) -> None:
        if times > len(self.ids):
            self._grow(times)
        if times and len(self.cores) <= FEW_CORES:
            self._make_way()
        for _ in range(times):
            self.calls.put(work)

    def _grow(self, size: int) -> None:
        with self.lock:
            self.cores = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
            for number in range(len(self.ids), size):
                thread = threading.Thread(
                    target=self._serve, name=f"handconv-{number + 1}", daemon=True
                )
                thread.start()
                self.ids.append(thread.native_id or 0)
            self.avoided = -1

    def _make_way(self) -> None:
        """Forbid the crew the core that the caller runs on.

        With few cores Linux does not look for an idle one: it often wakes a thread on the core of
        the one that calls it, where the two then take turns for longer than a small filter takes.
        """
        core = _current_core()
        if core != self.avoided and core in self.cores:
            self.avoided = core
            with suppress(OSError):  # the process may have been confined to fewer meanwhile
                for thread in self.ids:
                    os.sched_setaffinity(thread, self.cores - {core} or self.cores)

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

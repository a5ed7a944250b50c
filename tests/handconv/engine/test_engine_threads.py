"""Threads: several at once, after a fork, and when something goes wrong."""

import multiprocessing
import os
import threading
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from handconv import correlate, correlate_loop, set_threads
from handconv.engine import threads

RANDOM = np.random.default_rng(0)
IMAGE = RANDOM.integers(0, 256, (700, 900), dtype=np.uint8)
KERNELS = [np.ones((7, 7)), RANDOM.normal(size=(5, 5)), RANDOM.normal(size=(33, 33))]


@pytest.fixture(autouse=True)
def three_threads() -> Iterator[None]:
    kept = threads.get_threads()
    set_threads(3)
    yield
    set_threads(kept)


def test_the_number_of_threads_does_not_change_the_result() -> None:
    for kernel in KERNELS:
        results = []
        for number in (1, 2, 5):
            set_threads(number)
            results.append(correlate(IMAGE, kernel))
        np.testing.assert_array_equal(results[0], results[1])
        np.testing.assert_array_equal(results[0], results[2])


def test_several_python_threads_at_once() -> None:
    images = [np.roll(IMAGE, shift, axis=1) for shift in range(6)]
    expected = [[correlate(image, kernel) for kernel in KERNELS] for image in images]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(3):
            found = pool.map(lambda image: [correlate(image, k) for k in KERNELS], images)
            for one, other in zip(expected, found, strict=True):
                for a, b in zip(one, other, strict=True):
                    np.testing.assert_array_equal(a, b)


def _sum_in_child(queue: "multiprocessing.Queue[list[float]]") -> None:
    queue.put([float(correlate(IMAGE, kernel).sum(dtype=float)) for kernel in KERNELS])


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork here")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_after_a_fork() -> None:
    expected = [float(correlate(IMAGE, kernel).sum(dtype=float)) for kernel in KERNELS]
    context = multiprocessing.get_context("fork")
    queue: multiprocessing.Queue[list[float]] = context.Queue()
    child = context.Process(target=_sum_in_child, args=(queue,))
    child.start()
    try:
        assert queue.get(timeout=60) == expected
    finally:
        child.kill()
        child.join()


@pytest.mark.parametrize("number", [0, -1])
def test_less_than_one_thread_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match=f"threads is {number}; it must be at least 1"):
        set_threads(number)


def test_a_failure_in_a_helper_is_raised_here() -> None:
    here, both = threading.current_thread(), threading.Barrier(2)

    def work() -> None:
        both.wait(timeout=30)
        if threading.current_thread() is not here:
            raise RuntimeError("the helper failed")

    with pytest.raises(RuntimeError, match="the helper failed"):
        threads.together(work, 2)


def test_each_item_is_drawn_once() -> None:
    seen: list[int] = []
    threads.in_threads(seen.append, range(1000))
    assert sorted(seen) == list(range(1000))


def test_results_come_in_the_order_of_the_jobs() -> None:
    seen: set[str] = set()
    both = threading.Barrier(2)

    def work(job: int) -> int:
        seen.add(threading.current_thread().name)
        if job < 2:
            both.wait(timeout=30)  # so two threads must be at work
        return job * job

    assert threads.in_threads(work, range(100)) == [job * job for job in range(100)]
    assert len(seen) >= 2
    assert threads.in_threads(work, []) == []


def test_one_thread_or_one_job_is_a_plain_loop() -> None:
    names = [threads.in_threads(lambda _: threading.current_thread().name, [0])]
    set_threads(1)
    names.append(threads.in_threads(lambda _: threading.current_thread().name, range(3)))
    assert {name for several in names for name in several} == {threading.current_thread().name}


def test_a_job_that_fails_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        threads.in_threads(lambda job: 1 // job, [1, 2, 0, 3])
    with pytest.raises(IndexError, match="list index"):
        threads.in_threads(lambda job: [0, 1, 2][job], [1, 2, 3, 0])


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [("3", 3), ("0", None), ("", None), ("2,4", None), ("-1", None), ("many", None)],
)
def test_the_first_number_of_threads(
    wanted: str, expected: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", wanted)
    assert threads.threads_at_first() == (expected or threads.available_cores())
    monkeypatch.delenv("OMP_NUM_THREADS")
    assert threads.threads_at_first() == threads.available_cores()


@pytest.mark.parametrize(
    ("kernel", "dtype"),
    [
        (np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]]), "f4"),
        (np.ones((63, 63)), "f4"),
        (np.ones((63, 63)), "f8"),
        (np.outer(np.hanning(33)[1:-1], np.hanning(33)[1:-1]), "f4"),
        (np.outer(np.hanning(33)[1:-1], np.hanning(33)[1:-1]), "f8"),
        (np.diag(np.arange(1, 32)), "u1"),
        (RANDOM.normal(size=(15, 15)), "f4"),
        (RANDOM.normal(size=(9, 9)), "i4"),
    ],
)
def test_memory_beyond_input_and_output_is_below_2_mb(kernel: np.ndarray, dtype: str) -> None:
    """For one thread, on a wide colour image. (Not so where spectra are multiplied.)"""
    set_threads(1)
    image = np.zeros((500, 4096, 3), dtype)
    out = np.empty(image.shape, "f8" if dtype == "f8" else "f4")
    correlate(image[:50], kernel)  # compiled by now
    peaks = []

    def measured() -> None:  # in a thread of its own, which has no memory from earlier calls
        tracemalloc.start()
        correlate(image, kernel, out=out)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    thread = threading.Thread(target=measured)
    thread.start()
    thread.join()
    assert peaks[0] < 2e6


def test_two_threads_work_on_one_image_in_time() -> None:
    """More threads than pieces, and images too small to share, come out right too."""
    set_threads(8)
    for shape in [(1, 1), (1, 9), (3, 700), (700, 3)]:
        image = RANDOM.integers(0, 256, shape, dtype=np.uint8)
        for kernel in (np.ones((5, 5)), np.arange(9.0).reshape(3, 3)):
            np.testing.assert_array_equal(correlate(image, kernel), correlate_loop(image, kernel))


@pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity") or not 2 <= threads.available_cores() <= threads.FEW_CORES,
    reason="helpers are placed where Linux has a few cores",
)
def test_helpers_keep_off_the_core_that_called_them() -> None:
    cores = os.sched_getaffinity(0)
    threads.together(lambda: None, 2)  # a thread that is started later may use what this one may
    for core in cores:
        os.sched_setaffinity(0, {core})
        try:
            threads.together(lambda: None, 2)
        finally:
            os.sched_setaffinity(0, cores)
        for helper in threads._crew.ids:
            assert os.sched_getaffinity(helper) == cores - {core}

"""Threads for small matrices: our own, not those of the linear algebra library.

The library's threads wait in busy loops. On matrices of some hundred rows they gain nothing, and
where another program wants the processor too they lose everything: a solve of 0.05 s took 4 s.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
WANTED = os.environ.get("OMP_NUM_THREADS", "")
THREADS = max(1, int(WANTED)) if WANTED.isdecimal() else CORES
"""All cores, unless the user, or torchrun for the sake of its other processes, says otherwise."""
WORTH_A_THREAD = 2e7  # multiplications; a few milliseconds


@cache
def _controller() -> Any:
    """Finding the libraries takes 2 ms: once is enough."""
    return ThreadpoolController()


def own_threads(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Run the function with one thread in the linear algebra library."""

    @wraps(function)
    def limited(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        with _controller().limit(limits=1, user_api="blas"):
            return function(*args, **kwargs)

    return limited


def weighted_gram(matrix: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """``matrixᵀ · diag(weight) · matrix``, for weights >= 0; large ones in parallel."""
    rows, columns = matrix.shape
    root = np.sqrt(weight)[:, None]

    def part(chosen: slice) -> NDArray[np.float64]:
        scaled = matrix[chosen] * root[chosen]
        return scaled.T @ scaled  # one product with itself costs half of one with another

    if THREADS == 1 or rows * columns**2 < WORTH_A_THREAD * THREADS:
        return part(slice(None))
    edges = [rows * i // THREADS for i in range(THREADS + 1)]
    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(part, map(slice, edges[:-1], edges[1:])), np.zeros((columns, columns)))

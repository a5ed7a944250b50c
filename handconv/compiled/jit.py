# mypy: allow-untyped-calls
"""How the loops are compiled, kept on disk, and kept out of each other's way.

Habits that make the loops fast, and that are easily lost:

* The innermost loop runs along a row, over memory that is contiguous in source and output, so
  that the compiler turns it into vector instructions.
* Places are `unsigned`. For a signed index Numba asks at every pixel whether it counts from the
  end, and the loop is no longer turned into vector instructions.
* Several taps are summed before the output is touched. They come as tuples of weights, whose
  length is part of the type, so that the compiler writes out the sum.
* Colour needs no loop of its own: in a row of interleaved channels the same channel of the next
  pixel is ``channels`` places on.
* Each thread makes one call, without the interpreter lock, and draws its share of the work from
  a counter. Going back to Python for every tile would cost more than the tile.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numba
import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba.core import types
from numba.core.caching import FunctionCache, IndexDataCacheFile
from numba.core.cgutils import get_or_insert_function
from numba.extending import intrinsic

unsigned = np.uint64


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile at the first call, to run without the interpreter lock, and keep that on disk.

    Where no folder can be written it is kept in memory only. ``contract`` lets the processor
    multiply and add in one instruction, which only ever removes a rounding.
    """
    dispatcher: Any = numba.njit(nogil=True, fastmath={"contract"}, error_model="numpy")(function)
    with suppress(RuntimeError):  # Numba found no folder that it can write
        dispatcher._cache = _Cache(function)
    return dispatcher  # type: ignore[no-any-return]


def inner(function: Callable[..., Any]) -> Callable[..., Any]:
    """For functions that only compiled ones call: they are written out where they are called.

    A call would count references to its arrays, and threads that count the same ones at every
    row keep each other waiting.
    """
    return numba.njit(
        nogil=True,
        fastmath={"contract"},
        error_model="numpy",
        inline="always",
    )(function)


class _Cache(FunctionCache):
    """Numba's disk cache, with two faults mended.

    It takes a result to be fresh while the function's own file is unchanged, though the function
    may call one in another file: here all files of this folder count. And it raises where the
    disk is full or the folder has gone: here the result then stays in memory.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        folder = Path(__file__).parent
        stamp = [(p.name, p.stat().st_mtime_ns, p.stat().st_size) for p in folder.glob("*.py")]
        self._cache_file = IndexDataCacheFile(
            self._cache_path, self._impl.filename_base, tuple(sorted(stamp))
        )

    def save_overload(self, sig: Any, data: Any) -> None:
        with suppress(OSError):
            super().save_overload(sig, data)


def _build_count_on(context: Any, counter: Any, place: Any, step: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        pointer = builder.gep(array.data, [arguments[1]])
        return builder.atomic_rmw("add", pointer, arguments[2], "seq_cst")

    return types.int64(counter, types.int64, types.int64), generate


# count_on(counter, place, step): add to counter[place] and return what was there, for an int64
# array; no two threads get the same.
count_on: Any = intrinsic(_build_count_on)

DRAWN, CAME, LEFT = 0, 1, 2  # what a counter counts: pieces of work, threads that came, that left


@compiled
def settled(counter: Any) -> bool:
    """Whether all threads that came have left. Waits a little: they are at their last piece."""
    for _ in range(20_000):  # noqa: SIM110, this is compiled
        if count_on(counter, LEFT, 0) == count_on(counter, CAME, 0):
            return True
    return False


def _prefetch(write: int) -> Any:
    def prefetch(context: Any, array: Any, place: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
            byte, number = ir.IntType(8), ir.IntType(32)
            pointer = builder.bitcast(builder.gep(data, [arguments[1]]), byte.as_pointer())
            shape = ir.FunctionType(ir.VoidType(), [pointer.type, number, number, number])
            function = get_or_insert_function(builder.module, shape, "llvm.prefetch.p0")
            builder.call(function, [pointer, number(write), number(3), number(1)])
            return context.get_dummy_value()

        return types.void(array, place), generate

    return intrinsic(prefetch)


# prefetch(array, place): ask for the cache line with array[place], and do not wait for it
prefetch_to_read, prefetch_to_write = _prefetch(0), _prefetch(1)

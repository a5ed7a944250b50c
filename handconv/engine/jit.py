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

from collections.abc import Callable, Set
from contextlib import suppress
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numba.core import types
from numba.core.caching import FunctionCache, IndexDataCacheFile
from numba.extending import intrinsic

unsigned = np.uint64


Function = Callable[..., Any]
CONTRACT = frozenset({"contract"})
"""Lets the processor multiply and add in one instruction, which only ever removes a rounding."""


def compiled_with(fastmath: Set[str]) -> Callable[[Function], Function]:
    """Compile at the first call, to run without the interpreter lock, and keep that on disk.

    ``fastmath`` holds flags of LLVM, such as ``"reassoc"``, which lets sums be taken in vectors.
    Where no folder can be written to, the result is kept in memory only.
    """

    def compile_later(function: Function) -> Function:
        dispatcher: Any = numba.njit(nogil=True, fastmath=set(fastmath), error_model="numpy")(
            function
        )
        with suppress(RuntimeError):  # Numba found no folder that it can write to
            dispatcher._cache = _Cache(function)
        return dispatcher  # type: ignore[no-any-return]

    return compile_later


compiled = compiled_with(CONTRACT)


def inner(function: Function) -> Function:
    """For functions that only compiled ones call: they are written out where they are called.

    That saves counting references to arrays at every row, where threads that count the same ones
    keep each other waiting. But within a function of many variables the innermost loop may run
    out of registers: then it is better `compiled` on its own, and called with arrays only that
    came as arguments or were flattened before the loop.
    """
    return numba.njit(nogil=True, fastmath=set(CONTRACT), error_model="numpy", inline="always")(
        function
    )


def direct(loop: Function) -> Function:
    """A compiled loop that is always called with arguments of the same types.

    Numba looks at the types of all arguments at every call, which takes longer than a small filter.
    Here it does so once for each memory layout of the image and of the output, which are the
    second and third argument.
    """
    entries: dict[tuple[int, int], Function] = {}

    def call(counter: Any, images: Any, out: Any, *others: Any) -> None:
        layout = images.flags.num, out.flags.num
        if layout not in entries:
            types_of_all = tuple(map(numba.typeof, (counter, images, out, *others)))
            entries[layout] = loop.compile(types_of_all)  # type: ignore[attr-defined]
        entries[layout](counter, images, out, *others)

    return call


class _Cache(FunctionCache):
    """Numba's disk cache, with three faults fixed.

    * It takes a result to be fresh while the function's own file is unchanged, though the function
      may call one in another file: here all files of its folder, and of this one, count.
    * It raises where the disk is full or the folder has gone: here the result stays in memory.
    * It raises where a file in the cache is cut short or garbled: here the function is compiled
      again, and the file replaced.
    """

    def __init__(self, function: Function) -> None:
        super().__init__(function)
        folders = {Path(__file__).parent, Path(function.__code__.co_filename).parent}
        stamp = [
            (path.name, path.stat().st_mtime_ns, path.stat().st_size)
            for folder in folders
            for path in folder.glob("*.py")
        ]
        self._cache_file = IndexDataCacheFile(
            self._cache_path, self._impl.filename_base, tuple(sorted(stamp))
        )

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        try:
            return super().load_overload(sig, target_context)
        except Exception:  # whatever the unpickler or LLVM says of such a file
            with suppress(OSError):
                self.flush()
            return None

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

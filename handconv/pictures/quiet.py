"""Libraries in C that write their own complaints to the terminal, kept from it."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock, _inside, _stderr = threading.Lock(), 0, -1


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """Drop all that is written to file descriptor 2 meanwhile, in the whole process.

    Several threads may be inside at once; the last of them puts it back.
    """
    global _inside, _stderr
    with _lock:
        if _inside == 0:
            _stderr = _replaced()
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0 and _stderr >= 0:
                os.dup2(_stderr, 2)
                os.close(_stderr)


def _replaced() -> int:
    """A copy of descriptor 2, which now leads nowhere; -1 where there is none."""
    try:
        copy = os.dup(2)
    except OSError:
        return -1
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
    except OSError:
        os.close(copy)
        return -1
    os.dup2(nowhere, 2)
    os.close(nowhere)
    return copy

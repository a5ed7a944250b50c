"""Long work in a process of its own, which ends when nobody waits for it any more."""

import multiprocessing
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Any

from learned.app.toasts import FIXABLE, sentence

HEARD = 0.25  # seconds after which it is asked again whether somebody waits
METHODS = multiprocessing.get_all_start_methods()
CONTEXT: Any = multiprocessing.get_context("forkserver" if "forkserver" in METHODS else "spawn")
WORDS = (
    "It took more than {seconds} seconds, and was stopped. Crop the pictures, or use the script."
)

Work = Callable[..., Any]
"""Called with what tells each step as it begins, and then the arguments."""


def apart(work: Work, *arguments: Any, seconds: float) -> Iterator[tuple[str, Any]]:
    """Run ``work(tell, *arguments)``; yields ("step", words) at least every quarter of a second,
    and at last ("done", what it returned).

    The process is killed where the iterator is dropped, or after so many ``seconds``; then, and
    for errors that ``work`` raises, raises ``ValueError``. A mistake of ours also leaves its
    traceback where the page was started.
    """
    ours, theirs = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=_run, args=(theirs, work, arguments), daemon=True)
    process.start()
    theirs.close()
    end, step = time.monotonic() + seconds, "starting"
    try:
        while time.monotonic() < end:
            if ours.poll(HEARD):
                kind, found = ours.recv()
                if kind == "wrong":
                    raise ValueError(found)
                if kind == "done":
                    yield kind, found
                    return
                step = found
            yield "step", step
        raise ValueError(WORDS.format(seconds=f"{seconds:g}"))
    except EOFError:
        process.join()
        raise ValueError(_ended(process.exitcode)) from None
    finally:
        process.kill()
        process.join()
        ours.close()


def _run(pipe: Connection, work: Work, arguments: tuple[Any, ...]) -> None:
    try:
        found = work(lambda step: pipe.send(("step", step)), *arguments)
        pipe.send(("done", found))
    except FIXABLE as error:
        pipe.send(("wrong", sentence(error)))
    except Exception as error:
        traceback.print_exc()
        words = f"{type(error).__name__}: {sentence(error)}"
        pipe.send(("wrong", f"The program has a mistake, and could not do this ({words})."))


def _ended(status: int) -> str:
    """Why a process that said nothing is gone."""
    if status == -signal.SIGKILL:
        return "the system ended the work, as it does for want of memory. Use smaller pictures."
    return f"the work ended early, with status {status}. Use smaller pictures, or the script."

"""Work for processes of their own, which have to be able to import it."""

import os
import time


def wait(tell, seconds):
    """Tells its process and waits; gives what it was asked to wait."""
    tell(str(os.getpid()))
    time.sleep(seconds)
    return seconds


def fail(tell, words):
    raise ValueError(words)


def vanish(tell):
    os._exit(1)


def run_out(tell):
    raise MemoryError


def mistake(tell):
    raise TypeError("no number")

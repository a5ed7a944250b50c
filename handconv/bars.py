"""A progress bar for work that says how much of it is done."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[int, int], None]
"""Is told how many parts of how many are done."""


def untold(done: int, total: int) -> None:
    """The `Progress` of those who do not want to know."""


@contextmanager
def progress_bar(what: str, unit: str = "part", quiet: bool = False) -> Iterator[Progress]:
    """A bar on stderr while the block runs, from its second second on; yields what moves it.

    Nothing is shown where stderr is no terminal, or where ``quiet``.
    """
    from tqdm import tqdm  # here: not for --help

    hidden = True if quiet else None  # None: where there is no terminal
    with tqdm(desc=what, unit=unit, delay=1, disable=hidden, leave=False) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield progress

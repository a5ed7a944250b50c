"""Words for people: what may have been meant, and tables."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches


def did_you_mean(word: str, known: Iterable[str], most: int = 3) -> str:
    """'Did you mean …?' with the nearest of the ``known`` words, or else all of them.

    >>> did_you_mean("sobl_x", ["sobel_x", "sobel_y", "box"], most=1)
    'Did you mean sobel_x?'
    >>> did_you_mean("median", ["sobel_x", "box"])
    'Known are sobel_x, box.'
    """
    by_lower = {each.lower(): each for each in known}
    near = get_close_matches(word.lower(), by_lower, n=most)
    if near:
        return f"Did you mean {' or '.join(by_lower[each] for each in near)}?"
    return f"Known are {', '.join(by_lower.values())}."


def table(head: Sequence[str], rows: Iterable[Sequence[object]], style: str = "plain") -> str:
    """Rows as text in columns; numbers to the right. ``style`` is one of tabulate's: ``github``.

    Cells are shown as they are given: format numbers first.
    """
    from tabulate import tabulate  # here: not for --help

    return tabulate(rows, head, style, disable_numparse=True)

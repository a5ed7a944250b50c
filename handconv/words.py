"""Words for people: what may have been meant, and tables."""

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches


def did_you_mean(word: str, known: Iterable[str] | Mapping[str, str], most: int = 3) -> str:
    """'Did you mean …?' with the nearest of the ``known`` words, or else all of them.

    Near are words spelled alike, and words that contain this one. Where ``known`` is a mapping,
    its values are shown in place of the words.

    >>> did_you_mean("sobl_x", ["sobel_x", "sobel_y", "box"], most=1)
    'Did you mean sobel_x?'
    >>> did_you_mean("blur", {"box": "box(rows)", "large_blur": "large_blur"})
    'Did you mean large_blur?'
    >>> did_you_mean("median", ["sobel_x", "box"])
    'Known are sobel_x, box.'
    """
    shown = known if isinstance(known, Mapping) else {each: each for each in known}
    by_lower = {each.lower(): text for each, text in shown.items()}
    near = get_close_matches(word.lower(), by_lower, n=most)
    near += [
        each for each in by_lower if len(word) > 2 and word.lower() in each and each not in near
    ]
    if near:
        return f"Did you mean {' or '.join(by_lower[each] for each in near[:most])}?"
    return f"Known are {', '.join(by_lower.values())}."


def table(head: Sequence[str], rows: Iterable[Sequence[object]], style: str = "plain") -> str:
    """Rows as text in columns; columns of numbers to the right.

    ``style`` is one of tabulate's: ``github``. Cells are shown as they are given: format numbers
    first.

    >>> print(table(["kernel", "seconds"], [["sobel_x", "0.5"], ["blur", "12.0"]]))
    kernel      seconds
    sobel_x         0.5
    blur           12.0
    """
    from tabulate import tabulate  # here: not for --help

    cells = [[str(cell) for cell in row] for row in rows]
    numbers = [all(map(_is_number, column)) for column in zip(*cells, strict=True)]
    align = ["right" if each else "left" for each in numbers]
    return tabulate(cells, head, style, disable_numparse=True, colalign=align or None)


def _is_number(cell: str) -> bool:
    """Also "1,000", and "–" or nothing where there is none."""
    return re.fullmatch(r"–?|[-+]?[\d,.]+(e[-+]?\d+)?", cell) is not None

"""The state of a tab as a link, and back; what a link says is checked like any other input."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from handconv.words import did_you_mean

Reader = Callable[[str], Any]
"""From the text in a link to the value of a control; raises ``ValueError``."""
LONGEST = 60  # characters of wrong text that are shown


def query(tab: str, values: Mapping[str, object]) -> str:
    """What stands behind the page's address.

    >>> query("filter", {"kernel": "sobel_x", "colour": True})
    '?tab=filter&kernel=sobel_x&colour=True'
    """
    return "?" + urlencode({"tab": tab, **values})


def read(readers: Mapping[str, Reader], parameters: Mapping[str, str]) -> dict[str, Any]:
    """The values of a link by the names of their controls; what it does not name is left out.

    Raises ``ValueError`` naming the first that is wrong.

    >>> read({"row": number(0, 9)}, {"row": "7"})
    {'row': 7}
    >>> read({"row": number(0, 9)}, {"row": "ten"})
    Traceback (most recent call last):
    ValueError: the link's row: 'ten' is not a number from 0 to 9.
    """
    values = {}
    for name, reader in readers.items():
        if name in parameters:
            try:
                values[name] = reader(parameters[name])
            except ValueError as error:
                raise ValueError(f"the link's {name}: {error}") from None
    return values


def one_of(choices: Sequence[str]) -> Reader:
    """A reader of a word.

    >>> one_of(["wrap", "reflect"])("warp")
    Traceback (most recent call last):
    ValueError: 'warp' is not known. Did you mean wrap?
    """

    def reader(text: str) -> str:
        if text not in choices:
            shown = text[:LONGEST]
            raise ValueError(f"{shown!r} is not known. {did_you_mean(shown, choices, 1)}")
        return text

    return reader


def some_of(choices: Sequence[str]) -> Reader:
    """A reader of words with commas between."""
    each = one_of(choices)
    return lambda text: [each(word) for word in text.split(",")]


def number(low: float, high: float) -> Reader:
    """A reader of a number, whole ones as int."""

    def reader(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            raise ValueError(
                f"{text[:LONGEST]!r} is not a number from {low:,.10g} to {high:,.10g}."
            )
        return int(value) if value.is_integer() else value

    return reader


def text(most: int) -> Reader:
    """A reader of anything of up to so many characters."""

    def reader(given: str) -> str:
        if len(given) > most:
            raise ValueError(f"{given[:LONGEST]!r} goes on beyond {most} characters.")
        return given

    return reader


def truth(text: str) -> bool:
    """A reader of ``True`` and ``False``."""
    return bool(one_of(["False", "True"])(text) == "True")

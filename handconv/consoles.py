"""Consoles that know few characters: × becomes x there, and nothing ends in a traceback."""

import codecs
import io
import sys
import unicodedata

PLAIN = {
    **{"×": "x", "·": "*", "⋅": "*", "∗": "*", "−": "-", "–": "-", "—": "-", "…": "...", "→": "->"},
    **{"≤": "<=", "≥": ">=", "≠": "!=", "±": "+-", "√": "sqrt", "°": " degrees", "½": "1/2"},
    **{"Σ": "sum", "σ": "sigma", "Φ": "Phi", "χ": "chi", "α": "alpha", "²": "^2", "³": "^3"},
    **{"⁻": "^-", "ᵀ": "^T", "“": '"', "”": '"', "„": '"', "’": "'", "●": "*", "æ": "ae"},
}
"""What stands for a character where it cannot be shown; others lose their accents, or become ?."""


def print_plainly() -> None:
    """Let stdout and stderr print what their encoding lacks in plain characters."""
    codecs.register_error("plain", _plain)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="plain")


def plain(text: str) -> str:
    """The text in ASCII.

    >>> plain("21 × 21 taps, 3.5 – 4 s, naïve 写")
    '21 x 21 taps, 3.5 - 4 s, naive ?'
    """
    return "".join(PLAIN.get(each) or _without_accents(each) for each in text)


def _without_accents(character: str) -> str:
    bare = unicodedata.normalize("NFKD", character)
    return "".join(each for each in bare if each.isascii()) or "?"


def _plain(error: UnicodeError) -> tuple[str, int]:
    """An error handler of `codecs`."""
    assert isinstance(error, UnicodeEncodeError)
    return plain(error.object[error.start : error.end]), error.end

"""Errors that a person can mend, as short notes on the page instead of tracebacks."""

import html
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import gradio as gr

from handconv.cli import one_line

SECONDS = 15  # that a note stays
FIXABLE = ValueError, OSError, MemoryError
"""What a person can fix: see `handconv.cli.errors_end_with_status_2`."""


@contextmanager
def errors_as_toasts() -> Iterator[None]:
    """Show what the library says of wrong input."""
    try:
        yield
    except FIXABLE as error:
        words = _for_the_page(error)
        raise gr.Error(words, duration=SECONDS, title="", print_exception=False) from None


def note(error: Exception) -> str:
    """A toast of our own, for answers that do not go through Gradio's queue: HTML."""
    return f'<p class="note" role="alert">{_for_the_page(error)}</p>'


def warn(error: Exception) -> None:
    """Show what went wrong, and go on."""
    gr.Warning(_for_the_page(error), duration=SECONDS, title="")


def sentence(error: Exception) -> str:
    """What an error says, on one line."""
    words = one_line(error)
    return f"Not enough memory. {words}".rstrip() if isinstance(error, MemoryError) else words


def _for_the_page(error: Exception) -> str:
    """Uploads by their own name, not by where they lie here; no HTML of strangers."""
    folder = re.escape(tempfile.gettempdir())
    return html.escape(re.sub(rf"{folder}/\S*/", "", sentence(error)))

"""Errors that a person can mend, as short notes on the page instead of tracebacks."""

import html
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import gradio as gr

from handconv.cli import one_line

SECONDS = 15  # that a note stays


@contextmanager
def errors_as_toasts() -> Iterator[None]:
    """Show what the library says of wrong input: see `handconv.cli.errors_end_with_status_2`."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise _toast(one_line(error)) from None
    except MemoryError as error:
        raise _toast(f"Not enough memory. {one_line(error)}") from None


def note(error: Exception) -> str:
    """A toast of our own, for answers that do not go through Gradio's queue: HTML."""
    return f'<p class="note" role="alert">{_sentence(one_line(error))}</p>'


def warn(error: Exception) -> None:
    """Show what went wrong, and go on."""
    gr.Warning(_sentence(one_line(error)), duration=SECONDS, title="")


def _toast(sentence: str) -> gr.Error:
    return gr.Error(_sentence(sentence), duration=SECONDS, title="", print_exception=False)


def _sentence(words: str) -> str:
    """Uploads by their own name, not by where they lie here; no HTML of strangers."""
    folder = re.escape(tempfile.gettempdir())
    return html.escape(re.sub(rf"{folder}/\S*/", "", words))

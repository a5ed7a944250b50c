"""A button that starts long work in a process of its own, one that stops it, and what it says."""

import html
from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

from learned.app.apart import apart
from learned.app.toasts import FIXABLE, warn

LONGEST = 120  # seconds, after which work is stopped
AT_ONCE = 2  # so many people's work; others wait for their turn


class Job:
    """The two buttons, and below them a part that shows the steps and then the outcome."""

    def __init__(self, words: str, elem_id: str) -> None:
        with gr.Row():
            self.start, self.stop = start_and_stop(words, elem_id, f"{elem_id}-stop")
        self.outcome = gr.HTML(elem_id=f"{elem_id}-outcome")

    def on_start(
        self,
        work: Callable[..., tuple[Any, ...]],
        shown: Callable[[Any], dict[Any, Any]],
        inputs: list[Any],
        outputs: list[Any],
    ) -> None:
        """Make the buttons work.

        work : from the values of ``inputs`` to what `apart` takes: a function and its arguments;
            raises ``ValueError`` where something is missing
        shown : from what the function returned to what ``outcome`` and ``outputs`` show
        """

        def run(*values: Any) -> Iterator[dict[Any, Any]]:
            try:
                for kind, found in apart(*work(*values), seconds=LONGEST):
                    if kind == "step":
                        yield {self.outcome: f'<p role="status">{html.escape(found)} …</p>'}
                    else:
                        yield shown(found)
            except FIXABLE as error:
                warn(error)
                yield {self.outcome: ""}

        running = self.start.click(
            run, inputs, [self.outcome, *outputs],
            show_progress="hidden", concurrency_limit=AT_ONCE, concurrency_id="apart",
        )  # fmt: skip
        self.stop.click(lambda: "", None, self.outcome, cancels=[running])


def start_and_stop(words: str, start: str, stop: str) -> tuple[gr.Button, gr.Button]:
    """Two buttons by their ids, the one that matters first and wider."""
    return (
        gr.Button(words, variant="primary", elem_id=start, scale=3, min_width=160),
        gr.Button("Stop", elem_id=stop, scale=1, min_width=80),
    )

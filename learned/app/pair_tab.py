"""The Own pair tab: a network learns the kernel behind a person's two pictures."""

import html
from pathlib import Path
from typing import Any, ClassVar

import gradio as gr
import numpy as np

from handconv import BORDERS
from learned.app.components import copyable
from learned.app.job import Job
from learned.app.learn_tab import LR, OPTIMIZERS
from learned.app.link import Reader, number, one_of, query, text, truth
from learned.app.pairing import Learned, pairing, size_of
from learned.app.pictures import OWN, Pictures
from learned.app.recovering import EXAMPLES, example_files
from learned.app.shown import download, image, kernel_table
from learned.app.snippets import pair_command, pair_python
from learned.app.toasts import errors_as_toasts

SIZES = ["auto", "3 × 3", "5 × 5", "7 × 7", "9 × 9"]
STEPS = (1, 10_000)
PLAIN = {"size": "auto", "border": "valid", "optimizer": "newton", "steps": 50, "lr": 0}
PAIRS = [name for name in EXAMPLES if "dull" not in name]
"""Examples that a network can learn from."""


class PairTab:
    """The parts of the tab, and what happens between them."""

    name = "pair"
    readers: ClassVar[dict[str, Reader]] = {
        "example": one_of([OWN, *PAIRS]),
        "size": text(20),
        "border": one_of(["valid", *BORDERS]),
        "optimizer": one_of(OPTIMIZERS),
        "steps": number(*STEPS),
        "lr": number(*LR),
        "truncated": truth,
        "colour": truth,
    }

    def __init__(self) -> None:
        fields = {"pair-before": "Before", "pair-after": "After"}
        self.pictures = Pictures(self.name, PAIRS, fields)
        self.parts = {"example": self.pictures.example, **_controls()}
        self.job = Job("Learn from the pair", "pair")
        self.copies = copyable(self.name)
        self.inputs = list(self.parts.values())
        files, copies = self.pictures.files, list(self.copies)
        self.outputs = [*files, *copies]
        everything = [*files, *self.inputs]
        self.pictures.on_upload(self.copy, everything, copies)
        self.job.on_start(self._work, self._shown, everything, [])
        example, *others = self.inputs
        example.input(self.choose, self.inputs, self.outputs, show_progress="hidden")
        gr.on([part.input for part in others], self.copy, everything, copies,
              show_progress="hidden")  # fmt: skip

    def choose(self, *values: Any) -> dict[Any, Any]:
        """The files of an example, and how it is done elsewhere."""
        with errors_as_toasts():
            files = (None, None) if values[0] == OWN else example_files(values[0])
            chosen = dict(zip(self.pictures.files, files, strict=True))
            return {**chosen, **self.copy(*files, *values)}

    def copy(self, before: str | None, after: str | None, *values: Any) -> dict[Any, Any]:
        """How it is done elsewhere."""
        given = dict(zip(self.parts, values, strict=True))
        names = Path(before or "before.png").name, Path(after or "after.png").name
        with errors_as_toasts():
            settings = settings_of(given)
            kept = {name: value for name, value in given.items() if value != PLAIN.get(name, False)}
            texts = pair_command(*names, settings), pair_python(*names, settings)
            return dict(zip(self.copies, (*texts, query(self.name, kept)), strict=True))

    def _work(self, before: str | None, after: str | None, *values: Any) -> tuple[Any, ...]:
        if before is None or after is None:
            raise ValueError("two pictures are needed: before and after the filter.")
        return pairing, before, after, settings_of(dict(zip(self.parts, values, strict=True)))

    def _shown(self, found: Learned) -> dict[Any, Any]:
        links = "".join(
            download(data, kind, name, words)
            for data, kind, name, words in (
                (found.kernels, "application/octet-stream", "kernels.safetensors", "kernels"),
                (found.metrics, "application/json", "metrics.json", "metrics"),
                (found.figure, "image/png", "own_pairs.png", "figure"),
            )
        )
        return {
            self.job.outcome: f'<pre class="report" role="status">{html.escape(found.report)}</pre>'
            f'<div class="scroll kernels">{_tables(found)}</div><p>Save {links}</p>'
            f'<div class="scroll" tabindex="0">'
            f"{image(found.figure, 'before, after, what is left, kernels', 'figure')}</div>"
        }


def settings_of(given: dict[str, Any]) -> dict[str, Any]:
    """What of `learned.learn` is other than by default; raises ``ValueError`` for a wrong size.

    >>> settings_of({**PLAIN, "size": "3 × 3", "optimizer": "whitened adam", "truncated": True})
    {'size': (3, 3), 'truncated': True, 'optimizer': 'adam', 'precondition': 'whiten'}
    """
    found: dict[str, Any] = {}
    if (size := size_of(given["size"] or "auto")) != "auto":
        found["size"] = size
    if given["border"] != PLAIN["border"]:
        found["border"] = given["border"]
    found |= {name: True for name in ("truncated", "colour") if given.get(name)}
    whitened, name = "whitened " in given["optimizer"], given["optimizer"].split()[-1]
    if name != PLAIN["optimizer"]:
        found["optimizer"] = name
        if given["lr"]:
            found["lr"] = given["lr"]
    if whitened:
        found["precondition"] = "whiten"
    if given["steps"] and given["steps"] != PLAIN["steps"]:
        found["steps"] = int(given["steps"])
    return found


def _controls() -> dict[str, Any]:
    with gr.Row():
        size = gr.Dropdown(
            SIZES, value=PLAIN["size"], label="Size", allow_custom_value=True, elem_id="pair-size",
            info="Rows × columns, odd; auto: found out.",
        )  # fmt: skip
        border = gr.Dropdown(
            ["valid", *BORDERS], value=PLAIN["border"], label="Border", elem_id="pair-border",
            info="What stood outside; valid: not known.",
        )  # fmt: skip
        optimizer = gr.Dropdown(
            list(OPTIMIZERS), value=PLAIN["optimizer"], label="Optimizer",
            elem_id="pair-optimizer", info="Whitened: all directions equally steep.",
        )  # fmt: skip
    with gr.Row():
        steps = gr.Number(
            PLAIN["steps"], label="Steps", precision=0, minimum=STEPS[0], maximum=STEPS[1],
            elem_id="pair-steps", info="At most; newton needs two.", min_width=120,
        )  # fmt: skip
        lr = gr.Number(
            PLAIN["lr"], label="Learning rate", minimum=LR[0], maximum=LR[1], elem_id="pair-lr",
            info="0: what suits the optimizer.", min_width=120,
        )  # fmt: skip
    with gr.Row():
        truncated = gr.Checkbox(
            False, label="Cut off, not rounded", info="How sums became whole numbers."
        )
        colour = gr.Checkbox(
            False, label="Grey made of colour", info="The kernel mixes three channels into one."
        )
    parts = size, border, optimizer, steps, lr, truncated, colour
    return dict(zip((*PLAIN, "truncated", "colour"), parts, strict=True))


def _tables(found: Learned) -> str:
    limit = float(np.abs(found.kernel).max())
    channels = ("",) if len(found.kernel) == 1 else ("red, ", "green, ", "blue, ")
    parts = []
    for number_, channel in enumerate(channels):
        parts.append(kernel_table(found.kernel[number_], limit, f"{channel}learned"))
        if found.reach is not None:
            title = f"{channel}proven to within ± this"
            parts.append(kernel_table(found.reach[number_], limit, title))
    parts += [kernel_table(taps, limit, f"nearest: {name}") for name, taps in found.nearest]
    return "".join(f"<div>{part}</div>" for part in parts)

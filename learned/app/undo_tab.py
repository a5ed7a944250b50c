"""The Undo tab: a known filter, taken back off a picture."""

import html
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import gradio as gr

from handconv import BORDERS
from handconv.kernels import names
from learned.app.components import compare_view, copyable, side_by_side
from learned.app.job import Job
from learned.app.link import Reader, number, one_of, query, text
from learned.app.pictures import OWN, Pictures
from learned.app.shown import download, image
from learned.app.snippets import undo_command, undo_python
from learned.app.toasts import errors_as_toasts
from learned.app.undoing import EXAMPLES, Undone, example_files, undoing

KERNELS = [*names(), "gaussian(5, 1)", "box(5)", "unsharp(5, 1.2)", "motion(7, 30)"]
ROUNDINGS = ["nearest", "halves up", "floor"]
LONGEST_KERNEL = 4000  # characters
LARGEST = 1e6  # of a divisor, a bias, noise
PLAIN = {"divisor": 1, "bias": 0, "border": "replicate", "rounding": "nearest", "noise": None}
"""What `typed_filter` and `undo` take where nothing else is said."""


class UndoTab:
    """The parts of the tab, and what happens between them."""

    name = "undo"
    readers: ClassVar[dict[str, Reader]] = {
        "example": one_of([OWN, *EXAMPLES]),
        "kernel": text(LONGEST_KERNEL),
        "divisor": number(-LARGEST, LARGEST),
        "bias": number(-LARGEST, LARGEST),
        "border": one_of(BORDERS),
        "rounding": one_of(ROUNDINGS),
        "noise": number(0, LARGEST),
    }

    def __init__(self) -> None:
        fields = {"undo-after": "After", "undo-original": "Original, if any"}
        self.pictures = Pictures(self.name, list(EXAMPLES), fields)
        self.found = gr.File(
            label="The filter, as Recover saves it: JSON", file_types=[".json"], height=140,
            elem_id="undo-found",
        )  # fmt: skip
        with gr.Group() as self.known:
            self.parts = {"example": self.pictures.example, **_filter_controls()}
        self.parts["noise"] = gr.Number(
            PLAIN["noise"], label="Noise", elem_id="noise",  # a minimum would fill it in
            info="Grey levels that came on top; empty: found out.",
        )  # fmt: skip
        self.job = Job("Undo", "undo")
        with gr.Row():
            self.picture, self.proof = compare_view("undo-picture"), gr.HTML(elem_id="undo-proof")
        self.copies = copyable(self.name)
        self.files = [*self.pictures.files, self.found]
        self.inputs = list(self.parts.values())
        self.outputs = [*self.files, *self.copies]
        self._connect()

    def _connect(self) -> None:
        everything, copies = [*self.files, *self.inputs], list(self.copies)
        self.pictures.on_upload(self.copy, everything, copies)
        self.job.on_start(self._work, self._shown, everything, [self.picture, self.proof])
        example = self.parts["example"]
        example.input(self.take, everything, [*self.outputs, *self.inputs], show_progress="hidden")
        others = [part.input for part in self.inputs if part is not example]
        gr.on(others, self.copy, everything, copies, show_progress="hidden")
        self.found.change(
            lambda found: gr.update(visible=found is None), self.found, self.known,
            show_progress="hidden",
        ).then(self.copy, everything, copies, show_progress="hidden")  # fmt: skip

    def take(self, after: Any, original: Any, found: Any, *values: Any) -> dict[Any, Any]:
        """An example: its files, the kernel that made it, and all else as `PLAIN`."""
        given = dict(zip(self.parts, values, strict=True))
        given |= {"kernel": EXAMPLES.get(given["example"], given["kernel"]), **PLAIN}
        controls = {self.parts[name]: value for name, value in given.items()}
        return {**controls, **self.choose(*given.values())}

    def choose(self, *values: Any) -> dict[Any, Any]:
        """The files of an example, and how it is done elsewhere."""
        example, files = values[0], (None, None)
        with errors_as_toasts():
            chosen = files if example == OWN else example_files(example)
            return {
                **dict(zip(self.files, (*chosen, None), strict=True)),
                **self.copy(*chosen, None, *values),
            }

    def copy(
        self, after: str | None, original: str | None, found: str | None, *values: Any
    ) -> dict[Any, Any]:
        """How it is done elsewhere."""
        given = dict(zip(self.parts, values, strict=True))
        settings = changed(given)
        names = (
            Path(after or "after.png").name,
            original and Path(original).name,
            found and Path(found).name,
        )
        kept = {"example": given["example"], **settings}
        texts = undo_command(*names, settings), undo_python(*names, settings)
        return dict(zip(self.copies, (*texts, query(self.name, kept)), strict=True))

    def _work(
        self, after: str | None, original: str | None, found: str | None, *values: Any
    ) -> tuple[Any, ...]:
        if after is None:
            raise ValueError("a filtered picture is needed.")
        settings = changed(dict(zip(self.parts, values, strict=True)))
        return undoing, after, original, found, settings

    def _shown(self, found: Undone) -> dict[Any, Any]:
        links = download(found.picture, "application/octet-stream", found.name, found.name)
        links += download(found.figure, "image/png", "undone.png", "figure")
        keys = "".join(
            f'<li><i style="background: {found.colours[name]}"></i>{name} {_percent(share)}</li>'
            for name, share in found.shares.items()
        )
        return {
            self.job.outcome: f'<pre class="report" role="status">{html.escape(found.report)}</pre>'
            f"<p>Save {links}</p>",
            self.picture: side_by_side(found.after, found.undone, ("after", "undone")),
            self.proof: f"{image(found.proof, 'how sure each pixel is', 'proof')}"
            f'<ul class="keys">{keys}</ul>',
        }


def changed(given: Mapping[str, Any]) -> dict[str, Any]:
    """The kernel as it was written, and all that is other than `PLAIN`; emptied fields are not."""
    others = {
        name: given[name] for name, plain in PLAIN.items() if given[name] not in (plain, None)
    }
    return {"kernel": (given["kernel"] or "").strip(), **others}


def _filter_controls() -> dict[str, Any]:
    with gr.Row():
        kernel = gr.Dropdown(
            KERNELS, value="sharpen", label="Or its kernel", elem_id="undo-kernel",
            allow_custom_value=True, scale=2, min_width=250,
            info="A name, as gaussian(5, 1), or taps, as [[0, -1, 0], [-1, 5, -1], [0, -1, 0]].",
        )  # fmt: skip
        divisor = gr.Number(
            PLAIN["divisor"], label="Divisor", info="Of the taps.", elem_id="divisor", min_width=120
        )
        bias = gr.Number(
            PLAIN["bias"], label="Bias", info="Grey levels that were added.", elem_id="bias",
            min_width=120,
        )  # fmt: skip
    with gr.Row():
        border = gr.Dropdown(
            list(BORDERS), value=PLAIN["border"], label="Border", elem_id="undo-border",
            info="What stood outside the picture.",
        )  # fmt: skip
        rounding = gr.Dropdown(
            ROUNDINGS, value=PLAIN["rounding"], label="Rounding", elem_id="rounding",
            info="How sums were stored; nearest: halves either way.",
        )  # fmt: skip
    parts = kernel, divisor, bias, border, rounding
    return dict(zip(("kernel", "divisor", "bias", "border", "rounding"), parts, strict=True))


def _percent(share: float) -> str:
    """Rounded down: never 100 % where a pixel is missing."""
    return f"{int(share * 1000) / 10:g} %"

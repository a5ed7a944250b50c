"""The Recover tab: which filter lies between two pictures?"""

import html
from pathlib import Path
from typing import Any, ClassVar

import gradio as gr

from learned.app.components import copyable
from learned.app.job import Job
from learned.app.link import Reader, one_of, query, truth
from learned.app.pictures import OWN, Pictures
from learned.app.recovering import EXAMPLES, Recovered, example_files, recovering
from learned.app.shown import download, image
from learned.app.snippets import recover_command, recover_python
from learned.app.toasts import errors_as_toasts

LIBRARIES = ["opencv", "scipy", "torch", "numpy"]


class RecoverTab:
    """The parts of the tab, and what happens between them."""

    name = "recover"
    readers: ClassVar[dict[str, Reader]] = {"example": one_of([OWN, *EXAMPLES]), "crop": truth}

    def __init__(self) -> None:
        self.pictures = Pictures(self.name, list(EXAMPLES), {"before": "Before", "after": "After"})
        crop = gr.Checkbox(
            False, label="The rim was left out",
            info="The after picture is smaller, and lies in the middle of the before picture.",
        )  # fmt: skip
        self.parts: dict[str, Any] = {"example": self.pictures.example, "crop": crop}
        self.job = Job("Recover", "recover")
        self._lay_out_results()
        files = self.pictures.files
        self.inputs, self.outputs = list(self.parts.values()), [*files, *self.copies]
        self._connect()

    def _lay_out_results(self) -> None:
        self.figure = gr.HTML(elem_id="recover-figure")
        self.programs = gr.State({})
        self.library = gr.Radio(
            LIBRARIES, value=LIBRARIES[0], label="The same as code", elem_id="library",
            info="A program that reads before.png and writes reproduced.png.", visible=False,
        )  # fmt: skip
        self.code = gr.Code(
            label="Program", language="python", interactive=False, lines=1, max_lines=25,
            show_line_numbers=False, elem_id="program", buttons=["copy"], visible=False,
        )  # fmt: skip
        self.copies = copyable("recover")

    def _connect(self) -> None:
        files, copies = self.pictures.files, list(self.copies)
        self.pictures.on_upload(self.copy, [*files, *self.inputs], copies)
        results = [self.figure, self.programs, self.library, self.code]
        self.job.on_start(_work, self._shown, [*files, self.parts["crop"]], results)
        example, crop = self.inputs
        example.input(self.choose, self.inputs, self.outputs, show_progress="hidden")
        crop.input(self.copy, [*files, *self.inputs], copies, show_progress="hidden")
        shown = [self.library, self.programs]
        self.library.input(lambda name, all_of: all_of[name], shown, self.code)

    def choose(self, example: str, crop: bool) -> dict[Any, Any]:
        """The files of an example, and how it is done elsewhere."""
        with errors_as_toasts():
            before, after = (None, None) if example == OWN else example_files(example)
            chosen = dict(zip(self.pictures.files, (before, after), strict=True))
            return {**chosen, **self.copy(before, after, example, crop)}

    def copy(
        self, before: str | None, after: str | None, example: str, crop: bool
    ) -> dict[Any, Any]:
        """How it is done elsewhere."""
        names = Path(before or "before.png").name, Path(after or "after.png").name
        link = query(self.name, {"example": example, "crop": crop})
        texts = recover_command(*names, crop), recover_python(*names, crop), link
        return dict(zip(self.copies, texts, strict=True))

    def _shown(self, found: Recovered) -> dict[Any, Any]:
        links = download(found.json, "application/json", "found.json", "JSON") + download(
            found.figure, "image/png", "found.png", "figure"
        )
        libraries = list(found.programs)
        return {
            self.job.outcome: f'<h2 role="status">{found.verdict}</h2>'
            f'<pre class="report">{html.escape(found.report)}</pre><p>Save the {links}</p>',
            self.figure: '<div class="scroll" tabindex="0">'
            f"{image(found.figure, 'before, after, reproduced, difference, kernel', 'figure')}"
            "</div>",
            self.programs: found.programs,
            self.library: gr.update(
                choices=libraries, value=next(iter(libraries), None), visible=bool(libraries)
            ),
            self.code: gr.update(
                value=next(iter(found.programs.values()), ""), visible=bool(libraries)
            ),
        }


def _work(before: str | None, after: str | None, crop: bool) -> tuple[Any, ...]:
    if before is None or after is None:
        raise ValueError("two pictures are needed: before and after the filter.")
    return recovering, before, after, crop

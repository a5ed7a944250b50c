"""The Recover tab: which filter lies between two pictures?"""

import html
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import gradio as gr

from learned.app.apart import apart
from learned.app.components import copyable, picture_file, preview
from learned.app.link import Reader, one_of, query, truth
from learned.app.recovering import EXAMPLES, Recovered, example_files, recovering
from learned.app.shown import data_url, download
from learned.app.snippets import recover_command, recover_python
from learned.app.toasts import errors_as_toasts

OWN = "my own pictures"
LONGEST = 120  # seconds, after which a recovery is stopped
LIBRARIES = ["opencv", "scipy", "torch", "numpy"]


class RecoverTab:
    """The parts of the tab, and what happens between them."""

    name = "recover"
    readers: ClassVar[dict[str, Reader]] = {"example": one_of([OWN, *EXAMPLES]), "crop": truth}

    def __init__(self) -> None:
        self._lay_out_controls()
        self._lay_out_results()
        self.inputs, self.outputs = list(self.parts.values()), [*self.files, *self.copies]
        self._connect()

    def _lay_out_controls(self) -> None:
        example = gr.Radio(
            [OWN, *EXAMPLES], value=OWN, label="Pictures", elem_id="recover-example",
            info="Bring your own below, or try one of these, made by OpenCV.",
        )  # fmt: skip
        self.files, self.previews = [], []
        with gr.Row():
            for words in ("Before", "After"):
                with gr.Column(min_width=250):
                    self.files.append(picture_file(words, words.lower()))
                    self.previews.append(gr.HTML(elem_classes="previews"))
        crop = gr.Checkbox(
            False, label="The rim was left out",
            info="The after picture is smaller, and lies in the middle of the before picture.",
        )  # fmt: skip
        self.parts: dict[str, Any] = {"example": example, "crop": crop}
        with gr.Row():
            self.start = gr.Button("Recover", variant="primary", elem_id="recover")
            self.stop = gr.Button("Stop", variant="stop", elem_id="recover-stop")

    def _lay_out_results(self) -> None:
        self.verdict = gr.HTML(elem_id="verdict")
        self.figure = gr.HTML(elem_id="recover-figure")
        self.programs = gr.State({})
        self.library = gr.Radio(
            LIBRARIES, value=LIBRARIES[0], label="The same as code", elem_id="library",
            info="A program that reads before.png and writes reproduced.png.", visible=False,
        )  # fmt: skip
        self.code = gr.Code(
            label="Program", language="python", interactive=False, lines=1, max_lines=25,
            elem_id="program", buttons=["copy"], visible=False,
        )  # fmt: skip
        self.copies = copyable("recover")

    def _connect(self) -> None:
        results = [self.verdict, self.figure, self.programs, self.library, self.code]
        for file, shown in zip(self.files, self.previews, strict=True):
            file.change(preview, file, shown, show_progress="hidden")
            file.upload(_own, None, self.parts["example"], show_progress="hidden").then(
                self.copy, [*self.files, *self.inputs], list(self.copies), show_progress="hidden"
            )
        running = self.start.click(
            self.recover, [*self.files, self.parts["crop"]], results,
            show_progress="hidden", concurrency_limit=2, concurrency_id="recover",
        )  # fmt: skip
        self.stop.click(lambda: "", None, self.verdict, cancels=[running])
        gr.on(
            [part.input for part in self.parts.values()],
            self.choose, self.inputs, self.outputs, show_progress="hidden",
        )  # fmt: skip
        shown = [self.library, self.programs]
        self.library.input(lambda name, all_of: all_of[name], shown, self.code)

    def choose(self, example: str, crop: bool) -> dict[Any, Any]:
        """The files of an example, and how it is done elsewhere."""
        files: list[str | None] = [None, None]
        if example != OWN:
            files = list(example_files(example))
        with errors_as_toasts():
            return {
                **dict(zip(self.files, files, strict=True)),
                **self._copies(files, example, crop),
            }

    def copy(self, before: str | None, after: str | None, *values: Any) -> dict[Any, Any]:
        """How it is done elsewhere."""
        return self._copies([before, after], *values)

    def _copies(self, files: list[str | None], example: str, crop: bool) -> dict[Any, Any]:
        before, after = (
            Path(file).name if file else f"{which}.png"
            for which, file in zip(("before", "after"), files, strict=True)
        )
        link = query(self.name, {"example": example, "crop": crop})
        texts = recover_command(before, after, crop), recover_python(before, after, crop), link
        return dict(zip(self.copies, texts, strict=True))

    def recover(
        self, before: str | None, after: str | None, crop: bool
    ) -> Iterator[dict[Any, Any]]:
        """The steps as they begin, and at last what was found."""
        with errors_as_toasts():
            if before is None or after is None:
                raise ValueError("two pictures are needed: before and after the filter.")
            for kind, found in apart(recovering, before, after, crop, seconds=LONGEST):
                if kind == "step":
                    yield {self.verdict: f'<p role="status">{html.escape(found)} …</p>'}
                else:
                    yield self._shown(found)

    def _shown(self, found: Recovered) -> dict[Any, Any]:
        links = download(found.json, "application/json", "found.json", "JSON") + download(
            found.figure, "image/png", "found.png", "figure"
        )
        libraries = list(found.programs)
        return {
            self.verdict: f'<h2 role="status">{found.verdict}</h2>'
            f'<pre class="report">{html.escape(found.report)}</pre><p>Save the {links}</p>',
            self.figure: f'<div class="scroll" tabindex="0"><img class="figure" src="'
            f'{data_url(found.figure, "image/png")}" alt="before, after, reproduced, difference, '
            f'kernel"></div>',
            self.programs: found.programs,
            self.library: gr.update(
                choices=libraries, value=next(iter(libraries), None), visible=bool(libraries)
            ),
            self.code: gr.update(
                value=next(iter(found.programs.values()), ""), visible=bool(libraries)
            ),
        }


def _own() -> str:
    return OWN

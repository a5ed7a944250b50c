"""The Filter tab: a photo, a kernel, and what comes of the two."""

from functools import wraps
from typing import Any

import gradio as gr

from handconv import BORDERS
from handconv.kernels import named
from learned.app.components import compare_view, compared, copyable, kernel_grid
from learned.app.filter_form import (
    FLIPS,
    KERNELS,
    READERS,
    SLIDERS,
    cells_of,
    request_of,
    state,
    wanted_by,
    written,
)
from learned.app.filtering import OWN, STORED, Filtered, filtered
from learned.app.link import query
from learned.app.picker import photo_picker
from learned.app.shown import download, png, worked_example
from learned.app.snippets import filter_command, filter_python
from learned.app.toasts import FIXABLE, errors_as_toasts, note

START = "sobel_x"
AT_ONCE: dict[str, Any] = {
    "show_progress": "hidden",
    "trigger_mode": "always_last",
    "queue": False,
}
"""How results follow the controls: without Gradio's queue, which is slower, but has toasts."""


def noted(method: Any) -> Any:
    """What goes wrong becomes a note among the facts."""

    @wraps(method)
    def answer(tab: "FilterTab", *values: Any) -> Any:
        try:
            return method(tab, *values)
        except FIXABLE as error:
            return {tab.facts: note(error)}

    return answer


class FilterTab:
    """The parts of the tab, and what happens between them."""

    name, readers = "filter", READERS

    def __init__(self) -> None:
        with gr.Row():
            with gr.Column(scale=2, min_width=300):
                self.parts = self._lay_out_controls()
            with gr.Column(scale=3, min_width=300):
                self._lay_out_results()
        self.inputs = list(self.parts.values())
        self.sliders = {name: self.parts[name] for name in SLIDERS}
        self.results = [self.picture, self.facts, self.example, *self.copies]
        self.outputs = [*self.results, self.parts["taps"], *self.sliders.values()]
        self._connect()

    def _lay_out_controls(self) -> dict[str, Any]:
        self.picker = photo_picker("filter")
        return {
            "photo": self.picker.source,
            "colour": gr.Checkbox(False, label="In colour", info="Else it is made grey first."),
            "kernel": gr.Dropdown(
                list(KERNELS), value=START, label="Kernel", elem_id="kernel",
                info="By name, with sliders, or typed into the fields below.",
            ),
            **{name: _slider(name) for name in SLIDERS},
            "taps": kernel_grid(written(named(START))),
            "flip": gr.Radio(
                list(FLIPS), value=FLIPS[0], label="Flip",
                info="Correlation lays the kernel as it is written; convolution turns it by 180°.",
            ),
            "border": gr.Dropdown(
                list(BORDERS), value="replicate", label="Border", elem_id="border",
                info="What stands outside the photo.",
            ),
            "stored": gr.Radio(
                list(STORED), value="rounded", label="Stored in 8 bits",
                info="Clipped to 0 … 255 and rounded or truncated; or stretched, 0 as mid-grey.",
            ),
        }  # fmt: skip

    def _lay_out_results(self) -> None:
        self.picture = compare_view("filter-picture")
        self.facts = gr.HTML(elem_id="filter-facts")
        with gr.Row():
            for name, info in (("row", "Click on the picture, or type."), ("column", "From 0.")):
                self.parts[name] = gr.Number(
                    0, label=f"{name.title()} of the pixel", info=info, precision=0, minimum=0,
                    elem_id=name, min_width=130,
                )  # fmt: skip
        self.example = gr.HTML(elem_id="example")
        self.save = gr.Button("Save the picture in full size", size="sm")
        self.saved = gr.HTML(elem_id="saved")
        self.copies = copyable("filter")

    def _connect(self) -> None:
        parts, results = self.parts, self.results
        self.picker.on_change(self.show, self.inputs, results, **AT_ONCE)
        plain = [parts[name] for name in ("colour", "flip", "border", "stored", "row", "column")]
        gr.on([part.input for part in plain], self.show, self.inputs, results, **AT_ONCE)
        moved = [part.input for part in self.sliders.values()]
        gr.on(moved, self.show_taps, self.inputs, [*results, parts["taps"]], **AT_ONCE)
        parts["kernel"].input(self.choose, self.inputs, self.outputs, **AT_ONCE)
        typed = [*results, parts["kernel"], *self.sliders.values()]
        parts["taps"].input(self.typed, self.inputs, typed, **AT_ONCE)
        pixel = [parts["row"], parts["column"]]
        self.picture.select(self.clicked, self.inputs, [*results, *pixel], **AT_ONCE)
        self.save.click(self.full_size, self.inputs, self.saved, concurrency_limit=2)

    @noted
    def show(self, *values: Any) -> dict[Any, Any]:
        """All that follows from the controls."""
        return self._shown(dict(zip(self.parts, values, strict=True)))

    @noted
    def show_taps(self, *values: Any) -> dict[Any, Any]:
        """The same, and the kernel's taps written into the grid."""
        given = dict(zip(self.parts, values, strict=True))
        given["taps"] = cells_of(given)
        return {**self._shown(given), self.parts["taps"]: given["taps"]}

    @noted
    def choose(self, *values: Any) -> dict[Any, Any]:
        """The same, with the sliders of the kernel that was chosen."""
        given = dict(zip(self.parts, values, strict=True))
        sliders = self._sliders_for(given)
        if given["kernel"] != OWN:
            given["taps"] = cells_of(given)
        return {**self._shown(given), self.parts["taps"]: given["taps"], **sliders}

    @noted
    def typed(self, *values: Any) -> dict[Any, Any]:
        """All that follows from a kernel that was typed into the grid."""
        given = {**dict(zip(self.parts, values, strict=True)), "kernel": OWN}
        return {**self._shown(given), self.parts["kernel"]: OWN, **self._sliders_for(given)}

    @noted
    def clicked(self, event: gr.EventData, *values: Any) -> dict[Any, Any]:
        """All that follows from a click on a pixel of the picture."""
        pixel = {"row": int(event.row), "column": int(event.column)}
        given = {**dict(zip(self.parts, values, strict=True)), **pixel}
        return {**self._shown(given), **{self.parts[name]: pixel[name] for name in pixel}}

    def full_size(self, *values: Any) -> str:
        """A link that saves the picture, none of its pixels left out."""
        with errors_as_toasts():
            after = filtered(request_of(dict(zip(self.parts, values, strict=True)))).after
            return download(png(after), "image/png", "after.png", "after.png")

    def _shown(self, given: dict[str, Any]) -> dict[Any, Any]:
        request = request_of(given)
        found = filtered(request)
        pixel, taps = (request.row, request.column), found.kernel.shape
        texts = filter_command(request), filter_python(request), query(self.name, state(given))
        return {
            self.picture: compared(found.before, found.after, pixel, (taps[0], taps[1])),
            self.facts: _facts(found),
            self.example: worked_example(found.examples, found.values),
            **dict(zip(self.copies, texts, strict=True)),
        }

    def _sliders_for(self, given: dict[str, Any]) -> dict[Any, Any]:
        """Those that the kernel has can be seen; the sides of one's own are those of the grid."""
        wanted, sides = wanted_by(given["kernel"]), {}
        if given["kernel"] == OWN:
            sides = {"rows": len(given["taps"]), "columns": len(given["taps"][0])}
        return {
            part: gr.update(
                visible=name in wanted, **({"value": sides[name]} if name in sides else {})
            )
            for name, part in self.sliders.items()
        }


def _slider(name: str) -> gr.Slider:
    low, high, step, value, info = SLIDERS[name]
    return gr.Slider(
        low, high, value, step=step, label=name.title(), info=f"{info[0].upper()}{info[1:]}.",
        visible=name in wanted_by(START), elem_id=f"slider-{name}", buttons=[],
    )  # fmt: skip


def _facts(found: Filtered) -> str:
    rows, columns = found.before.shape[:2]
    ours, theirs = 1e3 * found.seconds, 1e3 * found.seconds_opencv
    plan = found.plan.splitlines()
    return (
        f"<p>{rows} × {columns} pixels, kernel of {' × '.join(map(str, found.kernel.shape))} taps. "
        f"By hand in <b>{ours:.2f} ms</b>, by OpenCV's filter2D in <b>{theirs:.2f} ms</b>.<br>"
        f"The engine's plan is {plan[0]}; {plan[1]}.</p>"
    )

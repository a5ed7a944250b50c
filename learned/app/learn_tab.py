"""The Learn tab: optimizers that look for a kernel side by side, while one watches."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import gradio as gr
import numpy as np

from handconv.arrays import Floats
from handconv.kernels import BANK, names
from learned.app.components import copyable
from learned.app.curve import COLOURS, curve
from learned.app.job import start_and_stop
from learned.app.learn_form import as_command, as_python, config_of
from learned.app.link import Reader, number, one_of, query, some_of
from learned.app.photos import GALLERY
from learned.app.picker import photo_picker
from learned.app.shown import kernel_table
from learned.app.toasts import FIXABLE, errors_as_toasts, warn

FIXED = [name for name in names() if name != "identity"]
BLURS = ["gaussian(5, 1.2)", "box(5)", "motion(7, 30)", "unsharp(5, 1.2)"]
KERNELS = (*FIXED, *BLURS)
OPTIMIZERS = (
    *("newton", "lbfgs", "adam", "sgd"),
    *("whitened lbfgs", "whitened adam", "whitened sgd"),
)
FLIPS = ("correlation", "convolution")
TARGETS = ("float64", "float32", "uint8", "uint8_floor")
LONGEST = 60  # seconds that each may train
LR = (0, 100)
ONE_AT_A_TIME: dict[str, Any] = {"concurrency_limit": 2, "concurrency_id": "learn"}
"""Two people may train at once; others wait for their turn."""


class LearnTab:
    """The parts of the tab, and what happens between them."""

    name = "learn"
    readers: ClassVar[dict[str, Reader]] = {
        "photo": one_of([f"skimage:{name}" for name in GALLERY]),
        "kernel": one_of(KERNELS),
        "optimizers": some_of(OPTIMIZERS),
        "lr": number(*LR),
        "seconds": number(1, LONGEST),
        "flip": one_of(FLIPS),
        "target": one_of(TARGETS),
    }

    def __init__(self) -> None:
        with gr.Row():
            with gr.Column(scale=2, min_width=300):
                self.parts = self._lay_out_controls()
                with gr.Row():
                    self.start, self.stop = start_and_stop("Learn", "learn", "stop")
            with gr.Column(scale=3, min_width=300):
                self.watched = gr.HTML(elem_id="learn-watched")
                self.copies = copyable("learn")
        self.inputs = list(self.parts.values())
        self.outputs = list(self.copies)
        running = self.start.click(
            self.learn, self.inputs, self.watched, show_progress="minimal", **ONE_AT_A_TIME
        )
        self.stop.click(None, cancels=[running])
        self.picker.on_change(self.choose, self.inputs, self.outputs, show_progress="hidden")
        others = [part.input for name, part in self.parts.items() if name != "photo"]
        gr.on(others, self.choose, self.inputs, self.outputs, show_progress="hidden")

    def _lay_out_controls(self) -> dict[str, Any]:
        self.picker = photo_picker("learn")
        return {
            "photo": self.picker.source,
            "kernel": gr.Dropdown(
                list(KERNELS), value=BANK[4], label="Kernel", elem_id="learn-kernel",
                info="The one that made the after picture, to be found again.",
            ),
            "optimizers": gr.CheckboxGroup(
                list(OPTIMIZERS), value=["newton", "lbfgs", "adam"], label="Optimizers",
                info="Each learns from the same start; whitened: all directions equally steep.",
                elem_id="optimizers",
            ),
            "lr": gr.Number(
                0, label="Learning rate", minimum=LR[0], maximum=LR[1], elem_id="lr",
                info="0: what suits each optimizer. Newton has none.",
            ),
            "seconds": gr.Slider(
                1, LONGEST, 10, step=1, label="Seconds", buttons=[], elem_id="learn-seconds",
                info="Of training, for each optimizer at most.",
            ),
            "flip": gr.Radio(
                list(FLIPS), value=FLIPS[0], label="Flip",
                info="How the after picture is made. A network correlates: from convolution it "
                "finds the kernel turned by 180°.",
            ),
            "target": gr.Dropdown(
                list(TARGETS), value="float64", label="Stored as", elem_id="target",
                info="What is left of the after picture: exact, or rounded or truncated to 8 bits.",
            ),
        }  # fmt: skip

    def learn(self, *values: Any) -> Iterator[str]:
        """What can be seen, again and again, until all are done or nobody looks any more."""
        yield "<p>Starting …</p>"
        from learned.app.learning import learning  # here, as torch takes seconds

        try:
            config = config_of(dict(zip(self.parts, values, strict=True)))
            for hand, learners in learning(config):
                yield watched(hand, learners)
        except FIXABLE as error:
            warn(error)
            yield ""

    def choose(self, *values: Any) -> dict[Any, Any]:
        """The same as a command, as Python, and as a link."""
        given = dict(zip(self.parts, values, strict=True))
        with errors_as_toasts():
            config = config_of(given)
            kept = {**given, "optimizers": ",".join(given["optimizers"])}
            if not given["photo"].startswith("skimage:"):
                del kept["photo"]
            texts = as_command(config), as_python(config), query(self.name, kept)
            return dict(zip(self.copies, texts, strict=True))


def watched(hand: Floats, learners: Sequence[Any]) -> str:
    """The kernel by hand, every learned one with its difference, and how the errors fall."""
    limit = float(np.abs(hand).max())
    parts = [kernel_table(hand, limit, "by hand, as a network sees it")]
    for colour, each in zip(COLOURS, learners, strict=False):
        kernel = each.kernel[0]
        state, facts = "done" if each.done else "learning …", "waiting for its turn"
        if each.points:
            seconds, error = each.points[-1]
            steps = len(each.points) - 1
            done = f"{steps} {'step' if steps == 1 else 'steps'}, {seconds:.3g} s"
            facts = f"{done}: off by {error:.2g} of the largest tap"
        parts.append(
            f'<section><h3><span style="color: {colour}">●</span> {each.label}: {state}</h3>'
            f"<p>{facts} {each.problem}</p>"
            f'<div class="kernels">{kernel_table(kernel, limit, "learned")}'
            f"{kernel_table(kernel - hand, limit, 'difference')}</div></section>"
        )
    return curve(learners) + f'<div class="scroll">{"".join(parts)}</div>'

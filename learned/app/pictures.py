"""Fields for a person's pictures, each with a small look at what was brought, and examples."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gradio as gr

from learned.app.photos import read_upload
from learned.app.shown import image, viewed
from learned.app.toasts import errors_as_toasts

OWN = "my own pictures"
PREVIEW = 200  # pixels a side


class Pictures:
    """Examples to choose from, and a field for each file; its values are paths."""

    def __init__(self, tab: str, examples: Sequence[str], fields: Mapping[str, str]) -> None:
        """``fields`` are labels by the ids of their parts of the page."""
        self.example = gr.Radio(
            [OWN, *examples], value=OWN, label="Pictures", elem_id=f"{tab}-example",
            info="Bring your own below, or try one of these, made by OpenCV.",
        )  # fmt: skip
        self.files, self.previews = [], []
        with gr.Row():
            for elem_id, label in fields.items():
                with gr.Column(min_width=250):
                    self.files.append(_picture_file(label, elem_id))
                    self.previews.append(gr.HTML(elem_classes="previews"))

    def on_upload(self, show: Callable[..., Any], inputs: list[Any], outputs: list[Any]) -> None:
        """Call ``show`` when a person has brought a file."""
        for file, preview in zip(self.files, self.previews, strict=True):
            file.change(_preview, file, preview, show_progress="hidden")
            file.upload(_own, None, self.example, show_progress="hidden").then(
                show, inputs, outputs, show_progress="hidden"
            )


def _picture_file(words: str, elem_id: str) -> gr.File:
    """A picture of any kind that `handconv` reads, to drop or choose."""
    return gr.File(
        label=f"{words}: PNG, TIFF, JPEG, WebP, BMP or .npy", height=110, elem_id=elem_id,
        file_types=[".png", ".tif", ".tiff", ".jpg", ".jpeg", ".webp", ".bmp", ".npy"],
    )  # fmt: skip


def _preview(path: str | None) -> str:
    """A small look at a file, nothing for none; a note where it is no picture."""
    if path is None:
        return ""
    with errors_as_toasts():
        picture = read_upload(path)
        rows, columns = picture.shape[:2]
        look = image(viewed(picture, PREVIEW), "preview", "preview")
        return f"{look}<p>{rows} × {columns} pixels, {picture.dtype}</p>"


def _own() -> str:
    return OWN

"""Where a tab gets its photo from: the gallery, or a person's file."""

from typing import Any, NamedTuple

import gradio as gr

from handconv.pictures import SKIMAGE_PREFIX
from learned.app.components import gallery, upload
from learned.app.photos import FIRST, GALLERY, thumbnail


class Picker(NamedTuple):
    """The parts of the page; ``source`` holds what `grey_levels` reads."""

    source: gr.State
    gallery: gr.HTML
    file: gr.Image

    def on_change(self, show: Any, inputs: list[Any], outputs: list[Any], **how: Any) -> None:
        """Call ``show`` when another photo is chosen."""
        chosen = self.gallery.select(_chosen, None, [self.source, self.file], **how)
        brought = self.file.input(_brought, self.file, self.source, **how)
        for event in (chosen, brought):
            event.then(show, inputs, outputs, **how)


def photo_picker(tab: str) -> Picker:
    """A gallery above a field to drop, choose or paste a file."""
    photos = gallery([(name, thumbnail(name)) for name in GALLERY], f"{tab}-gallery")
    file = upload("Or your own photo: PNG, JPEG, TIFF, WebP, BMP", f"{tab}-file")
    return Picker(gr.State(FIRST), photos, file)


def _chosen(event: gr.EventData) -> tuple[str, None]:
    return SKIMAGE_PREFIX + GALLERY[event.index], None


def _brought(path: str | None) -> str:
    return path or FIRST

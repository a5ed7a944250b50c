"""The parts of the page that Gradio does not have, or that must treat strangers' files."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import gradio as gr

from handconv.pictures.show import Bytes
from learned.app.shown import image, scaled_down

STYLE = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")

# The taps of a kernel in a grid of fields. What is typed stays text until Python reads it; only
# characters of numbers are let in.
GRID = """\
<table class="taps"><tbody>${value.map((row, y) => `<tr>${row.map((tap, x) =>
`<td><input type="text" inputmode="decimal" value="${tap}"
aria-label="tap in row ${y + 1}, column ${x + 1}"></td>`).join("")}</tr>`).join("")}</tbody></table>
"""
READ_GRID = """\
element.addEventListener("input", () => {
  const text = (field) => field.value.replace(",", ".").replace(/[^0-9eE+.-]/g, "");
  const wrong = (field) => text(field) === "" || !isFinite(text(field));
  const fields = [...element.querySelectorAll("input")];
  fields.forEach((field) => field.toggleAttribute("data-wrong", wrong(field)));
  if (fields.some(wrong)) return;  // not finished yet, as "-" or "1e"
  const rows = [...element.querySelectorAll("tr")];
  props.value = rows.map((row) => [...row.querySelectorAll("input")].map(text));
  trigger("input");
});
"""

# A row of photos to choose from; a click says which.
CHOOSE = """\
element.addEventListener("click", (event) => {
  const chosen = event.target.closest("button");
  if (!chosen) return;
  const all = [...element.querySelectorAll("button")];
  all.forEach((each) => each.setAttribute("aria-pressed", each === chosen));
  trigger("select", {index: all.indexOf(chosen)});
});
"""

# A link that begins with "?" gets the page's address in front. That of the tab that is looked at
# becomes the address, but not before the page has been filled by the link that it was opened with:
# until then the address is what says it.
OPENED = "() => { window.wasOpened = true; }"
LOOKED_AT = """\
(link) => {
  const whole = new URL(link, location.href).href;
  if (window.wasOpened) history.replaceState(null, "", whole);
  return whole;
}
"""
CHANGED = """\
(link) => {
  const whole = new URL(link, location.href).href;
  const seen = document.querySelector("#NAME-link").offsetParent;
  if (window.wasOpened && seen) history.replaceState(null, "", whole);
  return whole;
}
"""

# Two pictures on top of each other. The line between them moves with the slider; a click says
# which pixel of the photo was meant.
COMPARE = """\
element.addEventListener("input", (event) => {
  element.style.setProperty("--at", event.target.value + "%");
});
element.addEventListener("click", (event) => {
  const picture = event.target.closest(".compare");
  if (!picture) return;
  const around = picture.getBoundingClientRect();
  const count = (share, all) => Math.min(all - 1, Math.max(0, Math.floor(share * all)));
  trigger("select", {
    row: count((event.clientY + 0.5 - around.top) / around.height, +picture.dataset.rows),
    column: count((event.clientX + 0.5 - around.left) / around.width, +picture.dataset.columns),
  });
});
"""


def kernel_grid(taps: list[list[str]]) -> gr.HTML:
    """Fields to type a kernel into: its value is rows of text, its event ``input``."""
    return gr.HTML(taps, html_template=GRID, js_on_load=READ_GRID, label="Taps", elem_id="taps")


def gallery(photos: Iterable[tuple[str, Bytes]], elem_id: str) -> gr.HTML:
    """Small pictures with names to choose from: its event ``select`` has the ``index`` of one."""
    buttons = "".join(
        f'<button type="button" aria-label="{name}" title="{name}" '
        f'aria-pressed="{"false" if number else "true"}">'
        f"{image(photo, '', 'thumbnail')}</button>"
        for number, (name, photo) in enumerate(photos)
    )
    return gr.HTML(
        f'<div class="gallery" role="group" aria-label="Photos">{buttons}</div>',
        js_on_load=CHOOSE, label="Photo", elem_id=elem_id,
    )  # fmt: skip


def compare_view(name: str) -> gr.HTML:
    """Before and after; its value is what `compared` makes, its event ``select`` a pixel."""
    return gr.HTML(js_on_load=COMPARE, label="Before and after", elem_id=name)


def compared(before: Bytes, after: Bytes, pixel: tuple[int, int], taps: tuple[int, int]) -> str:
    """Two pictures of one size, and a frame around the neighbourhood of a pixel."""
    (rows, columns), (row, column) = before.shape[:2], pixel
    at = (
        f"left: {100 * (column - taps[1] // 2) / columns:.4f}%; "
        f"top: {100 * (row - taps[0] // 2) / rows:.4f}%; "
        f"width: {100 * taps[1] / columns:.4f}%; height: {100 * taps[0] / rows:.4f}%"
    )
    return side_by_side(before, after, ("before", "after"), f'<i class="frame" style="{at}"></i>')


def side_by_side(left: Bytes, right: Bytes, names: tuple[str, str], on_top: str = "") -> str:
    """Two pictures of one size, a line between them that moves, and what lies on top."""
    (rows, columns), shown = left.shape[:2], (scaled_down(left), scaled_down(right))
    images = (
        image(picture, name, kind)
        for picture, name, kind in zip(shown, names, ("before", "after"), strict=True)
    )
    return (
        f'<div class="compare" data-rows="{rows}" data-columns="{columns}">{"".join(images)}'
        f'{on_top}</div><label class="line">{names[0]} <input type="range" min="0" max="100" '
        f'value="50" aria-label="line between {names[0]} and {names[1]}"> {names[1]}</label>'
    )


def upload(words: str, elem_id: str) -> gr.Image:
    """A picture to drop, choose or paste: its value is the file, which only `handconv` reads."""
    part = gr.Image(
        label=words, sources=["upload", "clipboard"], type="filepath", height=140, elem_id=elem_id,
        buttons=[],
    )  # fmt: skip
    part.preprocess = path_of  # Gradio's own would let Pillow open the file
    return part


def path_of(payload: Any) -> str | None:
    """Where an upload lies; Gradio has checked that it is one."""
    return None if payload is None else str(payload.path)


def copyable(tab: str) -> tuple[gr.Code, gr.Code, gr.Textbox]:
    """What does the same elsewhere: a command, a Python program, and a link to the tab's state."""
    command = gr.Code(
        label="Copy as command", language="shell", interactive=False, lines=1,
        wrap_lines=True, show_line_numbers=False, elem_id=f"{tab}-command", buttons=["copy"],
    )  # fmt: skip
    python = gr.Code(
        label="Copy as Python", language="python", interactive=False, lines=1,
        wrap_lines=True, show_line_numbers=False, elem_id=f"{tab}-python", buttons=["copy"],
    )  # fmt: skip
    address = gr.Textbox(
        label="Link to this state", info="Your own files are not in it.", interactive=False,
        buttons=["copy"], elem_id=f"{tab}-link",
    )  # fmt: skip
    changed = CHANGED.replace("NAME", tab)
    address.change(None, address, address, js=changed, show_progress="hidden")
    return command, python, address

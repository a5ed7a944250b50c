"""Pictures, kernels and worked examples as HTML that needs nothing from outside."""

import base64
import html
from collections.abc import Sequence

import cv2
import numpy as np

from handconv.arrays import Array, Floats
from handconv.pictures.draw import format_tap
from handconv.pictures.read import to_grey_levels
from handconv.pictures.show import Bytes, to_uint8
from handconv.worked import Worked

LARGEST_SHOWN = 1024  # pixels a side of a picture on the page; larger ones are scaled down for it
LARGEST_WRITTEN = 9  # taps a side of a kernel whose numbers are written into the cells
FAST = [cv2.IMWRITE_PNG_COMPRESSION, 1]


def data_url(data: bytes, kind: str) -> str:
    """Bytes as an address that holds them, so that the page need not fetch anything."""
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def png(picture: Bytes) -> bytes:
    """A (rows, columns) or (rows, columns, 3) picture as a PNG file."""
    swapped = picture if picture.ndim == 2 else picture[..., ::-1]
    _, data = cv2.imencode(".png", np.ascontiguousarray(swapped), FAST)
    return data.tobytes()


def scaled_down(picture: Array, largest: int = LARGEST_SHOWN) -> Array:
    """The picture, or means of its pixels, so that no side is longer than ``largest``."""
    factor = largest / max(picture.shape[:2])
    if factor >= 1:
        return picture
    rows, columns = (max(1, round(side * factor)) for side in picture.shape[:2])
    return cv2.resize(picture, (columns, rows), interpolation=cv2.INTER_AREA)


def viewed(picture: Array, largest: int = LARGEST_SHOWN) -> Bytes:
    """A picture of any depth, as `read_picture` gives it, in 8 bits and no larger than that."""
    return to_uint8(to_grey_levels(scaled_down(picture, largest)))


def image(data: Bytes | bytes, words: str, kind: str) -> str:
    """A picture, or a PNG file, on the page; ``words`` say to the blind what it is."""
    address = data_url(data if isinstance(data, bytes) else png(data), "image/png")
    return f'<img class="{kind}" alt="{html.escape(words)}" src="{address}">'


def download(data: bytes, kind: str, name: str, words: str) -> str:
    """A link that saves the bytes as a file."""
    return (
        f'<a class="save" download="{html.escape(name)}" href="{data_url(data, kind)}">{words}</a>'
    )


def kernel_table(kernel: Floats, limit: float, title: str) -> str:
    """A kernel as a table: red above zero, blue below, full at ``limit``."""
    written = max(kernel.shape) <= LARGEST_WRITTEN
    rows = [[_cell(float(tap), limit, written) for tap in row] for row in kernel]
    return _table(rows, title, "kernel" if written else "kernel fine")


def worked_example(examples: Sequence[tuple[str, Worked]], stored: Array) -> str:
    """Neighbourhood × kernel = products, and their sum; one line for each channel.

    examples : (name of the channel, or nothing; the example)
    stored : what became of each sum in the picture that is shown, 0 … 255
    """
    lines = []
    for (channel, example), value in zip(examples, np.ravel(stored), strict=True):
        if max(example.kernel.shape) > LARGEST_WRITTEN:
            tables = f"<p>Examples are written out up to {LARGEST_WRITTEN} × {LARGEST_WRITTEN}.</p>"
        else:
            tables = _multiplied(example)
        total = f"sum = <b>{example.total:.6g}</b>, shown as <b>{value}</b>"
        lines.append(f'<div class="worked">{channel}{tables}<p>{total}</p></div>')
    if any(example.invented.any() for _, example in examples):
        lines.append("<p><i>Dashed: pixels outside the photo, which the border invents.</i></p>")
    return "".join(lines)


def _multiplied(example: Worked) -> str:
    pixels = [
        [
            f'<td class="invented">{value:.6g}</td>' if invented else f"<td>{value:.6g}</td>"
            for value, invented in zip(row, marks, strict=True)
        ]
        for row, marks in zip(example.pixels.astype(float), example.invented, strict=True)
    ]
    limit = float(np.abs(example.kernel).max())
    products = [[f"<td>{value:.4g}</td>" for value in row] for row in example.products]
    return (
        f'<div class="sum">{_table(pixels, "pixels", "kernel")}<span>×</span>'
        f"{kernel_table(example.kernel, limit, 'kernel')}<span>=</span>"
        f"{_table(products, 'products', 'kernel')}</div>"
    )


def _cell(tap: float, limit: float, written: bool) -> str:
    share = min(1.0, abs(tap) / limit) if limit else 0.0
    colour = "220, 60, 40" if tap > 0 else "40, 110, 220"
    words = format_tap(tap) if written else ""
    return f'<td style="background: rgba({colour}, {0.75 * share:.3f})">{words}</td>'


def _table(rows: list[list[str]], title: str, kind: str) -> str:
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    return f'<table class="{kind}"><caption>{title}</caption><tbody>{body}</tbody></table>'

"""What the Undo tab does, in a process of its own; and filtered photos to try it with."""

import io
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, NamedTuple

import cv2
import numpy as np

from handconv.arrays import Array
from handconv.kernels import named
from handconv.pictures import skimage_photo, write_picture
from handconv.pictures.show import Bytes
from handconv.pictures.write import encode
from learned.app.photos import read_upload
from learned.app.shown import viewed

EXAMPLES = {
    "a sharpened photo": "sharpen",
    "a blurred photo": "gaussian(5, 1)",
    "slopes from left to right": "sobel_x",
}
"""The kernels of the examples: see `example_files`."""


class Undone(NamedTuple):
    """A filter taken off, as the page shows it."""

    report: str
    shares: dict[str, float]  # of the pixels that are proved, probable and guessed
    after: Bytes
    undone: Bytes  # both scaled down
    proof: Bytes  # how sure each pixel is, in colours
    colours: dict[str, str]  # of the proof, by the names of the shares
    figure: bytes  # PNG
    picture: bytes  # the whole picture before, as a file without loss
    name: str  # of that file


def undoing(
    tell: Callable[[str], None],
    after: str,
    original: str | None,
    found: str | None,
    settings: Mapping[str, Any],
) -> Undone:
    """Take a filter off the file ``after``; raises ``ValueError`` as `learned.undo` does.

    original : the file of a picture to compare the result with
    found : what recover wrote as JSON; else the filter is `typed_filter` of ``settings``, without
        ``noise``, which goes to `learned.undo`
    """
    tell("reading")
    picture = read_upload(after)
    compared_with = None if original is None else read_upload(original)
    from learned import undo
    from learned.undoing.figure import COLOURS, figure
    from learned.undoing.known import read_filter, typed_filter
    from learned.undoing.report import report

    settings, dtype = dict(settings), picture.dtype.name
    noise, error = settings.pop("noise", None), 0.0
    if found is None:
        made_by = typed_filter(**settings, dtype=dtype)
    else:
        made_by, error = read_filter(found, dtype)

    def progress(done: int, total: int) -> None:
        tell(f"undoing, part {done} of {total}")

    undone = undo(picture, made_by, error=error, noise=noise, progress=progress)
    text = report(undone, compared_with)
    tell("drawing")
    drawn = io.BytesIO()
    figure(undone).savefig(drawn, format="png")
    suffix = ".npy" if picture.dtype.kind == "f" else ".png"
    return Undone(
        text, undone.shares, viewed(picture), viewed(undone.picture),
        _in_colours(undone.sure.min(axis=0), list(COLOURS.values())),
        COLOURS, drawn.getvalue(), encode(suffix, undone.picture) or b"", f"before{suffix}",
    )  # fmt: skip


def _in_colours(sure: Array, colours: list[str]) -> Bytes:
    """(rows, columns) numbers of colours, "#rrggbb", as a picture."""
    table = np.array([list(bytes.fromhex(colour[1:])) for colour in colours], np.uint8)
    return table[sure]


@cache
def example_files(name: str) -> tuple[str, str]:
    """Paths to after.png and original.png of an example, which are written at the first call."""
    photo, folder = skimage_photo("camera"), Path(mkdtemp(prefix="undo-"))
    after = cv2.filter2D(photo, -1, named(EXAMPLES[name]), borderType=cv2.BORDER_REPLICATE)
    for which, picture in (("after", after), ("original", photo)):
        write_picture(folder / f"{which}.png", picture)
    return str(folder / "after.png"), str(folder / "original.png")

"""What the Recover tab does, in a process of its own; and pairs of pictures to try it with."""

import io
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, NamedTuple

import cv2
import numpy as np

from handconv.arrays import Array
from handconv.pictures import read_picture, skimage_photo, write_picture
from handconv.pictures.decode import decode
from learned.app.photos import MOST_PIXELS


class Recovered(NamedTuple):
    """A recovery as the page shows it."""

    verdict: str
    report: str
    programs: dict[str, str]
    json: bytes
    figure: bytes  # PNG


def recovering(tell: Callable[[str], None], before: str, after: str, crop: bool) -> Recovered:
    """Recover the filter between two files; raises ``ValueError`` as `learned.recover` does."""
    tell("reading")
    pictures = [read_picture(path) for path in (before, after)]
    for path, picture in zip((before, after), pictures, strict=True):
        if picture.shape[0] * picture.shape[1] > MOST_PIXELS:
            raise ValueError(
                f"{path} has {picture.shape[0]} × {picture.shape[1]} pixels; this page takes up to "
                f"{MOST_PIXELS:,}. Crop both pictures, or use scripts/recover.py."
            )
    from learned import recover
    from learned.recovery.figure import figure
    from learned.recovery.report import report

    found = recover(pictures[0], pictures[1], crop=crop, progress=tell)
    tell("drawing")
    names = "before.png", "reproduced.png"
    programs, explaining = found.programs(*names), found.explaining_programs(*names)
    written: dict[str, Any] = {**found.as_json(), "code": programs}
    for each, script in zip(written["explanations"], explaining, strict=True):
        each["code"] = script
    drawn = io.BytesIO()
    figure(found).savefig(drawn, format="png")
    shown = programs if found.verdict == "linear" else {}
    if explaining:
        shown = {"explanation": explaining[0]}
    text = report(found, programs, explaining).split("\nThe same ")[0].rstrip()
    data = json.dumps(written, indent=1).encode() + b"\n"
    return Recovered(found.verdict, text, shown, data, drawn.getvalue())


def _jpeg(photo: Array) -> Array:
    blurred = cv2.GaussianBlur(photo, (5, 5), 1.2)
    _, data = cv2.imencode(".jpg", blurred, [cv2.IMWRITE_JPEG_QUALITY, 90])
    return decode(data.tobytes())


def _dull(photo: Array) -> Array:
    return np.full_like(photo, 90)


EXAMPLES: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "a linear filter": (lambda photo: photo, lambda photo: cv2.GaussianBlur(photo, (5, 5), 0)),
    "a median": (lambda photo: photo, lambda photo: cv2.medianBlur(photo, 3)),
    "a blur, saved as JPEG": (lambda photo: photo, _jpeg),
    "a photo too dull to tell": (_dull, _dull),
}
"""What makes the before and the after picture of a photo; all by OpenCV."""


@cache
def example_files(name: str) -> tuple[str, str]:
    """Paths to before.png and after.png of an example, which are written at the first call."""
    photo, folder = skimage_photo("camera"), Path(mkdtemp(prefix="example-"))
    made = dict(zip(("before", "after"), (make(photo) for make in EXAMPLES[name]), strict=True))
    paths = []
    for which, picture in made.items():
        path = folder / f"{which}.png"
        write_picture(path, picture)
        paths.append(str(path))
    return paths[0], paths[1]

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
from handconv.pictures import skimage_photo, write_picture
from handconv.pictures.jpeg import read_stored
from learned.app.photos import read_upload

WORDS = {
    "see --json, and --figure for what it leaves": (
        "they are in the JSON, and what it leaves in the figure"
    ),
    "Code that does the same is in --json.": "Code that does the same is below.",
}
"""Of the script, and what the page says instead."""


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
    pictures = [read_upload(path) for path in (before, after)]
    from learned import recover
    from learned.recovery.figure import figure
    from learned.recovery.report import report

    jpegs = [read_stored(after)]
    found = recover(pictures[:1], pictures[1:], crop=crop, jpegs=jpegs, progress=tell)
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
    text = for_the_page(report(found, programs, explaining))
    data = json.dumps(written, indent=1).encode() + b"\n"
    return Recovered(found.verdict, text, shown, data, drawn.getvalue())


def for_the_page(report: str) -> str:
    """What the script prints, in the words of a page: code stands below, and options are links.

    >>> for_the_page("The best has 3 × 3 taps: see --json, and --figure for what it leaves.")
    'The best has 3 × 3 taps: they are in the JSON, and what it leaves in the figure.'
    """
    text = report.split("\nThe same ")[0]
    for words, others in WORDS.items():
        text = text.replace(words, others)
    return text.rstrip()


def _dull(photo: Array) -> Array:
    return np.full_like(photo, 90)


SAVED_AS_JPEG = "a blur, saved as JPEG"
EXAMPLES: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "a linear filter": (lambda photo: photo, lambda photo: cv2.GaussianBlur(photo, (5, 5), 0)),
    "a median": (lambda photo: photo, lambda photo: cv2.medianBlur(photo, 3)),
    SAVED_AS_JPEG: (lambda photo: photo, lambda photo: cv2.GaussianBlur(photo, (5, 5), 1.2)),
    "a photo too dull to tell": (_dull, _dull),
}
"""What makes the before and the after picture of a photo; all by OpenCV."""


@cache
def example_files(name: str) -> tuple[str, str]:
    """Paths to the before and after file of an example, which are written at the first call."""
    photo, folder = skimage_photo("camera"), Path(mkdtemp(prefix="example-"))
    made = dict(zip(("before", "after"), (make(photo) for make in EXAMPLES[name]), strict=True))
    paths = []
    for which, picture in made.items():
        jpeg = which == "after" and name == SAVED_AS_JPEG
        path = folder / f"{which}{'.jpg' if jpeg else '.png'}"
        write_picture(path, picture)
        paths.append(str(path))
    return paths[0], paths[1]

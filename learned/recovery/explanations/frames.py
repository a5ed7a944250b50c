"""Frames: the picture itself was moved, mirrored, turned or cropped, and no pixel was changed."""

from collections.abc import Iterator
from itertools import product

import cv2
import numpy as np
from scipy import fft

from handconv.arrays import Array
from handconv.borders import NAMES
from learned.recovery import thresholds
from learned.recovery.explanations.explanation import Explanation
from learned.recovery.reading import Reading

MOST_STEP = 16  # pixels
WORDS = {  # by quarter turns to the left and whether it was mirrored first
    (0, True): ("mirror", "mirrored left to right"),
    (2, True): ("mirror", "mirrored top to bottom"),
    (1, True): ("mirror", "mirrored along the diagonal from the top left"),
    (3, True): ("mirror", "mirrored along the diagonal from the top right"),
    (1, False): ("turn", "turned by 90° to the left"),
    (2, False): ("turn", "turned by 180°"),
    (3, False): ("turn", "turned by 90° to the right"),
}


def explain(seen: Reading) -> Iterator[Explanation]:
    """What was done to the whole picture, if nothing else was."""
    before, after = seen.before, seen.after
    if len(before) != len(after):
        return
    for explanation in (*_turns(), *_shifts(before, after), *_crops(before, after)):
        made = explanation.apply(before)
        if made.shape == after.shape and (made == after).mean() >= thresholds.FRAMED:
            yield explanation
            return


def explain_steps(seen: Reading) -> Iterator[Explanation]:
    """Every second pixel, or every third, …, if nothing else was done.

    From the first one on, and where the sizes divide, resizers do the same: these are named then.
    """
    before, after = seen.before, seen.after
    if len(before) != len(after):
        return
    lines = [
        [(step, first) for step in range(1, MOST_STEP + 1) for first in range(step)
         if len(range(first, old, step)) == new]
        for old, new in zip(before.shape[1:], after.shape[1:], strict=True)
    ]  # fmt: skip
    for (down, top), (across, left) in product(*lines):
        sizes = after.shape[1] * down, after.shape[2] * across
        made = every(before, top, left, down, across)
        if (top or left or sizes != before.shape[1:]) and (made == after).mean() == 1:
            settings = {"top": top, "left": left, "down": down, "across": across}
            sentence = (
                f"every pixel at steps of {down} rows and {across} columns, from row {top}, "
                f"column {left} on"
            )
            yield Explanation("frame", sentence, {"name": "steps", **settings}, every, settings)
            return


def every(planes: Array, top: int, left: int, down: int, across: int) -> Array:
    """Pixels at steps of so many rows and columns."""
    return planes[:, top::down, left::across]


def turn(planes: Array, left_turns: int, mirrored: bool) -> Array:
    """Mirrored left to right, or not; then turned to the left by so many times 90°."""
    return np.rot90(planes[:, :, ::-1] if mirrored else planes, left_turns, axes=(1, 2))


def roll(planes: Array, rows: int, columns: int) -> Array:
    """Moved down and to the right; what leaves on one side comes in on the other."""
    return np.roll(planes, (rows, columns), axis=(1, 2))


def shift(planes: Array, rows: int, columns: int, mode: str) -> Array:
    """Moved down and to the right; what comes in is as ``mode`` of `numpy.pad` says."""
    above, left = max(rows, 0), max(columns, 0)
    below, right = max(-rows, 0), max(-columns, 0)
    padded = np.pad(planes, ((0, 0), (above, below), (left, right)), mode)  # type: ignore[call-overload]
    return np.asarray(padded[:, below : below + planes.shape[1], right : right + planes.shape[2]])


def crop(planes: Array, top: int, left: int, height: int, width: int) -> Array:
    """A part of the picture."""
    return planes[:, top : top + height, left : left + width]


def _turns() -> Iterator[Explanation]:
    for (left_turns, mirrored), (name, words) in WORDS.items():
        settings = {"left_turns": left_turns, "mirrored": mirrored}
        parameters = {"name": name, **settings}
        yield Explanation("frame", f"the picture {words}", parameters, turn, settings)


def _shifts(before: Array, after: Array) -> Iterator[Explanation]:
    """By the place where the two go together best: by phase correlation."""
    if before.shape != after.shape:
        return
    spectrum = fft.rfft2(after[0].astype(np.float32)) * np.conj(
        fft.rfft2(before[0].astype(np.float32))
    )
    fits = fft.irfft2(spectrum / (np.abs(spectrum) + 1e-9), before.shape[1:])
    place = np.unravel_index(int(fits.argmax()), fits.shape)
    rows, columns = (
        int(at) if 2 * at <= length else int(at) - length
        for at, length in zip(place, fits.shape, strict=True)
    )
    settings = {"rows": rows, "columns": columns}
    moved = f"the picture moved by {rows} rows down and {columns} columns to the right"
    parameters = {"name": "roll", "shift": [rows, columns]}
    yield Explanation("frame", f"{moved}, around the edges", parameters, roll, settings)
    for border, mode in NAMES["numpy.pad"].items():
        parameters = {"name": "shift", "shift": [rows, columns], "border": border}
        sentence = f"{moved}; outside: {border}"
        yield Explanation("frame", sentence, parameters, shift, settings | {"mode": mode})


def _crops(before: Array, after: Array) -> Iterator[Explanation]:
    """By the place in the before image that a lively part of the after image fits best."""
    height, width = after.shape[1:]
    if before.shape == after.shape or height > before.shape[1] or width > before.shape[2]:
        return
    side = min(thresholds.CORNER, height, width)
    places = [
        (y, x) for y in range(0, height - side + 1, side) for x in range(0, width - side + 1, side)
    ]
    y, x = max(
        places, key=lambda at: float(after[0, at[0] : at[0] + side, at[1] : at[1] + side].std())
    )
    part = after[0, y : y + side, x : x + side].astype(np.float32)
    misses = cv2.matchTemplate(before[0].astype(np.float32), part, cv2.TM_SQDIFF)
    top, left = np.unravel_index(int(misses.argmin()), misses.shape)
    settings = {"top": int(top) - y, "left": int(left) - x, "height": height, "width": width}
    if min(settings.values()) < 0:
        return
    sentence = (
        f"a part of the picture: {height} × {width} pixels from row {settings['top']}, "
        f"column {settings['left']} on"
    )
    yield Explanation("frame", sentence, {"name": "crop", **settings}, crop, settings)

"""The Filter tab's controls as values by name: what they may be, and what they ask for."""

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from handconv import BORDERS
from handconv.arrays import Array, Floats
from handconv.kernels import as_kernel, families, named, names
from handconv.kernels.named import FAMILIES
from handconv.pictures import SKIMAGE_PREFIX
from learned.app import link
from learned.app.filtering import OWN, STORED, Request
from learned.app.photos import GALLERY, grey_levels

LARGEST_SIDE = 31  # taps of a kernel that is written by hand
SLIDERS = {  # what kernels with numbers ask for: from, to, step, at first, what it is
    "rows": (1, LARGEST_SIDE, 2, 3, "taps from top to bottom"),
    "columns": (1, LARGEST_SIDE, 2, 3, "taps from left to right"),
    "size": (1, LARGEST_SIDE, 2, 9, "taps a side"),
    "sigma": (0.3, 10, 0.1, 2, "width of the bell, pixels"),
    "amount": (0, 5, 0.1, 1, "how much is added of what a blur takes away"),
    "length": (1, LARGEST_SIDE, 1, 9, "of the streak, pixels"),
    "angle": (0, 180, 1, 30, "degrees, counter-clockwise"),
    "wavelength": (2, 20, 0.5, 6, "from stripe to stripe, pixels"),
    "aspect": (0.2, 3, 0.1, 1, "how much shorter the stripes are than the bell is wide"),
    "phase": (0, 360, 5, 0, "where the wave begins, degrees"),
}
KERNELS = (*names(), *FAMILIES, OWN)
FLIPS = ("correlation", "convolution")
Cells = list[list[str]]
"""A kernel as it is written into fields."""


def wanted_by(kernel: str) -> tuple[str, ...]:
    """The names of the sliders that a kernel has.

    >>> wanted_by("gaussian"), wanted_by("sobel_x"), wanted_by("your own")
    (('size', 'sigma'), (), ('rows', 'columns'))
    """
    if kernel == OWN:
        return ("rows", "columns")
    if kernel not in FAMILIES:
        return ()
    return tuple(inspect.signature(getattr(families, kernel)).parameters)


def request_of(given: Mapping[str, Any]) -> Request:
    """What the controls ask for; raises ``ValueError`` where that cannot be."""
    kernel = spelled(given)
    taps = numbers(given["taps"]) if kernel == OWN else ()
    rows, columns = grey_levels(given["photo"], given["colour"]).shape[:2]
    return Request(
        given["photo"],
        given["colour"],
        kernel,
        taps,
        given["border"],
        given["flip"],
        given["stored"],
        row=min(int(given["row"] or 0), rows - 1),
        column=min(int(given["column"] or 0), columns - 1),
    )


def spelled(given: Mapping[str, Any]) -> str:
    """The kernel as `named` takes it.

    >>> spelled({"kernel": "gaussian", "size": 5, "sigma": 1.20})
    'gaussian(5, 1.2)'
    """
    kernel = str(given["kernel"])
    if kernel == OWN or kernel not in FAMILIES:
        return kernel
    return f"{kernel}({', '.join(f'{given[name]:g}' for name in wanted_by(kernel))})"


def cells_of(given: Mapping[str, Any]) -> Cells:
    """What the fields of the grid must hold."""
    if given["kernel"] != OWN:
        return written(named(spelled(given)))
    taps = as_kernel(numbers(given["taps"]))
    return written(resized(taps, int(given["rows"]), int(given["columns"])))


def state(given: Mapping[str, Any]) -> dict[str, object]:
    """What a link must hold to bring this back: a person's own photo it cannot."""
    sliders = {name: f"{given[name]:g}" for name in wanted_by(given["kernel"])}
    kept = {name: given[name] for name in ("photo", "colour", "kernel")}
    if not str(given["photo"]).startswith(SKIMAGE_PREFIX):
        del kept["photo"]
    taps = {}
    if given["kernel"] == OWN:
        taps = {"taps": ";".join(",".join(map(str, row)) for row in given["taps"])}
    others = {name: given[name] for name in ("flip", "border", "stored", "row", "column")}
    return {**kept, **sliders, **taps, **others}


READERS: dict[str, link.Reader] = {
    "photo": link.one_of([SKIMAGE_PREFIX + name for name in GALLERY]),
    "colour": link.truth,
    "kernel": link.one_of(KERNELS),
    "taps": lambda text: written(np.array(numbers([r.split(",") for r in text.split(";")]))),
    **{name: link.number(low, high) for name, (low, high, *_) in SLIDERS.items()},
    "flip": link.one_of(FLIPS),
    "border": link.one_of(BORDERS),
    "stored": link.one_of(list(STORED)),
    "row": link.number(0, 2**24),
    "column": link.number(0, 2**24),
}
"""How the text of a link becomes the value of a control."""


def written(kernel: Floats) -> Cells:
    """The taps as text, none of their digits lost.

    >>> written(np.array([[0.0, -4.0, 0.1]]))
    [['0', '-4', '0.1']]
    """
    return [[repr(float(tap)).removesuffix(".0") for tap in row] for row in kernel]


def numbers(cells: Sequence[Sequence[object]]) -> tuple[tuple[float, ...], ...]:
    """Cells that a person filled in, as taps; raises ``ValueError`` naming one that is no number.

    >>> numbers([["0", "-1.5"]])
    ((0.0, -1.5),)
    >>> numbers([["0", "x"]])
    Traceback (most recent call last):
    ValueError: the tap in row 1, column 2 is 'x'; write a number.
    """
    if max(len(cells), *map(len, cells)) > LARGEST_SIDE:
        raise ValueError(f"the kernel is larger than {LARGEST_SIDE} × {LARGEST_SIDE} taps.")
    return tuple(
        tuple(_number(cell, row, column) for column, cell in enumerate(across, start=1))
        for row, across in enumerate(cells, start=1)
    )


def _number(cell: object, row: int, column: int) -> float:
    try:
        return float(str(cell))
    except ValueError:
        message = f"the tap in row {row}, column {column} is {cell!r}; write a number."
        raise ValueError(message) from None


def resized(kernel: Array, rows: int, columns: int) -> Floats:
    """The kernel with its middle kept: zeros around it, or its rim cut off.

    >>> resized(np.array([[1, 2, 3]]), 3, 1)
    array([[0.],
           [2.],
           [0.]])
    """
    new = np.zeros((rows, columns))
    common = [min(pair) for pair in zip(kernel.shape, new.shape, strict=True)]
    old, fresh = (
        tuple(
            slice((side - part) // 2, (side + part) // 2)
            for side, part in zip(shape, common, strict=True)
        )
        for shape in (kernel.shape, new.shape)
    )
    new[fresh] = kernel[old]
    return new

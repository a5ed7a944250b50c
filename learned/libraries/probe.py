"""What a library does, found by sending pictures through it: no documentation is believed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from handconv.borders import Border
from learned.compare import ORIENTATIONS, compare
from learned.libraries.blackboxes import Array, Library
from learned.recovery.recover import recover

Floats = NDArray[np.float64]

COUNTING = np.arange(1.0, 16.0).reshape(3, 5)
"""Taps that are all different, in a shape that is not square: no symmetry goes unseen."""

ROUNDINGS: dict[str, tuple[str, Callable[[Floats], Floats]]] = {
    "halves to even": ("nearest", np.rint),
    "halves up": ("nearest", lambda values: np.floor(values + 0.5)),
    "cuts off": ("floor", np.floor),
}
"""How a program may bring values to whole numbers: what `recover` calls it, and what it does."""

INSIDE = np.s_[2:-2, 2:-2]  # where no border shows


@dataclass(frozen=True)
class Bytes:
    """What becomes of uint8 images.

    Attributes
    ----------
    dtype : of the output, with a floating-point kernel; "" where that is refused
    scale : what the output is multiplied by, where it is floating point
    rounding : of `ROUNDINGS`, where the output is uint8
    overflow : "saturates" or "wraps", where the output is uint8; "" where that cannot come to pass
    integer_kernel : the same with a uint8 kernel; "" where it is refused or the output is no uint8
    """

    dtype: str
    scale: float = 1.0
    rounding: str = ""
    overflow: str = ""
    integer_kernel: str = ""


@dataclass(frozen=True)
class Row:
    """What was measured of one function.

    Attributes
    ----------
    name, package, version : which function of which package
    orientation : of `ORIENTATIONS`, from the kernel as it was given to the one that correlation
        needs for the same; "" for a kernel of the function's own that looks the same turned
    given, recovered : kernels (M, N)
    impulse : (7, 9), what becomes of a single bright pixel under ``given``
    size : "same", "full" or "valid": the size of the output by default
    border : those of the five that fit the rim; empty where none does
    rim_copied : whether the rim comes out as it went in
    middle : as in `handconv.conventions.Convention`: an even side's tap on the output pixel
    one_row : what a 1-D kernel is taken for: "row", "column" or "" where it is refused
    uint8 : what becomes of such images
    """

    name: str
    package: str
    version: str
    orientation: str
    given: Floats
    recovered: Floats
    impulse: Floats
    size: Literal["same", "full", "valid"]
    border: tuple[Border, ...]
    rim_copied: bool
    middle: Literal["before", "after", "none"]
    one_row: Literal["row", "column", ""]
    uint8: Bytes


def probe(library: Library) -> Row:
    """Measure one library; it must be installed."""
    version = library.version()
    if version is None:
        raise ValueError(f"{library.name} is not installed. Run pip install {library.install}.")
    image, given = quiet_image(), counting_kernel(library)
    filtered = library.same(image, given)
    found = recover(image, filtered)
    recovered = np.asarray(found.kernel, np.float64)
    impulse = np.zeros((15, 17))
    impulse[7, 8] = 1
    return Row(
        name=library.name,
        package=library.package,
        version=version,
        orientation="" if library.takes == "none" else _orientation(recovered, given),
        given=recovered if library.takes == "none" else given,
        recovered=recovered,
        impulse=np.asarray(library.same(impulse, given), np.float64)[4:11, 4:13],
        size=_size(library, image, given, recovered),
        border=tuple(found.border),
        rim_copied=_rim(filtered) == _rim(image),
        middle=_middle(library, image),
        one_row=_one_row(library, image),
        uint8=_bytes(library),
    )


def quiet_image() -> Floats:
    """So small numbers that no output leaves 0 … 255, and no arithmetic rounds: (40, 44)."""
    return np.random.default_rng(0).integers(0, 3, (40, 44)).astype(np.float64)


def counting_kernel(library: Library) -> Floats:
    """`COUNTING`, or as much of it as the library can take."""
    return {
        "any": COUNTING,
        "separable": np.outer([1.0, 2, 3], [1, 2, 4, 5, 3]),
        "row": COUNTING[:1],
        "5 × 5": np.pad(COUNTING, ((1, 1), (0, 0))),
        "none": COUNTING,  # not looked at
    }[library.takes]


def _even_kernel(library: Library) -> Floats:
    counting = np.arange(1.0, 9.0).reshape(2, 4)
    return {
        "any": counting,
        "separable": np.outer([1.0, 2], [1, 2, 4, 3]),
        "row": counting[:1],
        "5 × 5": np.pad(counting, ((1, 1), (0, 0))),
        "none": counting,
    }[library.takes]


def _centre_tap(library: Library, tap: float) -> Floats:
    kernel = np.zeros((1 if library.takes == "row" else 3, 3))
    kernel[len(kernel) // 2, 1] = tap
    return kernel


def _orientation(recovered: Floats, given: Floats) -> str:
    rows, columns = np.flatnonzero(given.any(axis=1)), np.flatnonzero(given.any(axis=0))
    trimmed = given[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    if trimmed.shape != recovered.shape:
        return "none"
    return compare(recovered, trimmed).orientation


def _size(
    library: Library, image: Array, given: Floats, recovered: Floats
) -> Literal["same", "full", "valid"]:
    shape = (library.bare or library.same)(image, given).shape
    grown = np.subtract(shape, image.shape)
    if not grown.any():
        return "same"
    rim = np.subtract(recovered.shape, 1)
    if (grown == rim).all():
        return "full"
    if (grown == -rim).all():
        return "valid"
    raise ValueError(f"{library.name} makes {image.shape} into {shape}, which has no name here.")


def _rim(image: Array) -> list[Any]:
    return [image[0].tolist(), image[-1].tolist(), image[:, 0].tolist(), image[:, -1].tolist()]


def _middle(library: Library, image: Array) -> Literal["before", "after", "none"]:
    if library.takes == "none":
        return "none"
    given = _even_kernel(library)
    try:
        filtered = library.same(image, given)
    except Exception:  # a black box may raise anything
        return "none"
    if filtered.shape != image.shape:
        return "none"
    found = recover(image, filtered)
    # seen from the other end where it was turned
    turned = ORIENTATIONS[_orientation(np.asarray(found.kernel), given)]
    place = np.zeros(np.shape(found.kernel))
    place[tuple(found.anchor)] = 1
    column = int(np.argwhere(turned(place))[0][1])
    return "before" if column == (given.shape[1] - 1) // 2 else "after"


def _one_row(library: Library, image: Array) -> Literal["row", "column", ""]:
    if library.takes == "none":
        return ""
    try:
        found = recover(image, library.same(image, np.array([1.0, 2, 3])))
    except Exception:
        return ""
    return "row" if np.shape(found.kernel) == (1, 3) else "column"


def _bytes(library: Library) -> Bytes:
    image = np.random.default_rng(1).integers(0, 256, (64, 64), np.uint8)
    integer_kernel = _overflow(library, image, np.uint8)
    try:
        halves = library.same(image, _centre_tap(library, 0.5))
    except Exception:
        return Bytes("", integer_kernel=integer_kernel)
    exact = image / 2
    if library.takes == "none":
        exact = library.same(image.astype(np.float64), _centre_tap(library, 0.5))
    if halves.dtype.kind == "f":
        scale = float(halves.sum() / exact.sum())
        return Bytes(halves.dtype.name, round(scale, 9), integer_kernel=integer_kernel)
    halves, exact = halves[INSIDE], exact[INSIDE]
    found = recover(image, library.same(image, counting_kernel(library) / 128))
    rounding = " or ".join(
        name
        for name, (kind, rule) in ROUNDINGS.items()
        if kind in found.rounding and (rule(exact) == halves).all()
    )
    return Bytes("uint8", 1.0, rounding, _overflow(library, image, np.float64))


def _overflow(library: Library, image: Array, dtype: type[Any]) -> str:
    """What becomes of values above 255 where kernel (of ``dtype``) and image give uint8."""
    if library.takes == "none":
        return ""
    try:
        filtered = library.same(image, _centre_tap(library, 2).astype(dtype))
    except Exception:
        return ""
    if filtered.dtype != np.uint8:
        return ""
    double = 2 * image[INSIDE].astype(int)
    if (filtered[INSIDE] == double.clip(0, 255)).all():
        return "saturates"
    return "wraps" if (filtered[INSIDE] == double % 256).all() else "does neither"

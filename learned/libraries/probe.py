"""What a library does, found by sending pictures through it: no documentation is believed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from handconv.arrays import Array, Floats
from handconv.borders import Border
from learned.compare import ORIENTATIONS, compare
from learned.libraries.blackboxes import Library, Takes
from learned.recovery.recover import recover

COUNTING = np.arange(1.0, 16.0).reshape(3, 5)
"""Taps that are all different, in a shape that is not square: every symmetry shows."""

_EVEN = np.arange(1.0, 9.0).reshape(2, 4)

KERNELS: dict[Takes, tuple[Floats, Floats]] = {
    "any": (COUNTING, _EVEN),
    "separable": (np.outer([1.0, 2, 3], [1, 2, 4, 5, 3]), np.outer([1.0, 2], [1, 2, 4, 3])),
    "row": (COUNTING[:1], _EVEN[:1]),
    "5 × 5": (np.pad(COUNTING, ((1, 1), (0, 0))), np.pad(_EVEN, ((1, 1), (0, 0)))),
    "none": (COUNTING, _EVEN),  # not looked at
}
"""What a library takes -> a kernel of odd sides and one of even sides, both counting upwards."""

ROUNDINGS: dict[str, tuple[str, Callable[[Floats], Floats]]] = {
    "halves to even": ("nearest", np.rint),
    "halves up": ("nearest", lambda values: np.floor(values + 0.5)),
    "cuts off": ("floor", np.floor),
}
"""How a program may round to whole numbers -> what `recover` calls it, and what it does."""

INSIDE = np.s_[2:-2, 2:-2]  # where no border shows

Size = Literal["same", "full", "valid"]
Middle = Literal["before", "after", "none"]


@dataclass(frozen=True)
class Bytes:
    """What becomes of uint8 images; "" stands for what is refused or does not come to pass."""

    dtype: str
    """Of the output, with a floating-point kernel."""
    scale: float = 1.0
    """What the output is multiplied by, where it is floating point."""
    rounding: str = ""
    """Of `ROUNDINGS`, where the output is uint8."""
    overflow: str = ""
    """Whether it "saturates" or "wraps", where the output is uint8."""
    integer_kernel: str = ""
    """The same with a uint8 kernel."""


@dataclass(frozen=True)
class Row:
    """What was measured of one function."""

    name: str
    package: str
    version: str
    orientation: str
    """Of `ORIENTATIONS`, from the kernel given to the one that correlation needs for the same;
    "" for a kernel of the function's own that looks the same turned."""
    given: Floats
    recovered: Floats
    """Kernels, (M, N)."""
    impulse: Floats
    """(7, 9): what becomes of a single bright pixel under ``given``."""
    size: Size
    """Of the output by default."""
    border: tuple[Border, ...]
    """Those of the five that fit the rim; empty where none does."""
    rim_copied: bool
    """Whether the rim comes out as it went in."""
    middle: Middle
    """As in `handconv.conventions.Convention`: an even side's tap on the output pixel."""
    one_row: Literal["row", "column", ""]
    """What a 1-D kernel is taken for; "" where it is refused."""
    uint8: Bytes


def probe(library: Library) -> Row:
    """Measure one library; ``ValueError`` where it is not installed."""
    version = library.version()
    if version is None:
        raise ValueError(f"{library.name} is not installed. Run pip install {library.install}.")
    image, (given, even) = quiet_image(), KERNELS[library.takes]
    own = library.takes == "none"
    filtered = library.same(image, given)
    found = recover(image, filtered)
    recovered = np.asarray(found.kernel, np.float64)
    impulse = np.zeros((15, 17))
    impulse[7, 8] = 1
    return Row(
        name=library.name,
        package=library.package,
        version=version,
        orientation="" if own else _orientation(recovered, given),
        given=recovered if own else given,
        recovered=recovered,
        impulse=np.asarray(library.same(impulse, given), np.float64)[4:11, 4:13],
        size=_size(library, image, given, recovered),
        border=tuple(found.border),
        rim_copied=_rim(filtered) == _rim(image),
        middle="none" if own else _middle(library, image, even),
        one_row="" if own else _one_row(library, image),
        uint8=_bytes(library),
    )


def quiet_image() -> Floats:
    """Numbers so small that no output leaves 0 … 255 and no arithmetic rounds: (40, 44)."""
    return np.random.default_rng(0).integers(0, 3, (40, 44)).astype(np.float64)


def _filtered(library: Library, image: Array, kernel: Array) -> Array | None:
    """The filtered image, or None where the library refuses."""
    try:
        return library.same(image, kernel)
    except Exception:  # a black box may raise anything
        return None


def _orientation(recovered: Floats, given: Floats) -> str:
    rows, columns = np.flatnonzero(given.any(axis=1)), np.flatnonzero(given.any(axis=0))
    trimmed = given[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return compare(recovered, trimmed).orientation if trimmed.shape == recovered.shape else "none"


def _size(library: Library, image: Array, given: Floats, recovered: Floats) -> Size:
    shape = (library.bare or library.same)(image, given).shape
    grown, rim = np.subtract(shape, image.shape), np.subtract(recovered.shape, 1)
    sizes: dict[Size, Array] = {"same": 0 * rim, "full": rim, "valid": -rim}
    for name, expected in sizes.items():
        if (grown == expected).all():
            return name
    raise ValueError(f"{library.name} makes {image.shape} into {shape}, which has no name here.")


def _rim(image: Array) -> list[list[float]]:
    return [each.tolist() for each in (image[0], image[-1], image[:, 0], image[:, -1])]


def _middle(library: Library, image: Array, even: Floats) -> Middle:
    filtered = _filtered(library, image, even)
    if filtered is None or filtered.shape != image.shape:
        return "none"
    found = recover(image, filtered)
    anchor = np.zeros(np.shape(found.kernel))
    anchor[tuple(found.anchor)] = 1
    # in the kernel as it was given: every turn undoes itself
    turned = ORIENTATIONS[_orientation(np.asarray(found.kernel), even)](anchor)
    column = int(np.argwhere(turned)[0][1])
    return "before" if column == (even.shape[1] - 1) // 2 else "after"


def _one_row(library: Library, image: Array) -> Literal["row", "column", ""]:
    try:
        found = recover(image, library.same(image, np.array([1.0, 2, 3])))
    except Exception:  # refused, or the output is no image of that size
        return ""
    return "row" if np.shape(found.kernel) == (1, 3) else "column"


def _bytes(library: Library) -> Bytes:
    image, own = (
        np.random.default_rng(1).integers(0, 256, (64, 64), np.uint8),
        library.takes == "none",
    )
    integer_kernel = "" if own else _overflow(library, image, np.uint8)
    kernel = _centre_tap(library, 0.5)
    halves = _filtered(library, image, kernel)
    if halves is None:
        return Bytes("", integer_kernel=integer_kernel)
    exact = library.same(image.astype(np.float64), kernel) if own else image / 2
    if halves.dtype.kind == "f":
        scale = round(float(halves.sum() / exact.sum()), 9)
        return Bytes(halves.dtype.name, scale, integer_kernel=integer_kernel)
    kinds = recover(image, library.same(image, KERNELS[library.takes][0] / 128)).rounding
    rounding = [
        name
        for name, (kind, rule) in ROUNDINGS.items()
        if kind in kinds and (rule(exact[INSIDE]) == halves[INSIDE]).all()
    ]
    overflow = "" if own else _overflow(library, image, np.float64)
    return Bytes("uint8", 1.0, " or ".join(rounding), overflow)


def _overflow(library: Library, image: Array, dtype: type[np.number]) -> str:
    """What becomes of values above 255 where kernel (of ``dtype``) and image give uint8."""
    filtered = _filtered(library, image, _centre_tap(library, 2).astype(dtype))
    if filtered is None or filtered.dtype != np.uint8:
        return ""
    double = 2 * image[INSIDE].astype(int)
    for word, expected in (("saturates", double.clip(0, 255)), ("wraps", double % 256)):
        if (filtered[INSIDE] == expected).all():
            return word
    return "does neither"


def _centre_tap(library: Library, tap: float) -> Floats:
    kernel = np.zeros((1 if library.takes == "row" else 3, 3))
    kernel[len(kernel) // 2, 1] = tap
    return kernel

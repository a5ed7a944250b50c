"""The measured table as text, as JSON and as a part of a page."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from handconv.conventions import CONVENTIONS
from handconv.words import table
from learned.libraries.blackboxes import LIBRARIES, Library
from learned.libraries.flip import Learned
from learned.libraries.probe import Row

HEADER = (
    "function", "kernel is laid", "output", "border", "even side", "1-D kernel", "uint8 image",
)  # fmt: skip
"""Output: as large as the image, or all that the kernel touches (full), or where it lies inside
the image (valid). Border: of an output as large as the image. Even side: which of its M taps lies
on the output pixel."""

MIDDLES = {"before": "(M - 1) // 2", "after": "M // 2", "none": "refused"}
DOCUMENTED = {name: own for name, own in CONVENTIONS.items() if own.source}

BEGIN, END = "<!-- measured: begin -->\n", "<!-- measured: end -->\n"
VERSIONS = "Measured with "  # how the line begins that differs from machine to machine


def installed() -> tuple[list[Library], list[Library]]:
    """The libraries that can be measured here, and those that are missing."""
    there = [library for library in LIBRARIES if library.version() is not None]
    return there, [library for library in LIBRARIES if library not in there]


def packages(missing: Sequence[Library]) -> str:
    """What to give pip to install them."""
    return " ".join(dict.fromkeys(library.install for library in missing))


def cells(row: Row) -> tuple[str, ...]:
    """One row of the table, in words, under `HEADER`."""
    border = " or ".join(row.border) or ("copies its rim" if row.rim_copied else "none of the five")
    laid, even, vector = row.orientation, MIDDLES[row.middle], f"as a {row.one_row}"
    if not laid:
        laid, even, vector = "symmetric, its own", "its own", "its own"
    elif not row.one_row:
        vector = "refused"
    return row.name, laid, row.size, border, even, vector, uint8_words(row)


def uint8_words(row: Row) -> str:
    """What becomes of uint8 images, as a phrase."""
    found = row.uint8
    integer = f"; with a uint8 kernel {found.integer_kernel}" if found.integer_kernel else ""
    if found.dtype == "":
        return f"refused{integer}"
    if found.dtype != "uint8":
        scale = "" if found.scale == 1 else f" in 0 … {255 * found.scale:.3g}"
        return f"gives {found.dtype}{scale}{integer}"
    if " or " in found.rounding:  # its kernel makes no halves to tell by
        rounding = "rounds"
    else:
        rounding = found.rounding if found.rounding == "cuts off" else f"rounds ({found.rounding})"
    return f"{rounding}, {found.overflow}" if found.overflow else rounding


def as_text(rows: Sequence[Row], missing: Sequence[Library]) -> str:
    """The table for a terminal, then what is missing, then what is only documented."""
    parts = [table(HEADER, map(cells, rows))]
    if missing:
        names = ", ".join(library.name for library in missing)
        parts += [f"not installed: {names}\nto measure them too: pip install {packages(missing)}"]
    documented = [(name, own.turn, own.axes, own.source) for name, own in DOCUMENTED.items()]
    header = ("documented only, not measured here", "kernel is laid", "axes", "source")
    return "\n\n".join([*parts, table(header, documented)])


def as_json(rows: Sequence[Row], missing: Sequence[Library]) -> dict[str, Any]:
    """The same for programs; kernels are rows of taps."""
    return {
        "measured": {
            row.name: {
                "package": row.package,
                "version": row.version,
                "orientation": row.orientation or None,
                "kernel_given": row.given.tolist(),
                "kernel_recovered": row.recovered.tolist(),
                "size": row.size,
                "border": list(row.border),
                "rim_copied": row.rim_copied,
                "even_side": row.middle,
                "kernel_1d": row.one_row or None,
                "uint8": vars(row.uint8),
            }
            for row in rows
        },
        "missing": {library.name: library.install for library in missing},
        "documented": {
            name: {"orientation": own.turn, "axes": own.axes, "source": own.source}
            for name, own in DOCUMENTED.items()
        },
    }


def contradictions(rows: Sequence[Row], found: Sequence[Learned]) -> list[str]:
    """Where what was measured, or learned, is not what `handconv.conventions.convert` relies on."""
    known = {name: {"turn": own.turn, "middle": own.middle} for name, own in CONVENTIONS.items()}
    measured = [(row.name, "orientation", "turn", row.orientation) for row in rows]
    measured += [(row.name, "even side", "middle", row.middle) for row in rows]
    measured += [(each.name, "learned orientation", "turn", each.orientation) for each in found]
    return [
        f"{name}: {what} is {value!r}, but handconv.conventions says {known[name][key]!r}."
        for name, what, key, value in measured
        if name in known and value != known[name][key]
    ]


def as_markdown(rows: Sequence[Row]) -> str:
    """What stands on the page between `BEGIN` and `END`.

    Cells are not padded to columns of one width: a new row leaves the other lines as they are.
    """
    lines = [HEADER, ["---"] * len(HEADER)]
    lines += [(f"`{function}`", *rest) for function, *rest in map(cells, rows)]
    versions = {row.package: row.version for row in rows}
    words = ", ".join(f"{package} {version}" for package, version in versions.items())
    measured = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    return f"{measured}\n{VERSIONS}{words}.\n"


def rewritten(page: Path, rows: Sequence[Row]) -> str:
    """The page's text with the measured part replaced.

    Raises ``ValueError`` where the page lacks the marks between which it stands.
    """
    text = page.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} lacks the lines {BEGIN.strip()} and {END.strip()}. Add both.")
    return f"{before}{begin}{as_markdown(rows)}{end}{after}"

"""What is known of a look, in sentences: for a person, and as comments of the .cube file."""

from typing import TYPE_CHECKING

import numpy as np

from learned.recovery.report import percent

if TYPE_CHECKING:
    from learned.recovery.looks.look import Look

FEW = 0.5
"""Share of the pixels: a table that reproduces fewer is no explanation of the pictures."""

LARGEST = 65
TENTH = "a tenth of an 8-bit level"


def sentences(look: "Look") -> list[str]:
    """One finding each; the first says what was found and how much it reproduces."""
    size = f"{look.size} × {look.size} × {look.size}"
    off = f", the others to {look.off_by} of {look.after_top} levels" if look.off_by else ""
    found = (
        f"colour table {size}, {look.interpolation}: {percent(look.exact_pixels)} of the pixels "
        f"are reproduced exactly{off}."
    )
    if look.simple is not None:
        share = percent(look.simple.exact_pixels)
        said = f"That is all it was: {look.simple.sentence}. It reproduces {share} of the pixels"
        out = [f"{said}.", f"Written as a {found}"]
        if look.exact_pixels < look.simple.exact_pixels and look.size < LARGEST:
            out.append("A table is straight between its points; --lut-size 65 comes nearer.")
        return out
    out = [found[0].upper() + found[1:]]
    if look.exact_pixels < FEW:
        out.append("No table of this size explains these pictures.")
    return out + _about_cells(look)


def _about_cells(look: "Look") -> list[str]:
    cells, seen, proved = look.cells_seen.size, int(look.cells_seen.sum()), int(look.proved.sum())
    points = int(look.seen.sum())
    out = [
        f"Seen: {seen} of {cells} cells have colours of the pictures, and {points} of "
        f"{look.seen.size} lattice points are bound by them; the others continue these smoothly."
    ]
    if np.all(look.lowest == 0) and np.all(look.highest == 1):
        out.append("Nothing is proved: no table of this size and interpolation meets all bounds.")
    else:
        out.append(
            f"Proved: in {proved} cells all tables of this size and interpolation, with values "
            f"from 0 to 1, that make the after pictures agree to {TENTH}."
        )
    return out

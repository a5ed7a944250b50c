"""Colour tables as .cube files (Adobe Cube LUT Specification 1.0)."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from handconv.arrays import Floats
from handconv.files import complete_file

DIGITS = 9
"""After the point: half a unit of the last one is 3e-5 levels of a 16-bit picture."""


def cube_name(name: str | Path) -> Path:
    """The name of a .cube file in a folder that is there, to be checked before minutes of work.

    Raises ``ValueError`` for a name that does not end in .cube, and where the folder is missing.
    """
    path = Path(name)
    if path.suffix.lower() != ".cube":
        raise ValueError(f"{path} must end in .cube, as photo and video programs expect.")
    if not path.parent.is_dir():
        raise ValueError(f"{path} cannot be written: there is no folder {path.parent}.")
    return path


def write_cube(table: Floats, path: str | Path, comments: Sequence[str] = ()) -> None:
    """Write a (size, size, size, 3) table of values 0 … 1, whole or not at all.

    The comments stand at the top, a line each. Red changes fastest from line to line.

    Raises ``ValueError`` for a name that does not end in .cube, and where it cannot be written.
    """
    path = cube_name(path)
    size = len(table)
    lines = [f"# {line}" for line in comments] + [f"LUT_3D_SIZE {size}"]
    values = table.transpose(2, 1, 0, 3).reshape(-1, 3)
    with complete_file(path) as draft, draft.open("w", encoding="utf-8", newline="\n") as file:
        file.write("\n".join(lines) + "\n")
        np.savetxt(file, values, fmt=f"%.{DIGITS}f")

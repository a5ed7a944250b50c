"""Curves as files that other programs read: .csv tables and .cube look-up tables."""

from pathlib import Path

import numpy as np

from handconv.arrays import Array
from handconv.files import complete_file
from learned.recovery.explanations.explanation import Explanation

CHANNELS = 3
LEVELS = 256


def write_curve(curve: Explanation, path: Path) -> None:
    """Write what a curve of 8-bit pictures makes of every level, whole or not at all.

    A name that ends in .cube makes a one-dimensional look-up table from 0 to 1 (Adobe's Cube LUT
    Specification 1.0), any other a table with a line for each level: before, after; or before, red,
    green, blue where the channels differ.

    Raises ``ValueError`` if this is no curve of 8-bit pictures.
    """
    if curve.kind != "curve" or "table" not in curve.parameters:
        raise ValueError(
            f"the explanation is of kind {curve.kind!r}; only 8-bit curves are tables."
        )
    ramp = np.arange(LEVELS, dtype=np.uint8)
    after = curve.apply(np.broadcast_to(ramp, (CHANNELS, 1, LEVELS)))[:, 0]
    path.parent.mkdir(parents=True, exist_ok=True)
    with complete_file(path) as draft:
        draft.write_text(_cube(after) if path.suffix == ".cube" else _csv(after), encoding="utf-8")


def _csv(after: Array) -> str:
    alike = bool((after == after[0]).all())
    names = ["after"] if alike else ["red", "green", "blue"]
    lines = [",".join(["before", *names])]
    for level, values in enumerate(after[:1].T.tolist() if alike else after.T.tolist()):
        lines.append(",".join(str(each) for each in (level, *values)))
    return "\n".join(lines) + "\n"


def _cube(after: Array) -> str:
    top = np.iinfo(after.dtype).max
    lines = [f"LUT_1D_SIZE {LEVELS}"]
    lines += [" ".join(f"{each / top:.6f}" for each in values) for values in after.T.tolist()]
    return "\n".join(lines) + "\n"

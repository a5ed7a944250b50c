"""Calls that do what the filter does, in four libraries, ready to paste.

Each piece of code takes ``before``, a NumPy array as `handconv.pictures.read_picture` gives it,
and makes ``after``. Where the taps are fractions it sums with whole numbers and divides once, so
that values half-way between two grey levels are rounded as in the program.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handconv.borders import NAMES, Border
from learned.recovery.window import Window


@dataclass(frozen=True)
class Filter:
    """All that the code has to do.

    Attributes
    ----------
    taps : (M, N), or (out-channels, in-channels, M, N); numerators where there is a denominator
    denominator : None where the taps are no simple fractions
    window : where the taps lie
    bias : one number, or one for each out-channel
    border : the border to use
    rounding : "exact", "nearest" (halves to even), "nearest, halves up" or "floor"
    dtype : of the after image
    whole : whether the before image holds whole numbers
    colour : whether the before image has channels
    clip : where a floating-point after image is cut off, (lowest, highest)
    """

    taps: NDArray[Any]
    denominator: int | None
    window: Window
    bias: float | tuple[float, ...]
    border: Border
    rounding: str
    dtype: np.dtype[Any]
    whole: bool
    colour: bool
    clip: tuple[float, float] | None


def code(job: Filter) -> dict[str, str]:
    """OpenCV, SciPy, torch and NumPy code for the filter."""
    window = job.window.union(Window(0, 0, 1, 1))  # the output pixel inside: a shift needs zeros
    taps = np.zeros((*job.taps.shape[:-2], *window.shape), job.taps.dtype)
    taps[(..., *job.window.inside(window))] = job.taps
    head = f"kernel = np.array({_list(taps)}, dtype=np.float64)\n"
    (row, column), (rows, columns) = window.anchor, window.shape
    sides = (row, rows - 1 - row), (column, columns - 1 - column)
    mode = NAMES["numpy.pad"][job.border]
    pad = f"np.pad(plane.astype(np.float64), {sides}, mode={mode!r})"
    opencv = f"cv2.{NAMES['opencv'][job.border]}"
    size = f"{sides[0][0]}, {sides[0][1]}, {sides[1][0]}, {sides[1][1]}"
    if job.border == "wrap":  # which filter2D refuses
        crop = f"[{row} : {row} + plane.shape[0], {column} : {column} + plane.shape[1]]"
        by_opencv = (
            f"    padded = cv2.copyMakeBorder(plane.astype(np.float64), {size}, {opencv})\n"
            f"    return cv2.filter2D(padded, -1, kernel, anchor=({column}, {row})){crop}\n"
        )
    else:
        by_opencv = (
            f"    return cv2.filter2D(\n        plane.astype(np.float64), -1, kernel, "
            f"anchor=({column}, {row}), borderType={opencv}\n    )\n"
        )
    origin = (row - rows // 2, column - columns // 2)
    by_scipy = (
        f"    return ndimage.correlate(\n        plane.astype(np.float64), kernel, "
        f"mode={NAMES['scipy.ndimage'][job.border]!r}, origin={origin}\n    )\n"
    )
    by_numpy = (
        f"    windows = np.lib.stride_tricks.sliding_window_view({pad}, kernel.shape)\n"
        f'    return np.einsum("yxij,ij->yx", windows, kernel)\n'
    )
    by_torch = (
        f"    padded = torch.from_numpy({pad})\n"
        f"    weight = torch.from_numpy(kernel)\n"
        f"    return functional.conv2d(padded[None, None], weight[None, None])[0, 0].numpy()\n"
    )
    bodies = {
        "opencv": ("import cv2\nimport numpy as np\n", by_opencv),
        "scipy": ("import numpy as np\nfrom scipy import ndimage\n", by_scipy),
        "torch": ("import numpy as np\nimport torch\nfrom torch.nn import functional\n", by_torch),
        "numpy": ("import numpy as np\n", by_numpy),
    }
    return {
        name: f"{imports}\n{head}\n\ndef correlate(plane, kernel):\n{body}\n\n{_tail(job)}"
        for name, (imports, body) in bodies.items()
    }


def _tail(job: Filter) -> str:
    """From the correlation of single planes to the stored after image."""
    if job.taps.ndim == 4:
        count = range(job.taps.shape[0]), range(job.taps.shape[1])
        plane = "before[..., i]" if job.colour else "before"
        used = [[i for i in count[1] if job.taps[o, i].any()] or [0] for o in count[0]]
        lines = (
            f"sources = {used}  # the in-channels that each out-channel is made of\n"
            f"total = np.stack(\n    [sum(correlate({plane}, kernel[o, i]) for i in used) "
            f"for o, used in enumerate(sources)], axis=-1\n)\n"
        )
        if len(count[0]) == 1:
            lines += "total = total[..., 0]\n"
    elif job.colour:
        planes = "[correlate(before[..., i], kernel) for i in range(3)]"
        lines = f"total = np.stack(\n    {planes}, axis=-1\n)\n"
    else:
        lines = "total = correlate(before, kernel)\n"
    if job.denominator is not None and job.whole:
        lines += "total = np.rint(total)  # whole numbers: takes off rounding errors\n"
    value = "total"
    if job.denominator not in (None, 1):
        value = f"total / {job.denominator}"
    if np.any(job.bias):
        bias = job.bias if isinstance(job.bias, float) else f"np.array({list(job.bias)})"
        value += f" + {bias}"
    if job.clip is not None:
        lowest, highest = (str(end) if np.isfinite(end) else "None" for end in job.clip)
        value = f"np.clip({value}, {lowest}, {highest})"
    if job.rounding == "exact":
        return f"{lines}after = ({value}).astype(np.{job.dtype})\n"
    rounded = {
        "nearest": f"np.rint({value})",
        "nearest, halves up": f"np.floor({value} + 0.5)",
        "floor": f"np.floor({value})",
    }[job.rounding]
    top = np.iinfo(job.dtype).max
    return f"{lines}after = np.clip({rounded}, 0, {top}).astype(np.{job.dtype})\n"


def _list(taps: NDArray[Any]) -> str:
    """Nested lists, a row of taps a line."""
    if taps.ndim == 1:
        return "[" + ", ".join(str(tap.item()) for tap in taps) + "]"
    inner = ",\n".join(_list(part) for part in taps)
    return "[\n" + "\n".join("    " + line for line in inner.splitlines()) + ",\n]"

"""Calls that do what a filter does, in four libraries, ready to paste.

Each piece of code takes ``before``, a NumPy array as `handconv.pictures.read_picture` gives it,
and makes ``after`` as `learned.filter.Filter.apply` does: where the taps are fractions it sums with
whole numbers and divides once, so that values half-way between two grey levels are rounded alike.
"""

import numpy as np

from handconv.arrays import Array
from handconv.borders import NAMES
from learned.filter import Filter


def code(made: Filter, *, colour: bool, whole: bool) -> dict[str, str]:
    """OpenCV, SciPy, torch and NumPy code for the filter.

    Parameters
    ----------
    colour : whether the before image has channels
    whole : whether it holds whole numbers
    """
    made = made.widened(made.window.at_least(1))  # the output pixel inside: a shift needs zeros
    taps = made.kernel if made.fraction is None else made.fraction.numerator
    head = f"kernel = np.array({_list(taps)}, dtype=np.float64)\n"
    tail = _total(made, taps, colour) + _stored(made, whole)
    return {
        name: f"{imports}\n{head}\n\ndef correlate(plane, kernel):\n{body}\n\n{tail}"
        for name, (imports, body) in _bodies(made).items()
    }


def _bodies(made: Filter) -> dict[str, tuple[str, str]]:
    """For each library its imports, and the body of ``correlate(plane, kernel)``."""
    (row, column), (rows, columns) = made.window.anchor, made.window.shape
    sides = (row, rows - 1 - row), (column, columns - 1 - column)
    names = {library: of_borders.get(made.border) for library, of_borders in NAMES.items()}
    pad = f"np.pad(plane.astype(np.float64), {sides}, mode={names['numpy.pad']!r})"
    border, anchor = f"cv2.{names['opencv']}", f"({column}, {row})"
    by_opencv = (
        f"    return cv2.filter2D(\n        plane.astype(np.float64), -1, kernel, "
        f"anchor={anchor}, borderType={border}\n    )\n"
    )
    if made.border == "wrap":  # which filter2D refuses
        size = ", ".join(str(width) for side in sides for width in side)
        crop = f"[{row} : {row} + plane.shape[0], {column} : {column} + plane.shape[1]]"
        by_opencv = (
            f"    padded = cv2.copyMakeBorder(plane.astype(np.float64), {size}, {border})\n"
            f"    return cv2.filter2D(padded, -1, kernel, anchor={anchor}){crop}\n"
        )
    by_scipy = (
        f"    return ndimage.correlate(\n        plane.astype(np.float64), kernel, "
        f"mode={names['scipy.ndimage']!r}, "
        f"origin={(row - rows // 2, column - columns // 2)}\n    )\n"
    )
    by_torch = (
        f"    padded = torch.from_numpy({pad})\n"
        f"    weight = torch.from_numpy(kernel)\n"
        f"    return functional.conv2d(padded[None, None], weight[None, None])[0, 0].numpy()\n"
    )
    by_numpy = (
        f"    windows = np.lib.stride_tricks.sliding_window_view({pad}, kernel.shape)\n"
        f'    return np.einsum("yxij,ij->yx", windows, kernel)\n'
    )
    return {
        "opencv": ("import cv2\nimport numpy as np\n", by_opencv),
        "scipy": ("import numpy as np\nfrom scipy import ndimage\n", by_scipy),
        "torch": ("import numpy as np\nimport torch\nfrom torch.nn import functional\n", by_torch),
        "numpy": ("import numpy as np\n", by_numpy),
    }


def _total(made: Filter, taps: Array, colour: bool) -> str:
    """Code from ``before`` to ``total``, the sums of the taps as they are written."""
    if taps.ndim > len(made.window.shape):
        plane = "before[..., i]" if colour else "before"
        used = [[i for i, part in enumerate(parts) if part.any()] or [0] for parts in taps]
        lines = (
            f"sources = {used}  # the in-channels that each out-channel is made of\n"
            f"total = np.stack(\n    [sum(correlate({plane}, kernel[o, i]) for i in used) "
            f"for o, used in enumerate(sources)], axis=-1\n)\n"
        )
        return lines if len(taps) > 1 else f"{lines}total = total[..., 0]\n"
    if colour:
        planes = "[correlate(before[..., i], kernel) for i in range(3)]"
        return f"total = np.stack(\n    {planes}, axis=-1\n)\n"
    return "total = correlate(before, kernel)\n"


def _stored(made: Filter, whole: bool) -> str:
    """Code from ``total`` to ``after``."""
    lines, value = "", "total"
    if made.fraction is not None:
        if whole:
            lines = "total = np.rint(total)  # whole numbers: takes off rounding errors\n"
        if made.fraction.denominator > 1:
            value = f"total / {made.fraction.denominator}"
    if any(made.bias):
        value += f" + {made.bias[0] if len(made.bias) == 1 else f'np.array({list(made.bias)})'}"
    if made.rounding == "exact":
        lowest, highest = (str(end) if np.isfinite(end) else "None" for end in made.clip)
        if (lowest, highest) != ("None", "None"):
            value = f"np.clip({value}, {lowest}, {highest})"
        return f"{lines}after = ({value}).astype(np.{made.dtype})\n"
    rounded = {
        "nearest": f"np.rint({value})",
        "halves up": f"np.floor({value} + 0.5)",
        "floor": f"np.floor({value})",
    }[made.rounding]
    top = np.iinfo(made.dtype).max
    return f"{lines}after = np.clip({rounded}, 0, {top}).astype(np.{made.dtype})\n"


def _list(taps: Array) -> str:
    """Nested lists, a row of taps a line."""
    if taps.ndim == 1:
        return "[" + ", ".join(str(tap.item()) for tap in taps) + "]"
    inner = ",\n".join(_list(part) for part in taps)
    return "[\n" + "\n".join("    " + line for line in inner.splitlines()) + ",\n]"

"""Calls that do what a filter does, in four libraries, ready to paste.

Each piece of code takes ``before``, a NumPy array as `handconv.pictures.read_picture` gives it,
and makes ``after`` as `learned.filter.Filter.apply` does: where the taps are fractions it sums with
whole numbers and divides once, so that values half-way between two grey levels are rounded alike.
"""

import numpy as np

from handconv.arrays import Array
from handconv.borders import NAMES
from handconv.pictures import SKIMAGE_PREFIX
from learned.filter import Filter
from learned.recovery.reading import Reading


def code(made: Filter, reading: Reading) -> dict[str, str]:
    """OpenCV, SciPy, torch and NumPy code for the filter of pictures like these."""
    made = made.widened(made.window.at_least(1))  # the output pixel inside: a shift needs zeros
    taps = made.kernel if made.fraction is None else made.fraction.numerator
    head = f"kernel = np.array({_list(taps)}, dtype=np.float64)\n"
    tail = _total(made, taps, reading) + _stored(made, reading) + _rim(made, reading)
    return {
        name: f"{imports}\n{head}\n\ndef correlate(plane, kernel):\n{body}\n\n{tail}"
        for name, (imports, body) in _bodies(made).items()
    }


def program(code: str, before: str, after: str, reading: Reading) -> str:
    """The code as a script that reads the file ``before`` and writes ``after``."""
    imports, _, rest = code.partition("\n\n")
    needed, colour = {"import cv2"}, len(reading.after) > 1 or reading.after_colour
    read = f"before = cv2.imread({before!r}, cv2.IMREAD_UNCHANGED)\n"
    write = f"cv2.imwrite({after!r}, {'after[..., ::-1]' if colour else 'after'})\n"
    if reading.colour:
        read += "before = before[..., 2::-1]  # red, green, blue\n"
    if before.startswith(SKIMAGE_PREFIX):
        needed |= {"from skimage import data"}
        read = f"before = data.{before.removeprefix(SKIMAGE_PREFIX)}()\n"
    elif before.endswith(".npy"):
        read = f"before = np.load({before!r})\n"
    if after.endswith(".npy"):
        write = f"np.save({after!r}, after)\n"
    lines = sorted({*imports.splitlines(), *needed})
    return "\n".join(lines) + f"\n\n{read}{rest}{write}"


def _bodies(made: Filter) -> dict[str, tuple[str, str]]:
    """For each library its imports, and the body of ``correlate(plane, kernel)``."""
    (row, column), (rows, columns) = made.window.anchor, made.window.shape
    sides = (row, rows - 1 - row), (column, columns - 1 - column)
    names = {library: of_borders.get(made.border) for library, of_borders in NAMES.items()}
    plane = "plane.astype(np.float64)" + (f" - {made.outside:g}" if made.outside else "")
    pad = f"np.pad({plane}, {sides}, mode={names['numpy.pad']!r})"
    border, anchor = f"cv2.{names['opencv']}", f"({column}, {row})"
    by_opencv = (
        f"    return cv2.filter2D(\n        {plane}, -1, kernel, "
        f"anchor={anchor}, borderType={border}\n    )\n"
    )
    if made.border == "wrap":  # which filter2D refuses
        size = ", ".join(str(width) for side in sides for width in side)
        crop = f"[{row} : {row} + plane.shape[0], {column} : {column} + plane.shape[1]]"
        by_opencv = (
            f"    padded = cv2.copyMakeBorder({plane}, {size}, {border})\n"
            f"    return cv2.filter2D(padded, -1, kernel, anchor={anchor}){crop}\n"
        )
    by_scipy = (
        f"    return ndimage.correlate(\n        {plane}, kernel, "
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


def _total(made: Filter, taps: Array, reading: Reading) -> str:
    """Code from ``before`` to ``total``, the sums of the taps as they are written."""
    if taps.ndim > len(made.window.shape):
        plane = "before[..., i]" if reading.colour else "before"
        used = [[i for i, part in enumerate(parts) if part.any()] or [0] for parts in taps]
        lines = (
            f"sources = {used}  # the in-channels that each out-channel is made of\n"
            f"total = np.stack(\n    [sum(correlate({plane}, kernel[o, i]) for i in used) "
            f"for o, used in enumerate(sources)], axis=-1\n)\n"
        )
        if len(taps) > 1:
            return lines
        lines += "total = total[..., 0]\n"
    elif reading.colour and reading.after_colour:
        planes = "[correlate(before[..., i], kernel) for i in range(3)]"
        return f"total = np.stack(\n    {planes}, axis=-1\n)\n"
    else:  # all channels of a grey picture are the same
        plane = "before[..., 0]" if reading.colour else "before"
        lines = f"total = correlate({plane}, kernel)\n"
    return lines + ("total = np.stack([total] * 3, axis=-1)\n" if reading.after_colour else "")


def _stored(made: Filter, reading: Reading) -> str:
    """Code from ``total`` to ``after``."""
    lines, value = "", "total"
    if made.fraction is not None:
        if reading.before.dtype.kind == "u":
            lines = "total = np.rint(total)  # whole numbers: takes off rounding errors\n"
        if made.fraction.denominator > 1:
            value = f"total / {made.fraction.denominator}"
    bias = made.total_bias
    if any(bias):
        value += f" + {bias[0] if len(bias) == 1 else f'np.array({list(bias)})'}"
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


def _rim(made: Filter, reading: Reading) -> str:
    """Code that gives back what the program did to its rim."""
    if made.rim is None:
        return ""
    above, below, left, right = made.rim[:4]
    rows, columns = f"{above} : after.shape[0] - {below}", f"{left} : after.shape[1] - {right}"
    if made.rim.kind == "copied":
        widths = f"[({above}, {below}), ({left}, {right}), (0, 0)][: after.ndim]"
        return f'after = np.pad(after[{rows}, {columns}], {widths}, mode="edge")\n'
    value = f"{made.rim.value:g}"
    if made.rim.kind == "unfiltered":
        grey = "before[..., 0]" if reading.colour else "before"
        value = f"{grey}[rim][:, None]" if reading.after_colour else f"{grey}[rim]"
        if reading.colour and reading.after_colour:
            value = "before[..., :3][rim]"
    return (
        f"rim = np.ones(after.shape[:2], bool)  # which the program does not filter\n"
        f"rim[{rows}, {columns}] = False\n"
        f"after[rim] = {value}\n"
    )


def _list(taps: Array) -> str:
    """Nested lists, a row of taps a line."""
    if taps.ndim == 1:
        return "[" + ", ".join(str(tap.item()) for tap in taps) + "]"
    inner = ",\n".join(_list(part) for part in taps)
    return "[\n" + "\n".join("    " + line for line in inner.splitlines()) + ",\n]"

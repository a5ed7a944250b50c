"""Calls that do what a filter does, in four libraries, ready to paste.

Each piece of code takes ``before``, a NumPy array as `handconv.pictures.read_picture` gives it,
and makes ``after`` as `learned.filter.Filter.apply` does: where the taps are fractions it sums with
whole numbers and divides once, so that values half-way between two grey levels are rounded alike.
"""

from typing import Any

import numpy as np

from handconv.arrays import Array
from handconv.borders import NAMES
from handconv.pictures import SKIMAGE_PREFIX
from learned.filter import WHOLE, Filter
from learned.recovery.reading import Reading

IMPORTS = {
    "opencv": "import cv2\nimport numpy as np\n",
    "scipy": "import numpy as np\nfrom scipy import ndimage\n",
    "torch": "import numpy as np\nimport torch\nfrom torch.nn import functional\n",
    "numpy": "import numpy as np\n",
}
BODIES = {  # of correlate(plane, kernel)
    "opencv": """\
    return cv2.filter2D(
        {plane}, -1, kernel, anchor={anchor}, borderType=cv2.{names[opencv]}
    )
""",
    "scipy": """\
    return ndimage.correlate(
        {plane}, kernel, mode={names[scipy.ndimage]!r}, origin={origin}
    )
""",
    "torch": """\
    padded = torch.from_numpy({pad})
    weight = torch.from_numpy(kernel)
    return functional.conv2d(padded[None, None], weight[None, None])[0, 0].numpy()
""",
    "numpy": """\
    windows = np.lib.stride_tricks.sliding_window_view({pad}, kernel.shape)
    return np.einsum("yxij,ij->yx", windows, kernel)
""",
}
OPENCV_WRAPS = """\
    padded = cv2.copyMakeBorder({plane}, {widths}, cv2.{names[opencv]})
    return cv2.filter2D(padded, -1, kernel, anchor={anchor}){crop}
"""  # filter2D itself refuses to


def code(made: Filter, reading: Reading) -> dict[str, str]:
    """OpenCV, SciPy, torch and NumPy code for the filter of pictures like these."""
    made = made.widened(made.window.at_least(1))  # the output pixel inside: a shift needs zeros
    taps = made.kernel if made.fraction is None else made.fraction.numerator
    head = f"kernel = np.array({_list(taps)}, dtype=np.float64)\n\n\ndef correlate(plane, kernel):"
    tail = _total(taps, reading) + _stored(made, reading) + _rim(made, reading)
    bodies = BODIES | ({"opencv": OPENCV_WRAPS} if made.border == "wrap" else {})
    parts = _parts(made)
    return {
        library: f"{IMPORTS[library]}\n{head}\n{body.format(**parts)}\n\n{tail}"
        for library, body in bodies.items()
    }


def _parts(made: Filter) -> dict[str, Any]:
    """What the bodies differ in from filter to filter."""
    (row, column), (rows, columns) = made.window.anchor, made.window.shape
    sides = (row, rows - 1 - row), (column, columns - 1 - column)
    names = {library: of_borders.get(made.border) for library, of_borders in NAMES.items()}
    plane = "plane.astype(np.float64)" + (f" - {made.outside:g}" if made.outside else "")
    return {
        "plane": plane,
        "names": names,
        "anchor": (column, row),
        "origin": (row - rows // 2, column - columns // 2),
        "pad": f"np.pad({plane}, {sides}, mode={names['numpy.pad']!r})",
        "widths": ", ".join(str(width) for side in sides for width in side),
        "crop": f"[{row} : {row} + plane.shape[0], {column} : {column} + plane.shape[1]]",
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


def _total(taps: Array, reading: Reading) -> str:
    """Code from ``before`` to ``total``, the sums of the taps as they are written."""
    if taps.ndim == len("MN") and reading.colour and reading.after_colour:
        planes = "[correlate(before[..., i], kernel) for i in range(3)]"
        return f"total = np.stack(\n    {planes}, axis=-1\n)\n"
    if taps.ndim == len("MN"):  # all channels of a grey picture are the same
        plane = "before[..., 0]" if reading.colour else "before"
        lines = f"total = correlate({plane}, kernel)\n"
    else:
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
    return lines + ("total = np.stack([total] * 3, axis=-1)\n" if reading.after_colour else "")


def _stored(made: Filter, reading: Reading) -> str:
    """Code from ``total`` to ``after``."""
    lines, value, bias = "", "total", made.total_bias
    if made.fraction is not None:
        if reading.before.dtype.kind == "u":
            lines = "total = np.rint(total)  # whole numbers: takes off rounding errors\n"
        if made.fraction.denominator > 1:
            value = f"total / {made.fraction.denominator}"
    if any(bias):
        value += f" + {bias[0] if len(bias) == 1 else f'np.array({list(bias)})'}"
    if made.rounding == "exact":
        lowest, highest = (end if np.isfinite(end) else None for end in made.clip)
        if lowest is not None or highest is not None:
            value = f"np.clip({value}, {lowest}, {highest})"
        return f"{lines}after = ({value}).astype(np.{made.dtype})\n"
    # sums of fractions were made whole, and no rounding error moves what adds a whole bias
    errs = made.fraction is None or any(level % 1 for level in bias)
    rounded = {
        "nearest": f"np.rint({value})",
        "halves up": f"np.floor({value} + 0.5)",
        "floor": f"np.floor({value} + {WHOLE})" if errs else f"np.floor({value})",
    }[made.rounding]
    top = np.iinfo(made.dtype).max
    return f"{lines}after = np.clip({rounded}, 0, {top}).astype(np.{made.dtype})\n"


def _rim(made: Filter, reading: Reading) -> str:
    """Code that gives back what the program did to its rim."""
    if made.rim is None:
        return ""
    above, below, left, right, kind, filled = made.rim
    rows, columns = f"{above} : after.shape[0] - {below}", f"{left} : after.shape[1] - {right}"
    if kind == "copied":
        widths = f"[({above}, {below}), ({left}, {right}), (0, 0)][: after.ndim]"
        return f'after = np.pad(after[{rows}, {columns}], {widths}, mode="edge")\n'
    value = {  # by whether the before and the after picture come with channels
        (False, False): "before[rim]",
        (False, True): "before[rim][:, None]",
        (True, False): "before[..., 0][rim]",
        (True, True): "before[..., :3][rim]",
    }[reading.colour, reading.after_colour]
    return (
        f"rim = np.ones(after.shape[:2], bool)  # which the program does not filter\n"
        f"rim[{rows}, {columns}] = False\n"
        f"after[rim] = {value if kind == 'unfiltered' else f'{filled:g}'}\n"
    )


def _list(taps: Array) -> str:
    """Nested lists, a row of taps a line."""
    if taps.ndim == 1:
        return "[" + ", ".join(str(tap.item()) for tap in taps) + "]"
    inner = ",\n".join(_list(part) for part in taps)
    return "[\n" + "\n".join("    " + line for line in inner.splitlines()) + ",\n]"

"""Which way round each library lays a kernel, and how to carry a kernel from one to another.

What stands in `CONVENTIONS` was measured, and ``python scripts/check_flip.py --table`` measures it
again; except for those with a ``source``: they are documented there, and were not run.
"""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from handconv.arguments import Anchor, as_anchor
from handconv.arrays import Array
from handconv.borders import NAMES, Border, check_border
from handconv.words import did_you_mean

Turn = Literal["as defined", "rotated 180", "flipped top-bottom"]
Middle = Literal["before", "after", "none"]

_STEPS: dict[Turn, tuple[int, int]] = {
    "as defined": (1, 1),
    "rotated 180": (-1, -1),
    "flipped top-bottom": (-1, 1),
}
"""How each turn reads the rows and the columns; to do it twice is to do nothing."""


class Convention(NamedTuple):
    """How a function takes its kernel, as far as a kernel from elsewhere must be made to fit.

    Attributes
    ----------
    turn : what the function does to the kernel before it correlates
    axes : what the axes of its kernel are, in order. H, W rows and columns; I, O channels in and
        out; B a batch of one
    middle : the tap of an even side of M taps that lies on the output pixel, counted in the kernel
        as it is written: (M - 1) // 2 "before" the middle, M // 2 "after" it, or "none" where the
        function refuses even sides, or is not known to take them
    sides : the only sides that a kernel can have, square; empty for any
    source : where that stands, if it was not measured
    """

    turn: Turn
    axes: str
    middle: Middle
    sides: tuple[int, ...] = ()
    source: str = ""


MATLAB = "www.mathworks.com/help"


def _documented(turn: Turn, axes: str, source: str) -> Convention:
    return Convention(turn, axes, "none", source=f"https://{source}")


CONVENTIONS = {
    "handconv.correlate": Convention("as defined", "HW", "none"),
    "handconv.convolve": Convention("rotated 180", "HW", "none"),
    "cv2.filter2D": Convention("as defined", "HW", "after"),
    "scipy.ndimage.correlate": Convention("as defined", "HW", "after"),
    "scipy.ndimage.convolve": Convention("rotated 180", "HW", "after"),
    "scipy.signal.correlate2d": Convention("as defined", "HW", "before"),
    "scipy.signal.convolve2d": Convention("rotated 180", "HW", "before"),
    "scipy.signal.fftconvolve": Convention("rotated 180", "HW", "before"),
    "numpy.convolve": Convention("rotated 180", "W", "before"),
    "torch.conv2d": Convention("as defined", "OIHW", "before"),
    "torch.conv_transpose2d": Convention("rotated 180", "IOHW", "before"),
    "skimage.filters.correlate_sparse": Convention("as defined", "HW", "none"),
    "PIL.ImageFilter.Kernel": Convention("flipped top-bottom", "HW", "none", sides=(3, 5)),
    "kornia.filters.filter2d": Convention("as defined", "BHW", "before"),
    "onnx.Conv": Convention("as defined", "OIHW", "before"),
    "jax.lax.conv": Convention("as defined", "OIHW", "before"),
    "keras.ops.conv": Convention("as defined", "HWIO", "before"),
    "tensorflow.nn.conv2d": _documented(
        "as defined", "HWIO", "www.tensorflow.org/api_docs/python/tf/nn/conv2d (the formula)"
    ),
    "caffe.Convolution": _documented(
        "as defined",
        "OIHW",
        "github.com/BVLC/caffe: src/caffe/util/im2col.cpp, src/caffe/layers/base_conv_layer.cpp",
    ),
    "theano.tensor.nnet.conv2d": _documented(
        "rotated 180",
        "OIHW",
        "github.com/Theano/Theano: theano/tensor/nnet/abstract_conv.py "
        "(filter_flip is True unless said otherwise)",
    ),
    "matlab.conv2": _documented("rotated 180", "HW", f"{MATLAB}/matlab/ref/conv2.html"),
    "matlab.filter2": _documented("as defined", "HW", f"{MATLAB}/matlab/ref/filter2.html"),
    "matlab.imfilter": _documented(
        "as defined",
        "HW",
        f"{MATLAB}/images/ref/imfilter.html (with the option 'conv': rotated 180)",
    ),
}
"""Function -> how it takes its kernel.

``torch.conv_transpose2d`` makes its output larger: cut ``(M - 1) // 2`` rows off its top, and all
that stand beyond the image off its bottom; likewise with columns.
"""


def convert(kernel: ArrayLike, source: str, to: str, anchor: Anchor = None) -> Array:
    """The kernel with which ``to`` filters an image as ``source`` does with ``kernel``.

    Turns it, orders its axes, and makes its anchor the one that ``to`` takes by default; adds lines
    of zeros where the anchor or the size needs them. The images agree where both functions use
    the same border, see `border_name`.

    Parameters
    ----------
    kernel : as ``source`` takes it, with the axes of `CONVENTIONS`; real
    source, to : names in `CONVENTIONS`
    anchor : (row, column) of the tap, in ``kernel`` as it is written, that lies on the output
        pixel; where not given, the one that ``source`` takes by default

    Returns a new contiguous array of the kernel's dtype, with the axes of ``to``. Raises
    ``ValueError`` for an unknown name, a kernel without the axes of ``source``, an anchor outside
    it, an even side without an anchor where ``source`` has no default, or more channels or taps
    than ``to`` can take.

    >>> convert([[1, 2, 3], [4, 5, 6]], "scipy.signal.convolve2d", "torch.conv2d", anchor=(0, 1))
    array([[[[6, 5, 4],
             [3, 2, 1],
             [0, 0, 0]]]])
    """
    theirs, ours = convention(source), convention(to)
    taps = _with_all_axes(kernel, source, theirs.axes)
    shape = taps.shape[-2:]
    place = _default_anchor(shape, source, theirs) if anchor is None else as_anchor(anchor, shape)
    for turn in (theirs.turn, ours.turn):  # once to what correlation takes, once from there
        down, across = _STEPS[turn]
        taps = taps[..., ::down, ::across]
        place = (
            place[0] if down > 0 else shape[0] - 1 - place[0],
            place[1] if across > 0 else shape[1] - 1 - place[1],
        )
    if "H" not in ours.axes:
        taps, place = _one_row(taps, place, to)
    taps = _with_default_anchor(taps, place, ours)
    if ours.sides:
        taps = _with_side(taps, ours.sides, to)
    return _with_axes(taps, ours.axes, to)


def convention(name: str) -> Convention:
    """The convention of a function; ``ValueError`` with the nearest name where it is not known."""
    if name not in CONVENTIONS:
        raise ValueError(f"library {name!r} is not known. {did_you_mean(name, list(CONVENTIONS))}")
    return CONVENTIONS[name]


def border_name(border: Border, library: str) -> str:
    """What a library calls the border: see `handconv.borders`.

    ``library`` is one of `handconv.borders.NAMES`, or a function of it: "scipy.ndimage.correlate".

    Raises ``ValueError`` for an unknown border or library, and where the library has no such
    border.

    >>> border_name("replicate", library="scipy.ndimage")
    'nearest'
    >>> border_name("replicate", library="scipy.signal")
    Traceback (most recent call last):
    ValueError: scipy.signal has no border 'replicate'; it has constant, reflect, wrap. \
Pad the image first, with handconv.pad, and cut the rim off the result.
    """
    check_border(border)
    of = [name for name in NAMES if library == name or library.startswith(name + ".")]
    if not of:
        raise ValueError(f"library {library!r} is not known. {did_you_mean(library, list(NAMES))}")
    names = NAMES[max(of, key=len)]
    if border not in names:
        raise ValueError(
            f"{library} has no border {border!r}; it has {', '.join(names) or 'none to choose'}. "
            f"Pad the image first, with handconv.pad, and cut the rim off the result."
        )
    return names[border]


_ALL_AXES = "BOIHW"


def _with_all_axes(kernel: ArrayLike, source: str, axes: str) -> Array:
    """The kernel as (batch, out, in, rows, columns)."""
    taps = np.asarray(kernel)
    if taps.ndim != len(axes) or taps.size == 0 or taps.dtype.kind not in "biuf":
        raise ValueError(
            f"kernel has shape {taps.shape} and dtype {taps.dtype}; {source} takes real taps with "
            f"the axes {' '.join(axes)} (H W rows and columns, I O channels in and out, B a batch)."
        )
    order = [axes.index(axis) for axis in _ALL_AXES if axis in axes]
    return np.expand_dims(taps.transpose(order), _missing(axes))


def _with_axes(taps: Array, axes: str, to: str) -> Array:
    """The reverse, for another library."""
    words = ("batches", "output channels", "input channels")
    for length, axis, word in zip(taps.shape, _ALL_AXES, words, strict=False):
        if length != 1 and (axis not in axes or axis == "B"):
            raise ValueError(
                f"kernel has {length} {word}; {to} takes one. Convert them one at a time."
            )
    kept = [axis for axis in _ALL_AXES if axis in axes]
    order = [kept.index(axis) for axis in axes]
    # a copy in any case, and contiguous: some libraries misread flipped views
    return np.array(np.squeeze(taps, _missing(axes)).transpose(order), order="C")


def _missing(axes: str) -> tuple[int, ...]:
    return tuple(place for place, axis in enumerate(_ALL_AXES) if axis not in axes)


def _default_anchor(shape: tuple[int, ...], source: str, theirs: Convention) -> tuple[int, int]:
    """The anchor in the kernel as it is written."""
    rows, columns = shape
    if theirs.middle == "none" and (rows % 2 == 0 or columns % 2 == 0):
        raise ValueError(
            f"kernel has {rows} × {columns} taps; an even side has no centre, and {source} no "
            f"default for it. Pass anchor=(row, column)."
        )
    return _middle(rows, theirs.middle), _middle(columns, theirs.middle)


def _one_row(taps: Array, anchor: tuple[int, int], to: str) -> tuple[Array, tuple[int, int]]:
    """The anchor's row, if all others are zero."""
    row, column = anchor
    if np.delete(taps, row, axis=-2).any():
        raise ValueError(
            f"kernel has {taps.shape[-2]} rows; {to} takes one. Convert them one at a time."
        )
    return taps[..., row : row + 1, :], (0, column)


def _middle(length: int, middle: Middle) -> int:
    return (length - 1) // 2 if middle == "before" else length // 2


def _with_default_anchor(taps: Array, anchor: tuple[int, int], ours: Convention) -> Array:
    """With lines of zeros on each axis where the default anchor is another tap."""
    widths = [(0, 0)] * 3
    for length, place in zip(taps.shape[-2:], anchor, strict=True):
        fits = place == _middle(length, ours.middle) and (length % 2 or ours.middle != "none")
        reach = max(place, length - 1 - place)  # of an odd side whose centre is the anchor
        widths.append((0, 0) if fits else (reach - place, reach - (length - 1 - place)))
    return np.pad(taps, widths)


def _with_side(taps: Array, sides: tuple[int, ...], to: str) -> Array:
    """With lines of zeros all around, up to the smallest square that the library takes."""
    rows, columns = taps.shape[-2:]
    side = next((side for side in sides if side >= max(rows, columns)), None)
    if side is None:
        most = f"{sides[-1]} × {sides[-1]}"
        raise ValueError(f"kernel has {rows} × {columns} taps; {to} takes no more than {most}.")
    above, left = (side - rows) // 2, (side - columns) // 2
    return np.pad(taps, [(0, 0)] * 3 + [(above, above), (left, left)])

"""What stands outside the image: the five borders.

============== ====================== =====================================
border         around ``abcd``        OpenCV's name
============== ====================== =====================================
constant       ``000|abcd|000``       ``BORDER_CONSTANT``
replicate      ``aaa|abcd|ddd``       ``BORDER_REPLICATE``
reflect        ``cba|abcd|dcb``       ``BORDER_REFLECT``
reflect_101    ``dcb|abcd|cba``       ``BORDER_REFLECT_101``, its default
wrap           ``bcd|abcd|abc``       ``BORDER_WRAP``
============== ====================== =====================================

The same border has another name in every library; and the same name, ``reflect``, is another
border in OpenCV than in NumPy and torch. `NAMES` translates.
"""

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from handconv.arrays import Array
from handconv.words import did_you_mean

Border = Literal["constant", "replicate", "reflect", "reflect_101", "wrap"]
BORDERS: tuple[Border, ...] = get_args(Border)


def _names(*names: str) -> dict[Border, str]:
    """What a library calls each of the `BORDERS`, in that order; "" where it has none such."""
    return {border: name for border, name in zip(BORDERS, names, strict=True) if name}


OPENCV = [f"BORDER_{border.upper()}" for border in BORDERS]

NAMES = {
    # cv2.copyMakeBorder knows BORDER_WRAP; cv2.filter2D refuses it
    "opencv": _names(*OPENCV),
    "cv2.filter2D": _names(*OPENCV[:4], ""),
    "scipy.ndimage": _names("constant", "nearest", "reflect", "mirror", "wrap"),
    "scipy.signal": _names("fill", "", "symm", "", "wrap"),
    "scipy.signal.fftconvolve": {},  # zeros, and nothing to choose
    "numpy.pad": _names("constant", "edge", "symmetric", "reflect", "wrap"),
    "torch": _names("constant", "replicate", "", "reflect", "circular"),
    "skimage.filters": _names("constant", "nearest", "reflect", "mirror", "wrap"),
    "kornia.filters": _names("constant", "replicate", "", "reflect", "circular"),
    "onnx.Pad": _names("constant", "edge", "", "reflect", "wrap"),  # wrap from opset 19 on
    "jax.numpy.pad": _names("constant", "edge", "symmetric", "reflect", "wrap"),
    "keras.ops.pad": _names("constant", "", "", "reflect", ""),  # on every backend
    "matlab.imfilter": _names("0", "replicate", "symmetric", "", "circular"),
    "imagemagick": _names("Black", "Edge", "Mirror", "", "Tile"),
}
"""Library -> border -> what it is called there. A border that a library lacks is left out."""


def check_border(border: object) -> None:
    """Raise ``ValueError`` unless ``border`` is one of the five names."""
    if border not in BORDERS:
        raise ValueError(f"border {border!r} is not known. {_hint(border)}")


def border_indices(start: int, stop: int, length: int, border: Border) -> NDArray[np.intp]:
    """Which pixel of a line of ``length`` pixels stands at each of the places start … stop - 1.

    Places below 0 and from ``length`` on lie outside the image. For ``constant`` they give -1.
    Reflection and wrapping repeat as often as needed, so a line may be shorter than the overhang.

    >>> border_indices(-2, 6, 4, "reflect_101").tolist()
    [2, 1, 0, 1, 2, 3, 2, 1]
    """
    check_border(border)
    if length < 1:
        raise ValueError(f"length is {length}; a line needs at least one pixel.")
    place = np.arange(start, stop, dtype=np.intp)
    if border == "constant":
        return np.where((place >= 0) & (place < length), place, -1)
    if border == "replicate":
        return place.clip(0, length - 1)
    if border == "wrap":
        return place % length
    if border == "reflect":
        place = place % (2 * length)
        return np.minimum(place, 2 * length - 1 - place)
    if length == 1:  # reflect_101 of a single pixel has no other pixel to show
        return np.zeros_like(place)
    place = place % (2 * length - 2)
    return np.minimum(place, 2 * length - 2 - place)


def cut_out(image: Array, rows: tuple[int, int], columns: tuple[int, int], border: Border) -> Array:
    """The image as if it went on for ever, cut at these places.

    Parameters
    ----------
    image : (rows, columns) or (rows, columns, channels)
    rows, columns : (start, stop), counted from the image's first pixel; may lie outside of it
    border : one of `BORDERS`; ``constant`` stands for 0

    Returns
    -------
    A new array of the image's dtype, (stop - start) rows and columns.

    >>> cut_out(np.array([[1, 2, 3]]), (0, 1), (1, 6), "wrap")
    array([[2, 3, 1, 2, 3]])
    """
    row = border_indices(*rows, image.shape[0], border)
    column = border_indices(*columns, image.shape[1], border)
    part: Array = image[row[:, None], column]
    if border == "constant":
        part[row < 0] = 0
        part[:, column < 0] = 0
    return part


def pad(image: Array, rows: tuple[int, int], columns: tuple[int, int], border: Border) -> Array:
    """The image with ``rows`` (above, below) and ``columns`` (left, right) added around it.

    Arguments and result otherwise as `cut_out`.
    """
    (above, below), (left, right) = rows, columns
    height, width = image.shape[:2]
    return cut_out(image, (-above, height + below), (-left, width + right), border)


def _hint(name: object) -> str:
    """What may have been meant, as a sentence."""
    if not isinstance(name, str):
        return f"Name it by a string, one of {', '.join(BORDERS)}."
    for library, names in NAMES.items():
        for ours, theirs in names.items():
            if name.lower() == theirs.lower():
                return f"{library} means {ours!r} by {theirs!r}."
    return did_you_mean(name, BORDERS, most=1)

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

import difflib
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

Border = Literal["constant", "replicate", "reflect", "reflect_101", "wrap"]
BORDERS: tuple[Border, ...] = get_args(Border)

NAMES: dict[str, dict[Border, str]] = {
    "opencv": {
        "constant": "BORDER_CONSTANT",
        "replicate": "BORDER_REPLICATE",
        "reflect": "BORDER_REFLECT",
        "reflect_101": "BORDER_REFLECT_101",
        "wrap": "BORDER_WRAP",  # cv2.copyMakeBorder knows it; cv2.filter2D refuses it
    },
    "cv2.filter2D": {
        "constant": "BORDER_CONSTANT",
        "replicate": "BORDER_REPLICATE",
        "reflect": "BORDER_REFLECT",
        "reflect_101": "BORDER_REFLECT_101",
    },
    "scipy.ndimage": {
        "constant": "constant",
        "replicate": "nearest",
        "reflect": "reflect",
        "reflect_101": "mirror",
        "wrap": "wrap",
    },
    "scipy.signal": {"constant": "fill", "reflect": "symm", "wrap": "wrap"},
    "scipy.signal.fftconvolve": {},  # zeros, and nothing to choose
    "numpy.pad": {
        "constant": "constant",
        "replicate": "edge",
        "reflect": "symmetric",
        "reflect_101": "reflect",
        "wrap": "wrap",
    },
    "torch": {
        "constant": "constant",
        "replicate": "replicate",
        "reflect_101": "reflect",
        "wrap": "circular",
    },
    "skimage.filters": {
        "constant": "constant",
        "replicate": "nearest",
        "reflect": "reflect",
        "reflect_101": "mirror",
        "wrap": "wrap",
    },
    "kornia.filters": {
        "constant": "constant",
        "replicate": "replicate",
        "reflect_101": "reflect",
        "wrap": "circular",
    },
    "onnx.Pad": {
        "constant": "constant",
        "replicate": "edge",
        "reflect_101": "reflect",
        "wrap": "wrap",  # from opset 19 on
    },
    "jax.numpy.pad": {
        "constant": "constant",
        "replicate": "edge",
        "reflect": "symmetric",
        "reflect_101": "reflect",
        "wrap": "wrap",
    },
    "keras.ops.pad": {"constant": "constant", "reflect_101": "reflect"},  # on every backend
    "matlab.imfilter": {
        "constant": "0",
        "replicate": "replicate",
        "reflect": "symmetric",
        "wrap": "circular",
    },
    "imagemagick": {
        "constant": "Black",
        "replicate": "Edge",
        "reflect": "Mirror",
        "wrap": "Tile",
    },
}


def check_border(border: object) -> None:
    """Raise ``ValueError`` unless ``border`` is one of the five names."""
    if border not in BORDERS:
        raise ValueError(
            f"border {border!r} is not known. {_hint(border)}Use one of {', '.join(BORDERS)}."
        )


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


def pad(
    image: NDArray[Any], rows: tuple[int, int], columns: tuple[int, int], border: Border
) -> NDArray[Any]:
    """The image with ``rows`` (above, below) and ``columns`` (left, right) added around it.

    Parameters
    ----------
    image : (rows, columns) or (rows, columns, channels)
    border : one of `BORDERS`; ``constant`` pads with 0

    Returns
    -------
    A new array of the image's dtype, larger by the sums of ``rows`` and ``columns``.
    """
    height, width = image.shape[:2]
    row_index = border_indices(-rows[0], height + rows[1], height, border)
    column_index = border_indices(-columns[0], width + columns[1], width, border)
    padded = image[row_index[:, None], column_index]
    if border == "constant":
        padded[row_index < 0] = 0
        padded[:, column_index < 0] = 0
    return padded


def _hint(name: object) -> str:
    """What may have been meant, as a sentence; or nothing."""
    if not isinstance(name, str):
        return "Borders are named by a string. "
    for library, names in NAMES.items():
        for ours, theirs in names.items():
            if name.lower() == theirs.lower():
                return f"{library} means {ours!r} by {theirs!r}. "
    close = difflib.get_close_matches(name.lower(), BORDERS, n=1)
    return f"Did you mean {close[0]!r}? " if close else ""

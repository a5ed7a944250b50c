"""Kernels by name, from numbers, and one after another.

>>> named("sobel_x")
array([[-1.,  0.,  1.],
       [-2.,  0.,  2.],
       [-1.,  0.,  1.]])
>>> named("box(1, 4)")
Traceback (most recent call last):
ValueError: kernel 'box(1, 4)': columns is 4; an even side has no centre pixel. Use 5.
"""

import inspect
import re
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from handconv.arguments import as_kernel
from handconv.arrays import Floats
from handconv.kernels import bank, families
from handconv.words import did_you_mean

BANK = ("small_blur", "large_blur", "sharpen", "laplacian", "sobel_x", "sobel_y")
"""The six kernels of the tutorial."""

FIXED = BANK + (
    *("scharr_x", "scharr_y", "prewitt_x", "prewitt_y", "roberts_main", "roberts_anti"),
    *("emboss", "identity"),
)
"""Kernels that have a name and no numbers; see `handconv.kernels.bank`."""

FAMILIES = ("box", "gaussian", "laplacian_of_gaussian", "motion", "unsharp", "gabor")
"""Kernels that have a name and numbers, such as ``gaussian(5, 1.2)``; see `families`."""

LONGEST_NAME = 200  # characters; whatever a config file holds, reading it is quick


def names() -> tuple[str, ...]:
    """The names that `named` takes as they are, those of the bank first."""
    return FIXED


def signatures() -> tuple[str, ...]:
    """How the families are written: ``"box(rows, columns)"``, ``"gaussian(size, sigma)"``, …"""
    return tuple(_written(name) for name in FAMILIES)


def named(name: str) -> Floats:
    """The kernel of that name: ``"sobel_x"``, or with numbers ``"gaussian(5, sigma=1.2)"``.

    The numbers are read as literals; nothing in ``name`` is ever executed. Returns (rows, columns)
    float64, a fresh array with odd sides. Raises ``ValueError`` for an unknown name, with the
    nearest known ones, and for numbers that the family refuses.
    """
    match = re.fullmatch(r"\s*(\w+)\s*(?:\((.*)\))?\s*", name[:LONGEST_NAME])
    word = match[1] if match else name[:LONGEST_NAME]
    if match is None or word not in FIXED + FAMILIES or len(name) > LONGEST_NAME:
        known = {each: _written(each) for each in FIXED + FAMILIES}
        meant = did_you_mean(re.sub(r"\W+", "_", word.strip()), known)
        shown = repr(name if len(name) <= 60 else name[:60] + "…")
        raise ValueError(f"kernel {shown} is not known. {meant}")
    maker: Callable[..., Floats] = getattr(bank if word in FIXED else families, word)
    if word in FAMILIES and match[2] is None:
        raise ValueError(f"kernel {name!r} needs numbers: {_written(word)}.")
    try:
        positional, keywords = _numbers(match[2] or "")
        inspect.signature(maker).bind(*positional, **keywords)
    except TypeError as error:
        raise ValueError(
            f"kernel {name!r} cannot be read ({error}). Write {_written(word)}."
        ) from None
    try:
        return maker(*positional, **keywords)
    except ValueError as error:
        raise ValueError(f"kernel {name!r}: {error}") from None


def compose(first: ArrayLike, second: ArrayLike) -> Floats:
    """The kernel that equals applying ``first`` and then ``second``.

    It is the full convolution of the two, so the order does not matter, and has
    (M₁ + M₂ - 1) × (N₁ + N₂ - 1) taps; its anchor is the sum of the two anchors.

    At every pixel whose whole neighbourhood lies inside the image the result is the same whatever
    the border. Nearer to the border the second pass sees a border made from the *filtered*
    image, which is the filtered border only with ``wrap``, and with ``reflect`` and
    ``reflect_101`` where ``first`` is symmetric both left-right and top-bottom; not, in general,
    with ``replicate`` or ``constant``.

    >>> compose([[1, 1, 1]], [[1], [2], [1]])
    array([[1., 1., 1.],
           [2., 2., 2.],
           [1., 1., 1.]])
    """
    first, second = as_kernel(first), as_kernel(second)
    rows, columns = second.shape
    both = np.zeros((first.shape[0] + rows - 1, first.shape[1] + columns - 1))
    for (row, column), tap in np.ndenumerate(first):
        both[row : row + rows, column : column + columns] += tap * second
    return both


def _numbers(text: str) -> tuple[list[float], dict[str, float]]:
    """'5, sigma=1.2' as [5], {'sigma': 1.2}; raises ``TypeError`` as a bad call would."""
    positional: list[float] = []
    keywords: dict[str, float] = {}
    for piece in text.split(",") if text.strip() else []:
        key, equals, value = (part.strip() for part in piece.rpartition("="))
        number = _number(value)
        if not equals and keywords:
            raise TypeError(f"{value} follows {list(keywords)[-1]}=, but has no name")
        if key in keywords:
            raise TypeError(f"{key} stands twice")
        if equals:
            keywords[key] = number
        else:
            positional.append(number)
    return positional, keywords


def _number(text: str) -> float:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    raise TypeError(f"{text!r} is not a number")


def _written(name: str) -> str:
    """'unsharp' as 'unsharp(size, sigma, amount=1)'; fixed kernels as they are."""
    if name in FIXED:
        return name
    parameters = inspect.signature(getattr(families, name)).parameters.values()
    words = (
        f"{each.name}={each.default:g}" if isinstance(each.default, float) else each.name
        for each in parameters
    )
    return f"{name}({', '.join(words)})"

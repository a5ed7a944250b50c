"""The filter to undo: from a kernel that one knows, or from what recover wrote."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast, get_args

import numpy as np
from numpy.typing import ArrayLike

from handconv.arguments import as_kernel
from handconv.arrays import Floats
from handconv.borders import Border, check_border
from handconv.files import read_whole
from handconv.kernels import named
from learned.filter import Filter, Rim, Storing
from learned.solve.fractions import Rational
from learned.window import Window

LARGEST_DENOMINATOR = 4096
WHOLE = 1e-9  # of a tap times a denominator that counts as a whole number
LARGEST_SIDE = 1023
LARGEST_TAP = 1e6
LARGEST_FILE = 2**26  # bytes of JSON


def known_filter(
    kernel: ArrayLike,
    *,
    divisor: float = 1.0,
    bias: float = 0.0,
    border: Border = "replicate",
    rounding: Storing = "nearest",
    dtype: str = "uint8",
) -> Filter:
    """A filter of the same kernel (M, N) for all channels, odd sides, by correlation.

    Taps are divided by ``divisor``; ``bias`` is in grey levels of the after picture. Raises
    ``ValueError`` for what is no kernel, border or rounding.
    """
    taps = as_kernel(kernel)
    if taps.shape[0] % 2 == 0 or taps.shape[1] % 2 == 0:
        raise ValueError(f"kernel has shape {taps.shape}; give it odd sides, by zeros if need be.")
    if not np.isfinite(divisor) or divisor == 0:
        raise ValueError(f"divisor is {divisor}; it must be a number other than 0.")
    check_border(border)
    if rounding not in get_args(Storing):
        raise ValueError(f"rounding is {rounding!r}; use one of {', '.join(get_args(Storing))}.")
    fraction = _fraction(taps, divisor)
    taps = taps / divisor if fraction is None else fraction.kernel
    _check_taps(taps, "kernel")
    window = Window.centred(*taps.shape)
    return Filter(taps, window, (float(bias),), rounding, border, fraction, dtype)


def recovered_filter(found: Mapping[str, Any], dtype: str) -> tuple[Filter, float]:
    """The filter in what ``scripts/recover.py --json`` wrote, for pictures of ``dtype``.

    Also by how many grey levels its sums may be off, as its taps are not known better. Raises
    ``ValueError`` where it does not hold one.
    """
    try:
        kernel = np.array(found["kernel"], np.float64)
        anchor = [int(each) for each in found["anchor"]]
        bias = tuple(np.atleast_1d(np.array(found["bias"], np.float64)).tolist())
        rational = found.get("rational")
        fraction = rational and Rational(
            np.array(rational["numerator"], np.int64), int(rational["denominator"])
        )
        stored = found.get("stored") or {}
        roundings, borders = list(found["rounding"]), list(found["border"])
        rounding = stored.get("rounding") or (roundings or ["nearest"])[0]
        outside = float(stored.get("outside", 0.0))
        rim = stored.get("rim") and Rim(**stored["rim"])
        exact = float(found.get("exact_pixels", 0.0)) == 1
        errors = found.get("errors")
        errors = errors and np.broadcast_to(np.array(errors, np.float64), kernel.shape)
    except (KeyError, TypeError, ValueError, OverflowError) as wrong:
        raise ValueError(f"this is not what recover writes ({wrong!r}).") from None
    if kernel.ndim not in (2, 4) or kernel.size == 0 or max(kernel.shape[-2:]) > LARGEST_SIDE:
        raise ValueError(f"its kernel has shape {kernel.shape}; recover writes (M, N).")
    _check_taps(kernel, "its kernel")
    if fraction is not None and (
        fraction.numerator.shape != kernel.shape
        or not 1 <= fraction.denominator <= 2**40
        or not np.allclose(fraction.kernel, kernel, rtol=1e-6, atol=1e-9)
    ):
        raise ValueError("its fractions are not those of its kernel.")
    if rounding not in get_args(Storing) or len(anchor) != len("yx"):
        raise ValueError(f"its rounding is {rounding!r} and its anchor {anchor}.")
    border = "reflect_101" if "reflect_101" in borders else [*borders, "replicate"][0]
    check_border(border)
    if max(map(abs, anchor)) > LARGEST_SIDE or len(bias) not in {1, len(kernel)}:
        raise ValueError(f"its anchor is {anchor} and its bias {bias}.")
    window = Window(-anchor[0], -anchor[1], *kernel.shape[-2:])
    whole = np.dtype(dtype).kind == "u"
    if (rounding == "exact" and whole) or (rounding == "halves up" and not exact):
        rounding = "nearest"  # no one knows where halves go
    made_by = Filter(
        kernel, window, bias, cast(Storing, rounding), cast(Border, border), fraction, dtype,
        outside=outside, rim=rim or None,
    )  # fmt: skip
    top = float(np.iinfo(dtype).max) if whole else 1.0
    if fraction is not None or not whole:
        return made_by, 0.0
    error = top if errors is None else float(np.abs(errors).sum(axis=(-2, -1)).max()) * top
    return made_by, min(error, top) if np.isfinite(error) else top


def read_filter(path: str | Path, dtype: str) -> tuple[Filter, float]:
    """`recovered_filter` of a file. Raises ``ValueError`` that names it."""
    try:
        found = json.loads(read_whole(path, LARGEST_FILE))
        if not isinstance(found, dict):
            raise ValueError("this is not what recover writes.")
        return recovered_filter(found, dtype)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"{path} is not JSON ({error}).") from None
    except ValueError as error:
        told = str(error)
        raise ValueError(told if str(path) in told else f"{path}: {told}") from None


def typed_filter(kernel: str, **settings: Any) -> Filter:
    """`known_filter` of a kernel's name, such as ``gaussian(5, 1.2)``, or of "[[0, 1], [1, 0]]"."""
    if not kernel.lstrip().startswith("["):
        return known_filter(named(kernel), **settings)
    try:
        taps = json.loads(kernel)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"kernel {kernel[:60]!r} cannot be read ({error}).") from None
    return known_filter(taps, **settings)


def _fraction(taps: Floats, divisor: float) -> Rational | None:
    """The taps over the divisor as whole numbers over the smallest denominator that does."""
    for denominator in range(1, LARGEST_DENOMINATOR + 1):
        numerators = taps * (denominator / divisor)
        whole = np.rint(numerators)
        if np.abs(numerators - whole).max() <= WHOLE * max(1.0, float(np.abs(whole).max())):
            return Rational(whole.astype(np.int64), denominator)
    return None


def _check_taps(taps: Floats, name: str) -> None:
    largest = float(np.abs(taps).max())
    if not 0 < largest <= LARGEST_TAP:
        raise ValueError(
            f"{name} has a largest tap of {largest:g}; it must be from above 0 to {LARGEST_TAP:g}."
        )

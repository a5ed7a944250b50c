"""What was found, for a person: a table of taps, and one sentence for each finding."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from handconv.borders import BORDERS

if TYPE_CHECKING:
    from learned.recovery.recover import Recovery

WIDEST_TABLE = 15  # taps; of larger kernels the middle row is shown
LARGEST_CODE = 30  # taps; code for more is left to --json


def report(found: "Recovery", programs: dict[str, str] | None = None) -> str:
    """Lines of text, without a line break at the end.

    ``programs`` are shown instead of the code: see `Recovery.programs`.
    """
    return "\n".join(_lines(found, programs or found.code))


def _lines(found: "Recovery", code: dict[str, str]) -> Iterator[str]:
    where = "pixels" if found.whole else "pixels away from the border"
    yield f"{found.verdict}: {percent(found.exact_pixels)} of the {where} are reproduced exactly."
    yield ""
    if found.verdict == "not linear":
        rows, columns = found.kernel.shape[-2:]
        yield from found.findings
        yield f"The best has {rows} × {columns} taps: see --json, and --figure for what it leaves."
        return
    yield from _kernel(found)
    yield ""
    rounding = " or ".join(found.rounding) or "unknown"
    yield f"bias {_numbers(found.bias)} · rounding {rounding} · border {_border(found)}"
    yield from _matches(found)
    yield from found.findings
    if found.errors is not None and found.verdict == "linear":
        known = f"{found.errors.max():.1e}"
        how = "proven" if found.rounding else "standard errors"
        if found.rational is None:
            yield f"Taps are known to ± {known} ({how})."
        else:
            yield f"Taps farther than {known} from these are ruled out (proven)."
    if found.verdict == "linear" and found.kernel.size <= LARGEST_CODE:
        yield ""
        yield "The same with OpenCV (for SciPy, torch and NumPy see --json):"
        yield ""
        yield code["opencv"].rstrip()


def _matches(found: "Recovery") -> Iterator[str]:
    for match in found.matches[:3]:
        if match["name"] == "identity":
            shifted = "" if found.anchor == (0, 0) else ", moved"
            times = f"times {match['scale']:.6g}" if match["scale"] != 1 else "as it was"
            yield f"Every pixel {times}{', plus the bias' if found.bias else ''}{shifted}."
        else:
            error = f" (to {match['max_abs_error']:.1e})" if match["max_abs_error"] else ""
            yield (
                f"It is {match['name']}, {match['orientation']}, times {match['scale']:.6g}{error}."
            )


def _kernel(found: "Recovery") -> Iterator[str]:
    kernel = found.kernel
    rows, columns = kernel.shape[-2:]
    title = "kernel" if found.verdict == "linear" else "best kernel"
    shape = f"{rows} × {columns}"
    if not found.alike:
        shape = f"{kernel.shape[1]} channels to {kernel.shape[0]}, {shape} each"
    divisor = ""
    taps: NDArray[np.generic] = kernel
    if found.rational is not None:
        taps = np.array(found.rational["numerator"])
        if found.rational["denominator"] > 1:
            divisor = f", divided by {found.rational['denominator']}"
    row, column = found.anchor
    anchor = f", anchor ({row}, {column})" if (row, column) != (rows // 2, columns // 2) else ""
    yield f"{title}, {shape}{anchor}{divisor}:"
    digits = _digits(found)
    if found.alike:
        yield from _table(taps, digits)
    elif rows * columns == 1:
        yield from _table(taps[..., 0, 0], digits)  # a row for each out-channel
    else:
        for out, sources in enumerate(taps):
            for source, part in enumerate(sources):
                if part.any():
                    yield f"channel {source} to channel {out}:"
                    yield from _table(part, digits)


def _digits(found: "Recovery") -> int:
    """After the decimal point: as many as are known, or as make five of the largest tap."""
    largest = float(np.abs(found.kernel).max()) or 1.0
    error = 0.0 if found.errors is None else float(found.errors.max())
    if not np.isfinite(error):
        error = largest
    return int(np.clip(-np.floor(np.log10(max(error, 1e-5 * largest))), 1, 12))


def _table(taps: NDArray[np.generic], digits: int) -> Iterator[str]:
    rows, columns = taps.shape
    if columns > WIDEST_TABLE:
        words = [_word(tap, digits) for tap in taps[rows // 2]]
        yield f"  row {rows // 2} of {rows}: {' '.join(words)}"
        return
    words = [_word(tap, digits) for tap in taps.flat]
    width = max(map(len, words))
    for row in range(rows):
        yield "  " + "  ".join(word.rjust(width) for word in words[row * columns :][:columns])


def _word(tap: np.generic, digits: int) -> str:
    if isinstance(tap, np.integer):
        return str(tap)
    word = f"{float(tap):.{digits}f}"
    return word.rstrip("0").rstrip(".") if float(tap).is_integer() else word


def _numbers(bias: float | tuple[float, ...]) -> str:
    values = bias if isinstance(bias, tuple) else (bias,)
    return ", ".join(f"{value:.6g}" for value in values)


def _border(found: "Recovery") -> str:
    if len(found.border) == len(BORDERS):
        return "any"
    return " or ".join(found.border) or "none of the five"


def percent(share: float) -> str:
    """Never 100 % where a pixel is missing.

    >>> percent(1.0), percent(0.999999), percent(0.4681)
    ('all', '99.99 %', '46.81 %')
    """
    return "all" if share == 1 else f"{int(share * 10_000) / 100:.2f} %"

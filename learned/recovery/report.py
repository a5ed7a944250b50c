"""What was found, for a person: a table of taps, and one sentence for each finding."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from learned.recovery.recover import Recovery

WIDEST_TABLE = 11  # taps; of larger kernels the middle row is shown


def report(found: "Recovery") -> str:
    """Lines of text, without a line break at the end."""
    return "\n".join(_lines(found))


def _lines(found: "Recovery") -> Iterator[str]:
    where = "pixels" if found.border else "pixels away from the border"
    yield f"{found.verdict}: {_percent(found.exact_pixels)} of the {where} are reproduced exactly."
    yield ""
    yield from _kernel(found)
    yield ""
    rounding = " or ".join(found.rounding) or "unknown"
    yield f"bias {_numbers(found.bias)} · rounding {rounding} · border {_border(found)}"
    for match in found.matches[:3]:
        yield (
            f"It is {match['name']}, {match['orientation']}, times {match['scale']:.6g}"
            + (f" (to {match['max_abs_error']:.1e})." if match["max_abs_error"] else ".")
        )
    yield from found.findings
    if found.errors is not None and found.verdict == "linear":
        how = "proven" if found.rounding else "standard errors"
        yield f"Taps are known to ± {found.errors.max():.1e} ({how})."
    if found.verdict == "linear" and max(found.kernel.shape) <= WIDEST_TABLE:
        yield ""
        yield "The same with OpenCV (for SciPy, torch and NumPy see --json):"
        yield ""
        yield found.code["opencv"].rstrip()


def _kernel(found: "Recovery") -> Iterator[str]:
    kernel = found.kernel
    rows, columns = kernel.shape[-2:]
    title = "kernel" if found.verdict == "linear" else "best kernel"
    shape = f"{rows} × {columns}"
    if kernel.ndim == 4:
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
    if kernel.ndim == 2:
        yield from _table(taps)
        return
    for out, sources in enumerate(taps):
        for source, part in enumerate(sources):
            if part.any():
                yield f"channel {source} to channel {out}:"
                yield from _table(part)


def _table(taps: NDArray[np.generic]) -> Iterator[str]:
    rows, columns = taps.shape
    if columns > WIDEST_TABLE:
        words = [_word(tap) for tap in taps[rows // 2]]
        yield f"  row {rows // 2} of {rows}: {' '.join(words)}"
        return
    words = [_word(tap) for tap in taps.flat]
    width = max(map(len, words))
    for row in range(rows):
        yield "  " + "  ".join(word.rjust(width) for word in words[row * columns :][:columns])


def _word(tap: np.generic) -> str:
    if isinstance(tap, np.integer):
        return str(tap)
    return f"{float(tap):.6g}"


def _numbers(bias: float | tuple[float, ...]) -> str:
    values = bias if isinstance(bias, tuple) else (bias,)
    return ", ".join(f"{value:.6g}" for value in values)


def _border(found: "Recovery") -> str:
    if len(found.border) == 5:
        return "any"
    return " or ".join(found.border) or "none of the five"


def _percent(share: float) -> str:
    """Never 100 % where a pixel is missing.

    >>> _percent(1.0), _percent(0.999999), _percent(0.4681)
    ('all', '99.99 %', '46.81 %')
    """
    return "all" if share == 1 else f"{int(share * 10_000) / 100:.2f} %"

"""What was found, for a person: a table of taps, and one sentence for each finding."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from handconv.arrays import Array
from handconv.borders import BORDERS

if TYPE_CHECKING:
    from learned.recovery.record import Recovery

WIDEST_TABLE = 15  # taps; of larger kernels the middle row is shown
LARGEST_CODE = 30  # taps; code for more is left to --json
LONGEST_LINE = 200  # characters
LONGEST_CODE = 25  # lines of the code of an explanation; more is left to --json


def report(
    found: "Recovery", programs: dict[str, str] | None = None, explaining: Sequence[str] = ()
) -> str:
    """Lines of text, without a line break at the end.

    ``programs`` and ``explaining`` are shown instead of the code: see `Recovery.programs` and
    `Recovery.explaining_programs`.
    """
    explaining = explaining or [each.code(found.reading) for each in found.explanations]
    return "\n".join(_lines(found, programs or found.code, explaining))


def percent(share: float) -> str:
    """Never 100 % where a pixel is missing.

    >>> percent(1.0), percent(0.999999), percent(0.4681)
    ('all', '99.99 %', '46.81 %')
    """
    return "all" if share == 1 else f"{int(share * 10_000) / 100:.2f} %"


def reproduced(found: "Recovery") -> str:
    """The share of the pixels that the filter reproduces, and of which."""
    where = "pixels" if found.whole else "pixels away from the border"
    return f"{percent(found.exact_pixels)} of the {where}"


def size(found: "Recovery") -> str:
    """Rows and columns of the kernel, and channels where each is filtered in its own way."""
    *channels, rows, columns = found.kernel.shape
    between = f"{channels[1]} channels to {channels[0]}, " if channels else ""
    return f"{between}{rows} × {columns}"


def _lines(found: "Recovery", code: dict[str, str], explaining: Sequence[str]) -> Iterator[str]:
    by = " by the best kernel" if found.explanations else ""
    yield f"{found.verdict}: {reproduced(found)} are reproduced exactly{by}."
    yield ""
    for number, each in enumerate(found.explanations):
        share = percent(each.exact_pixels)
        yield f"{'Or it' if number else 'It'} is {each.sentence}: {share} of the pixels."
    yield from _about_the_kernel(found, code)
    lines = explaining[0].rstrip().splitlines() if explaining else []
    if 0 < len(lines) <= LONGEST_CODE and max(map(len, lines)) <= LONGEST_LINE:
        yield "\nThe same as code:\n"
        yield from lines
    elif lines:
        yield "Code that does the same is in --json."


def _about_the_kernel(found: "Recovery", code: dict[str, str]) -> Iterator[str]:
    rows, columns = found.kernel.shape[-2:]
    if found.verdict == "not linear":
        yield from found.findings
        yield f"The best has {rows} × {columns} taps: see --json, and --figure for what it leaves."
        return
    yield from _kernel(found)
    yield ""
    bias = ", ".join(f"{value:.6g}" for value in found.filter.bias)
    rounding = " or ".join(found.rounding) or "unknown"
    border = " or ".join(found.border) or "none of the five"
    border = "any" if len(found.border) == len(BORDERS) else border
    yield f"bias {bias} · rounding {rounding} · border {border}"
    yield from _matches(found)
    yield from found.findings
    if found.verdict != "linear":
        return
    if found.errors is not None:
        known = f"{found.errors.max():.1e}"
        taps = f"{found.kernel.shape[-2]} × {found.kernel.shape[-1]}"
        if found.rounding:  # what is proven is proven of kernels in this window
            yield f"No {taps} kernel with a tap farther than {known} from these fits (proven)."
        elif found.rational is None:
            yield f"Taps are known to ± {known} (standard errors)."
        else:
            yield f"The likeliest taps are these, up to their standard errors of {known}."
    if found.kernel.size <= LARGEST_CODE:
        yield "\nThe same with OpenCV (for SciPy, torch and NumPy see --json):\n"
        yield code["opencv"].rstrip()


def _matches(found: "Recovery") -> Iterator[str]:
    for match in found.matches[:3]:
        times = f"times {match['scale']:.6g}"
        if match["name"] == "identity":
            times = times if match["scale"] != 1 else "as it was"
            shifted = "" if found.anchor == (0, 0) else ", moved"
            yield f"Every pixel {times}{', plus the bias' if found.bias else ''}{shifted}."
        else:
            error = f" (to {match['max_abs_error']:.1e})" if match["max_abs_error"] else ""
            yield f"It is {match['name']}, {match['orientation']}, {times}{error}."


def _kernel(found: "Recovery") -> Iterator[str]:
    rows, columns = found.kernel.shape[-2:]
    title = "kernel" if found.verdict == "linear" else "best kernel"
    each = "" if found.alike else " each"
    anchor = f", anchor {found.anchor}" if found.anchor != (rows // 2, columns // 2) else ""
    taps, denominator = found.filter.fraction or (found.kernel, 1)
    divisor = f", divided by {denominator}" if denominator > 1 else ""
    yield f"{title}, {size(found)}{each}{anchor}{divisor}:"
    digits = _digits(found)
    if found.alike:
        yield from _table(taps, digits)
    elif rows * columns == 1:
        yield from _table(taps[..., 0, 0], digits)  # a row for each out-channel
    else:
        for out, source in np.ndindex(taps.shape[:2]):
            if taps[out, source].any():
                yield f"channel {source} to channel {out}:"
                yield from _table(taps[out, source], digits)


def _digits(found: "Recovery") -> int:
    """After the decimal point: as many as are known, or as make five of the largest tap."""
    largest = float(np.abs(found.kernel).max()) or 1.0
    error = 0.0 if found.errors is None else float(found.errors.max())
    error = error if np.isfinite(error) else largest
    return int(np.clip(-np.floor(np.log10(max(error, 1e-5 * largest))), 1, 12))


def _table(taps: Array, digits: int) -> Iterator[str]:
    words = [[f"{tap:.{0 if tap == round(tap) else digits}f}" for tap in row] for row in taps]
    middle = len(words) // 2
    if len(words[0]) > WIDEST_TABLE:
        yield f"  row {middle} of {len(words)}: {' '.join(words[middle])}"
        return
    width = max(len(word) for row in words for word in row)
    yield from ("  " + "  ".join(word.rjust(width) for word in row) for row in words)

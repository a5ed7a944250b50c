"""Which filter did that program apply? From a picture before and after, to the last digit.

The steps, each in a file of this package: what the two pictures say (evidence), which taps
there are (search), the kernel that meets all bounds (fit), or the best one where none does
(approximate) and whether what it leaves is noise (structure), what the program did at the border
(rim), known kernels (names) and code.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handconv.borders import Border
from learned.recovery.answer import Answer, Verdict
from learned.recovery.code import Filter, code
from learned.recovery.decide import answer
from learned.recovery.evidence import Evidence, evidence
from learned.recovery.names import Match, matches
from learned.recovery.rim import describe_rim
from learned.recovery.window import Window
from learned.solve.threads import own_threads


@dataclass(frozen=True)
class Recovery:
    """What is known of a filter.

    Attributes
    ----------
    verdict : "linear", "not linear" or "undetermined"
    kernel : (M, N), or (out-channels, in-channels, M, N) where the channels are filtered each in
        its own way; as a correlation kernel, without zero rims. Where the verdict is not "linear",
        the best there is.
    anchor : (row, column) of the tap on the output pixel; it may lie outside the kernel: a shift
    bias : grey levels of the after image; one for each out-channel where the kernel has four axes
    rounding : the roundings that fit
    border : the borders that fit, sorted
    exact_pixels : share of the after-pixels that are reproduced; of those in the interior where
        no border fits
    matches : known kernels that it equals, best first
    rational : numerators and denominator of the taps where they are simple fractions
    code : for OpenCV, SciPy, torch and NumPy
    errors : what each tap may be off by; None where that was not found out
    findings : sentences for a person
    predicted : (out-channels, rows, columns) the first after image before rounding
    evidence : of the first pair of pictures
    """

    verdict: Verdict
    kernel: NDArray[np.float64]
    anchor: tuple[int, int]
    bias: float | tuple[float, ...]
    rounding: list[str]
    border: list[Border]
    exact_pixels: float
    matches: list[Match]
    rational: dict[str, Any] | None
    code: dict[str, str]
    errors: NDArray[np.float64] | None
    findings: list[str]
    predicted: NDArray[np.float64] = field(repr=False)
    evidence: Evidence = field(repr=False)

    def as_json(self) -> dict[str, Any]:
        """What `json.dumps` takes: the findings, in plain lists and numbers."""
        return {
            "verdict": self.verdict,
            "kernel": self.kernel.tolist(),
            "anchor": list(self.anchor),
            "bias": list(self.bias) if isinstance(self.bias, tuple) else self.bias,
            "rounding": self.rounding,
            "border": self.border,
            "exact_pixels": self.exact_pixels,
            "matches": self.matches,
            "rational": self.rational,
            "code": self.code,
            "errors": None if self.errors is None else self.errors.tolist(),
            "findings": self.findings,
        }


@own_threads
def recover(
    before: NDArray[Any] | Sequence[NDArray[Any]],
    after: NDArray[Any] | Sequence[NDArray[Any]],
    *,
    size: tuple[int, int] | None = None,
    max_size: int = 31,
    crop: bool = False,
    progress: Callable[[str], None] = lambda step: None,
) -> Recovery:
    """Find the filter that made ``after`` from ``before``.

    Parameters
    ----------
    before, after : (rows, columns), or (rows, columns, 3 or 4) red, green, blue, alpha; uint8,
        uint16 or floating point. Or several of each: all pairs then speak of one filter.
    size : (rows, columns) of the kernel, where it is known
    max_size : the largest side that is tried
    crop : whether an after picture that is smaller by an even number of pixels lies in the middle
        of the before picture
    progress : is told each step as it begins

    Raises
    ------
    ValueError
        if the pictures do not go together, or a size is not possible.

    >>> rng = np.random.default_rng(0)
    >>> photo = rng.integers(0, 256, (64, 64), dtype=np.uint8)
    >>> found = recover(photo, 255 - photo)
    >>> found.verdict, found.kernel.tolist(), found.bias
    ('linear', [[-1.0]], 255.0)
    """
    befores = [before] if isinstance(before, np.ndarray) else list(before)
    afters = [after] if isinstance(after, np.ndarray) else list(after)
    progress("reading")
    seen = _evidences(befores, afters, crop)
    limit = _limit(seen, size, max_size)
    seen, found = answer(seen, limit, size is not None, progress)
    progress("border")
    return _finished(seen, found)


def _evidences(
    befores: list[NDArray[Any]], afters: list[NDArray[Any]], crop: bool
) -> list[Evidence]:
    if len(befores) != len(afters) or not befores:
        raise ValueError(
            f"before has {len(befores)} pictures and after {len(afters)}; give as many of one as "
            f"of the other, at least one."
        )
    seen = [evidence(b, a, crop) for b, a in zip(befores, afters, strict=True)]
    kinds = {(len(e.before), len(e.after), e.before.dtype, e.after.dtype) for e in seen}
    if len(kinds) > 1:
        raise ValueError(
            "pictures differ in channels or bit depth from pair to pair. Give pairs of one kind, "
            "or one pair at a time."
        )
    return seen


def _limit(seen: list[Evidence], size: tuple[int, int] | None, max_size: int) -> Window:
    """The window to search: the given size, or as large as the pictures have pixels for."""
    rows, columns = (min(e.before.shape[axis] for e in seen) for axis in (1, 2))
    if size is not None:
        if not (1 <= size[0] <= rows and 1 <= size[1] <= columns):
            raise ValueError(
                f"size is {size[0]} × {size[1]}; it must be at least 1 × 1 and at most the size of "
                f"the picture, {rows} × {columns}."
            )
        return Window.centred(*size)
    if max_size < 1:
        raise ValueError(f"max_size is {max_size}; it must be at least 1.")
    down, across = (min(max_size - (max_size + 1) % 2, side) for side in (rows, columns))
    down, across = max(1, down - (down + 1) % 2), max(1, across - (across + 1) % 2)
    while down * across > 1:
        pixels = (rows - down + 1) * (columns - across + 1) * len(seen)
        if pixels > 2 * down * across + 10:
            break
        down, across = max(1, down - 2), max(1, across - 2)
    return Window.centred(down, across)


def _finished(seen: list[Evidence], found: Answer) -> Recovery:
    borders, sentence = _border(seen, found)
    chosen: Border = borders[0] if borders else "replicate"
    if "reflect_101" in borders:
        chosen = "reflect_101"  # OpenCV's own
    inside, known = 0, 0
    for each in seen:
        ours, all_of_them = found.count(each, chosen if borders else None)
        inside, known = inside + ours, known + all_of_them
    exact = inside / known if known else 0.0
    findings = [note for each in seen for note in each.notes]
    findings += [*found.findings, sentence, _on_halves(found, seen[0])]
    kernel = found.kernel
    plain = kernel.ndim == 2
    named = matches(kernel, found.accuracy) if plain else []
    if plain and not named:  # a symmetric one may have lost faint lines on one side only
        named = matches(_squared(kernel, found.window), found.accuracy)
    rational = None
    if found.fraction is not None:
        numerators, denominator = found.fraction
        rational = {"numerator": numerators.tolist(), "denominator": denominator}
    first = seen[0]
    job = Filter(
        taps=kernel if found.fraction is None else found.fraction[0],
        denominator=None if found.fraction is None else found.fraction[1],
        window=found.window,
        bias=found.bias,
        border=chosen,
        rounding=found.stored_as(first),
        dtype=first.after.dtype,
        whole=first.before.dtype.kind == "u",
        colour=first.colour,
        clip=first.clip,
    )
    return Recovery(
        verdict=found.verdict,
        kernel=kernel,
        anchor=found.window.anchor,
        bias=found.bias,
        rounding=list(found.roundings),
        border=borders,
        exact_pixels=exact,
        matches=named,
        rational=rational,
        code=code(job),
        errors=found.errors,
        findings=[each for each in findings if each],
        predicted=found.predict(first, chosen),
        evidence=first,
    )


def _squared(kernel: NDArray[np.float64], window: Window) -> NDArray[np.float64]:
    """The kernel in the middle of a square of zeros, the output pixel at its centre."""
    side = max(window.overhang)
    if window.union(Window(0, 0, 1, 1)) != window or side > 2 * max(kernel.shape):
        return kernel
    square = Window.centred(2 * side + 1, 2 * side + 1)
    taps = np.zeros(square.shape)
    taps[window.inside(square)] = kernel
    return taps


def _on_halves(found: Answer, first: Evidence) -> str:
    """A warning where the program's own rounding errors decide."""
    if "nearest" not in found.roundings:
        return ""
    halves = found.halves(first)
    if halves.total in (0, halves.up, halves.to_even):
        return ""
    return (
        f"{halves.total} values lie half-way between two grey levels, and the program's own "
        f"rounding errors sent them up or down: there the code may differ by 1."
    )


def _border(seen: list[Evidence], found: Answer) -> tuple[list[Border], str]:
    if found.verdict == "not linear":
        return [], ""
    borders = found.borders(seen)
    if max(found.reach.overhang) == 0:
        return borders, "The kernel does not reach beyond its pixel, so there is no border."
    if borders:
        return borders, f"Outside the picture: {' or '.join(borders)}."
    pair, kernel, bias = found.planes(seen[0])[0]
    return [], describe_rim(pair, kernel, bias, found.window, found.reach, found.tolerance)

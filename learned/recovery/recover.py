"""Which filter did that program apply? From a picture before and after, to the last digit.

The story, from top to bottom: read the pictures, look for kernels that reproduce every pixel, then
for such that reproduce all but a painted-over part, then for the best there is; find out what
stands outside the picture; count what the filter reproduces.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from handconv.arrays import Array, Floats
from handconv.borders import Border
from handconv.engine.threads import one_blas_thread
from learned.filter import Filter, equal, stacked
from learned.pairs import Pair
from learned.recovery import thresholds
from learned.recovery.border import Plane, describe_rim, fitting_borders
from learned.recovery.code import code
from learned.recovery.fit_exact import Fit, all_fit, meeting_the_border, with_proven_errors
from learned.recovery.fit_noisy import Rough, fit_roughly
from learned.recovery.names import Match, in_a_square, matches
from learned.recovery.outliers import fit_the_rest
from learned.recovery.reading import (
    Layout,
    Reading,
    groups_of,
    layouts,
    limited,
    planes_of,
    read,
    readings,
)
from learned.recovery.verdict import Verdict, judge_exact, judge_noisy, why_nothing
from learned.window import Window

BRIGHT = (
    "The colours of the after image are coarser than its brightness, as JPEG stores them: the taps "
    "are those of the brightness."
)
BAND_PIXELS = 2**20  # that are predicted and counted at a time


@dataclass(frozen=True)
class Recovery:
    """A filter, and what is known of it.

    Attributes
    ----------
    verdict : "linear", "not linear" or "undetermined"
    filter : kernel, bias, border, rounding; where the verdict is not "linear", the best there is
    rounding : the roundings that fit
    border : the borders that fit, sorted
    exact_pixels : share of the after-pixels that the filter reproduces: equal stored values,
        counted (in floating point, equal up to rounding errors); of those in the interior where no
        border fits
    tap_errors : what each tap may be off by, as the filter's kernel; None where that is not known
    findings : sentences for a person
    reading : the first pair of pictures
    """

    verdict: Verdict
    filter: Filter
    rounding: list[str]
    border: list[Border]
    exact_pixels: float
    tap_errors: Floats | None
    findings: list[str]
    reading: Reading

    @property
    def kernel(self) -> Floats:
        """(M, N), or (out-channels, in-channels, M, N) where the channels are filtered each in its
        own way; as a correlation kernel, without zero rims."""
        return self._plain(self.filter.kernel)

    @property
    def errors(self) -> Floats | None:
        """What each tap of `kernel` may be off by; None where that was not found out."""
        return None if self.tap_errors is None else self._plain(self.tap_errors)

    @property
    def anchor(self) -> tuple[int, int]:
        """(row, column) of the tap on the output pixel; it may lie outside the kernel: a shift."""
        return self.filter.window.anchor

    @property
    def bias(self) -> float | tuple[float, ...]:
        """Grey levels of the after image; one for each out-channel of a kernel with four axes."""
        return self.filter.bias[0] if self.kernel.ndim == 2 else self.filter.bias  # noqa: PLR2004

    @property
    def rational(self) -> dict[str, Any] | None:
        """Numerators and denominator of the taps where they are simple fractions."""
        if self.filter.fraction is None:
            return None
        numerators, denominator = self.filter.fraction
        return {"numerator": self._plain(numerators).tolist(), "denominator": denominator}

    @cached_property
    def matches(self) -> list[Match]:
        """Known kernels that it equals, best first."""
        if self.kernel.ndim > 2:  # noqa: PLR2004
            return []
        accuracy = 0.0
        if self.verdict == "linear" and not self.rounding and self.errors is not None:
            accuracy = thresholds.STANDARD_ERRORS * float(self.errors.max())
        found = matches(self.kernel, accuracy)
        return found or matches(in_a_square(self.kernel, self.filter.window), accuracy)

    @cached_property
    def code(self) -> dict[str, str]:
        """Calls that do the same, for OpenCV, SciPy, torch and NumPy."""
        whole = self.reading.before.dtype.kind == "u"
        return code(self.filter, colour=self.reading.colour, whole=whole)

    def as_json(self) -> dict[str, Any]:
        """What `json.dumps` takes: the findings, in plain lists and numbers."""
        plain = ("verdict", "rounding", "border", "exact_pixels", "matches", "rational", "code")
        return {
            "kernel": self.kernel.tolist(),
            "anchor": list(self.anchor),
            "bias": list(self.bias) if isinstance(self.bias, tuple) else self.bias,
            **{name: getattr(self, name) for name in plain},
            "errors": None if self.errors is None else self.errors.tolist(),
            "findings": self.findings,
        }

    def _plain(self, taps: Array) -> Array:
        return taps[0, 0] if taps.shape[:2] == (1, 1) and self._filters_alike else taps

    @property
    def _filters_alike(self) -> bool:
        return len(self.reading.before) == len(self.reading.after)


class Case(NamedTuple):
    """The pictures, and where to search."""

    seen: list[Reading]
    limit: Window
    fixed: bool
    progress: Callable[[str], None]


@one_blas_thread
def recover(
    before: Array | Sequence[Array],
    after: Array | Sequence[Array],
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
    progress("reading")
    befores = [before] if isinstance(before, np.ndarray) else list(before)
    afters = [after] if isinstance(after, np.ndarray) else list(after)
    seen = _read_all(befores, afters, crop)
    case = Case(seen, _limit(seen, size, max_size), size is not None, progress)
    return _exactly(case) or _roughly(case)


def _exactly(case: Case) -> Recovery | None:
    """A filter that reproduces every pixel: the simplest reading and layout that has one."""
    for seen in readings(case.seen):
        for layout in layouts(seen[0]):
            case.progress(f"exact kernel, {layout}")
            groups = groups_of(seen, layout)
            fits = all_fit(groups, limited(case.limit, layout), case.fixed)
            if fits is not None:
                return _exact(case._replace(seen=seen), layout, groups, fits)
    return None


def _roughly(case: Case) -> Recovery:
    """The best filter where none reproduces every pixel: noise, JPEG, a stamp, another filter."""
    case.progress("best kernel")
    rough = fit_roughly(case.seen, case.limit, case.fixed)
    if rough is None:
        return _nothing(case)
    case.progress("a part that was painted over")
    groups = groups_of(case.seen, rough.layout)
    limit = limited(case.limit, rough.layout)
    rest = fit_the_rest(groups, rough.fits, limit, case.fixed)
    if rest is not None:
        fits, lost = rest
        finding = f"{lost:.2%} of the pixels do not fit: something else was done to them."
        return _exact(case, rough.layout, [fit.pairs for fit in fits], fits, finding, lost)
    case.progress("is the rest noise?")
    return _noisy(case, rough)


def _exact(
    case: Case,
    layout: Layout,
    groups: Sequence[Sequence[Pair]],
    fits: list[Fit],
    finding: str = "",
    lost: float = 0.0,
) -> Recovery:
    """The answer where kernels reproduce all pixels of the groups, one for each group.

    ``lost`` is the share of the pixels that something else was done to.
    """
    case.progress("border")
    fits = _rounded_alike(fits)
    share = 1 - 2 * lost - thresholds.RIM_SPARE if lost else 1.0
    known = all(fit.filter.fraction or fit.filter.rounding == "exact" for fit in fits)
    reach, borders = _borders_of(case.seen, layout, fits, share)
    small = max(fit.kernel.size for fit in fits) <= thresholds.SMALL
    if borders and not known and max(reach.overhang) > 0 and small:
        fits = [
            meeting_the_border([replace(pair, border=borders[0]) for pair in group], fit)
            for group, fit in zip(groups, fits, strict=True)
        ]
        reach, borders = _borders_of(case.seen, layout, fits, share)
    case.progress("proof")
    fits = [with_proven_errors(group, fit) for group, fit in zip(groups, fits, strict=True)]
    window = reach_of([fit.window for fit in fits])
    verdict, doubt = judge_exact(groups, fits, window)
    rim = _about_the_rim(case.seen, layout, fits, reach, borders)
    found = _counted(case, layout, fits, reach, borders, verdict, [finding, doubt, rim])
    if found.exact_pixels == 1 or lost:
        return found
    why = (
        f"In {1 - found.exact_pixels:.2%} of the pixels the program's own rounding errors decide "
        f"between two grey levels: there the code differs by 1."
    )
    return replace(found, findings=[*found.findings, why])


def _noisy(case: Case, rough: Rough) -> Recovery:
    """The answer that least-squares kernels make, one for each group."""
    verdict, why = judge_noisy(rough)
    limit, windows = case.limit, [fit.window for fit in rough.fits]
    rms = float(np.sqrt(np.mean([fit.rms**2 for fit in rough.fits])))
    findings = [
        BRIGHT if rough.bright else "",
        f"No kernel of up to {limit.rows} × {limit.columns} taps reproduces every pixel; the best "
        f"leaves {rms:.2g} grey levels (root mean square).",
        why,
    ]
    filled = max(max(each.rows / limit.rows, each.columns / limit.columns) for each in windows)
    if verdict == "linear" and filled > thresholds.FULL and limit.size > 1:
        findings.append("The kernel fills the largest size that was tried; try --max-size.")
    reach, borders = reach_of(windows), []
    if verdict != "not linear":
        planes = _planes(case.seen, rough.layout, rough.fits)
        tolerances = (thresholds.RIM_NOISE * rms,)
        borders = fitting_borders(planes, reach, tolerances, thresholds.RIM_SHARE)
        findings.append(_about_the_rim(case.seen, rough.layout, rough.fits, reach, borders))
    return _counted(case, rough.layout, rough.fits, reach, borders, verdict, findings)


def _nothing(case: Case) -> Recovery:
    """Where next to no pixel tells anything."""
    first, window = case.seen[0], Window(0, 0, 1, 1)
    layout: Layout = "pooled" if len(first.before) == len(first.after) else "mixed"
    channels = (1, 1) if layout == "pooled" else (len(first.after), len(first.before))
    fits = [
        Fit(Filter(np.zeros((1, channels[1], 1, 1)), window, (0.0,), "nearest"), (), window, 0.0)
        for _ in range(channels[0])
    ]
    _, borders = _borders_of(case.seen, layout, fits)
    rim = _about_the_rim(case.seen, layout, fits, window, borders)
    findings = [why_nothing(case.seen), rim]
    return _counted(case, layout, fits, window, borders, "undetermined", findings)


def _read_all(befores: list[Array], afters: list[Array], crop: bool) -> list[Reading]:
    if len(befores) != len(afters) or not befores:
        raise ValueError(
            f"before has {len(befores)} pictures and after {len(afters)}; give as many of one as "
            f"of the other, at least one."
        )
    seen = [read(b, a, crop) for b, a in zip(befores, afters, strict=True)]
    kinds = {(len(e.before), len(e.after), e.before.dtype, e.after.dtype) for e in seen}
    if len(kinds) > 1:
        raise ValueError(
            "pictures differ in channels or bit depth from pair to pair. Give pairs of one kind, "
            "or one pair at a time."
        )
    return seen


def _limit(seen: list[Reading], size: tuple[int, int] | None, max_size: int) -> Window:
    """The window to search: the given size, or as large as the pictures have pixels for."""
    rows, columns = (min(each.size[axis] for each in seen) for axis in (0, 1))
    if size is not None:
        if not (1 <= size[0] <= rows and 1 <= size[1] <= columns):
            raise ValueError(
                f"size is {size[0]} × {size[1]}; it must be at least 1 × 1 and at most the size of "
                f"the picture, {rows} × {columns}."
            )
        return Window.centred(*size)
    if max_size < 1:
        raise ValueError(f"max_size is {max_size}; it must be at least 1.")
    side = max_size - (max_size + 1) % 2
    down, across = (min(side, length - (length + 1) % 2) for length in (rows, columns))
    while down * across > 1:
        pixels = (rows - down + 1) * (columns - across + 1) * len(seen)
        if pixels > 2 * down * across + thresholds.SPARE_PIXELS:
            break
        down, across = max(1, down - 2), max(1, across - 2)
    return Window.centred(down, across)


def reach_of(windows: Sequence[Window]) -> Window:
    """The smallest window that contains all."""
    reach = windows[0]
    for each in windows[1:]:
        reach = reach.union(each)
    return reach


def _rounded_alike(fits: list[Fit]) -> list[Fit]:
    """All channels rounded in one way, where one fits all."""
    common = [name for name in fits[0].roundings if all(name in fit.roundings for fit in fits)]
    if not common:
        return fits
    rounding = common[0]
    return [
        replace(fit, filter=replace(fit.filter, rounding=rounding), roundings=tuple(common))
        for fit in fits
    ]


def _planes(seen: Sequence[Reading], layout: Layout, fits: Sequence[Fit]) -> list[Plane]:
    """Every out-channel of every picture, with the filter that makes it."""
    return [
        Plane(pair, fits[channel % len(fits)])
        for each in seen
        for channel, pair in enumerate(planes_of(each, layout))
    ]


def _borders_of(
    seen: Sequence[Reading], layout: Layout, fits: Sequence[Fit], share: float = 1.0
) -> tuple[Window, list[Border]]:
    """The window whose overhang is the rim, and the borders that reproduce that."""
    tolerances = [max(fit.tolerance for fit in fits)]
    # taps that are not quite known predict the rim, which they were not fitted to, not quite
    if not all(fit.filter.fraction for fit in fits):
        tolerances.append(thresholds.NOT_QUITE)
    reach = reach_of([fit.reach for fit in fits])
    return reach, fitting_borders(_planes(seen, layout, fits), reach, tolerances, share)


def _about_the_rim(
    seen: Sequence[Reading],
    layout: Layout,
    fits: Sequence[Fit],
    reach: Window,
    borders: Sequence[Border],
) -> str:
    if max(reach.overhang) == 0:
        return "The kernel does not reach beyond its pixel, so there is no border."
    if borders:
        return f"Outside the picture: {' or '.join(borders)}."
    return describe_rim(_planes(seen, layout, fits)[0], reach)


def _counted(
    case: Case,
    layout: Layout,
    fits: Sequence[Fit],
    reach: Window,
    borders: list[Border],
    verdict: Verdict,
    findings: Sequence[str],
) -> Recovery:
    """The recovery of these filters, with the share of the pixels that they reproduce."""
    first, filters = case.seen[0], [fit.filter for fit in fits]
    diagonal = layout == "separate"
    border: Border = "reflect_101" if "reflect_101" in borders else (*borders, "replicate")[0]
    rounding = filters[0].rounding
    if first.after.dtype.kind == "f":
        rounding = "exact"
    made = replace(
        stacked(filters, diagonal=diagonal),
        border=border,
        dtype=first.after.dtype.name,
        clip=first.clip,
        rounding=rounding,
    )
    ways = [made]
    if rounding == "nearest":
        ways.append(replace(made, rounding="halves up"))
    tolerance = max(fit.tolerance for fit in fits)
    shares = [_share(case.seen, each, reach if not borders else None, tolerance) for each in ways]
    best = int(np.argmax(shares))
    errors = None
    if all(fit.errors is not None for fit in fits):
        bare = [
            replace(fit.filter, kernel=np.asarray(fit.errors)[None], fraction=None) for fit in fits
        ]
        errors = stacked(bare, diagonal=diagonal).kernel
    notes = [note for each in case.seen for note in each.notes]
    return Recovery(
        verdict=verdict,
        filter=ways[best],
        rounding=list(fits[0].roundings),
        border=borders,
        exact_pixels=shares[best],
        tap_errors=errors,
        findings=[each for each in (*notes, *findings) if each],
        reading=first,
    )


def _share(seen: Sequence[Reading], made: Filter, reach: Window | None, tolerance: float) -> float:
    """Share of the after-pixels that are stored alike; with a reach, of those in its interior."""
    same = known = 0
    for each in seen:
        (top, bottom), (left, right) = ((part.start, part.stop) for part in each.inside)
        if reach is not None:
            rows, columns = reach.interior(each.size)
            top, bottom = max(top, rows.start), min(bottom, rows.stop)
            left, right = max(left, columns.start), min(right, columns.stop)
        step = max(1, BAND_PIXELS // max(1, right - left))
        for first in range(top, bottom, step):
            region = slice(first, min(first + step, bottom)), slice(left, right)
            of_after = tuple(
                slice(part.start - inside.start, part.stop - inside.start)
                for part, inside in zip(region, each.inside, strict=True)
            )
            alike = equal(made.apply(each.before, region), each.after[:, *of_after], tolerance)
            same, known = same + int(alike.sum()), known + alike.size
    return same / known if known else 0.0

"""Which filter did that program apply? From a picture before and after, to the last digit.

The story, from top to bottom: read the pictures, look for kernels that reproduce every pixel, then
for such that reproduce all but a painted-over part, then for the best there is; find out what
stands outside the picture; count what the filter reproduces.
"""

import base64
import html
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from handconv.arrays import Array, Floats
from handconv.borders import Border
from handconv.engine.threads import one_blas_thread
from handconv.pictures.jpeg import SIDE, Stored
from learned.filter import Filter, equal, stacked
from learned.pairs import Rounding
from learned.recovery import reading, thresholds
from learned.recovery.border import Found, Plane, describe_rim, fitting_borders
from learned.recovery.code import code, program
from learned.recovery.explanations.explain import explain_all
from learned.recovery.explanations.explanation import Explanation
from learned.recovery.fit_exact import Fit, all_fit, meeting_the_border, with_proven_errors
from learned.recovery.fit_noisy import Rough, fit_roughly
from learned.recovery.names import Match, in_a_square, matches
from learned.recovery.outliers import fit_the_rest
from learned.recovery.reading import Layout, Reading, groups_of
from learned.recovery.report import report
from learned.recovery.through_jpeg import ThroughJpeg, fit_through_jpeg
from learned.recovery.verdict import Verdict, judge_exact, judge_noisy, why_nothing
from learned.recovery.windows import largest_window
from learned.window import Window, containing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

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
        counted (in floating point, equal up to rounding errors); of those in the interior where it
        is not known what the program does at the rim
    whole : whether that is known, and all pixels are counted
    errors : what each tap may be off by, as the kernel; None where that was not found out
    findings : sentences for a person
    exact_coefficients : of an after picture that was stored as JPEG: share of the coefficients
        other than zero that come out alike when what the filter makes is stored as one
    reading : the first pair of pictures
    explanations : where no kernel explains the pictures, what does; best first
    """

    verdict: Verdict
    filter: Filter
    rounding: list[Rounding]
    border: list[Border]
    exact_pixels: float
    whole: bool
    errors: Floats | None
    findings: list[str]
    reading: Reading
    explanations: list[Explanation] = field(default_factory=list)
    exact_coefficients: float | None = None

    @property
    def kernel(self) -> Floats:
        """A correlation kernel without zero rims: (M, N), or (out-channels, in-channels, M, N)
        where the channels are filtered each in its own way."""
        return self.filter.kernel

    @property
    def alike(self) -> bool:
        """Whether all channels are filtered alike: the kernel is (M, N)."""
        return self.kernel.ndim == len("MN")

    @property
    def anchor(self) -> tuple[int, int]:
        """(row, column) of the tap on the output pixel; it may lie outside the kernel: a shift."""
        return self.filter.window.anchor

    @property
    def bias(self) -> float | tuple[float, ...]:
        """Grey levels of the after image; one for each out-channel of a kernel with four axes."""
        return self.filter.bias[0] if self.alike else self.filter.bias

    @property
    def rational(self) -> dict[str, Any] | None:
        """Numerators and denominator of the taps where they are simple fractions."""
        if self.filter.fraction is None:
            return None
        numerators, denominator = self.filter.fraction
        return {"numerator": numerators.tolist(), "denominator": denominator}

    @cached_property
    def matches(self) -> list[Match]:
        """Known kernels that it equals, best first."""
        if not self.alike:
            return []
        accuracy = 0.0
        if self.verdict == "linear" and not self.rounding and self.errors is not None:
            accuracy = thresholds.STANDARD_ERRORS * float(self.errors.max())
        found = matches(self.kernel, accuracy)
        return found or matches(in_a_square(self.kernel, self.filter.window), accuracy)

    @cached_property
    def code(self) -> dict[str, str]:
        """Calls that do the same, for OpenCV, SciPy, torch and NumPy."""
        return code(self.filter, self.reading)

    def programs(self, before: str, after: str) -> dict[str, str]:
        """The code as scripts that read the file ``before`` and write ``after``."""
        seen = self.reading
        return {name: program(text, before, after, seen) for name, text in self.code.items()}

    def explaining_programs(self, before: str, after: str) -> list[str]:
        """The code of each explanation as a script that reads ``before`` and writes ``after``."""
        seen = self.reading
        return [program(each.code(seen), before, after, seen) for each in self.explanations]

    def apply(self, picture: Array) -> Array:
        """What the program would make of another picture: by the best explanation, or the filter.

        ``picture`` is (rows, columns) or (rows, columns, 3 or 4, alpha being left out) of the
        before image's dtype; so is the result, of the after image's. Raises ``ValueError`` for
        another dtype, or other channels where they are filtered each in its own way.
        """
        planes, seen = reading.as_planes(picture)[: len("rgb")], self.reading.before
        if planes.dtype != seen.dtype or (not self.alike and len(planes) != len(seen)):
            raise ValueError(
                f"picture is {planes.dtype} with {len(planes)} channels; the filter was found in "
                f"{seen.dtype} with {len(seen)}. Convert it."
            )
        best = next(iter(self.explanations), self.filter)
        after = best.apply(planes)
        return after[0] if len(after) == 1 else np.ascontiguousarray(after.transpose(1, 2, 0))

    def figure(self) -> "Figure":
        """Before, after, reproduced, difference and kernel, as a matplotlib figure."""
        from learned.recovery.figure import figure  # here: matplotlib takes long to import

        return figure(self)

    def __str__(self) -> str:
        """The report, as `scripts/recover.py` prints it."""
        return report(self)

    def _repr_png_(self) -> bytes:
        """For a notebook."""
        drawn = io.BytesIO()
        self.figure().savefig(drawn, format="png")
        return drawn.getvalue()

    def _repr_html_(self) -> str:
        """For a notebook: the figure above the report."""
        png = base64.b64encode(self._repr_png_()).decode("ascii")
        words = html.escape(str(self))
        return f'<img src="data:image/png;base64,{png}" width="900"><pre>{words}</pre>'

    def _stored(self) -> dict[str, Any]:
        """What the filter does besides kernel and bias."""
        rim = self.filter.rim
        return {
            "rounding": self.filter.rounding,
            "outside": self.filter.outside,
            "rim": rim and rim._asdict(),
        }

    def as_json(self) -> dict[str, Any]:
        """What `json.dumps` takes: the findings, in plain lists and numbers."""
        plain = ["verdict", "rounding", "border", "exact_pixels", "exact_coefficients"]
        plain += ["matches", "rational", "code"]
        return {
            "kernel": self.kernel.tolist(),
            "anchor": list(self.anchor),
            "bias": self.bias if self.alike else list(self.filter.bias),
            "stored": self._stored(),
            **{name: getattr(self, name) for name in plain},
            "errors": None if self.errors is None else self.errors.tolist(),
            "findings": self.findings,
            "explanations": [
                {
                    "kind": each.kind,
                    "sentence": each.sentence,
                    "parameters": each.parameters,
                    "exact_pixels": each.exact_pixels,
                    "code": each.code(self.reading),
                }
                for each in self.explanations
            ],
        }


class Case(NamedTuple):
    """The pictures, and where to search."""

    seen: list[Reading]
    limit: Window
    fixed: bool
    progress: Callable[[str], None]
    stored: Sequence[Stored]

    def exact_fits(self, seen: list[Reading], layout: Layout) -> list[Fit] | None:
        """Kernels that meet all bounds of these pictures, if there are."""
        return all_fit(groups_of(seen, layout), reading.limited(self.limit, layout), self.fixed)

    def fits_of_most(self, seen: list[Reading], rough: Rough) -> tuple[list[Fit], float] | None:
        """Kernels that do but for some pixels, and the share of those: see `fit_the_rest`."""
        groups, limit = groups_of(seen, rough.layout), reading.limited(self.limit, rough.layout)
        return fit_the_rest(groups, rough.fits, limit, self.fixed)


@one_blas_thread
def recover(
    before: Array | Sequence[Array],
    after: Array | Sequence[Array],
    *,
    size: tuple[int, int] | None = None,
    max_size: int = 31,
    crop: bool = False,
    jpegs: Sequence[Stored | None] = (),
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
    jpegs : of after pictures that came as JPEG what their files hold, one for each: see
        `handconv.pictures.jpeg.read_stored`. It tells a hundred times more than the pixels.
    progress : is told each step as it begins

    Raises ``ValueError`` if the pictures do not go together, or a size is not possible.

    >>> rng = np.random.default_rng(0)
    >>> photo = rng.integers(0, 256, (64, 64), dtype=np.uint8)
    >>> found = recover(photo, 255 - photo)
    >>> found.verdict, found.kernel.tolist(), found.bias
    ('linear', [[-1.0]], 255.0)
    """
    progress("reading")
    befores = [before] if isinstance(before, np.ndarray) else list(before)
    afters = [after] if isinstance(after, np.ndarray) else list(after)
    framed = None if crop else _framed(befores, afters, progress)
    if framed is not None:
        return framed
    seen = reading.read_all(befores, afters, crop)
    limit = largest_window([each.size for each in seen], size, max_size)
    usable = _usable(seen, jpegs)
    case = Case(seen, limit, size is not None, progress, usable)
    found, promising = _exactly(case)
    found = found or _roughly(case, promising)
    if found.verdict == "linear" and found.exact_pixels >= thresholds.LINEAR_ENOUGH:
        return found
    return replace(
        found, explanations=explain_all(seen, found.filter, found.exact_pixels, progress)
    )


def _framed(
    befores: Sequence[Array], afters: Sequence[Array], progress: Callable[[str], None]
) -> Recovery | None:
    """The answer for one pair of different sizes whose after picture is cut out, or turned."""
    if len(befores) != 1 or len(afters) != 1 or befores[0].shape[:2] == afters[0].shape[:2]:
        return None
    seen = reading.read_of_any_sizes(befores[0], afters[0])
    explanations = explain_all([seen], None, 0.0, progress)
    if not explanations:
        return None
    nothing = Filter(np.zeros((1, 1)), Window(0, 0, 1, 1), (0.0,), dtype=seen.after.dtype.name)
    return Recovery(
        verdict="not linear",
        filter=replace(nothing, rounding="nearest"),
        rounding=[],
        border=[],
        exact_pixels=0.0,
        whole=False,
        errors=None,
        findings=["The pictures differ in size: no kernel was looked for."],
        reading=seen,
        explanations=explanations,
    )


def _exactly(case: Case) -> tuple[Recovery | None, bool]:
    """A filter that reproduces every pixel: the simplest reading and layout that has one.

    One that meets all bounds meets those in the middle of large pictures, where it is tried first.
    Also returns whether some filter does so there, but not elsewhere.
    """
    promising = False
    for seen in reading.readings(case.seen):
        parts = reading.middles(seen)
        for layout in reading.layouts(seen[0]):
            case.progress(f"exact kernel, {layout}")
            if parts is not None and case.exact_fits(parts, layout) is None:
                continue
            fits = case.exact_fits(seen, layout)
            if fits is not None:
                return _exact(case, Draft(seen, layout, fits)), False
            promising |= parts is not None
    return None, promising


def _roughly(case: Case, promising: bool) -> Recovery:
    """The best filter where none reproduces every pixel: noise, JPEG, a stamp, another filter.

    Of large pictures, the one that the middle asks for, unless something was painted over.
    """
    case.progress("best kernel")
    parts = None if promising else reading.middles(case.seen)
    rough = fit_roughly(parts or case.seen, case.limit, case.fixed)
    if rough is None:
        return _nothing(case)
    case.progress("a part that was painted over")
    rest = case.fits_of_most(parts or case.seen, rough)
    if rest is not None and parts is not None:
        rest = case.fits_of_most(case.seen, rough)
    if rest is not None:
        fits, lost = rest
        finding = f"{rarely(lost)} of the pixels do not fit: something else was done to them."
        finding = finding[0].upper() + finding[1:]
        return _exact(case, Draft(case.seen, rough.layout, fits), finding, lost)
    case.progress("is the rest noise?")
    return _noisy(case, rough)


def _exact(case: Case, draft: "Draft", finding: str = "", lost: float = 0.0) -> Recovery:
    """The answer where kernels reproduce all pixels of their pairs.

    ``lost`` is the share of the pixels that something else was done to.
    """
    case.progress("border")
    draft = draft.rounded_alike()
    share = 1 - 2 * lost - thresholds.RIM_SPARE if lost else 1.0
    borders = draft.borders(share)
    settled = all(fit.is_known for fit in draft.fits) or max(draft.reach.overhang) == 0
    if borders and not settled and max(fit.kernel.size for fit in draft.fits) <= thresholds.SMALL:
        draft = draft._replace(fits=[meeting_the_border(fit, borders[0]) for fit in draft.fits])
        borders = draft.borders(share)
    case.progress("proof")
    draft = draft._replace(fits=[with_proven_errors(fit) for fit in draft.fits])
    verdict, doubt = judge_exact(draft.fits)
    rim, changes = draft.about_the_rim(borders)
    found = draft.recovery(verdict, borders, [finding, doubt, rim], changes)
    if found.exact_pixels == 1 or lost:
        return found
    by = largest_difference(case.seen, found.filter, None if found.whole else draft.reach)
    differing = f"In {rarely(1 - found.exact_pixels)} of the pixels"
    if by == 1:
        finding = (
            f"{differing} the program's own rounding errors decide between two grey levels: there "
            f"the code differs by 1."
        )
    else:
        finding = f"{differing} the code differs, by up to {by:g}."
    found.findings.append(finding)
    return found


def _noisy(case: Case, rough: Rough) -> Recovery:
    """The answer that least-squares kernels make."""
    if case.stored and rough.layout == "pooled":
        case.progress("the numbers that the JPEG stores")
        through = fit_through_jpeg(rough, case.seen, case.stored, case.limit, case.fixed)
        if through is not None:
            return _through_jpeg(case, rough, through)
    verdict, why = judge_noisy(rough)
    draft, limit = Draft(case.seen, rough.layout, rough.fits), case.limit
    rms = float(np.sqrt(np.mean([fit.rms**2 for fit in rough.fits])))
    findings = [
        f"No kernel of up to {limit.rows} × {limit.columns} taps reproduces every pixel; the best "
        f"leaves {rms:.2g} grey levels (root mean square).",
        why,
    ]
    if rough.bright:
        findings = [BRIGHT, *findings]
    if verdict == "not linear":
        return draft.recovery(verdict, [], findings)
    reach = draft.reach
    filled = max(reach.rows / limit.rows, reach.columns / limit.columns) > thresholds.FULL
    if verdict == "linear" and filled and limit.size > 1:
        findings.append("The kernel fills the largest size that was tried; try --max-size.")
    tolerances = [thresholds.RIM_NOISE * rms]
    borders = fitting_borders(draft.planes, reach, tolerances, thresholds.RIM_SHARE)
    return draft.recovery(verdict, borders, [*findings, draft.about_the_rim(borders)[0]])


def _through_jpeg(case: Case, rough: Rough, through: ThroughJpeg) -> Recovery:
    """The answer that the numbers in a JPEG make likeliest."""
    draft = Draft(case.seen, "pooled", [through.fit])
    tolerances = [thresholds.RIM_NOISE * through.fit.rms]
    borders = fitting_borders(draft.planes, draft.reach, tolerances, thresholds.RIM_SHARE)
    findings = [
        f"The after picture is a JPEG. Stored as one again, what the filter makes has "
        f"{through.share:.2%} of the coefficients other than zero as they are in the file.",
        draft.about_the_rim(borders)[0],
    ]
    found = draft.recovery("linear", borders, findings)
    return replace(found, exact_coefficients=through.share)


def _usable(seen: Sequence[Reading], stored: Sequence[Stored | None]) -> list[Stored]:
    """What JPEG files hold, where all of them do of pictures that go with it."""
    found = [each for each in stored if each is not None]
    if len(found) < len(seen):
        return []
    fits = all(
        one.after.dtype == np.uint8
        and one.after.shape[1:] == one.size
        and tuple(length // SIDE for length in one.size) == each.numbers.shape[:2]
        and len(one.before) == len(one.after)
        for one, each in zip(seen, found, strict=True)
    )
    return found if fits else []


def _nothing(case: Case) -> Recovery:
    """Where next to no pixel tells anything: a kernel of zeros."""
    window, layout = Window(0, 0, 1, 1), next(reading.layouts(case.seen[0]))
    fits = [
        Fit(Filter(np.zeros((1, len(group[0].before), 1, 1)), window, (0.0,), "nearest"), window)
        for group in groups_of(case.seen, layout)
    ]
    draft = Draft(case.seen, layout, fits)
    borders = draft.borders()
    findings = [why_nothing(case.seen), draft.about_the_rim(borders)[0]]
    return draft.recovery("undetermined", borders, findings)


class Draft(NamedTuple):
    """Filters that explain the pictures, one for each group of planes, each with its own window."""

    seen: list[Reading]
    layout: Layout
    fits: list[Fit]

    @property
    def planes(self) -> list[Plane]:
        """Every out-channel of every picture, with the filter that makes it."""
        return [
            Plane(pair, self.fits[channel % len(self.fits)])
            for each in self.seen
            for channel, pair in enumerate(reading.planes_of(each, self.layout))
        ]

    @property
    def reach(self) -> Window:
        """The window whose overhang is the width of the rim."""
        return containing([fit.reach for fit in self.fits])

    def rounded_alike(self) -> "Draft":
        """All channels stored in one way, where one fits all."""
        first, *others = (fit.roundings for fit in self.fits)
        common = tuple(name for name in first if all(name in each for each in others))
        if not common:
            return self
        stored = {fit.filter.rounding for fit in self.fits if fit.roundings[0] == common[0]}
        # halves tell more than sums without any, which "nearest" stands for
        storing = "halves up" if stored == {"halves up", "nearest"} else min(stored)
        fits = [
            replace(fit, filter=replace(fit.filter, rounding=storing), roundings=common)
            for fit in self.fits
        ]
        return self._replace(fits=fits)

    def borders(self, share: float = 1.0) -> list[Border]:
        """Those that reproduce so large a share of the rim."""
        tolerances = [max(fit.tolerance for fit in self.fits)]
        # taps that are not quite known predict the rim, which they were not fitted to, not quite
        if not all(fit.filter.fraction for fit in self.fits):
            tolerances.append(thresholds.NOT_QUITE)
        return fitting_borders(self.planes, self.reach, tolerances, share)

    def about_the_rim(self, borders: Sequence[Border]) -> Found:
        if max(self.reach.overhang) == 0:
            return "The kernel does not reach beyond its pixel, so there is no border.", {}
        if borders:
            return f"Outside the picture: {' or '.join(borders)}.", {}
        return describe_rim(self.planes, self.reach)

    def recovery(
        self,
        verdict: Verdict,
        borders: list[Border],
        findings: Sequence[str],
        changes: dict[str, Any] | None = None,
    ) -> Recovery:
        """With the share of the pixels that the filter reproduces, counted.

        ``changes`` are what the filter does at the rim where no border fits.
        """
        first, dtype = self.seen[0], self.seen[0].after.dtype
        # reflect_101 is OpenCV's own
        border: Border = "reflect_101" if "reflect_101" in borders else [*borders, "replicate"][0]
        made = self._laid_out([fit.filter for fit in self.fits])
        made = replace(made, border=border, dtype=dtype.name, clip=first.clip)
        if dtype.kind == "f":
            made = replace(made, rounding="exact")
        tolerance = max(fit.tolerance for fit in self.fits)
        whole = bool(borders)
        exact = share_reproduced(self.seen, made, None if whole else self.reach, tolerance)
        if changes:
            with_rim = replace(made, **changes)
            share = share_reproduced(self.seen, with_rim, None, tolerance)
            if share >= thresholds.RIM_TOO * exact:
                made, whole, exact = with_rim, True, share
        notes = [note for each in self.seen for note in each.notes]
        return Recovery(
            verdict=verdict,
            filter=made,
            rounding=list(self.fits[0].roundings),
            border=borders,
            exact_pixels=exact,
            whole=whole,
            errors=self._errors(),
            findings=[each for each in (*notes, *findings) if each],
            reading=first,
        )

    def _laid_out(self, filters: Sequence[Filter]) -> Filter:
        """One filter for all channels."""
        made = stacked(filters, diagonal=self.layout == "separate")
        return made.one_for_all() if self.layout == "pooled" else made

    def _errors(self) -> Floats | None:
        """Of the taps, laid out as they are."""
        filters = [
            replace(fit.filter, kernel=fit.errors[None], fraction=None)
            for fit in self.fits
            if fit.errors is not None
        ]
        return self._laid_out(filters).kernel if len(filters) == len(self.fits) else None


def share_reproduced(
    seen: Sequence[Reading], made: Filter, reach: Window | None, tolerance: float
) -> float:
    """Share of the after-pixels that are stored alike; with a reach, of those in its interior."""
    same = known = 0
    for ours, theirs in _beside(seen, made, reach):
        alike = equal(ours, theirs, tolerance)
        same, known = same + int(alike.sum()), known + alike.size
    return same / known if known else 0.0


def largest_difference(seen: Sequence[Reading], made: Filter, reach: Window | None) -> float:
    """The most that a stored value differs by; with a reach, of those in its interior."""
    pairs = _beside(seen, made, reach)
    return max(
        float(np.abs(ours - theirs.astype(np.float64)).max(initial=0)) for ours, theirs in pairs
    )


def _beside(
    seen: Sequence[Reading], made: Filter, reach: Window | None
) -> Iterator[tuple[Array, Array]]:
    """What the filter stores, and the after image.

    A band of rows at a time, so that large pictures need little memory.
    """
    for each in seen:
        rows, columns = each.inside
        if reach is not None:
            rows, columns = reading.common(each.inside, reach.interior(each.size))
        whole = made.apply(each.before) if made.rim else None
        step = max(1, BAND_PIXELS // max(1, columns.stop - columns.start))
        for first in range(rows.start, rows.stop, step):
            region = slice(first, min(first + step, rows.stop)), columns
            if whole is None:
                ours = made.store(made.predict(each.before, region))
            else:
                ours = whole[:, *region]
            yield ours, each.after_at(region)


def rarely(share: float) -> str:
    """Never 0 % where there is a pixel.

    >>> rarely(0.0065), rarely(1e-6)
    ('0.65%', 'less than 0.01%')
    """
    written = f"{share:.2%}"
    return "less than 0.01%" if written == "0.00%" else written

"""Which filter did that program apply? From a picture before and after, to the last digit.

The story, from top to bottom: read the pictures, look for kernels that reproduce every pixel, then
for such that reproduce all but a painted-over part, then for the best there is; find out what
stands outside the picture; count what the filter reproduces.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from handconv.arrays import Array
from handconv.engine.threads import one_blas_thread
from handconv.pictures.jpeg import Stored
from learned.filter import Filter
from learned.recovery import reading, thresholds
from learned.recovery.border import fitting_borders
from learned.recovery.case import Case
from learned.recovery.counted import largest_difference
from learned.recovery.draft import Draft
from learned.recovery.explanations.explanation import Explanation
from learned.recovery.fit import Fit
from learned.recovery.fit_exact import meeting_the_border, with_proven_errors
from learned.recovery.fit_noisy import Rough, bright_pair, fit_noisy, fit_roughly
from learned.recovery.order import if_swapped
from learned.recovery.reading import groups_of
from learned.recovery.record import Recovery
from learned.recovery.through_jpeg import answer_through_jpeg, fit_through_jpeg, traces, usable
from learned.recovery.verdict import LEAST_SQUARES, judge_exact, judge_noisy, why_nothing
from learned.recovery.windows import largest_window
from learned.recovery.within_noise import known_instead
from learned.window import Window

AS_WELL = (
    "within it, {} does as well as the least-squares taps, and is given; the standard errors are "
    "theirs."
)
BRIGHT = (
    "The colours of the after image are coarser than its brightness, as JPEG stores them: the taps "
    "are those of the brightness."
)

LOSSY = (
    "JPEG took small details away, which is no noise: how far the taps are off is not known from "
    "least squares."
)


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
    case = Case(seen, limit, size is not None, progress, usable(seen, jpegs))
    found = _through_jpeg(case, case.stored) if case.stored else None
    simply: list[Explanation] | None = None
    if found is None or found.exact_pixels == 1:
        exact, promising = _exactly(case)
        found = exact or found
        if found is None:
            found, simply = _roughly(case, promising)
    if found.exact_coefficients is not None:
        return found
    if found.verdict == "linear" and found.exact_pixels >= thresholds.LINEAR_ENOUGH:
        return found
    from learned.recovery.explanations.explain import explain_all  # 0.1 s, for what needs it alone

    explanations = explain_all(seen, found.filter, found.exact_pixels, progress, simply)
    found = replace(found, explanations=explanations)
    best = max(found.exact_pixels, *(each.exact_pixels for each in explanations), 0.0)
    if best < thresholds.LINEAR_ENOUGH:
        progress("the other way round")
        findings = [*found.findings, if_swapped(seen)]
        found = replace(found, findings=[each for each in findings if each])
    return found


def _framed(
    befores: Sequence[Array], afters: Sequence[Array], progress: Callable[[str], None]
) -> Recovery | None:
    """The answer for one pair of different sizes whose after picture is cut out, or turned."""
    if len(befores) != 1 or len(afters) != 1 or befores[0].shape[:2] == afters[0].shape[:2]:
        return None
    seen = reading.read_of_any_sizes(befores[0], afters[0])
    from learned.recovery.explanations.explain import explain_sizes

    explanations = explain_sizes(seen, progress)
    if not explanations:
        return None
    nothing = Filter(np.zeros((1, 1)), Window(0, 0, 1, 1), (0.0,), dtype=seen.after.dtype.name)
    return Recovery(
        verdict="not linear",
        filter=replace(nothing, rounding="exact" if seen.after.dtype.kind == "f" else "nearest"),
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


def _through_jpeg(case: Case, stored: Sequence[Stored]) -> Recovery | None:
    """The filter that the numbers in JPEG files make likeliest, if all channels go alike."""
    case.progress("the numbers that the JPEG stores")
    parts = reading.middles(case.seen) or case.seen
    coloured = len(parts[0].before) > 1
    pairs = [bright_pair(each) for each in parts] if coloured else groups_of(parts, "pooled")[0]
    rough = fit_noisy(pairs, case.limit, case.fixed)
    through = rough and fit_through_jpeg(rough, case.seen, stored, case.limit, case.fixed)
    return answer_through_jpeg(case, through) if through else None


def _roughly(case: Case, promising: bool) -> tuple[Recovery, list[Explanation] | None]:
    """The best filter where none reproduces every pixel: noise, JPEG, a stamp, another filter.

    Of large pictures, the one that the middle asks for, unless something was painted over; which
    is not looked for where an explanation that is no filter reproduces every pixel. Also returns
    what such explanations were tried.
    """
    stored = () if case.stored else traces(case.seen)
    found = _through_jpeg(case, stored) if stored else None
    if found is not None:
        return found, None
    case.progress("best kernel")
    parts = None if promising else reading.middles(case.seen)
    rough = fit_roughly(parts or case.seen, case.limit, case.fixed)
    if rough is None:
        return _nothing(case), None
    case.progress("is the rest noise?")
    noisy = _noisy(case, rough, bool(stored or case.stored))
    from learned.recovery.explanations.explain import explain_simply, reproduced

    simply = explain_simply(case.seen, noisy.filter, case.progress)
    if reproduced(simply):
        return noisy, simply
    case.progress("a part that was painted over")
    rest = case.fits_of_most(parts or case.seen, rough)
    if rest is not None and parts is not None:
        rest = case.fits_of_most(case.seen, rough)
    if rest is None:
        return noisy, simply
    fits, lost = rest
    finding = f"{rarely(lost)} of the pixels do not fit: something else was done to them."
    finding = finding[0].upper() + finding[1:]
    return _exact(case, Draft(case.seen, rough.layout, fits), finding, lost), simply


def _exact(case: Case, draft: Draft, finding: str = "", lost: float = 0.0) -> Recovery:
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


def _noisy(case: Case, rough: Rough, lossy: bool) -> Recovery:
    """The answer that least-squares kernels make; ``lossy`` after a JPEG."""
    verdict, why = judge_noisy(rough)
    fits, limit = rough.fits, case.limit
    if lossy:
        fits = [replace(fit, errors=None) for fit in fits]
    if verdict == "linear" and len(fits) == 1 and not case.fixed:
        known, name = known_instead(fits[0], limit)
        if name:
            fits = [known]
            why = why.replace(LEAST_SQUARES, AS_WELL.format(name))
    draft = Draft(case.seen, rough.layout, fits)
    rms = float(np.sqrt(np.mean([fit.rms**2 for fit in rough.fits])))
    findings = [
        f"No kernel of up to {limit.rows} × {limit.columns} taps reproduces every pixel; the best "
        f"leaves {rms:.2g} grey levels (root mean square).",
        why,
    ]
    if rough.bright:
        findings = [BRIGHT, *findings]
    if lossy:
        findings.append(LOSSY)
    if verdict == "not linear":
        return draft.recovery(verdict, [], findings)
    reach = draft.reach
    filled = max(reach.rows / limit.rows, reach.columns / limit.columns) > thresholds.FULL
    if verdict == "linear" and filled and limit.size > 1:
        findings.append("The kernel fills the largest size that was tried; try --max-size.")
    tolerances = [thresholds.RIM_NOISE * rms]
    borders = fitting_borders(draft.planes, reach, tolerances, thresholds.RIM_SHARE)
    return draft.recovery(verdict, borders, [*findings, draft.about_the_rim(borders)[0]])


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


def rarely(share: float) -> str:
    """Never 0 % where there is a pixel.

    >>> rarely(0.0065), rarely(1e-6)
    ('0.65%', 'less than 0.01%')
    """
    written = f"{share:.2%}"
    return "less than 0.01%" if written == "0.00%" else written

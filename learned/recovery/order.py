"""Were the pictures given in the wrong order? Taking a blur off is no filter; the blur is one."""

from collections.abc import Sequence

import numpy as np

from learned.recovery import reading, thresholds
from learned.recovery.draft import Draft
from learned.recovery.fit_exact import all_fit
from learned.recovery.reading import Reading, groups_of
from learned.recovery.report import reproduced
from learned.recovery.verdict import judge_exact
from learned.recovery.windows import largest_window


def if_swapped(seen: Sequence[Reading]) -> str:
    """A sentence where a small kernel makes the before pictures from the after pictures; else "".

    Only what was counted is said. Nothing is said where half of the before-pixels are clipped: many
    kernels would make those.
    """
    if any(each.after.shape[1:] != each.size or np.ptp(each.before) == 0 for each in seen):
        return ""
    parts = [each.middle().swapped() for each in seen]
    known = [np.isfinite(p.lower) & np.isfinite(p.upper) for part in parts for p in part.pairs]
    layout = next(reading.layouts(parts[0]))
    limit = largest_window([part.size for part in parts], None, thresholds.SWAPPED_SIZE)
    if min(each.mean() for each in known) < thresholds.SWAPPED_KNOWN:
        return ""
    if all_fit(groups_of(parts, layout), limit, fixed=False) is None:
        return ""
    swapped = [each.swapped() for each in seen]
    fits = all_fit(groups_of(swapped, layout), limit, fixed=False)
    if fits is None or judge_exact(fits)[0] != "linear":
        return ""
    draft = Draft(swapped, layout, fits)
    found = draft.recovery("linear", draft.borders(), [])
    if found.exact_pixels < thresholds.LINEAR_ENOUGH:
        return ""
    rows, columns = found.kernel.shape[-2:]
    return (
        f"The other way round a kernel of {rows} × {columns} taps makes {reproduced(found)}: "
        f"if the pictures were given in the wrong order, swap them."
    )

"""What is asked: the pictures, and where to search."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from handconv.pictures.jpeg import Stored
from learned.recovery import reading
from learned.recovery.fit import Fit
from learned.recovery.fit_exact import all_fit
from learned.recovery.fit_noisy import Rough
from learned.recovery.outliers import fit_the_rest
from learned.recovery.reading import Layout, Reading, groups_of
from learned.window import Window


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

"""Filters on the way to an answer: laid out for all channels, held against the rim, counted."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from handconv.arrays import Floats
from handconv.borders import Border
from learned.filter import Filter, stacked
from learned.recovery import reading, thresholds
from learned.recovery.border import Found, Plane, describe_rim, fitting_borders
from learned.recovery.counted import share_reproduced
from learned.recovery.fit import Fit
from learned.recovery.reading import Layout, Reading
from learned.recovery.record import Recovery
from learned.recovery.verdict import Verdict
from learned.window import Window, containing


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
            errors=self._errors() if verdict == "linear" else None,
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

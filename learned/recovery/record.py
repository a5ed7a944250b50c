"""The answer: a filter, and what is known of it; as JSON, as a report, and in a notebook."""

import base64
import html
import io
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from handconv.arrays import Array, Floats
from handconv.borders import Border
from learned.filter import Filter
from learned.pairs import Rounding
from learned.recovery import reading, thresholds
from learned.recovery.code import code, program
from learned.recovery.explanations.explanation import Explanation
from learned.recovery.names import Match, in_a_square, matches
from learned.recovery.reading import Reading
from learned.recovery.report import report
from learned.recovery.verdict import Verdict

if TYPE_CHECKING:
    from matplotlib.figure import Figure


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
    errors : what each tap may be off by, as the kernel; None where that was not found out, and
        where the verdict is not "linear"
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

    @property
    def resized(self) -> bool:
        """Whether the best explanation is one resizer or another, from one size to another."""
        return any(each.kind == "resize" for each in self.explanations[:1])

    def apply(self, picture: Array) -> Array:
        """What the program would make of another picture: by the best explanation, or the filter.

        ``picture`` is (rows, columns) or (rows, columns, 3 or 4, alpha being left out) of the
        before image's dtype; so is the result, of the after image's. Raises ``ValueError`` for
        another dtype, other channels where they are filtered each in its own way, or another size
        where it was found that the program resizes.
        """
        planes, seen = reading.as_planes(picture)[: len("rgb")], self.reading.before
        if planes.dtype != seen.dtype or (not self.alike and len(planes) != len(seen)):
            raise ValueError(
                f"picture is {planes.dtype} with {len(planes)} channels; the filter was found in "
                f"{seen.dtype} with {len(seen)}. Convert it."
            )
        best = next(iter(self.explanations), self.filter)
        if self.resized and planes.shape[1:] != seen.shape[1:]:
            raise ValueError(
                f"picture has {planes.shape[1]} × {planes.shape[2]} pixels; the resize was found "
                f"of {seen.shape[1]} × {seen.shape[2]}. Give one of that size."
            )
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

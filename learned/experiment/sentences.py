"""What the finish found about a kernel, in words."""

from typing import Any

import numpy as np

from learned.experiment.folder import Run


def finding(run: Run, name: str) -> str:
    """As ``1/49 each, every tap proven to within 4e-04; least squares is 0.9 % off``.

    What is proven, in units of the taps: kernels with a tap farther from these are ruled out.
    """
    entry = run.metrics["kernels"][name]
    if not entry["feasible"]:
        much = f"{entry['violation']:.2g} grey levels"
        return f"no kernel of this size meets the bounds: they are violated by {much}"
    words = [_taps(entry["rational"]) if entry["rational"] else "no simple fractions"]
    if f"lower/{name}" in run.kernels:
        lower, upper = run.kernels[f"lower/{name}"], run.kernels[f"upper/{name}"]
        taps = _as_array(entry["rational"]) if entry["rational"] else run.learned(name)
        reach = float(np.maximum(upper - taps, taps - lower).max())
        proven = f"every tap proven to within {_rounded_up(reach)}"
        words.append(proven if np.isfinite(reach) else "not every tap can be proven")
    return f"{', '.join(words)}; least squares is {_percent(entry['least_squares_error'])} off"


def _taps(rational: dict[str, Any]) -> str:
    numerators, denominator = np.array(rational["numerator"]), rational["denominator"]
    if numerators.size > 1 and (numerators == numerators.flat[0]).all():
        over = f"/{denominator}" if denominator > 1 else ""
        return f"{numerators.flat[0]}{over} each"
    return "whole numbers" if denominator == 1 else f"fractions of {denominator}"


def _as_array(rational: dict[str, Any]) -> Any:
    return np.array(rational["numerator"]) / rational["denominator"]


def _rounded_up(reach: float) -> str:
    """To one digit, upwards: what is proven stays true."""
    if not 0 < reach < np.inf:
        return f"{reach:g}"
    power = 10.0 ** np.floor(np.log10(reach))
    return f"{np.ceil(reach / power) * power:.0e}"


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %" if 1e-4 <= share < 10 else f"{share:.0e} of the largest tap"

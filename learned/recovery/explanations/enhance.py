"""Pillow's ``ImageEnhance``: the picture blended with a dull one of 8 bits, fractions cut off.

``Color`` blends with the brightness, ``Sharpness`` with the picture smoothed by 3 × 3 taps. (The
dull picture of ``Brightness`` is black, that of ``Contrast`` grey: these are kernels of one tap.)
"""

from collections.abc import Iterator

import numpy as np

from handconv.arrays import Array
from learned.recovery import thresholds
from learned.recovery.explanations.counting import share_reproduced
from learned.recovery.explanations.explanation import Explanation
from learned.recovery.explanations.samples import lively_part
from learned.recovery.reading import Reading

KINDS = {
    "Color": ("colour", "its brightness"),
    "Sharpness": ("unsharp", "itself, smoothed by 3 × 3 taps"),
}
DIGITS = (1, 2, 3, 6)
"""Of the factor; six are more than pictures of 8 bits tell."""
UNCHANGED = 0.01  # of the factor: so near 1 it changes next to nothing
CUT = 0.5  # grey levels that are lost on average where fractions are cut off


def explain(seen: Reading) -> Iterator[Explanation]:
    """The factor that least squares tells, with as few digits as do."""
    before, after = seen.before, seen.after
    if before.shape != after.shape or not before.dtype == after.dtype == np.uint8:
        return
    if len(before) not in (1, 3):
        return
    part = lively_part(seen)
    for name in KINDS:
        if name == "Color" and len(before) == 1:
            continue
        factor = _factor(part.before, part.after, name)
        if factor is None or abs(factor - 1) < UNCHANGED:
            continue
        tried = [_enhanced(name, round(factor, digits)) for digits in DIGITS]
        shares = [share_reproduced([part], each) for each in tried]
        if max(shares) >= thresholds.ENHANCED:
            yield tried[int(np.argmax(shares))]


def enhance(planes: Array, name: str, factor: float) -> Array:
    """By `PIL.ImageEnhance`."""
    from PIL import Image, ImageEnhance

    picture = planes[0] if len(planes) == 1 else np.ascontiguousarray(planes.transpose(1, 2, 0))
    made = np.asarray(getattr(ImageEnhance, name)(Image.fromarray(picture)).enhance(factor))
    return made[None] if made.ndim == 2 else made.transpose(2, 0, 1)  # noqa: PLR2004


def _factor(before: Array, after: Array, name: str) -> float | None:
    """How far unclipped pixels lie from the dull picture, as a share of how far they did."""
    dull = enhance(before, name, 0.0).astype(np.float64)
    way = before - dull
    told = (after > 0) & (after < np.iinfo(after.dtype).max) & (way != 0)
    length = float((way[told] ** 2).sum())
    if not length:
        return None
    return float(((after[told] + CUT - dull[told]) * way[told]).sum() / length)


def _enhanced(name: str, factor: float) -> Explanation:
    kind, other = KINDS[name]
    settings = {"name": name, "factor": factor}
    sentence = f"Pillow's ImageEnhance.{name}({factor:g}): blended with {other}, stored in 8 bits"
    parameters = {"name": f"ImageEnhance.{name}", "factor": factor}
    return Explanation(kind, sentence, parameters, enhance, settings, reach=1)

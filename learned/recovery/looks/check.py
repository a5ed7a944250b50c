"""A look tried on another pair, whose after picture is known."""

from dataclasses import dataclass

import numpy as np

from handconv.arrays import Array, Mask
from learned.recovery.looks.colours import check_pairs
from learned.recovery.looks.look import Look
from learned.recovery.report import percent


@dataclass(frozen=True)
class Part:
    """Some of the pixels: their share of the picture, and the share of them that is reproduced."""

    words: str
    pixels: float
    exact: float


def check(look: Look, before: Array, after: Array) -> list[Part]:
    """What a look reproduces of another pair: in all, in seen and proved cells, where certain.

    Raises ``ValueError`` for what is no pair, or of another bit depth than the look.
    """
    check_pairs([before], [after])
    same = (look.apply(before) == after).all(axis=-1)
    parts = {"all pixels": np.ones_like(same)}
    if look.simple is None:
        parts["pixels in seen cells"] = look.in_cells(before, look.cells_seen)
        parts["pixels in proved cells"] = look.in_cells(before, look.proved)
        parts["pixels whose colour is proved"] = look.certain(before)
    return [_part(words, chosen, same) for words, chosen in parts.items()]


def _part(words: str, chosen: Mask, same: Mask) -> Part:
    return Part(words, float(chosen.mean()), float(same[chosen].mean()) if chosen.any() else 1.0)


def sentence(part: Part) -> str:
    """Such as "of the pixels in seen cells (71.43 %), 72.30 % are reproduced exactly"."""
    if part.pixels == 0:
        return f"{part.words}: none"
    of = "" if part.pixels == 1 else f" ({percent(part.pixels)} of the picture)"
    return f"{part.words}{of}: {percent(part.exact)} reproduced exactly"

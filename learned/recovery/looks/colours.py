"""Pairs of colour pictures as a list of colours: each before-colour once, and what it became."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from handconv.arrays import Array, Floats, Integers, Mask

CHANNELS = 3
BITS = {np.dtype(np.uint8): 8, np.dtype(np.uint16): 16}

MOST_CONTRADICTING = 0.002
"""Share of the pixels that may differ from the other pixels of their colour. No colour table makes
those; more than a few retouched ones, and it was no colour table that made the picture."""


@dataclass(frozen=True)
class Colours:
    """Every before-colour of the pictures, once.

    Attributes
    ----------
    before : (colours, 3) whole numbers, 0 … ``top``
    after : (colours, 3) whole numbers, 0 … ``after_top``; where the pixels of a colour became
        several, what most of them became
    counts : (colours,) how many pixels are of that colour and became that
    pixels : of all pictures, also those that became something else than most of their colour
    top, after_top : 255 or 65535
    """

    before: Integers
    after: Integers
    counts: Integers
    pixels: int
    top: int
    after_top: int

    @property
    def contradicting(self) -> float:
        """Share of the pixels that became something else than most pixels of their colour."""
        return float(1 - self.counts.sum() / self.pixels)

    def part(self, chosen: Mask | Integers) -> "Colours":
        """Only these colours."""
        return Colours(
            self.before[chosen],
            self.after[chosen],
            self.counts[chosen],
            self.pixels,
            self.top,
            self.after_top,
        )

    def bounds(self, channel: int) -> tuple[Floats, Floats]:
        """Lowest and highest (colours,) that the after-value can have had before it was rounded.

        In levels of the after picture; open-ended at 0 and at the top, where it may be clipped.

        >>> one = np.array([[0, 7, 255]])
        >>> Colours(one, one, np.array([1]), 1, 255, 255).bounds(2)
        (array([254.5]), array([inf]))
        """
        values = self.after[:, channel]
        lower = np.where(values == 0, -np.inf, values - 0.5)
        return lower, np.where(values == self.after_top, np.inf, values + 0.5)

    def off(self, stored: Integers) -> int:
        """Levels by which ``stored`` (colours, 3) differs from the after-colours, at most."""
        return int(np.abs(stored - self.after).max())

    def made(self, stored: Integers) -> float:
        """Share of all pixels that become ``stored`` (colours, 3), in all three channels."""
        same = (stored == self.after).all(axis=1)
        return float(self.counts[same].sum() / self.pixels)


def pool(befores: Sequence[Array], afters: Sequence[Array]) -> Colours:
    """All pixels of all pairs of (rows, columns, 3) uint8 or uint16 pictures, as colours.

    Raises ``ValueError`` for what are no such pairs, and if the before-colour does not tell the
    after-colour.
    """
    check_pairs(befores, afters)
    before, after = (_packed(pictures) for pictures in (befores, afters))
    firsts, lasts, counts = _count(before, after)
    of = np.cumsum(np.concatenate([[True], firsts[1:] != firsts[:-1]])) - 1  # number of the colour
    largest_last = np.lexsort((counts, of))
    most = largest_last[np.append(of[1:] != of[:-1], True)]
    colours = Colours(
        _unpacked(firsts[most]),
        _unpacked(lasts[most]),
        counts[most],
        len(before),
        np.iinfo(befores[0].dtype).max,
        np.iinfo(afters[0].dtype).max,
    )
    if colours.contradicting > MOST_CONTRADICTING:
        raise ValueError(
            f"not a function of the colour alone: {100 * colours.contradicting:.1f} % of the "
            f"pixels became another colour than most pixels of their colour. Without --lut, "
            f"recover looks for filters."
        )
    return colours


def check_pairs(befores: Sequence[Array], afters: Sequence[Array]) -> None:
    """Raise ``ValueError`` unless these are pairs of colour pictures of one size and depth."""
    if len(befores) != len(afters) or not befores:
        raise ValueError(
            f"before has {len(befores)} pictures and after {len(afters)}; give as many of one as "
            f"of the other, at least one."
        )
    for name, pictures in (("before", befores), ("after", afters)):
        for picture in pictures:
            check_picture(picture, name)
        if len({picture.dtype for picture in pictures}) > 1:
            raise ValueError(f"{name} pictures differ in bit depth. Give pairs of one kind.")
    for before, after in zip(befores, afters, strict=True):
        if before.shape != after.shape:
            sizes = [f"{rows}×{columns}" for rows, columns, _ in (before.shape, after.shape)]
            raise ValueError(
                f"before is {sizes[0]} and after {sizes[1]} (rows×columns); a colour table keeps "
                f"the size. Export both at the same size."
            )


def check_picture(picture: Array, name: str) -> None:
    """Raise ``ValueError`` unless it is (rows, columns, 3) uint8 or uint16, and in colour."""
    if picture.ndim != CHANNELS or picture.shape[-1] != CHANNELS or not picture.size:
        kind = (
            "has alpha" if picture.ndim == CHANNELS and picture.shape[-1] > CHANNELS else "is grey"
        )
        raise ValueError(
            f"{name} {kind} (shape {picture.shape}); a colour table needs red, green and blue. "
            f"Give colour pictures without alpha."
        )
    if picture.dtype not in BITS:
        raise ValueError(
            f"{name} holds {picture.dtype}; a colour table is found from 8 or 16 bits a channel."
        )
    if name == "before" and (picture == picture[..., :1]).all():
        raise ValueError(
            "before is grey in every pixel, which says nothing of colours. Give a colour picture."
        )


def _packed(pictures: Sequence[Array]) -> Integers:
    """(pixels,) one number for each colour: red, green and blue with 16 bits each."""
    flat = [picture.reshape(-1, CHANNELS) for picture in pictures]
    out = np.empty(sum(map(len, flat)), np.int64)
    start = 0
    for each in flat:
        part = out[start : start + len(each)]
        part[:] = each[:, 0]
        for channel in (1, 2):
            part <<= 16
            part |= each[:, channel].astype(np.int64)
        start += len(each)
    return out


def _unpacked(packed: Integers) -> Integers:
    return np.stack([packed >> 32, packed >> 16 & 0xFFFF, packed & 0xFFFF], axis=1)


def _count(before: Integers, after: Integers) -> tuple[Integers, Integers, Integers]:
    """What before- and after-colours go together, in the order of the before-colours; how often."""
    order = np.lexsort((after, before))
    before, after = before[order], after[order]
    starts = np.flatnonzero(
        np.concatenate([[True], (before[1:] != before[:-1]) | (after[1:] != after[:-1])])
    )
    counts = np.diff(np.append(starts, len(before)))
    return before[starts], after[starts], counts

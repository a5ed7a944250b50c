"""The look of photos as a colour table: found from pairs, applied, and how sure it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from handconv.arrays import Array, Floats, Mask
from learned.recovery.looks.colours import CHANNELS, Colours, check_picture, pool
from learned.recovery.looks.cube_file import write_cube
from learned.recovery.looks.lattice import (
    INTERPOLATIONS,
    OFFSETS,
    Interpolation,
    interpolate,
    weigh,
)
from learned.recovery.looks.proof import intervals
from learned.recovery.looks.simple_curves import find_curves
from learned.recovery.looks.simple_looks import SimpleLook
from learned.recovery.looks.simple_matrices import find_matrix
from learned.recovery.looks.table_fit import fit_table, off_by, rough_table, share_made, stored
from learned.recovery.looks.words import sentences

SIZES = (17, 33, 65)
"""The sizes of tables that programs write and read."""

PROVED_WIDTH = 0.1
"""Levels of an 8-bit picture. A cell is proved where the intervals of all its corners are narrower:
then all tables that make the pictures agree within its colours to a tenth of a level."""

EIGHT_BITS = 255


@dataclass(frozen=True)
class Look:
    """A colour table, and what is known of it.

    Attributes
    ----------
    table : (size, size, size, 3) values 0 … 1, by red, green, blue of the before-colour
    interpolation : "tetrahedral" or "trilinear": which reproduces more of the pictures' pixels
    exact_pixels : share of the pixels that table and interpolation reproduce in all three channels
    off_by : levels by which the others differ, at most: from what most pixels of a colour became
    lowest, highest : (size, size, size, 3) between them are the values of all tables, of this size
        and interpolation and with values 0 … 1, that meet all bounds of the pictures. Proved only
        where ``exact_pixels`` is 1: else no table meets them, and they are 0 and 1
    seen : (size, size, size) lattice points around which the pictures have colours
    cells_seen : (size − 1, size − 1, size − 1) cells in which they have
    simple : the simpler look that was recognised, with the share of pixels it makes, or None
    top, after_top : 255 or 65535
    pixels, colours : how many the pictures have
    """

    table: Floats
    interpolation: Interpolation
    exact_pixels: float
    off_by: int
    lowest: Floats
    highest: Floats
    seen: Mask
    cells_seen: Mask
    simple: SimpleLook | None
    top: int
    after_top: int
    pixels: int
    colours: int

    @property
    def size(self) -> int:
        """Lattice points along each side."""
        return len(self.table)

    @property
    def proved(self) -> Mask:
        """(size − 1, size − 1, size − 1) cells whose corners are all proved: see `PROVED_WIDTH`."""
        widths = (self.highest - self.lowest).max(axis=-1) * EIGHT_BITS
        narrow = np.asarray(widths <= PROVED_WIDTH)
        ends = self.size - 1
        corners = [narrow[r : ends + r, g : ends + g, b : ends + b] for r, g, b in OFFSETS]
        return np.asarray(np.all(corners, axis=0))

    def apply(self, picture: Array) -> Array:
        """The after picture of a (rows, columns, 3) picture of the same bit depth.

        Raises ``ValueError`` for other arrays.
        """
        flat = self._flat(picture)
        made = interpolate(self.table, flat, self.top, self.interpolation)
        kind = np.uint8 if self.after_top == EIGHT_BITS else np.uint16
        return stored(made, self.after_top).astype(kind).reshape(picture.shape)

    def certain(self, picture: Array) -> Mask:
        """(rows, columns) pixels that every table which meets all bounds gives the same colour.

        Raises ``ValueError`` as `apply` does.
        """
        flat = self._flat(picture)
        both = np.concatenate([self.lowest, self.highest], axis=-1)
        ends = stored(interpolate(both, flat, self.top, self.interpolation), self.after_top)
        alike = (ends[:, :CHANNELS] == ends[:, CHANNELS:]).all(axis=1)
        return np.asarray(alike.reshape(picture.shape[:2]))

    def in_cells(self, picture: Array, cells: Mask) -> Mask:
        """(rows, columns) pixels whose colours lie in chosen cells (size − 1, …)."""
        flat = self._flat(picture)
        padded = np.pad(cells, (0, 1)).ravel()  # cells are numbered as their first corners are
        where = weigh(flat, self.top, self.size, self.interpolation).cells
        return np.asarray(padded[where].reshape(picture.shape[:2]))

    def write(self, path: str | Path) -> None:
        """Write it as a .cube file (Adobe Cube LUT Specification 1.0), whole or not at all.

        Raises ``ValueError`` for another suffix, and where the file cannot be written.
        """
        write_cube(self.table, path, sentences(self))

    def _flat(self, picture: Array) -> Array:
        check_picture(picture, "picture")
        if np.iinfo(picture.dtype).max != self.top:
            bits = [np.iinfo(picture.dtype).bits, 8 if self.top == EIGHT_BITS else 16]
            raise ValueError(
                f"picture has {bits[0]} bits a channel and the look was found from {bits[1]}; "
                f"give one of {bits[1]} bits."
            )
        return picture.reshape(-1, CHANNELS).astype(np.int64)


def find_look(
    befores: Sequence[Array],
    afters: Sequence[Array],
    size: int = 33,
    progress: Callable[[str], None] = lambda _: None,
) -> Look:
    """Find the colour table that makes the after pictures of the before pictures.

    Parameters
    ----------
    befores, afters : (rows, columns, 3) uint8 or uint16 pictures, as many of one as of the other
    size : lattice points along each side: 17, 33 or 65
    progress : is told what is being done

    Raises ``ValueError`` for other pictures and sizes, and if the before-colour does not tell the
    after-colour.

    >>> before = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    >>> look = find_look([before], [255 - before], size=17)
    >>> look.exact_pixels, bool((look.apply(before) == 255 - before).all())
    (1.0, True)
    """
    if size not in SIZES:
        raise ValueError(f"size is {size}; give 17, 33 or 65.")
    progress("colours")
    colours = pool(befores, afters)
    progress("simple looks")
    simple = find_curves(colours) or find_matrix(colours)
    if simple is not None:
        return _from_formula(simple, colours, size)
    best: tuple[float, Floats, Mask, Interpolation] | None = None
    for interpolation in _likelier_first(colours, size):
        table, seen = fit_table(colours, size, interpolation, progress)
        share = share_made(colours, table, interpolation)
        if best is None or share > best[0]:
            best = (share, table, seen, interpolation)
        if share == 1 - colours.contradicting:
            break
    assert best is not None
    return _with_proof(colours, *best, progress)


def _likelier_first(colours: Colours, size: int) -> list[Interpolation]:
    """The interpolations, that by which least squares come nearer first."""
    shares = {}
    for interpolation in INTERPOLATIONS:
        table = rough_table(colours, size, interpolation).reshape(size, size, size, CHANNELS)
        shares[interpolation] = share_made(colours, table, interpolation)
    return sorted(INTERPOLATIONS, key=lambda each: -shares[each])


def _with_proof(
    colours: Colours,
    share: float,
    table: Floats,
    seen: Mask,
    interpolation: Interpolation,
    progress: Callable[[str], None],
) -> Look:
    look = _look(colours, table, interpolation, share, seen, None)
    if share < 1:
        return look
    progress("proof")
    made = interpolate(table, colours.before, colours.top, interpolation)
    low, high = intervals(colours, len(table), interpolation, made)
    return replace(look, lowest=low.reshape(table.shape), highest=high.reshape(table.shape))


def _from_formula(simple: SimpleLook, colours: Colours, size: int) -> Look:
    """The table of a simple look: what its formula makes of the lattice points."""
    table = simple.table(size)
    shares = {each: share_made(colours, table, each) for each in INTERPOLATIONS}
    interpolation = max(INTERPOLATIONS, key=lambda each: shares[each])
    everywhere = np.ones(table.shape[:3], np.bool_)
    return _look(colours, table, interpolation, shares[interpolation], everywhere, simple)


def _look(
    colours: Colours,
    table: Floats,
    interpolation: Interpolation,
    share: float,
    seen: Mask,
    simple: SimpleLook | None,
) -> Look:
    """A look of which nothing is proved yet."""
    return Look(
        table,
        interpolation,
        exact_pixels=share,
        off_by=off_by(colours, table, interpolation),
        lowest=np.zeros_like(table),
        highest=np.ones_like(table),
        seen=seen,
        cells_seen=_cells_of(colours, len(table)),
        simple=simple,
        top=colours.top,
        after_top=colours.after_top,
        pixels=colours.pixels,
        colours=len(colours.before),
    )


def _cells_of(colours: Colours, size: int) -> Mask:
    """(size − 1, size − 1, size − 1) cells in which colours lie."""
    cells = np.zeros(size**3, np.bool_)
    cells[weigh(colours.before, colours.top, size, "trilinear").cells] = True
    return cells.reshape(size, size, size)[:-1, :-1, :-1]

"""Photos for experiments: from scikit-image's wheel, files, folders or globs."""

import glob
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from handconv.arrays import Floats
from handconv.pictures import SKIMAGE_PREFIX, read_picture, to_grey_levels
from handconv.pictures.read import STANDARD_INPUT
from learned.train.lazy import Lazy, ahead
from learned.train.parallel import gathered, processes, rank

SUFFIXES = {".bmp", ".jpeg", ".jpg", ".npy", ".png", ".tif", ".tiff", ".webp"}


def find_photos(sources: Sequence[str]) -> list[str]:
    """The photos that ``sources`` name, one string each, in order.

    Parameters
    ----------
    sources : ``skimage:NAME``, a file, a folder (all pictures in it, sorted), a glob, or ``-`` for
        standard input; paths are relative to the current folder

    Raises ``ValueError`` naming the source that stands for no picture.
    """
    return [photo for source in sources for photo in _expand(source)]


def _expand(source: str) -> list[str]:
    path = Path(source)
    if source == STANDARD_INPUT or source.startswith(SKIMAGE_PREFIX) or path.is_file():
        return [source]
    candidates = path.iterdir() if path.is_dir() else map(Path, glob.glob(source, recursive=True))
    photos = sorted(
        str(each) for each in candidates if each.suffix.lower() in SUFFIXES and each.is_file()
    )
    if photos:
        return photos
    if path.is_dir():
        raise ValueError(f"{source} is a folder without pictures ({', '.join(sorted(SUFFIXES))}).")
    raise ValueError(f"{source} is no file, no folder, and no pattern that fits any picture.")


def load_photo(source: str, colour: bool = False) -> Floats:
    """One photo as (channels, rows, columns) float64 grey levels, 0 … 255.

    Parameters
    ----------
    source : as `find_photos` gives it
    colour : True gives 3 channels (R, G, B), False one. Alpha is left out.

    Raises ``ValueError`` or ``OSError`` naming a file that cannot be read.
    """
    photo = to_grey_levels(read_picture(source, grey=not colour))
    if colour:
        return np.stack([photo] * 3 if photo.ndim == 2 else list(photo.transpose(2, 0, 1)))
    return photo[None]


SMALL = 2**22  # numbers in all photos; up to here they, and what is made of them, stay in memory


class Photos(NamedTuple):
    """Photos that can all be used."""

    images: Sequence[Floats]
    """As `load_photo` gives them; a list where all of them are held in memory, else they are read
    again whenever they are asked for."""
    sources: list[str]
    sizes: list[tuple[int, int]]
    """Rows and columns of each."""
    skipped: dict[str, str]
    """Those left out, and what is wrong with each."""


def checked_photos(
    sources: Sequence[str], colour: bool, smallest: tuple[int, int], strict: bool = False
) -> Photos:
    """Read every photo once, and leave out those that cannot be used.

    Several processes share the reading.

    Parameters
    ----------
    sources : as `find_photos` gives them
    smallest : rows and columns that a photo needs
    strict : whether one that cannot be used is an error

    Raises ``ValueError`` where no photo can be used, or none but with one grey level throughout.
    """
    look = partial(_look, colour=colour, smallest=smallest, strict=strict)
    share = sources[rank() :: processes()]
    quiet = True if rank() or len(sources) <= 10 else None  # None: where there is no terminal
    own = [*tqdm(ahead(look, share), "photos", len(share), disable=quiet, leave=False)]
    looks: dict[str, _Look] = {}
    for number, theirs in enumerate(gathered(own)):
        looks |= zip(sources[number :: processes()], theirs, strict=True)
    skipped = {source: looks[source].problem for source in sources if looks[source].problem}
    good = [source for source in sources if source not in skipped]
    if not good:
        others = f" None of the {len(sources)} photos can be used." if len(sources) > 1 else ""
        raise ValueError(skipped[sources[0]] + others)
    if not any(each.texture for each in looks.values()):
        raise ValueError(
            f"photo {good[0]} has one grey level throughout: every kernel of the right sum fits "
            f"it. Use a photo with texture."
        )
    sizes = [looks[source].size for source in good]
    images = Lazy(partial(load_photo, colour=colour), good)
    small = sum(rows * columns for rows, columns in sizes) * (3 if colour else 1) <= SMALL
    return Photos(list(images) if small else images, good, sizes, skipped)


class _Look(NamedTuple):
    """What a first look at a photo says."""

    problem: str
    size: tuple[int, int] = (0, 0)
    texture: bool = False


def _look(source: str, colour: bool, smallest: tuple[int, int], strict: bool) -> _Look:
    try:
        photo = load_photo(source, colour)
        size = (photo.shape[1], photo.shape[2])
        if size[0] < smallest[0] or size[1] < smallest[1]:
            raise ValueError(
                f"photo {source} has {size[0]} × {size[1]} pixels, fewer than the {smallest[0]} × "
                f"{smallest[1]} taps of the largest kernel. Use a larger photo or a smaller kernel."
            )
    except (ValueError, OSError) as error:
        if strict or source.startswith(SKIMAGE_PREFIX):  # a name, not a file: a typing mistake
            raise
        return _Look(str(error))
    return _Look("", size, bool((photo != photo[:, :1, :1]).any()))

"""Photos for experiments: from scikit-image's wheel, files, folders or globs."""

import glob
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from handconv.pictures import SKIMAGE_PREFIX, read_picture, to_grey

SUFFIXES = {".bmp", ".jpeg", ".jpg", ".npy", ".png", ".tif", ".tiff", ".webp"}


def find_photos(sources: Sequence[str]) -> list[str]:
    """The photos that ``sources`` name, one string each, in order.

    Parameters
    ----------
    sources : ``skimage:NAME``, a file, a folder (all pictures in it, sorted) or a glob; paths are
        relative to the current folder

    Raises ``ValueError`` naming the source that stands for no picture.
    """
    return [photo for source in sources for photo in _expand(source)]


def _expand(source: str) -> list[str]:
    path = Path(source)
    if source.startswith(SKIMAGE_PREFIX) or path.is_file():
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


def load_photo(source: str, colour: bool = False) -> NDArray[np.float64]:
    """One photo as (channels, rows, columns) float64 grey levels, 0 … 255.

    Parameters
    ----------
    source : as `find_photos` gives it
    colour : True gives 3 channels (R, G, B), False one. Alpha is left out.

    Raises ``ValueError`` or ``OSError`` naming a file that cannot be read.
    """
    photo = read_picture(source)
    scale = 255 / 65535 if photo.dtype == np.uint16 else 1.0
    if not colour:
        return (to_grey(photo).astype(np.float64) * scale)[None]
    if photo.ndim == 2:
        photo = np.repeat(photo[..., None], 3, axis=2)
    return np.ascontiguousarray(photo[..., :3].transpose(2, 0, 1), dtype=np.float64) * scale

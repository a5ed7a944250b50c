"""Picture files in and out, photos that need no download, and pictures to look at."""

from handconv.pictures.read import (
    LUMA,
    SKIMAGE_PHOTOS,
    SKIMAGE_PREFIX,
    read_picture,
    skimage_photo,
    to_grey,
    to_grey_levels,
)
from handconv.pictures.write import write_picture

__all__ = [
    "LUMA",
    "SKIMAGE_PHOTOS",
    "SKIMAGE_PREFIX",
    "read_picture",
    "skimage_photo",
    "to_grey",
    "to_grey_levels",
    "write_picture",
]

"""Picture files in and out, photos that need no download, and pictures to look at."""

from handconv.pictures.read import (
    SKIMAGE_PHOTOS,
    SKIMAGE_PREFIX,
    read_picture,
    skimage_photo,
    to_grey,
)
from handconv.pictures.write import write_picture

__all__ = [
    "SKIMAGE_PHOTOS",
    "SKIMAGE_PREFIX",
    "read_picture",
    "skimage_photo",
    "to_grey",
    "write_picture",
]

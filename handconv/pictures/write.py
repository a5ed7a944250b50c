"""Pictures out: complete or not at all."""

import io
from pathlib import Path

import cv2
import numpy as np

from handconv.arrays import Array
from handconv.files import complete_file
from handconv.pictures.decode import DTYPES, SHAPES

# What each format can hold: dtypes, and channels (1 is grey).
WRITABLE: dict[str, tuple[tuple[str, ...], tuple[int, ...]]] = {
    ".png": (DTYPES[:2], (1, 3, 4)),
    ".tif": (DTYPES, (1, 3, 4)),
    ".tiff": (DTYPES, (1, 3, 4)),
    ".jpg": (DTYPES[:1], (1, 3)),
    ".jpeg": (DTYPES[:1], (1, 3)),
    ".webp": (DTYPES[:1], (3,)),  # it drops alpha that is opaque everywhere
    ".bmp": (DTYPES[:1], (1, 3)),
    ".npy": (DTYPES, (1, 3, 4)),
}

LOSSLESS = {".webp": [cv2.IMWRITE_WEBP_QUALITY, 101]}


def write_picture(path: str | Path, image: Array) -> None:
    """Write a picture, complete or not at all; the ending of ``path`` decides the format.

    Parameters
    ----------
    path : ``.png`` ``.tif`` ``.tiff`` ``.webp`` ``.bmp`` ``.npy``, all without loss, or ``.jpg``
        ``.jpeg``, with the loss of quality 95
    image : (rows, columns), or (rows, columns, 3 or 4) red, green, blue, alpha; of a dtype that
        the format holds: uint8 everywhere, uint16 in PNG, TIFF and ``.npy``, float32 and float64 in
        TIFF and ``.npy``

    Raises ``ValueError`` for an ending that is not known, an image that the format cannot hold,
    NaN, or a place that cannot be written to.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in WRITABLE:
        known = ", ".join(WRITABLE)
        raise ValueError(f"{path} ends in {path.suffix!r}; name a file that ends in {known}.")
    _check_writable(path, image)
    data = encode(suffix, image)
    if data is None:
        rows, columns = image.shape[:2]
        raise ValueError(f"{path}: {suffix} cannot hold {rows} × {columns} pixels.")
    with complete_file(path) as draft:
        draft.write_bytes(data)


def _check_writable(path: Path, image: Array) -> None:
    dtypes, channels = WRITABLE[path.suffix.lower()]
    if image.ndim not in (2, 3) or image.size == 0:
        raise ValueError(
            f"image has shape {image.shape}; a picture has (rows, columns), or (rows, columns, "
            f"channels), and at least one pixel."
        )
    count = image.shape[2] if image.ndim == 3 else 1
    if count not in channels or (image.ndim == 3 and count == 1):
        shapes = " or ".join(SHAPES[count] for count in channels)
        raise ValueError(f"image has shape {image.shape}; {path.suffix} holds {shapes}.")
    if image.dtype.name not in dtypes:
        raise ValueError(
            f"image has dtype {image.dtype}; {path.suffix} holds {' or '.join(dtypes)}. Convert it "
            f"with handconv.pictures.show, or write .tif or .npy, which hold floating point."
        )
    if image.dtype.kind == "f" and not np.isfinite(image).all():
        raise ValueError("image holds NaN or infinite values. Replace them by grey levels.")


def encode(suffix: str, image: Array) -> bytes | None:
    """The bytes that `write_picture` writes; None where the format refuses.

    suffix : as ``.png``, in small letters
    """
    image = np.ascontiguousarray(image, image.dtype.newbyteorder("="))
    if suffix == ".npy":
        buffer = io.BytesIO()
        np.save(buffer, image, allow_pickle=False)
        return buffer.getvalue()
    if image.ndim == 3:
        image = image[..., [2, 1, 0, 3][: image.shape[2]]]  # RGB to BGR
    try:
        done, data = cv2.imencode(suffix, np.ascontiguousarray(image), LOSSLESS.get(suffix, []))
    except cv2.error:
        return None
    return data.tobytes() if done else None

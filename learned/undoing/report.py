"""What was found, for a person."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from handconv.arrays import Array
from learned.undoing.undo import Undone


class Comparison(NamedTuple):
    """How near a picture is to the original."""

    psnr: float  # dB; infinite where all is equal
    ssim: float
    exact: float  # share of equal values


def compare(picture: Array, original: Array) -> Comparison:
    """Peak signal to noise ratio, structural similarity and share of equal values; without alpha.

    Raises ``ValueError`` where the pictures differ in shape or dtype.
    """
    if picture.shape != original.shape or picture.dtype != original.dtype:
        raise ValueError(
            f"the original has shape {original.shape} and dtype {original.dtype}, the picture "
            f"{picture.shape} and {picture.dtype}; compare pictures of one kind."
        )
    from skimage.metrics import structural_similarity  # here: it takes long to import

    a, b = (each[..., :3] if each.ndim == len("yxc") else each for each in (picture, original))
    real = a.dtype.kind == "f"
    top = float(np.abs(b).max()) if real else float(np.iinfo(a.dtype).max)
    square = float(np.mean((a.astype(np.float64) - b) ** 2))
    psnr = 10 * np.log10(top**2 / square) if square else np.inf
    side = min(7, *a.shape[:2])
    ssim = np.nan
    if side >= len("yxc"):
        axis = 2 if a.ndim == len("yxc") else None
        ssim = structural_similarity(
            a, b, win_size=side - 1 + side % 2, data_range=top, channel_axis=axis
        )
    return Comparison(float(psnr), float(ssim), float((a == b).mean()))


def report(undone: Undone, original: Array | None = None) -> str:
    """Lines of text, without a line break at the end."""
    return "\n".join(_lines(undone, original))


def _lines(undone: Undone, original: Array | None) -> Iterator[str]:
    yield from undone.spectrum.sentences()
    if not undone.made:
        yield (
            "The filter alone did not make this picture: noise, JPEG or another step came on top. "
            "So nothing is proved, and the bounds are taken as rough."
        )
    if undone.noise:
        yield f"Noise of {undone.noise:.2g} grey levels (standard deviation) is allowed for."
    if undone.after.dtype.kind == "u":
        yield " · ".join(f"{name} {_percent(share)}" for name, share in undone.shares.items())
    yield f"Filtered again, {_percent(undone.same)} of the after-pixels come back."
    if original is not None:
        before = _as_stored(undone)
        if before.shape == original.shape and before.dtype == original.dtype:
            yield f"after picture:  {_in_words(compare(before, original))}"
        yield f"filter undone:  {_in_words(compare(undone.picture, original))}"


def _as_stored(undone: Undone) -> Array:
    """The after picture as a picture again, without alpha."""
    planes = undone.after
    return planes[0] if len(planes) == 1 else planes.transpose(1, 2, 0)


def _in_words(found: Comparison) -> str:
    return f"PSNR {found.psnr:.2f} dB, SSIM {found.ssim:.4f}, exact {_percent(found.exact)}"


def _percent(share: float) -> str:
    """Never 100 % where a pixel is missing."""
    return "100 %" if share == 1 else f"{int(share * 10_000) / 100:.2f} %"

"""What theory says of an inverse: the Wiener filter of photos with a known mean spectrum."""

from collections.abc import Sequence

import numpy as np

from handconv.arrays import Array, Floats


def frequency_response(kernel: Floats, shape: tuple[int, int]) -> Array:
    """What correlation with an (M, N) kernel of odd sides does to each frequency of ``shape``.

    Complex, in the order of `numpy.fft.fft2`; the centre tap lies on the output pixel.
    """
    rows, columns = kernel.shape
    padded = np.zeros(shape)
    padded[:rows, :columns] = kernel
    centred = np.roll(padded, (-(rows // 2), -(columns // 2)), axis=(0, 1))
    return np.fft.fft2(centred).conj()


def mean_spectrum(photos: Sequence[Floats], weights: Sequence[float], side: int = 128) -> Floats:
    """The weighted mean power spectrum of photos, per pixel: (side, side) grey levels².

    From tiles that overlap by half, faded out at their edges (Welch's method).
    """
    window = np.outer(np.hanning(side), np.hanning(side))
    total = np.zeros((side, side))
    for photo, weight in zip(photos, weights, strict=True):
        faded = [
            np.abs(np.fft.fft2((tile - tile.mean()) * window)) ** 2 for tile in _tiles(photo, side)
        ]
        total += weight / np.sum(weights) * np.mean(faded, axis=0)
    spectrum: Floats = total / (window**2).sum()
    return spectrum


def _tiles(photo: Floats, side: int) -> list[Floats]:
    step = side // 2
    return [
        photo[y : y + side, x : x + side]
        for y in range(0, photo.shape[0] - side + 1, step)
        for x in range(0, photo.shape[1] - side + 1, step)
    ]


def wiener_response(blur: Array, spectrum: Floats, noise: float) -> Array:
    """The best linear inverse for each frequency: H* S / (|H|² S + σ²).

    Where the blur leaves much more signal than noise that is 1 / H; where it leaves less, nothing
    comes back. Source: N. Wiener, Extrapolation, Interpolation, and Smoothing of Stationary Time
    Series, 1949.

    Parameters
    ----------
    blur : H, the frequency response of the blur
    spectrum : S, the power of the photos per pixel, grey levels²
    noise : σ, grey levels
    """
    response: Array = blur.conj() * spectrum / (np.abs(blur) ** 2 * spectrum + noise**2)
    return response

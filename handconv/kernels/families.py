"""Kernels that come in sizes: blurs, second derivatives, streaks and stripes.

Each is a function that returns a fresh (rows, columns) float64 array with odd sides and its
centre pixel in the middle. Lengths are in pixels; angles in degrees, counter-clockwise from
"to the right" as one looks at the picture. "Scale" is what the taps sum to.

All raise ``ValueError`` for a side (rows, columns, size) that is not an odd integer from 1 to
1023, for a length (sigma, wavelength, aspect) that is not a number from 0.001 to 1e6, and for any
other number that is not finite.
"""

import math

import numpy as np

from handconv.arrays import Floats

LARGEST_SIDE = 1023


def box(rows: int, columns: int | None = None) -> Floats:
    """Mean of a rectangle of ``rows`` × ``columns`` pixels; a square where only ``rows`` is given.

    Scale: 1. The same as ``cv2.blur`` with ``(columns, rows)`` (OpenCV names the width first).
    """
    rows = _odd("rows", rows)
    columns = rows if columns is None else _odd("columns", columns)
    return np.full((rows, columns), 1 / (rows * columns))


def gaussian(size: int, sigma: float) -> Floats:
    """Gaussian bell of standard deviation ``sigma`` in a square of ``size`` × ``size`` taps.

    exp(-(x² + y²) / 2σ²), divided by its sum. A size of 6 sigma or more leaves nothing out that
    an 8-bit picture could show. Scale: 1. The same as the outer product of
    ``cv2.getGaussianKernel(size, sigma)`` with itself, and as MATLAB's ``fspecial('gaussian')``.
    """
    x, y = _grid(_odd("size", size))
    sigma = _length("sigma", sigma)
    bell = np.exp(-((x / sigma) ** 2 + (y / sigma) ** 2) / 2)
    taps: Floats = bell / bell.sum()
    return taps


def laplacian_of_gaussian(size: int, sigma: float) -> Floats:
    """The Laplacian of a Gaussian, upside down a "Mexican hat": spots of radius sigma·√2.

    (x² + y² - 2σ²) / σ⁴ times `gaussian`, less its mean, so that the taps sum to 0 although the
    square cuts the bell off. Scale: 0; negative at the centre, as `laplacian`. Source: Marr and
    Hildreth, "Theory of Edge Detection", *Proc. R. Soc. Lond. B* 207, 1980. The same as MATLAB's
    ``fspecial('log')``; nearly ``scipy.ndimage.gaussian_laplace``, which leaves the mean in.
    """
    x, y = _grid(_odd("size", size))
    sigma = _length("sigma", sigma)
    hat = ((x / sigma) ** 2 + (y / sigma) ** 2 - 2) / sigma**2 * gaussian(size, sigma)
    taps: Floats = hat - hat.mean()
    return taps


def motion(length: float, angle: float) -> Floats:
    """The streak that a camera leaves when it moves by ``length`` pixels in direction ``angle``.

    Each tap is 1 less its distance, in pixels, from a line through the centre that is
    ``length`` - 1 long (from the first pixel's centre to the last's), but not below 0; all divided
    by their sum. The square is as large as the streak needs. Scale: 1. ``motion(n, 0)`` with odd
    n is ``box(1, n)``. The construction is that of MATLAB's ``fspecial('motion')``.

    Raises ``ValueError`` for a length that is not a number from 1 to 1000.
    """
    length, angle = _number("length", length), _number("angle", angle)
    if not 1 <= length <= 1000:
        raise ValueError(f"length is {length:g}; it must be a number from 1 to 1000 pixels.")
    half = (length - 1) / 2
    x, y = _grid(2 * math.ceil(half) + 3)  # empty rows and columns are cut off below
    across, up = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    along = (x * across - y * up).clip(-half, half)
    distance = np.hypot(x - along * across, y + along * up)
    streak = (1 - distance).clip(min=0)
    streak[streak < 1e-12] = 0  # cos 90° is not quite 0 in floating point
    rows, columns = streak.any(axis=1), streak.any(axis=0)
    taps: Floats = streak[rows][:, columns] / streak.sum()
    return taps


def unsharp(size: int, sigma: float, amount: float = 1.0) -> Floats:
    """Sharpening by adding ``amount`` times what a Gaussian blur takes away.

    (1 + amount) · identity - amount · `gaussian`. Scale: 1. Source: the darkroom's unsharp mask;
    Gonzalez and Woods, *Digital Image Processing*, "unsharp masking". With a size of
    2·⌊4σ + ½⌋ + 1 it is ``skimage.filters.unsharp_mask(radius=sigma, amount=amount)`` away from
    the border and before clipping.
    """
    amount = _number("amount", amount)
    taps = -amount * gaussian(size, sigma)
    taps[size // 2, size // 2] += 1 + amount
    return taps


def gabor(
    size: int,
    sigma: float,
    angle: float,
    wavelength: float,
    aspect: float = 1.0,
    phase: float = 0.0,
) -> Floats:
    """A wave of stripes under a Gaussian bell: texture of one direction and width.

    exp(-(u² + aspect²·v²) / 2σ²) · cos(360°·u / wavelength + phase), where u runs along ``angle``
    (across the stripes) and v along the stripes. Scale: none; the bell is 1 at its top. Source:
    Daugman, *J. Opt. Soc. Am. A* 2(7), 1985. With angles in radians it is
    ``cv2.getGaborKernel((size, size), sigma, -angle, wavelength, aspect, -phase)``: OpenCV counts
    angles clockwise, and its phase is 90° unless one says otherwise.
    """
    x, y = _grid(_odd("size", size))
    sigma, wavelength = _length("sigma", sigma), _length("wavelength", wavelength)
    aspect = _length("aspect", aspect)
    turn, phase = math.radians(_number("angle", angle)), math.radians(_number("phase", phase))
    u = x * math.cos(turn) - y * math.sin(turn)
    v = x * math.sin(turn) + y * math.cos(turn)
    bell: Floats = np.exp(-((u / sigma) ** 2 + (aspect * v / sigma) ** 2) / 2)
    wave: Floats = np.cos(2 * math.pi * u / wavelength + phase)
    return bell * wave


def _grid(size: int) -> tuple[Floats, Floats]:
    """x (1, size), to the right, and y (size, 1), downwards; 0 at the centre."""
    steps = np.arange(size, dtype=np.float64) - size // 2
    return steps[None, :], steps[:, None]


def _odd(name: str, value: int) -> int:
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer):
        raise ValueError(f"{name} is {value!r}; it must be an odd integer.")
    if value % 2 == 0:
        nearest = value + 1 if value >= 0 else 1
        raise ValueError(f"{name} is {value}; an even side has no centre pixel. Use {nearest}.")
    if not 1 <= value <= LARGEST_SIDE:
        raise ValueError(f"{name} is {value}; it must be from 1 to {LARGEST_SIDE}.")
    return int(value)


def _number(name: str, value: float) -> float:
    real = int | float | np.integer | np.floating
    if isinstance(value, bool | np.bool_) or not isinstance(value, real):
        raise ValueError(f"{name} is {value!r}; it must be a number.")
    if not abs(value) <= 1e300:  # an integer may be too large for a float; NaN fails too
        raise ValueError(f"{name} is {value}; it must be a finite number.")
    return float(value)


def _length(name: str, value: float) -> float:
    number = _number(name, value)
    if not 1e-3 <= number <= 1e6:
        raise ValueError(f"{name} is {number:g}; it must be from 0.001 to 1e+06.")
    return number

"""Whether a picture was a JPEG once, told from its pixels: its coefficients are then multiples.

The steps of the standard tables are tried at every quality of libjpeg, then each step by itself.
"""

import numpy as np

from handconv.arrays import Array, Floats, Mask
from handconv.pictures.jpeg import GREY, SIDE, Stored, blocks, numbers_in, transform
from handconv.pictures.read import LUMA

STANDARD = np.array([
    [16, 11, 10, 16, 24, 40, 51, 61],
    [12, 12, 14, 19, 26, 58, 60, 55],
    [14, 13, 16, 24, 40, 57, 69, 56],
    [14, 17, 22, 29, 51, 87, 80, 62],
    [18, 22, 37, 56, 68, 109, 103, 77],
    [24, 35, 55, 64, 81, 104, 113, 92],
    [49, 64, 78, 87, 103, 121, 120, 101],
    [72, 92, 95, 98, 112, 100, 103, 99],
])  # fmt: skip
"""Steps of the brightness at libjpeg's quality 50, grey levels (ITU-T T.81, table K.1)."""

MOST_BLOCKS = 4000  # that are looked at
FEWEST = 15  # coefficients other than zero to tell a step by
ZERO = 1.3  # grey levels; smaller coefficients of rounded pixels may be zero
OFF = 0.2  # steps (rms) from a multiple: 0.17 of rounded pixels if the step is 2, by chance 0.29
OUTLIERS = 0.01  # share that may be farther off: of blocks that were clipped, or painted over
SPREAD = 0.32  # grey levels: the standard deviation in the likelihood of a table
TELLING = 8  # frequencies with a step of 2 grey levels or more that have enough coefficients


def standard_steps(quality: int) -> Floats:
    """(8, 8) grey levels: libjpeg's steps of the brightness at a quality from 1 to 100.

    >>> standard_steps(90)[0, :4].tolist()
    [3.0, 2.0, 2.0, 3.0]
    """
    percent = 5000 // quality if quality < 50 else 200 - 2 * quality
    return np.asarray(np.clip((STANDARD * percent + 50) // 100, 1, 255), np.float64)


def stored_behind(picture: Array) -> Stored | None:
    """What the JPEG stored that a picture of 8 bits was decoded from; None where it shows no steps.

    ``picture`` is (channels, rows, columns), one or three of them: its blocks must lie where the
    JPEG's did, from the top left corner on. Numbers whose steps it does not tell are not known.
    """
    if picture.dtype != np.uint8 or min(picture.shape[1:]) < SIDE or len(picture) not in (1, 3):
        return None
    plane = picture[0]
    if len(picture) == 3:
        plane = np.rint(np.tensordot(np.array(LUMA) / 1000, picture, axes=1)).astype(np.uint8)
    clipped = ((picture == 0) | (picture == np.iinfo(np.uint8).max)).any(axis=0)
    coefficients = _whole_blocks(plane, clipped)
    steps = _standard(coefficients)
    if steps is None:
        steps = np.array([_step(each) for each in coefficients]).reshape(SIDE, SIDE)
    tells = np.array([_tells(*each) for each in zip(coefficients, steps.ravel(), strict=True)])
    if tells.sum() < TELLING or not _all_fit(coefficients, steps):
        return None
    stored = numbers_in(plane, np.where(steps > 0, steps, 1))
    return stored._replace(known=stored.known & (steps > 0))


def _whole_blocks(plane: Array, clipped: Mask) -> Floats:
    """(64, blocks) coefficients of blocks without a clipped pixel."""
    usable = ~blocks(clipped).any(axis=(2, 3))
    found = transform(plane.astype(np.float64) - GREY)[usable].reshape(-1, SIDE**2)
    return found[:: len(found) // MOST_BLOCKS + 1].T


def _standard(coefficients: Floats) -> Floats | None:
    """The likeliest of the standard tables, if all coefficients are near its multiples.

    Steps that several tables differ in, all as likely, are 0: all their coefficients are zero.
    """
    tables = np.array([standard_steps(quality) for quality in range(1, 101)])
    likelihoods = np.array([_likelihood(coefficients, steps) for steps in tables])
    likeliest = tables[likelihoods >= likelihoods.max() - 1]
    steps = np.where((likeliest == likeliest[0]).all(axis=0), likeliest[0], 0)
    return steps if _all_fit(coefficients, steps) else None


def _likelihood(coefficients: Floats, steps: Floats) -> float:
    """Multiples of a large step are rare, so coefficients that are near them speak for it."""
    step = steps.reshape(-1, 1)
    off = _off(coefficients, step)
    each = np.log(step) - np.minimum(off**2 / (2 * SPREAD**2), np.log(255) + 2)
    return float(each[np.abs(coefficients) > ZERO].sum())


def _all_fit(coefficients: Floats, steps: Floats) -> bool:
    each = zip(coefficients, steps.ravel(), strict=True)
    return all(step <= 0 or _fits(some, step) for some, step in each)


def _fits(coefficients: Floats, step: float) -> bool:
    """Whether coefficients of one frequency, and those of them that are not zero, are multiples."""
    large = coefficients[np.abs(coefficients) > max(ZERO, step / 2)]
    return all(_near_multiples(each, step) for each in (coefficients, large))


def _near_multiples(coefficients: Floats, step: float) -> bool:
    off = np.sort(_off(coefficients, step))
    kept = off[: -max(1, int(len(off) * OUTLIERS))]
    return len(kept) < FEWEST or step < 2 or bool(np.sqrt(np.mean(kept**2)) < OFF * step)


def _tells(coefficients: Floats, step: float) -> bool:
    return step >= 2 and int(np.count_nonzero(np.abs(coefficients) > max(ZERO, step / 2))) > FEWEST


def _step(coefficients: Floats) -> float:
    """The likeliest step that the coefficients of one frequency are multiples of; 0 if unknown."""
    large = np.abs(coefficients[np.abs(coefficients) > ZERO])
    if len(large) <= FEWEST:
        return 0.0
    steps = np.arange(1, min(255, int(np.median(large)) + 1) + 1)
    likely = float(max(steps, key=lambda step: _likelihood(large[None], np.array([step]))))
    return likely if _fits(coefficients, likely) else 0.0


def _off(coefficients: Floats, step: float | Floats) -> Floats:
    return np.abs(coefficients - step * np.rint(coefficients / step))

"""Whether a JPEG was compressed twice: then its coefficients lie near multiples of earlier steps.

The second time a coefficient k · first became the multiple of the second step next to it. So each
lies within half a second step of a multiple of the first one, which by chance few do where the
first step is much larger. Only an earlier compression with larger steps can be told.
"""

import numpy as np

from handconv.arrays import Floats, Integers, Mask
from handconv.pictures.jpeg import Stored
from handconv.pictures.jpeg_traces import standard_steps

ROUNDED = 1.5  # grey levels that the pixels in between, rounded and clipped, move a coefficient by
ALL = 0.9  # share of the coefficients that lies near multiples: clipped colours move some away
RARE = 0.05  # share that does not, in the likelihood
LIKELY = 0.5  # chance from which on to be near a multiple tells little
TELLING = 100.0  # nats that two compressions are likelier than one
MOST_BLOCKS = 4000  # that are looked at


def quality_before(stored: Stored) -> int | None:
    """The quality of an earlier compression, 1 to 100; None where there are no signs of one.

    Tried are libjpeg's standard tables. Of two compressions at qualities that are near it tells
    none, or one that is up to ten too low.
    """
    blocks = stored.numbers[stored.known.all(axis=(2, 3))]  # in which nothing was clipped
    if not len(blocks):
        return None
    blocks = blocks[:: len(blocks) // MOST_BLOCKS + 1]
    qualities = range(1, 101)
    likelihoods = [_likelihood(blocks, stored.steps, standard_steps(q)) for q in qualities]
    best = int(np.argmax(likelihoods))
    return qualities[best] if likelihoods[best] >= TELLING else None


def _likelihood(blocks: Integers, second: Floats, first: Floats) -> float:
    """How much likelier these numbers are after a compression with the first steps, in nats.

    Minus infinity where too many of them are no such multiples.
    """
    chance = np.minimum((second + 2 * ROUNDED) / first, 1)
    told: Mask = (chance < LIKELY) & (blocks != 0)
    told[:, 0, 0] = False  # the mean of a block: often a multiple by chance, as in flat areas
    coefficients = blocks * second
    near = np.abs(coefficients - first * np.rint(coefficients / first)) <= second / 2 + ROUNDED
    if not told.any() or near[told].mean() < ALL:
        return -np.inf
    each = np.where(near, -np.log(chance), np.log(RARE / np.maximum(1 - chance, RARE)))
    return float(each[told].sum())

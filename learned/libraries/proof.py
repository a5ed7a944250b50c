"""The learned proof: a network that sees a library's pictures finds the kernel its way round."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from learned.compare import compare
from learned.libraries.blackboxes import Library
from learned.libraries.flip import learn_kernel
from learned.libraries.probe import counting_kernel, quiet_image
from learned.pairs import Pair

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Learned:
    """What the network found.

    Attributes
    ----------
    name : of the function
    given : (M, N), the kernel that the library filtered with
    kernel : (M, N), the weights that were learned from its pictures
    orientation : of `learned.compare.ORIENTATIONS`, how the second comes from the first
    error : largest difference under that orientation, relative to the largest tap
    """

    name: str
    given: Floats
    kernel: Floats
    orientation: str
    error: float


def learn_from(library: Library) -> Learned:
    """Train a network on a picture before and after the library filtered it.

    The rim is left out, so that the library's border, whatever it is, says nothing.
    """
    given, image = counting_kernel(library), quiet_image()
    filtered = library.same(image, given).astype(np.float64)
    pair = Pair(image[None], filtered, filtered, border=None)
    kernel = learn_kernel(pair, (given.shape[0], given.shape[1]))
    found = compare(kernel, given)
    return Learned(library.name, given, kernel, found.orientation, found.oriented_error)

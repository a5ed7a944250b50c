"""The learned proof: a network that sees a library's pictures finds the kernel its way round."""

from dataclasses import dataclass

import numpy as np

from handconv.arrays import Floats
from learned.compare import compare
from learned.libraries.blackboxes import Library
from learned.libraries.flip import learn_kernel
from learned.libraries.probe import KERNELS, quiet_image
from learned.pairs import Pair


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

    The rim is left out, so the library's border does not matter.
    """
    (given, _), image = KERNELS[library.takes], quiet_image()
    filtered = library.same(image, given).astype(np.float64)
    kernel = learn_kernel(Pair(image[None], filtered, filtered, border=None), given.shape)
    found = compare(kernel, given)
    return Learned(library.name, given, kernel, found.orientation, found.oriented_error)

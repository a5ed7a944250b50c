"""The flip, learned: a network that sees filtered pictures finds the kernel its way round.

From targets that we make by correlation and by true convolution, and from pictures that libraries
filtered.
"""

from dataclasses import dataclass

import numpy as np
import torch

from handconv.arrays import Floats
from handconv.kernels import named, names
from learned.compare import Comparison, compare, symmetries
from learned.libraries.blackboxes import Library
from learned.libraries.probe import KERNELS, quiet_image
from learned.net import FilterNet
from learned.pairs import Pair, made_pair
from learned.train.loop import train
from learned.train.options import TrainConfig

FLIP = "rotated 180"


@dataclass(frozen=True)
class Learned:
    """What a network found in a library's pictures.

    Attributes
    ----------
    name : of the function
    given, kernel : (M, N), what the library filtered with, and the weights that were learned
    orientation : of `learned.compare.ORIENTATIONS`, how the second comes from the first
    error : largest difference under that orientation, relative to the largest tap
    """

    name: str
    given: Floats
    kernel: Floats
    orientation: str
    error: float


@dataclass(frozen=True)
class Flip:
    """What came back for one kernel.

    Attributes
    ----------
    kernel : (M, N), what made the targets
    learned : operation, "correlation" or "convolution" -> (M, N), what was learned from its targets
    """

    kernel: Floats
    learned: dict[str, Floats]

    @property
    def comparisons(self) -> dict[str, Comparison]:
        """Operation -> how the learned kernel compares with the one that made the targets."""
        return {name: compare(kernel, self.kernel) for name, kernel in self.learned.items()}

    def as_expected(self, tolerance: float = 1e-6) -> bool:
        """Correlation comes back as defined, convolution turned by 180°, to ``tolerance``.

        A kernel that a turn by 180° leaves as it is comes back "as defined" from both.
        """
        turned = FLIP if tells_flip(self.kernel) else "as defined"
        expected = {"correlation": "as defined", "convolution": turned}
        return all(
            found.orientation == expected[operation] and found.oriented_error <= tolerance
            for operation, found in self.comparisons.items()
        )


def tells_flip(kernel: Floats) -> bool:
    """Whether images filtered with this kernel tell correlation from convolution.

    >>> tells_flip(named("sobel_x")), tells_flip(named("gaussian(5, 1)"))
    (True, False)
    """
    return FLIP not in symmetries(kernel)


def named_kernels_that_tell() -> dict[str, bool]:
    """Every named kernel that is not a family, and whether it tells the flip."""
    return {name: tells_flip(named(name)) for name in names()}


def learn_flip(kernel: Floats, photo: Floats) -> Flip:
    """Learn ``kernel`` (M, N) from ``photo`` (1, rows, columns) filtered in both ways."""
    correlated = made_pair(photo, kernel[None], "correlation")
    convolved = made_pair(photo, kernel[None], "convolution")
    pairs = {"correlation": correlated, "convolution": convolved}
    return Flip(kernel, {name: learn_kernel(pair, kernel.shape) for name, pair in pairs.items()})


def learn_kernel(pair: Pair, shape: tuple[int, ...]) -> Floats:
    """The (M, N) weights of a network of that shape, trained on one pair of one channel."""
    rows, columns = shape
    torch.manual_seed(0)
    net = FilterNet((rows, columns))
    for _ in train(net, [pair.samples((rows, columns))], TrainConfig(optimizer="newton", steps=10)):
        continue
    learned: Floats = net.kernel[0]
    return learned


def learn_from(library: Library) -> Learned:
    """Train a network on a picture before and after the library filtered it.

    The rim is left out, so the library's border does not matter.
    """
    (given, _), image = KERNELS[library.takes], quiet_image()
    filtered = library.same(image, given).astype(np.float64)
    kernel = learn_kernel(Pair(image[None], filtered, filtered, border=None), given.shape)
    found = compare(kernel, given)
    return Learned(library.name, given, kernel, found.orientation, found.oriented_error)

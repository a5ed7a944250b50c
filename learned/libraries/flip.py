"""The flip: what a network learns from targets made by correlation and by true convolution."""

from dataclasses import dataclass

import torch

from handconv.arrays import Floats
from handconv.kernels import named, names
from learned.compare import Comparison, compare, symmetries
from learned.net import FilterNet
from learned.pairs import Pair, made_pair
from learned.train.loop import train
from learned.train.options import TrainConfig

FLIP = "rotated 180"


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
    learned = {
        "correlation": learn_kernel(made_pair(photo, kernel[None], "correlation"), kernel.shape),
        "convolution": learn_kernel(made_pair(photo, kernel[None], "convolution"), kernel.shape),
    }
    return Flip(kernel, learned)


def learn_kernel(pair: Pair, shape: tuple[int, ...]) -> Floats:
    """The (M, N) weights of a network of that shape, trained on one pair of one channel."""
    rows, columns = shape
    torch.manual_seed(0)
    net = FilterNet((rows, columns))
    for _ in train(net, [pair.samples((rows, columns))], TrainConfig(optimizer="newton", steps=10)):
        continue
    learned: Floats = net.kernel[0]
    return learned

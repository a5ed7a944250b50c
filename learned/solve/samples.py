"""What pairs say about a kernel of one given size: the input of every solver."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from numpy.typing import NDArray


class Samples(NamedTuple):
    """One image and the bounds of every output pixel that a kernel laid on it must meet.

    The correlation of ``image`` with the kernel, where the kernel lies inside entirely, has the
    shape of the bounds. So M = image rows - bounds rows + 1, and N likewise.

    Attributes
    ----------
    image : (channels, rows + M - 1, columns + N - 1) real, grey levels, finite
    lower, upper : (rows, columns) float, grey levels; lower <= upper, ±inf where clipped
    """

    image: NDArray[Any]
    lower: NDArray[Any]
    upper: NDArray[Any]

    @property
    def kernel_shape(self) -> tuple[int, int, int]:
        """(channels, M, N) of the kernels that these samples speak of."""
        channels, rows, columns = self.image.shape
        return channels, rows - self.lower.shape[0] + 1, columns - self.lower.shape[1] + 1


def common_kernel_shape(samples: Sequence[Samples]) -> tuple[int, int, int]:
    """The one kernel shape (channels, M, N) that all samples share, or ``ValueError``."""
    shapes = {each.kernel_shape for each in samples}
    if len(shapes) != 1:
        raise ValueError(
            f"samples are for kernels of shapes {sorted(shapes)}; give one or more, all for the "
            f"same shape."
        )
    return shapes.pop()

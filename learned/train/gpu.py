"""The sums of newton on a GPU, by torch: the same as `learned.solve.gram`, in float64.

Here the patches are made, a band of rows at a time, and multiplied as matrices, which a GPU does
best. The sums over lags that the CPU makes are many small steps; started one by one on a GPU they
were 50 times slower than this.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import unfold

from handconv.arrays import Array, Floats, Mask
from learned.solve.gram import Evaluation
from learned.solve.predict import Samples

PATCHES = 2**24  # numbers in the patches made at a time: 128 MiB


@dataclass(frozen=True)
class Statistics:
    """`evaluate`, `gram_matrix` and `masked_gram` of `learned.solve.gram`, on ``device``."""

    device: torch.device

    def evaluate(self, samples: Samples, kernel: Floats) -> Evaluation:
        """What one pass over an image says about a (channels, M, N) kernel."""
        lower, upper, weights = map(self._tensor, (samples.lower, samples.upper, kernel.ravel()))
        residual, moments = torch.empty_like(lower), torch.zeros_like(weights)
        for band, patches in self._patches(samples.image, kernel.shape[1:]):
            predicted = (weights @ patches).view_as(lower[band])
            residual[band] = predicted.clamp(lower[band], upper[band]) - predicted
            moments += patches @ residual[band].flatten()
        square = float(residual.square().sum())
        return Evaluation(_array(residual), _array(moments.view(kernel.shape)), square)

    def gram_matrix(self, image: Array, shape: tuple[int, int]) -> Floats:
        """Σ p pᵀ over all patches of ``shape`` = (M, N): (taps, taps)."""
        return self.masked_gram(image, None, shape)

    def masked_gram(self, image: Array, mask: Mask | None, shape: tuple[int, int]) -> Floats:
        """Σ p pᵀ over the patches of the chosen pixels alone: (taps, taps)."""
        taps = len(image) * shape[0] * shape[1]
        gram = torch.zeros((taps, taps), dtype=torch.float64, device=self.device)
        chosen = None if mask is None else torch.as_tensor(mask, device=self.device)
        for band, patches in self._patches(image, shape):
            some = patches if chosen is None else patches[:, chosen[band].flatten()]
            gram += some @ some.T
        return _array(gram)

    def _patches(self, image: Array, shape: tuple[int, int]) -> Iterator[tuple[slice, Tensor]]:
        """Bands of rows, and the (taps, pixels) patches around the pixels of each."""
        pixels = self._tensor(image)
        rows, columns = pixels.shape[1] - shape[0] + 1, pixels.shape[2] - shape[1] + 1
        height = max(1, PATCHES // (len(pixels) * shape[0] * shape[1] * columns))
        for y in range(0, rows, height):
            band = slice(y, min(y + height, rows))
            yield band, unfold(pixels[None, :, y : band.stop + shape[0] - 1], shape)[0]

    def _tensor(self, array: Array) -> Tensor:
        contiguous = np.ascontiguousarray(array, dtype=np.float64)
        return torch.as_tensor(contiguous, device=self.device)


def _array(tensor: Tensor) -> Floats:
    array: Floats = tensor.cpu().numpy()
    return array

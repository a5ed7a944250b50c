"""The sums of newton on a GPU, by torch: the same as `learned.solve.gram`, in float64."""

from dataclasses import dataclass
from itertools import product

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

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
        image, lower, upper = (self._tensor(array) for array in samples)
        weight = self._tensor(kernel).requires_grad_()
        predicted = functional.conv2d(image[None], weight[None])[0, 0]
        residual = predicted.detach().clamp(lower, upper) - predicted.detach()
        (moments,) = torch.autograd.grad(predicted, weight, residual)
        square = float(residual.square().sum())
        return Evaluation(residual.cpu().numpy(), moments.cpu().numpy(), square)

    def gram_matrix(self, image: Array, shape: tuple[int, int]) -> Floats:
        """Σ p pᵀ over all patches of ``shape`` = (M, N), from lag products: (taps, taps)."""
        channels, kernel_rows, kernel_columns = len(image), *shape
        pixels = self._tensor(image)
        gram = pixels.new_zeros((channels, *shape, channels, *shape))
        down, across = (
            range(1 - kernel_rows, kernel_rows),
            range(1 - kernel_columns, kernel_columns),
        )
        for one, other, dy, dx in product(range(channels), range(channels), down, across):
            if other < one or (other == one and dy < 0):
                continue  # below the diagonal
            sums = _lag_sums(pixels[one], pixels[other], dy, dx, shape)
            i = torch.arange(len(sums), device=self.device)[:, None] + max(0, -dy)
            j = torch.arange(sums.shape[1], device=self.device) + max(0, -dx)
            gram[one, i, j, other, i + dy, j + dx] = sums
        taps = channels * kernel_rows * kernel_columns
        upper = gram.reshape(taps, taps).triu()
        whole: Floats = (upper + upper.triu(1).T).cpu().numpy()
        return whole

    def masked_gram(self, image: Array, mask: Mask, shape: tuple[int, int]) -> Floats:
        """Σ p pᵀ over the patches of the chosen pixels alone: (taps, taps)."""
        pixels, chosen = self._tensor(image), torch.as_tensor(mask, device=self.device)
        taps = len(image) * shape[0] * shape[1]
        gram = pixels.new_zeros((taps, taps))
        band = max(1, PATCHES // (taps * mask.shape[1]))
        for y in range(0, len(mask), band):
            some = chosen[y : y + band]
            inside = pixels[:, y : y + len(some) + shape[0] - 1]
            patches = functional.unfold(inside[None], shape)[0][:, some.flatten()]
            gram += patches @ patches.T
        result: Floats = gram.cpu().numpy()
        return result

    def _tensor(self, array: Array) -> Tensor:
        contiguous = np.ascontiguousarray(array, dtype=np.float64)
        return torch.as_tensor(contiguous, device=self.device)


def _lag_sums(first: Tensor, second: Tensor, dy: int, dx: int, shape: tuple[int, int]) -> Tensor:
    """Σ first[y, x] second[y + dy, x + dx] over every window that a pair of taps sees.

    Neighbouring windows share all but one row and column: those alone are added and taken off.
    """
    top, left = max(0, -dy), max(0, -dx)
    down, across = shape[0] - abs(dy), shape[1] - abs(dx)
    height, width = first.shape[0] - shape[0] + 1, first.shape[1] - shape[1] + 1
    reach_down, reach_across = height + down - 1, width + across - 1
    product = (
        first[top : top + reach_down, left : left + reach_across]
        * second[top + dy :, left + dx :][:reach_down, :reach_across]
    )
    return _sliding_sums(_sliding_sums(product, height).T, width).T


def _sliding_sums(values: Tensor, length: int) -> Tensor:
    """Sums over ``length`` rows, starting at each row where so many follow."""
    change = values[length:] - values[: len(values) - length]
    return torch.cat([values[:length].sum(dim=0)[None], change]).cumsum(dim=0)

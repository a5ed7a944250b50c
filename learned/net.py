"""The network: one convolution layer, nothing else."""

import numpy as np
import torch
from torch import Tensor, nn

from handconv.arrays import Array, Floats


class FilterNet(nn.Module):
    """A single `nn.Conv2d` with one output channel and no bias: its weights *are* the kernel.

    Like every "convolution" layer of deep learning it correlates: the kernel lies on the image as
    written. It does not pad: the image comes padded, with the border of the pair.
    """

    def __init__(
        self, shape: tuple[int, int], channels: int = 1, dtype: torch.dtype = torch.float64
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, 1, shape, bias=False, dtype=dtype)

    def forward(self, image: Tensor) -> Tensor:
        """(batch, channels, rows + M - 1, columns + N - 1) -> (batch, 1, rows, columns)."""
        output: Tensor = self.conv(image)
        return output

    @property
    def kernel(self) -> Floats:
        """A copy of the weights: (channels, M, N) float64."""
        return self.conv.weight.detach()[0].cpu().to(torch.float64).numpy().copy()

    @kernel.setter
    def kernel(self, values: Array) -> None:
        with torch.no_grad():
            self.conv.weight.copy_(torch.as_tensor(np.ascontiguousarray(values))[None])

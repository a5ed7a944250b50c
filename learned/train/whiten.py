"""Whitening: let gradient descent move in coordinates in which all directions are equally steep.

The Hessian of the loss is the Gram matrix of the patches, whose eigenvalues spread over 4 to 6
powers of ten. In coordinates z with weights = W z and Wᵀ (Gram matrix) W = identity it is flat:
every direction converges at the same pace.
"""

from collections.abc import Sequence
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from handconv.arrays import Floats
from handconv.engine.threads import one_blas_thread
from learned.net import FilterNet
from learned.solve.gram import gram_matrix
from learned.solve.predict import Samples
from learned.train.parallel import own_share, summed


class Whitened(nn.Module):
    """Weights as W z: what `torch.nn.utils.parametrize` lays over the weights of a layer."""

    def __init__(self, matrix: Tensor) -> None:
        super().__init__()
        # no buffer: several processes would send it around at every step
        self.matrix = nn.Parameter(matrix, requires_grad=False)

    def forward(self, z: Tensor) -> Tensor:
        weight: Tensor = self.matrix @ z.flatten()
        return weight.reshape(z.shape)

    def right_inverse(self, weight: Tensor) -> Tensor:
        z: Tensor = torch.linalg.solve(self.matrix, weight.flatten())
        return z.reshape(weight.shape)


def whiten(net: FilterNet, samples: Sequence[Samples] | None, white: float) -> None:
    """Let the optimizer move z instead of the weights W z; the weights stay what they are.

    ``white`` is the grey level that the network sees as 1. Without ``samples`` W is the identity,
    for a state of another network to be loaded into.
    """
    taps = net.conv.weight.numel()
    matrix = np.eye(taps) if samples is None else _whitening(samples, net.kernel, white)
    on_device = torch.as_tensor(matrix).to(net.conv.weight)
    parametrize.register_parametrization(net.conv, "weight", Whitened(on_device))


def plain(net: FilterNet) -> None:
    """Back to weights that are parameters themselves."""
    if parametrize.is_parametrized(net.conv):
        parametrize.remove_parametrizations(net.conv, "weight", leave_parametrized=True)


@one_blas_thread
def _whitening(samples: Sequence[Samples], kernel: Floats, white: float) -> Floats:
    """The symmetric W with W (mean of p pᵀ) W = identity, for patches p on the scale 0 … 1."""
    taps, shape = kernel.size, kernel.shape[1:]
    total = np.zeros(taps**2 + 1)
    for each in own_share(samples):
        total += [*gram_matrix(each.image, cast(tuple[int, int], shape)).ravel(), each.lower.size]
    total = summed(total)
    gram = total[:-1].reshape(taps, taps) / total[-1] / white**2
    values, vectors = np.linalg.eigh(gram)
    values = np.maximum(values, values[-1] * taps * np.finfo(np.float64).eps)
    matrix: Floats = vectors / np.sqrt(values) @ vectors.T
    return matrix

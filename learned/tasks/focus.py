"""A network that tells sharp from blurred: one convolution, its mean square, a logistic.

What a kernel answers to a crop, squared and averaged over its pixels, is kᵀ G k, with G the Gram
matrix of the crop's patches over their number. So a crop is summed once, into a matrix as small as
the kernel; after that a step of training needs no pixel any more.
"""

from collections.abc import Sequence
from typing import NamedTuple, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from handconv.arrays import Floats, Mask
from learned.net import FilterNet
from learned.solve.gram import gram_matrix

ROUNDS = 400  # of L-BFGS; it stops by itself long before
SMALLEST = 1e-6  # grey levels²; a flat crop has no logarithm


class Crops(NamedTuple):
    """What training sees of labelled crops."""

    grams: Floats  # (crops, taps, taps) mean of p pᵀ over a crop's patches p, grey levels²
    log_variances: Floats  # (crops,) of the logarithm of a crop's variance
    sharp: Mask  # (crops,) the labels


class FocusNet(nn.Module):
    """Logit = steepness · log(mean square of the answer) + contrast · log(variance) + offset.

    The mean square is that of a kernel of length 1. With ``contrast`` at minus ``steepness`` the
    contrast of a photo would not matter at all; how far it goes is learned.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.filter = FilterNet((size, size))
        start = torch.tensor([1.0, 0.0, 0.0], dtype=torch.float64)
        self.numbers = nn.Parameter(start)  # steepness, contrast, offset

    @property
    def unit_kernel(self) -> Tensor:
        """The taps, (size²,), over their length."""
        taps: Tensor = self.filter.conv.weight.flatten()
        unit: Tensor = taps / taps.norm()
        return unit

    def forward(self, crops: Tensor) -> Tensor:
        """(batch, 1, rows, columns) grey levels less each crop's mean -> (batch,) logits."""
        answers = self.filter(crops) / self.filter.conv.weight.norm()
        variances = (crops**2).mean(dim=(1, 2, 3))
        return self._logits((answers**2).mean(dim=(1, 2, 3)), variances.clamp(SMALLEST).log())

    def from_sums(self, grams: Tensor, log_variances: Tensor) -> Tensor:
        """The same logits, from (batch, taps, taps) and (batch,) of `Crops`."""
        kernel = self.unit_kernel
        squares = grams.flatten(1) @ torch.outer(kernel, kernel).flatten()
        return self._logits(squares, log_variances)

    def _logits(self, squares: Tensor, log_variances: Tensor) -> Tensor:
        steepness, contrast, offset = self.numbers
        found: Tensor = (
            steepness * squares.clamp(SMALLEST).log() + contrast * log_variances + offset
        )
        return found


def summed_crops(crops: Sequence[Floats], sharp: Sequence[bool], size: int) -> Crops:
    """The sums of crops (rows, columns), grey levels, for kernels of (size, size) taps."""
    grams, variances = [], []
    for crop in crops:
        even = crop - crop.mean()
        answers = (crop.shape[0] - size + 1) * (crop.shape[1] - size + 1)
        grams.append(gram_matrix(np.ascontiguousarray(even[None]), (size, size)) / answers)
        variances.append(even.var())
    return Crops(np.array(grams), np.log(np.maximum(variances, SMALLEST)), np.array(sharp, bool))


def learn_focus(crops: Crops, seed: int, kernel: Floats | None = None) -> tuple[FocusNet, float]:
    """A network trained on crops from a random kernel, and its loss (mean cross-entropy, nats).

    With ``kernel`` (size, size) given, that one is held, and the three numbers alone are learned.
    """
    torch.manual_seed(seed)
    size = round(crops.grams.shape[1] ** 0.5)
    net = FocusNet(size)
    start = np.random.default_rng(seed).normal(size=(1, size, size))
    net.filter.kernel = start if kernel is None else kernel[None]
    net.filter.requires_grad_(kernel is None)
    grams, log_variances = torch.as_tensor(crops.grams), torch.as_tensor(crops.log_variances)
    labels = torch.as_tensor(crops.sharp, dtype=torch.float64)
    optimizer = torch.optim.LBFGS(
        [each for each in net.parameters() if each.requires_grad],
        max_iter=ROUNDS, line_search_fn="strong_wolfe", tolerance_change=1e-11,
    )  # fmt: skip

    def loss() -> Tensor:
        optimizer.zero_grad()
        value = binary_cross_entropy_with_logits(net.from_sums(grams, log_variances), labels)
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return net, float(loss().detach())


def logits(net: FocusNet, crops: Crops) -> Floats:
    """(crops,) above zero where the network says sharp."""
    with torch.no_grad():
        found = net.from_sums(torch.as_tensor(crops.grams), torch.as_tensor(crops.log_variances))
    return cast(Floats, found.numpy())


def scaled(kernel: Floats) -> Floats:
    """The kernel with a largest tap of 1: to a mean square its size and sign say nothing."""
    largest: float = kernel.flat[np.abs(kernel).argmax()]
    return kernel / largest

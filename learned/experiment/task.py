"""A task: one kernel to be learned, and the pairs that tell of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import torch

from handconv.arrays import Floats
from learned.experiment.config import Config
from learned.experiment.photos import Photos
from learned.net import FilterNet
from learned.pairs import Pair, Target, made_pair
from learned.solve.predict import Samples
from learned.train.batches import Crops
from learned.train.lazy import Lazy
from learned.train.loop import Batches
from learned.train.optimizers import OPTIMIZERS
from learned.train.options import TrainConfig


@dataclass(frozen=True)
class Task:
    """One kernel to be learned.

    Attributes
    ----------
    shape : (channels, M, N) of the kernel
    pictures : what the pairs are made of; a list where all of them are held in memory
    pair_of : makes a pair of a picture
    hand : the hand-defined kernel; None where only pictures before and after are known
    stored : what the after images are stored as
    """

    name: str
    shape: tuple[int, int, int]
    pictures: Sequence[Any]
    pair_of: Callable[[Any], Pair]
    config: Config
    device: torch.device
    hand: Floats | None = None
    stored: Target = "float64"

    @property
    def expected(self) -> Floats | None:
        """What the network should find: it correlates, so a true convolution comes back turned."""
        if self.hand is None or self.config.operation == "correlation":
            return self.hand
        return self.hand[:, ::-1, ::-1]

    def samples_of(self, picture: Any) -> Samples:
        """What the pair made of one picture says."""
        return self.pair_of(picture).samples(self.shape[1:])

    def samples(self) -> Sequence[Samples]:
        """One for each picture; a list where they are few enough to be held in memory."""
        samples = Lazy(self.samples_of, self.pictures)
        return list(samples) if isinstance(self.pictures, list) else samples

    def batches(self, options: TrainConfig) -> Batches | None:
        """What the gradient optimizers see in each step, where it is not whole pictures."""
        if options.batch_size is None or options.optimizer == "newton":
            return None
        sizes = options.crop, options.batch_size, self.config.seed
        if self.hand is not None:
            return Crops(self.pictures, self.samples_of, *sizes)
        return Crops(Lazy(_stacked, self.pictures), self._crop_samples, *sizes, mirrored=False)

    def _crop_samples(self, stack: Floats) -> Samples:
        """Of a crop it is not known what lies outside."""
        return Pair(stack[:-2], stack[-2], stack[-1], None).samples(self.shape[1:])

    def net(self, options: TrainConfig) -> FilterNet:
        """The network at the start: for one seed and kernel shape always the same."""
        torch.manual_seed(self.config.seed)
        net = FilterNet(self.shape[1:], self.shape[0])
        single = OPTIMIZERS[options.optimizer].single and not options.whitened
        single |= self.device.type == "mps"
        return net.to(self.device, torch.float32 if single else torch.float64)


def from_photos(
    name: str, hand: Floats, photos: Photos, config: Config, device: torch.device
) -> Task:
    """Learn a hand-defined kernel, (channels, M, N), back from photos that it filters."""
    channels, rows, columns = hand.shape
    make = partial(
        made_pair,
        kernel=hand,
        operation=config.operation,
        border=config.padding,
        target=config.target,
        bias=config.bias,
    )
    if config.border == "valid":
        make = partial(_without_border, make)
    shape = channels, rows, columns
    return Task(name, shape, photos.images, make, config, device, hand, config.target)


def _without_border(make: Callable[[Floats], Pair], photo: Floats) -> Pair:
    return replace(make(photo), border=None)


def _stacked(pair: Pair) -> Floats:
    """(channels + 2, rows, columns): before, lower and upper, to be cropped as one."""
    return np.concatenate([pair.before, pair.lower[None], pair.upper[None]], dtype=np.float64)

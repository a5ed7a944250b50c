"""Mini-batches: crops of photos, mirrored at random, and what they say about a kernel."""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import torch

from handconv.arrays import Floats
from learned.solve.predict import Samples
from learned.train.lazy import ahead
from learned.train.parallel import processes, rank


class Crops:
    """The crops of each step, as a pure function of the seed and the step.

    So a run that goes on from a checkpoint sees what it would have seen, and several processes
    see together what one would see alone. The photos come in a new order each time through.

    Parameters
    ----------
    photos : (channels, rows, columns) each, no side shorter than ``side``
    samples_of : what a pair made from a crop says; the after image is made from the crop itself
    side : of the square crops, pixels
    count : of the crops in a step, over all processes
    mirrored : whether crops are mirrored at random: not where the after image is given
    """

    def __init__(
        self,
        photos: Sequence[Floats],
        samples_of: Callable[[Floats], Samples],
        side: int,
        count: int,
        seed: int,
        mirrored: bool = True,
    ) -> None:
        from torchvision.transforms import v2  # here: it takes seconds to import

        self.photos, self.samples_of, self.count, self.seed = photos, samples_of, count, seed
        flips = [v2.RandomHorizontalFlip(), v2.RandomVerticalFlip()] if mirrored else []
        self.transform = v2.Compose([v2.RandomCrop(side), *flips])
        self.order = lru_cache(2)(self._order)

    def __call__(self, step: int) -> list[Samples]:
        """This process's crops of a step: all of them where it works alone."""
        numbers = range(step * self.count, (step + 1) * self.count)[rank() :: processes()]
        photos = ahead(self._photo, numbers)
        crops = [self._crop(n, photo) for n, photo in zip(numbers, photos, strict=True)]
        return list(ahead(self.samples_of, crops))

    def _photo(self, number: int) -> Floats:
        """The photo of the n-th crop ever made."""
        epoch, place = divmod(number, len(self.photos))
        return self.photos[self.order(epoch)[place]]

    def _order(self, epoch: int) -> list[int]:
        order = np.random.default_rng([self.seed, epoch]).permutation(len(self.photos))
        return [int(index) for index in order]

    def _crop(self, number: int, photo: Floats) -> Floats:
        with torch.random.fork_rng(devices=[]):  # torchvision draws from torch's one generator
            seed = np.random.SeedSequence([self.seed, number]).generate_state(1, np.uint64)
            torch.manual_seed(int(seed[0] >> 1))
            crop: Floats = self.transform(torch.as_tensor(photo)).numpy()
        return crop

"""Optimizers learn one kernel side by side, while the Learn tab looks on."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from handconv.arrays import Floats
from learned.app.photos import grey_levels
from learned.experiment.config import Config
from learned.experiment.photos import Photos
from learned.experiment.run import hand_kernel
from learned.experiment.task import from_photos
from learned.experiment.turns import Learner, learn_side_by_side
from learned.solve.gram import load_loops

LARGEST_SIDE = 512  # pixels; of a larger photo the middle is learned from
MOST_TAPS = 25**2
LOOK = 0.4  # seconds between two looks at them


def learning(config: Config) -> Iterator[tuple[Floats, list[Learner]]]:
    """The kernel to be found, (M, N), and the learners, again and again while they learn."""
    hand = hand_kernel(config.kernels[0], colour=False)
    if hand.size > MOST_TAPS:
        raise ValueError(f"the kernel has {hand.size} taps; this page learns up to {MOST_TAPS}.")
    photo = _middle(grey_levels(config.photos[0], False)).astype(np.float64)[None]
    rows, columns = photo.shape[1:]
    if rows < hand.shape[1] or columns < hand.shape[2]:
        raise ValueError(f"the photo of {rows} × {columns} pixels is smaller than the kernel.")
    photos = Photos([photo], [config.photos[0]], [(rows, columns)], {})
    load_loops()
    task = from_photos(config.kernels[0].name, hand, photos, config, torch.device("cpu"))
    expected = hand if config.operation == "correlation" else hand[:, ::-1, ::-1]
    for learners in learn_side_by_side(task, config.race, LOOK):
        yield expected[0], learners


def _middle(photo: Any) -> Any:
    top, left = (max(0, side - LARGEST_SIDE) // 2 for side in photo.shape)
    return photo[top : top + LARGEST_SIDE, left : left + LARGEST_SIDE]

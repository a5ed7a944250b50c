"""Which device the network is trained on."""

import platform

import numpy as np
import torch

from learned.solve.gram import load_loops
from learned.train.gpu import Statistics


def choose_device(name: str) -> torch.device:
    """The torch device of a config; "auto" takes a GPU where there is one.

    Raises ``ValueError`` where the device named is not there.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    kind, _, number = name.partition(":")
    counts = {"cpu": 1, "cuda": torch.cuda.device_count(), "mps": torch.backends.mps.is_available()}
    if int(number or 0) >= counts[kind]:
        raise ValueError(f"device is {name}, which this machine or this torch lacks. Use cpu.")
    return torch.device(name)


def warm_up(device: torch.device) -> None:
    """Load or compile what training needs, so that no clock counts it.

    Of cuDNN's algorithms those are asked for that give the same digits each time.
    """
    load_loops()
    if device.type == "cuda":
        torch.backends.cudnn.deterministic = True
        Statistics(device).gram_matrix(np.ones((1, 2, 2)), (1, 1))


def describe_device(device: torch.device) -> str:
    """What metrics.json calls it: the name of the card, or "cpu" and the kind of processor."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"{device.type} ({platform.machine()})"

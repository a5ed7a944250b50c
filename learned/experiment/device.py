"""Which device the network is trained on."""

import platform

import torch


def choose_device(name: str) -> torch.device:
    """The torch device of a config; "auto" takes a GPU where there is one.

    Raises ``ValueError`` where the device named is not there.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    mps = torch.backends.mps.is_available()
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": mps}
    if not there[name.partition(":")[0]]:
        raise ValueError(f"device is {name}, which this machine or this torch lacks. Use cpu.")
    return torch.device(name)


def describe_device(device: torch.device) -> str:
    """What metrics.json calls it: the name of the card, or "cpu" and the kind of processor."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"{device.type} ({platform.machine()})"

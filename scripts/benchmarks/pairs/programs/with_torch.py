"""torch, and kornia where it is installed: float pictures as tensors."""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from benchmarks.pairs.probing import Run
from benchmarks.pairs.programs.program import Program, some_taps
from handconv.arrays import Array, Floats

PADS = {"replicate": "replicate", "reflect_101": "reflect", "wrap": "circular"}


def on_tensors(call: Callable[[Any], Any]) -> Run:
    """``call`` takes (1, 1, rows, columns) float32, the numbers that networks use."""

    def run(picture: Array) -> Array:
        tensor = torch.from_numpy(np.ascontiguousarray(picture, dtype=np.float32))[None, None]
        return np.asarray(call(tensor)[0, 0].numpy(), dtype=np.float64)

    return run


def conv2d(name: str, taps: Floats, border: str, dilation: int = 1) -> Program:
    weight = torch.tensor(taps, dtype=torch.float32)[None, None]
    down, across = (dilation * (side // 2) for side in taps.shape)

    def call(tensor: Any) -> Any:
        if border == "constant":
            return functional.conv2d(tensor, weight, padding=(down, across), dilation=dilation)
        padded = functional.pad(tensor, (across, across, down, down), PADS[border])
        return functional.conv2d(padded, weight, dilation=dilation)

    return Program("torch", f"conv2d {name}", on_tensors(call), border)


def kornia(name: str, function: str, border: str, *values: Any, **named: Any) -> Program:
    filters = import_module("kornia.filters")

    def call(tensor: Any) -> Any:
        return getattr(filters, function)(tensor, *values, **named)

    return Program("kornia", name, on_tensors(call), border)


def programs() -> list[Program]:
    edge = np.array([[-1.0, -1, -1], [-1, 8, -1], [-1, -1, -1]])
    mean = on_tensors(lambda tensor: functional.avg_pool2d(tensor, 5, stride=1, padding=2))
    ours = [
        conv2d("any 3, zeros", some_taps(3, 3, 51), "constant"),
        conv2d("any 5, circular", some_taps(5, 5, 52), "wrap"),
        conv2d("any 9, replicate", some_taps(9, 9, 53), "replicate"),
        conv2d("any 3, dilated", some_taps(3, 3, 54), "reflect_101", dilation=2),
        conv2d("outline", edge, "reflect_101"),
        conv2d("any 15, replicate", some_taps(15, 15, 55), "replicate"),
        Program("torch", "avg_pool2d 5", mean, "constant"),
    ]
    if find_spec("kornia") is None:
        return ours
    return [
        *ours,
        kornia("gaussian_blur2d 7", "gaussian_blur2d", "reflect_101", (7, 7), (1.3, 1.3)),
        kornia("box_blur 5", "box_blur", "replicate", (5, 5), border_type="replicate"),
        kornia("laplacian 5", "laplacian", "reflect_101", 5, normalized=False),
        kornia("unsharp_mask 5", "unsharp_mask", "reflect_101", (5, 5), (1.2, 1.2)),
        kornia("motion_blur 9", "motion_blur", "reflect_101", 9, 35.0, 0.5),
        kornia("gaussian_blur2d 19", "gaussian_blur2d", "reflect_101", (19, 19), (3.1, 2.2)),
    ]

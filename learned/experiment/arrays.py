"""Learn a filter from pictures in memory: what `learned.learn` is."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from handconv.arrays import Array, Floats
from handconv.borders import Border
from learned.experiment import own
from learned.experiment.checkpoint import Checkpoint
from learned.experiment.config import Config
from learned.experiment.config_file import check_config
from learned.experiment.device import choose_device, warm_up
from learned.experiment.learn import learn as learn_task
from learned.recovery.names import Match


@dataclass(frozen=True)
class Found:
    """The filter that a network learned from pictures before and after."""

    kernel: Floats
    """(M, N) taps, or (3, M, N) of red, green and blue; correlation, the centre on the pixel"""
    bias: float
    """Grey levels; 0 unless the finish learns it"""
    lower: Floats | None
    """What each tap is proven to be at least; None where that was not proven"""
    upper: Floats | None
    """What each tap is proven to be at most"""
    nearest: list[Match]
    """Kernels known by name that come near, best first"""
    entry: dict[str, Any]
    """What metrics.json holds of a kernel: loss, steps, seconds, rational, exact_pixels, …"""
    history: list[dict[str, Any]]
    """A line for each logged step"""


def learn(
    before: Array | Sequence[Array],
    after: Array | Sequence[Array],
    *,
    size: tuple[int, int] | Literal["auto"] = "auto",
    border: Border | Literal["valid"] = "valid",
    truncated: bool = False,
    colour: bool = False,
    seed: int = 0,
    device: str = "auto",
    finish: Literal["none", "chebyshev"] = "chebyshev",
    bias: bool | None = None,
    **train: Any,
) -> Found:
    """Train the single-layer network until it makes ``after`` of ``before``.

    Parameters
    ----------
    before, after : (rows, columns), or (rows, columns, 3 or 4) red, green, blue, alpha; uint8,
        uint16 or floating point in grey levels. Or several of each: all pairs tell of one kernel.
    size : rows and columns of the kernel, odd; auto: the smallest that explains the pictures
    border : what the program saw outside of the picture; valid: not known, the rim is left out
    truncated : whether whole numbers after were cut off, not rounded
    colour : whether before has three channels and after one, mixed by the kernel
    seed : decides the first weights
    finish : chebyshev: after training, find the kernel farthest inside the bounds, with proof
    bias : whether a bias is learned too; None: where there is a finish, which alone can
    train : any key of a config's ``[train]`` table, as ``optimizer="adam", steps=500``

    Raises ``ValueError`` for pictures that do not go together, and settings that do not exist.

    >>> import numpy as np
    >>> photo = np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8)
    >>> learn(photo, np.roll(photo, 1, axis=1), size=(1, 3)).kernel.round(9) + 0
    array([[1., 0., 0.]])
    """
    befores = [before] if isinstance(before, np.ndarray) else list(before)
    afters = [after] if isinstance(after, np.ndarray) else list(after)
    if len(befores) != len(afters) or not befores:
        raise ValueError(
            f"before has {len(befores)} pictures and after {len(afters)}; give as many of one as "
            f"of the other, at least one."
        )
    ends = finish != "none"
    options = {**train, "finish": finish, "bias": ends if bias is None else bias}
    values = dict(
        pairs=[{"before": "before", "after": "after"}],
        train=options, size=size, border=border, colour=colour, seed=seed, device=device,
        target="uint8_floor" if truncated else "float64",
    )  # fmt: skip
    config = check_config(values, "learn", {}, Config)
    pairs = [
        pair
        for one, other in zip(befores, afters, strict=True)
        for pair in own.pairs_of(one, other, config)
    ]
    chosen = choose_device(config.device)
    warm_up(chosen)
    kinds = [own.kind_of(pair) for pair in pairs]
    task = own.task_of(pairs, kinds, config, chosen)
    learned = learn_task(task, Checkpoint(Path(os.devnull), "", []))
    flat = {name: kernel if colour else kernel[0] for name, kernel in learned.kernels.items()}
    return Found(
        flat["learned"],
        learned.entry.get("bias", 0.0),
        flat.get("lower"),
        flat.get("upper"),
        learned.entry["nearest"],
        learned.entry,
        learned.history,
    )

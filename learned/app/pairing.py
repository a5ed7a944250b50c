"""What the Own pair tab does, in a process of its own."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from handconv.arrays import Floats
from learned.app.photos import read_upload

LARGEST_SIDE = 31  # taps


class Learned(NamedTuple):
    """What was learned from a pair, as the page shows it."""

    report: str
    kernel: Floats  # (channels, M, N)
    reach: Floats | None  # how far each tap can be off, proven; None where it is not
    nearest: list[tuple[str, Floats]]  # kernels known by name, as the learned one lies
    figure: bytes  # PNG
    kernels: bytes  # safetensors
    metrics: bytes  # JSON


def pairing(
    tell: Callable[[str], None], before: str, after: str, settings: Mapping[str, Any]
) -> Learned:
    """Learn from two files as ``scripts/train.py configs/own_pair.toml`` does.

    settings : arguments of `learned.learn`, besides the pictures

    Raises ``ValueError`` as `run_experiment`.
    """
    tell("reading")
    for path in (before, after):
        read_upload(path)  # refuses too many pixels
    import numpy as np

    from learned.experiment.config import OWN
    from learned.experiment.own_figure import describe
    from learned.experiment.run import run_experiment
    from learned.recovery.names import as_taps

    config = _config(before, after, dict(settings))
    tell("learning")
    with TemporaryDirectory() as folder:
        out = Path(folder) / "own_pair"
        run = run_experiment(config, out)
        files = [
            (out / name).read_bytes()
            for name in ("own_pairs.png", "kernels.safetensors", "metrics.json")
        ]
    kernel, reach = run.learned(OWN), None
    if f"lower/{OWN}" in run.kernels:
        lower, upper = run.kernels[f"lower/{OWN}"], run.kernels[f"upper/{OWN}"]
        reach = np.maximum(upper - kernel, kernel - lower)
    nearest = [
        (f"{match['name']}, {match['orientation']}, times {match['scale']:.6g}", as_taps(match))
        for match in run.metrics["kernels"][OWN]["nearest"][:1]
    ]
    shape = -1, *kernel.shape[-2:]
    return Learned(
        "\n".join(describe(run)), kernel.reshape(shape),
        None if reach is None else reach.reshape(shape), nearest, *files,
    )  # fmt: skip


def _config(before: str, after: str, settings: dict[str, Any]) -> Any:
    """``configs/own_pair.toml`` with the settings over it; raises ``ValueError``."""
    from learned.experiment.config import Config
    from learned.experiment.config_file import check_config

    values: dict[str, Any] = {"name": "own_pair", "before": before, "after": after}
    for name in ("size", "border", "colour"):
        if name in settings:
            values[name] = settings.pop(name)
    if settings.pop("truncated", False):
        values["target"] = "uint8_floor"
    values["train"] = {"finish": "chebyshev", "bias": True, **settings}
    return check_config(values, "the page", {}, Config)


def size_of(words: str) -> str | tuple[int, int]:
    """Rows and columns as a person writes them.

    >>> size_of("auto"), size_of("3"), size_of("3 × 5"), size_of("[7, 7]")
    ('auto', (3, 3), (3, 5), (7, 7))
    >>> size_of("4 x 4")
    Traceback (most recent call last):
    ValueError: size is '4 x 4'; write auto, or odd numbers of up to 31 taps, as 3 × 5.
    """
    if words.strip().lower() == "auto":
        return "auto"
    sides = [int(side) for side in re.findall(r"\d{1,4}", words)]
    wrong = re.sub(r"[\d\s×x*,\[\]()]", "", words) or len(sides) not in (1, 2)
    if wrong or any(side % 2 == 0 or side > LARGEST_SIDE for side in sides):
        raise ValueError(
            f"size is {words[:40]!r}; write auto, or odd numbers of up to {LARGEST_SIDE} taps, "
            f"as 3 × 5."
        )
    return sides[0], sides[-1]

"""What both benchmarks write: the conditions, all numbers as JSON, and a figure."""

import json
import os
import platform
from pathlib import Path
from typing import Any

import cv2
import numba
import numpy as np
import scipy
from matplotlib.figure import Figure

OWNED = ("benchmark.json", "benchmark.png")


def conditions(threads: int, rounds: int) -> dict[str, Any]:
    """Where and how it was measured: without this a time means nothing."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "threads": threads,
        "rounds": rounds,
        "border": "replicate",
        "python": platform.python_version(),
        "versions": {each.__name__: each.__version__ for each in (np, numba, scipy, cv2)},
    }


def write(folder: Path, everything: dict[str, Any], figure: Figure) -> None:
    """Write the files of `OWNED` into an existing folder."""
    (folder / "benchmark.json").write_text(
        json.dumps(everything, indent=1) + "\n", encoding="utf-8"
    )
    figure.savefig(folder / "benchmark.png")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()

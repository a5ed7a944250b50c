"""The commands of ``handconv``: what each is called, which script it is, and what it does."""

import re
import sys
from typing import NamedTuple

PROGRAM = "handconv"


class Command(NamedTuple):
    script: str
    """``scripts/NAME.py``, without folder and ending."""
    does: str


COMMANDS = {
    "filter": Command("convolve", "filter a photo by hand-written loops and by OpenCV"),
    "train": Command("train", "learn filters from photos, or from your own before and after"),
    "recover": Command("recover", "find the filter that a program applied"),
    "undo": Command("undo", "take a filter back off a picture"),
    "app": Command("app", "open a page in the browser to play with"),
    "flip": Command("check_flip", "show the flip, and measure which library does which"),
    "find": Command("find", "find a learned shape in a photo"),
    "plot": Command("plot_kernels", "draw the kernels of a run again"),
    "export": Command("export", "write learned kernels for other programs"),
    "curve": Command("learning_curve", "show how much a picture tells about a kernel"),
    "animate": Command("animate", "animate a kernel that slides, or one that is learned"),
    "benchmark": Command("benchmark", "time filtering or learning beside other libraries"),
    "pairs": Command("benchmark_pairs", "find filters from pairs beside other methods"),
}


def as_called(text: str) -> str:
    """A text that names scripts and configs, in the words in which this program was called.

    Where it runs as ``handconv train``, ``python scripts/recover.py`` becomes ``handconv recover``
    and ``configs/bank.toml``, which an installed package does not have, ``bank``.
    """
    return text if not sys.argv[0].startswith(f"{PROGRAM} ") else as_installed(text)


def as_installed(text: str) -> str:
    """The same text for those who have the command ``handconv``, not the scripts.

    >>> as_installed("python scripts/plot_kernels.py runs/bank; see scripts/train.py")
    'handconv plot runs/bank; see handconv train'
    >>> as_installed("torchrun --nproc-per-node 2 scripts/train.py configs/bank.toml")
    'torchrun --nproc-per-node 2 -m handconv train bank'
    """
    names = {command.script: name for name, command in COMMANDS.items()}
    script = rf"(?:python )?scripts/({'|'.join(names)})\.py"
    text = re.sub(r"(torchrun .*?)scripts/", r"\1-m scripts/", text)
    text = re.sub(script, lambda found: f"{PROGRAM} {names[found[1]]}", text)
    return re.sub(r"configs/(\w+)\.toml", r"\1", text)

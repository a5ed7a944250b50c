"""Learn image filters back from pictures before and after, with a single-layer network.

`learn` trains the network on pictures of your own. `recover` finds the filter of any before/after
pair, and `undo` takes a filter back off a picture, both without a network.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from learned.experiment.arrays import Found, learn
    from learned.recovery.record import Recovery
    from learned.recovery.recover import recover
    from learned.undoing.undo import Undone, undo

__all__ = ["Found", "Recovery", "Undone", "learn", "recover", "undo"]

MODULES = {
    "Found": "learned.experiment.arrays",
    "Recovery": "learned.recovery.record",
    "Undone": "learned.undoing.undo",
    "learn": "learned.experiment.arrays",
    "recover": "learned.recovery.recover",
    "undo": "learned.undoing.undo",
}


def __getattr__(name: str) -> Any:
    """Import the solvers, or torch, at first use."""
    if name in MODULES:
        return getattr(import_module(MODULES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

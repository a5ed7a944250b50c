"""Learn image filters back from pictures before and after, with a single-layer network.

`recover` finds the filter of any before/after pair, without a network.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from learned.recovery.recover import Recovery, recover

__all__ = ["Recovery", "recover"]


def __getattr__(name: str) -> Any:
    """Import the solvers at first use."""
    if name in __all__:
        return getattr(import_module("learned.recovery.recover"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

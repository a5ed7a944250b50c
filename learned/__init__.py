"""Learn image filters back from pictures before and after, with a single-layer network.

`recover` finds the filter of any before/after pair, without a network.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from learned.recovery.recover import Recovery, recover

__all__ = ["Recovery", "recover"]


def __getattr__(name: str) -> Any:
    """Import the solvers only for those who ask for them."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import learned.recovery.recover

    return getattr(learned.recovery.recover, name)

"""Learn image filters back from pictures before and after, with a single-layer network."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from learned.recover import Recovery, recover

__all__ = ["Recovery", "recover"]


def __getattr__(name: str) -> Any:
    """Import what is asked for only then: `learned.config` alone is quick to import."""
    if name in __all__:
        import learned.recover

        return getattr(learned.recover, name)
    raise AttributeError(f"module 'learned' has no attribute {name!r}")

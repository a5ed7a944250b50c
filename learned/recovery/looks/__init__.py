"""The colour table ("LUT") that makes every after-colour of its before-colour, from pairs."""

from learned.recovery.looks.look import Look, find_look

__all__ = ["Look", "find_look"]

"""Image filters written by hand."""

from handconv.borders import BORDERS, Border, pad
from handconv.correlate import convolve, correlate, explain
from handconv.engine.threads import set_threads
from handconv.reference import convolve_loop, correlate_loop

__all__ = [
    "BORDERS",
    "Border",
    "convolve",
    "convolve_loop",
    "correlate",
    "correlate_loop",
    "explain",
    "pad",
    "set_threads",
]

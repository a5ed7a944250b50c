"""Kernels: the tutorial's bank, families with sizes, and your own."""

from handconv.arguments import as_kernel
from handconv.kernels.named import BANK, FAMILIES, FIXED, compose, named, names, signatures
from handconv.kernels.read import read_kernels

__all__ = [
    "BANK",
    "FAMILIES",
    "FIXED",
    "as_kernel",
    "compose",
    "named",
    "names",
    "read_kernels",
    "signatures",
]

"""Solvers for kernels: NumPy arrays in, NumPy arrays out, no torch."""

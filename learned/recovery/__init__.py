"""The steps of `learned.recover`, one idea per file; NumPy in, NumPy out, no torch."""

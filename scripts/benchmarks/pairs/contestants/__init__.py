"""The contestants, a file each: ``NEEDS``, the modules that it imports; and ``find``.

``find`` takes a `Question` and gives an `Answer`; see docs/pairs.md.
"""

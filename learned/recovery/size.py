"""How large the kernel behind pairs is: for those who train a network of that size."""

from collections.abc import Sequence
from dataclasses import replace

from learned.pairs import Pair
from learned.recovery import thresholds
from learned.recovery.fit_exact import fit
from learned.recovery.fit_noisy import fit_noisy
from learned.recovery.windows import largest_window


def find_size(pairs: Sequence[Pair], max_size: int = 31) -> tuple[int, int]:
    """Rows and columns, odd, of the smallest kernel with its centre on the output pixel.

    It reproduces every pixel if any kernel does; else it is what least squares asks for. Pixels
    near the border are left out.

    Raises ``ValueError`` where nearly all pixels are clipped.
    """
    pairs = [replace(pair, border=None) for pair in pairs]
    limit = largest_window([pair.size for pair in pairs], None, max_size)
    if len(pairs[0].before) > 1:
        limit = limit.at_most(thresholds.MIXED_SIZE)
    found = fit(pairs, limit) or fit_noisy(pairs, limit, False)
    if found is None:
        raise ValueError("nearly all pixels after are clipped: they do not tell the size. Give it.")
    above, below, left, right = found.window.overhang
    return 2 * max(above, below) + 1, 2 * max(left, right) + 1

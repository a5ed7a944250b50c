"""Random filters through recover: is every claim what the code does, and every kernel right?

    python tests/fuzz/filters.py --count 3000

Linear ones (rounded to even, halves up, truncated), with noise, and ones that are not linear. A
finding is a share of pixels that the code does not reproduce, "all" of it or less; a kernel that is
said to be known to an error and is farther off; a filter without a kernel that is called linear
with all pixels reproduced.
"""

import sys
from pathlib import Path

import cv2
import numpy as np
from rounds import run
from scipy import ndimage

sys.path.insert(0, str(Path(__file__).parents[1] / "help"))
MODES = {
    "constant": "constant",
    "nearest": "replicate",
    "reflect": "reflect",
    "mirror": "reflect_101",
    "wrap": "wrap",
}
NOT_LINEAR = {
    "median": lambda b, rng: cv2.medianBlur(b, int(rng.choice([3, 5]))),
    "gamma": lambda b, rng: np.rint(255 * (b / 255.0) ** rng.uniform(0.5, 0.9)).astype(np.uint8),
    "bilateral": lambda b, rng: cv2.bilateralFilter(b, 5, 60, 3),
    "erosion": lambda b, rng: ndimage.grey_erosion(b, (3, 3)),
    "posterised": lambda b, rng: (b // 32 * 32).astype(np.uint8),
    "magnitude": lambda b, rng: (
        np.hypot(ndimage.sobel(b / 4.0, 0), ndimage.sobel(b / 4.0, 1)).clip(0, 255).astype(np.uint8)
    ),
}


def make(seed: int):
    """Before, after, kind, and the kernel and anchor of a linear filter."""
    from recover_pairs import PHOTOS, photo

    rng = np.random.default_rng(seed)
    before = photo(str(rng.choice(PHOTOS)), 112, 128)
    if rng.random() < 0.15:
        kind = str(rng.choice(sorted(NOT_LINEAR)))
        return before, NOT_LINEAR[kind](before, rng), kind, None
    sides = tuple(int(side) for side in rng.integers(1, 6, 2))
    kernel = rng.normal(size=sides) / np.sqrt(sides[0] * sides[1])
    if rng.random() < 0.6:
        kernel = rng.integers(-3, 6, sides) / int(rng.choice([1, 2, 3, 4, 6, 7, 9, 10, 16, 25, 49]))
    bias = float(rng.choice([0, 0, 0, 0.25, 0.5, 0.9, 10.75, -7, 60, 128]))
    mode = str(rng.choice(sorted(MODES)))
    level = ndimage.correlate(before.astype(np.float64), kernel, mode=mode) + bias
    kind = str(rng.choice(["even", "up", "floor", "noise"], p=[0.35, 0.2, 0.3, 0.15]))
    if kind == "noise":
        level = level + rng.normal(0, rng.choice([0.5, 2, 6]), level.shape)
    stored = {"up": np.floor(level + 0.5), "floor": np.floor(level)}.get(kind, np.rint(level))
    return before, stored.clip(0, 255).astype(np.uint8), kind, kernel


def check(seed: int) -> tuple[int, str, str]:
    """Seed, what became of it, and what is wrong."""
    from recover_pairs import assert_counted

    from learned import recover

    before, after, kind, kernel = make(seed)
    try:
        found = recover(before, after, max_size=7)
        outcome = f"{kind}: {found.verdict}, {'all' if found.exact_pixels == 1 else 'not all'}"
        assert_counted(found, before, after)
        if kernel is None:
            wrong = found.verdict == "linear" and found.exact_pixels == 1
            return seed, outcome, "called linear" if wrong and np.ptp(after) else ""
        if found.verdict == "linear" and found.exact_pixels == 1:
            return seed, outcome, _off(found, kernel)
        return seed, outcome, ""
    except AssertionError as error:
        return seed, outcome, f"the code does not do what is claimed: {error}"
    except Exception as error:
        return seed, kind, repr(error)


def _off(found, kernel) -> str:
    """Whether the kernel is farther from the true one than it says, laid on the same pixel."""
    big = np.zeros((2, 23, 23))
    for plane, (taps, anchor) in zip(
        big,
        ((found.kernel, found.anchor), (kernel, tuple(side // 2 for side in kernel.shape))),
        strict=True,
    ):
        top, left = 11 - anchor[0], 11 - anchor[1]
        plane[top : top + taps.shape[0], left : left + taps.shape[1]] = taps
    off = float(np.abs(big[0] - big[1]).max())
    known = 1e-9 if found.rational else 1.0
    if found.errors is not None:
        known = 1.01 * float(found.errors.max()) + 1e-9
    return f"the kernel is off by {off:.2g}, said to be at most {known:.2g}" if off > known else ""


if __name__ == "__main__":
    run(__doc__, check)

"""Odd pictures through recover: does it answer all of them, and truly?

    python tests/fuzz/odd_pictures.py --count 3000

Tiny ones, channels that are empty, of one value, of few or of two, rows or columns that are all
alike, noise, single bright pixels, 8 and 16 bits and floats; filtered in simple ways. A finding is
an error that is not about sizes, a warning, or a share of pixels that the code does not reproduce.
"""

import sys
import warnings
from pathlib import Path

import numpy as np
from rounds import run
from scipy import ndimage

sys.path.insert(0, str(Path(__file__).parents[1] / "help"))


def _first_half(picture, level):
    picture[: len(picture) // 2] = level


def _spark(plane, level):
    plane[...] = 0
    plane[len(plane) // 2, plane.shape[1] // 2] = level


SPOILT = {  # in place: one channel, or the whole picture
    "dark is black": lambda plane, level: np.putmask(plane, plane <= level, 0),
    "threshold": lambda plane, level: np.copyto(plane, 255 * (plane > level), "unsafe"),
    "one value": lambda plane, level: plane.fill(level),
    "few values": lambda plane, level: np.copyto(plane, plane // 64 * 64),
    "half flat": _first_half,
    "columns in pairs": lambda plane, level: np.copyto(plane[:, 1::2], plane[:, :-1:2]),
    "rows alike": lambda plane, level: np.copyto(plane, plane[:1]),
    "columns alike": lambda plane, level: np.copyto(plane, plane[:, :1]),
    "spark": _spark,
}


def _kernel(level, rng):
    kernel = rng.normal(size=rng.integers(1, 6, 2))
    return ndimage.correlate(level, kernel[..., None] if level.ndim == 3 else kernel)


def _stamp(level, rng):
    stamped = level.copy()
    stamped[: len(level) // 3, : level.shape[1] // 2] = rng.integers(0, 2) * 255
    return stamped


def _blur(level, rng):
    return ndimage.gaussian_filter(level, (rng.uniform(0.3, 4),) * 2 + (0,) * (level.ndim - 2))


def _median(level, rng):
    return ndimage.median_filter(level, (3, 3) + (1,) * (level.ndim - 2))


FILTERS = {
    "mirror": lambda level, rng: level[:, ::-1],
    "turn": lambda level, rng: np.rot90(level),
    "inverse": lambda level, rng: 255 - level,
    "gamma": lambda level, rng: 255 * (level / 255) ** rng.uniform(0.3, 3),
    "median": _median,
    "threshold": lambda level, rng: np.where(level > rng.integers(256), 255.0, 0.0),
    "blur": _blur,
    "scale": lambda level, rng: level * rng.uniform(0, 3) + rng.uniform(-255, 255),
    "kernel": _kernel,
    "stamp": _stamp,
    "roll": lambda level, rng: np.roll(level, rng.integers(-9, 9, 2), (0, 1)),
    "noise": lambda level, rng: level + rng.normal(0, 5, level.shape),
    "half the size": lambda level, rng: level[::2, ::2],
    "channels reversed": lambda level, rng: level[..., ::-1],
    "gradient": lambda level, rng: np.hypot(ndimage.sobel(level, 0), ndimage.sobel(level, 1)),
    "flat": lambda level, rng: np.full_like(level, level.flat[0]),
    "nothing": lambda level, rng: level,
}


def make(seed: int):
    """Before, after, and what was done."""
    from recover_pairs import PHOTOS, photo

    rng = np.random.default_rng(seed)
    whole = photo(str(rng.choice(PHOTOS)), colour=rng.random() < 0.6)
    sides = rng.integers(3, 40, 2) if rng.random() < 0.3 else rng.integers(12, 200, 2)
    top, left = (rng.integers(0, max(1, a - b)) for a, b in zip(whole.shape, sides, strict=False))
    before = whole[top : top + sides[0], left : left + sides[1]].copy()
    if rng.random() < 0.1:
        before = rng.integers(0, 256, before.shape, np.uint8)
    names = rng.choice(sorted(SPOILT), rng.integers(0, 3))
    for name in names:
        one = before[..., rng.integers(3)] if before.ndim == 3 and rng.random() < 0.6 else before
        SPOILT[name](one, int(rng.integers(256)))
    filtered = str(rng.choice(sorted(FILTERS)))
    after = FILTERS[filtered](before.astype(np.float64), rng)
    kind = str(rng.choice(["uint8", "uint16", "float32"], p=[0.7, 0.15, 0.15]))
    what = f"{filtered}, {kind}"
    if kind == "float32":
        return np.float32(before / 255), np.float32(after / 255), what
    scale = 1 if kind == "uint8" else 257
    stored = np.rint(after * scale).clip(0, 255 * scale).astype(kind)
    return before.astype(kind) * np.array(scale, kind), stored, what


def check(seed: int) -> tuple[int, str, str]:
    """Seed, what became of it, and what is wrong."""
    from recover_pairs import assert_counted

    from learned import recover
    from learned.recovery.report import report

    before, after, what = make(seed)
    warnings.simplefilter("error")
    try:
        found = recover(before, after)
        report(found)
        if before.shape == after.shape and after.dtype.kind == "u" and found.rational:
            assert_counted(found, before, after)
        for each in found.explanations:
            names = {"before": before}
            exec(each.code(found.reading), names)
            assert np.mean(names["after"] == after) == each.exact_pixels, each.kind
    except AssertionError as error:
        return seed, what, f"the code does not do what is claimed: {error}"
    except Exception as error:
        about_sizes = before.shape[:2] != after.shape[:2] and "before has" in str(error)
        return seed, f"{what}: refused", "" if about_sizes else repr(error)
    return seed, f"{what}: {found.verdict}", ""


if __name__ == "__main__":
    run(__doc__, check)

"""Random pictures and kernels through `correlate`, held against the tutorial's double loop."""

from pathlib import Path

import numpy as np

from handconv import BORDERS, correlate, correlate_loop

DTYPES = ("?", "u1", "i1", "u2", ">u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", ">f4", "f8")
WHOLE = "?biu"
SIDES, LONG = (1, 2, 3, 5), (1, 4, 9, 33)
ENOUGH = {np.float32: 4e-6, np.float64: 1e-12}
"""Of the largest sum of magnitudes: what rounding errors make."""


def check_sums(data: bytes, folder: Path) -> None:
    """One case that the bytes choose; ``AssertionError`` where the two differ.

    Raises ``ValueError`` where `correlate` refuses the kernel or the anchor, as it should.
    """
    rng = np.random.default_rng(np.frombuffer(data + b"\0", np.uint8))
    image, kernel = _image(rng), _kernel(rng)
    border, anchor = rng.choice(BORDERS), _anchor(rng, kernel.shape)
    found = correlate(image, kernel, border, anchor)
    row, column = anchor or (kernel.shape[0] // 2, kernel.shape[1] // 2)
    wide = _around(kernel, row, column)
    axes = image.reshape(image.shape[:2] + (-1,)) if image.ndim < 4 else image[0]
    ours = found.reshape(axes.shape) if image.ndim < 4 else found[0]
    for channel in range(axes.shape[2]):
        plane = axes[..., channel].astype(np.float64)
        exact = correlate_loop(plane, wide, border)
        largest = float(correlate_loop(np.abs(plane), np.abs(wide), border).max())
        whole = image.dtype.kind in WHOLE and (kernel == np.rint(kernel)).all()
        slack = 0.0 if whole and largest < 2**24 else ENOUGH[found.dtype.type] * largest
        off = float(np.abs(ours[..., channel] - exact).max())
        assert off <= slack, (off, slack, image.dtype, image.shape, kernel.shape, border, anchor)


def _image(rng: np.random.Generator) -> np.ndarray:
    """Of any dtype, axes, size and memory order."""
    dtype, axes = np.dtype(rng.choice(DTYPES)), int(rng.choice([2, 2, 3, 4]))
    shape = tuple(int(side) for side in rng.integers(1, 26, 2))
    shape = {2: shape, 3: (*shape, int(rng.integers(1, 5))), 4: (1, *shape, 2)}[axes]
    if dtype.kind == "f":
        image = (rng.normal(size=shape) * 10.0 ** rng.integers(-2, 4)).astype(dtype)
    else:
        low, high = (0, 2) if dtype.kind == "b" else (max(-3000, np.iinfo(dtype).min), 3000)
        top = high if dtype.kind == "b" else min(high, int(np.iinfo(dtype).max))
        image = rng.integers(low, top, shape).astype(dtype)
    turned = image[:, ::-1] if rng.random() < 0.3 else image
    return np.asfortranarray(turned) if rng.random() < 0.3 else turned


def _kernel(rng: np.random.Generator) -> np.ndarray:
    """Dense, separable, of equal taps, whole, sparse.

    Of few sizes: loops are compiled for each, which takes seconds.
    """
    few = rng.random() < 0.9
    shape = tuple(int(side) for side in rng.choice(SIDES if few else LONG, 2))
    kind = rng.choice(["dense", "whole", "separable", "box", "sparse"])
    kernel = rng.normal(size=shape)
    if kind == "whole":
        kernel = rng.integers(-9, 10, shape).astype(np.float64)
    elif kind == "separable":
        kernel = np.outer(rng.normal(size=shape[0]), rng.normal(size=shape[1]))
    elif kind == "box":
        kernel = np.full(shape, float(rng.choice([1.0, 0.04, -2.0])))
    elif kind == "sparse":
        kernel *= rng.random(shape) < 0.2
    return kernel


def _anchor(rng: np.random.Generator, shape: tuple[int, int]) -> tuple[int, int] | None:
    """The centre, any tap, or now and then one outside the kernel."""
    if rng.random() < 0.4:
        return None
    spare = 1 if rng.random() < 0.1 else 0
    return int(rng.integers(0, shape[0] + spare)), int(rng.integers(0, shape[1] + spare))


def _around(kernel: np.ndarray, row: int, column: int) -> np.ndarray:
    """The kernel in zeros, of odd sides, with its anchor in the centre."""
    down, across = (
        max(place, side - 1 - place)
        for place, side in zip((row, column), kernel.shape, strict=True)
    )
    wide = np.zeros((2 * down + 1, 2 * across + 1))
    top, left = down - row, across - column
    wide[top : top + kernel.shape[0], left : left + kernel.shape[1]] = kernel
    return wide

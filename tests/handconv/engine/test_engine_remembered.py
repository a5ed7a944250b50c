"""Calls that look alike: what is remembered of one must not be used for another."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from handconv import BORDERS, correlate, correlate_loop, set_threads
from handconv.engine.threads import get_threads

RANDOM = np.random.default_rng(0)


def assert_right(image: NDArray[Any], kernel: Any, border: Any, out: Any = None) -> None:
    found = correlate(image, kernel, border, out=out)
    expected = correlate_loop(image, np.asarray(kernel, np.float64), border)
    np.testing.assert_allclose(found, expected, rtol=0, atol=2e-3)


def test_calls_in_any_order_are_told_apart() -> None:
    """By the kernel's shape and number type, by border, size, dtype and memory layout."""
    taps = RANDOM.integers(-9, 10, 9)
    kernels: list[Any] = [taps.reshape(3, 3), taps.reshape(1, 9), taps.reshape(9, 1)]
    kernels += [kernels[0].T, kernels[0].view(np.uint64) % 10, kernels[0].astype(float).tolist()]
    photo = RANDOM.integers(0, 256, (40, 30), dtype=np.uint8)
    images = [photo, photo.T, photo.astype(np.float32), np.asfortranarray(photo), photo[:, ::-1]]
    fixed = photo.astype(np.float32)
    fixed.flags.writeable = False
    bytes_before = np.frombuffer(b"x" + photo.astype(np.float32).tobytes(), np.uint8)[1:]
    images += [
        fixed,
        photo.astype(">f4"),
        photo > 99,
        bytes_before.view(np.float32).reshape(40, 30),
    ]
    calls = list(product(images, kernels, BORDERS))
    for number in RANDOM.permutation(len(calls)):
        assert_right(*calls[number])


@pytest.mark.parametrize("taps", [3, 31])
def test_an_output_of_another_layout_is_told_apart(taps: int) -> None:
    kernel, image = RANDOM.normal(size=(taps, taps)), np.float32(255 * RANDOM.random((300, 280)))
    outs = [None, np.empty((280, 300), np.float32).T, np.empty((300, 560), np.float32)[:, ::2]]
    for out in [*outs, *outs]:
        assert_right(image, kernel, "reflect", out)


def test_a_change_of_threads_counts_at_once() -> None:
    kernel, image = RANDOM.normal(size=(5, 5)), np.float32(255 * RANDOM.random((400, 400)))
    kept = get_threads()
    try:
        for threads in (1, 3, 2, 3):
            set_threads(threads)
            assert_right(image, kernel, "wrap")
    finally:
        set_threads(kept)


def test_a_kernel_that_changes_in_place_is_another() -> None:
    kernel, image = np.ones((3, 3)), np.float32(255 * RANDOM.random((20, 20)))
    assert_right(image, kernel, "wrap")
    kernel[1, 1] = -7
    assert_right(image, kernel, "wrap")


def test_a_mistake_is_refused_again_and_again() -> None:
    image = np.zeros((9, 9))
    for _ in range(2):
        with pytest.raises(ValueError, match="finite"):
            correlate(image, np.full((3, 3), np.nan))
        with pytest.raises(ValueError, match="anchor"):
            correlate(image, np.ones((2, 2)))
        with pytest.raises(ValueError, match="anchor"):
            correlate(image, np.ones((3, 3)), anchor=[1.0, 1.0])  # type: ignore[arg-type]
        correlate(image, np.ones((3, 3)), anchor=[1, 1])  # type: ignore[arg-type]

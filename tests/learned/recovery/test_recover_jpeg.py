"""After pictures that were stored as JPEG: the kernel from the numbers in the file."""

import io
from itertools import product

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from skimage import data

from handconv.pictures.jpeg import GREY, stored_in, transform
from learned import recover
from learned.recovery.jpeg_candidates import nearest_whole
from learned.window import Window

COUNT = np.arange(1.0, 10.0).reshape(3, 3)
KERNELS = {
    "sharpen": np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]) / 1,
    "box": np.full((3, 3), 1 / 9),
    "emboss": np.array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]) / 1,
}


def filtered(before, kernel):
    return cv2.filter2D(before, -1, kernel, borderType=cv2.BORDER_REFLECT_101)


def jpeg(picture, quality):
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality, subsampling=2)
    return file.getvalue()


def recovered(before, after, quality):
    content = jpeg(after, quality)
    decoded = np.asarray(Image.open(io.BytesIO(content)))
    return recover(before, decoded, max_size=7, jpegs=[stored_in(content)])


@pytest.mark.parametrize("quality", [50, 75, 90])
def test_the_numbers_are_the_quantised_transform(quality):
    """Against an encoder of our own: the transform of each block over its steps, rounded."""
    picture = data.coins()[:160, :200] // 2 + 60  # far from being clipped
    found = stored_in(jpeg(picture, quality))
    exact = transform(picture.astype(np.float64) - GREY) / found.steps
    assert found.numbers.shape == (20, 25, 8, 8)
    assert found.known.mean() > 0.95
    off = np.abs(found.numbers - exact)[found.known]
    assert off.max() < 0.5 + 0.15 / found.steps.min()  # whole eighths, and sums in whole numbers


def test_what_is_no_jpeg_has_none():
    file = io.BytesIO()
    Image.fromarray(data.coins()).save(file, "PNG")
    assert stored_in(file.getvalue()) is None


@pytest.mark.slow
@pytest.mark.parametrize("quality", [60, 88])
@pytest.mark.parametrize("name", KERNELS)
def test_fractions_are_found_through_jpeg(name, quality):
    before = data.camera()[100:420, 80:400]
    found = recovered(before, filtered(before, KERNELS[name]), quality)
    assert found.verdict == "linear"
    np.testing.assert_allclose(found.kernel, KERNELS[name], atol=1e-9)
    assert found.exact_coefficients > 0.95
    assert found.as_json()["exact_coefficients"] == found.exact_coefficients


@pytest.mark.slow
def test_arbitrary_taps_lie_within_their_standard_errors_in_colour():
    before = data.astronaut()[100:420, 100:420]
    kernel = COUNT * np.random.default_rng(3).uniform(0.5, 1.5, (3, 3)) / 50
    found = recovered(before, filtered(before, kernel), 85)
    wide = Window.centred(9, 9)
    off = found.filter.window.enlarge(found.kernel, wide) - Window.centred(3, 3).enlarge(
        kernel, wide
    )
    assert np.abs(off).max() < 4 * found.errors.max() < 0.2 * kernel.max()


@pytest.mark.slow
def test_a_median_is_no_kernel_through_jpeg_either():
    before = data.camera()[100:420, 80:400]
    found = recovered(before, cv2.medianBlur(before, 5), 88)
    assert found.exact_coefficients is None
    assert found.verdict != "linear"


def test_a_jpeg_that_is_cut_short_has_none():
    content = jpeg(data.coins(), 80)
    assert stored_in(content[: len(content) // 3]) is None


@pytest.mark.slow
@pytest.mark.parametrize("quality", [65, 92])
def test_a_jpeg_is_told_from_its_pixels(quality):
    """Saved as PNG since: no file says which steps there were."""
    before = data.camera()[100:420, 80:400]
    content = jpeg(filtered(before, KERNELS["box"]), quality)
    found = recover(before, np.asarray(Image.open(io.BytesIO(content))), max_size=7)
    np.testing.assert_allclose(found.kernel, KERNELS["box"], atol=1e-9)
    assert any("was a JPEG" in each for each in found.findings)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_taps_that_are_no_fractions_are_not_said_to_be(seed):
    rng = np.random.default_rng(seed)
    kernel = rng.normal(size=(3, 3)) / 6
    kernel[1, 1] += 1 - kernel.sum()
    before = [data.camera, data.coins, data.brick, data.grass][seed]()[60:380, 40:360]
    found = recovered(before, filtered(before, kernel), 60 + 10 * seed)
    assert not found.filter.fraction
    around = found.filter.window.union(Window.centred(3, 3))
    off = found.filter.window.enlarge(found.kernel, around) - Window.centred(3, 3).enlarge(
        kernel, around
    )
    assert np.abs(off).max() < 4 * found.errors.max() < 0.2 * np.abs(kernel).max()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 4))
def test_whole_numbers_near_by_are_as_near_as_the_nearest(seed, count):
    """Against all in reach: never much farther, and the same where the numbers are well known."""
    rng = np.random.default_rng(seed)
    factors = rng.normal(size=(count + 3, count))
    information = factors.T @ factors
    whole = rng.integers(-4, 5, count)
    numbers = whole + rng.uniform(-0.05, 0.05, count)
    found = nearest_whole(numbers, 10 * information)
    nearby = np.array(list(product(*[(n - 1, n, n + 1) for n in whole])))
    off = nearby - numbers
    distances = np.einsum("ij,jk,ik->i", off, information, off)
    its = (found - numbers) @ information @ (found - numbers)
    assert its <= 2.0**count * distances.min() + 1e-9  # Babai's own bound is of this kind

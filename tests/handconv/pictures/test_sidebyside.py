"""The tutorial's experiment: our code against OpenCV, and why the tutorial's own does not match."""

import re
from typing import Any

import cv2
import numpy as np
import pytest
from matplotlib.figure import Figure
from numpy.typing import NDArray
from skimage.exposure import rescale_intensity

from handconv import BORDERS, Border, correlate_loop
from handconv.kernels import named
from handconv.pictures import skimage_photo, to_grey_levels
from handconv.pictures.draw import draw_kernel, format_tap
from handconv.pictures.sidebyside import (
    SideBySide,
    by_opencv,
    file_name,
    plot,
    side_by_side,
    why_the_tutorial_differs,
)

CROP = skimage_photo("camera")[100:140, 200:230]


def as_float32(photo: NDArray[np.uint8]) -> NDArray[np.float32]:
    return to_grey_levels(photo).astype(np.float32)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("shape", [(1, 1), (2, 5), (12, 9)])
def test_opencv_with_each_border_is_the_plain_loop(
    border: Border, shape: tuple[int, int], dtype: type
) -> None:
    image = CROP[: shape[0], : shape[1]].astype(dtype)
    kernel = np.arange(35.0).reshape(5, 7) - 11
    found = by_opencv(image, kernel[::-1, ::-1], border)
    expected = correlate_loop(image, kernel[::-1, ::-1], border)
    rtol, atol = (1e-5, 1e-2) if dtype == np.float32 else (1e-12, 1e-9)
    np.testing.assert_allclose(found, expected, rtol=rtol, atol=atol)
    assert found.dtype == dtype


def test_colour_is_filtered_channel_by_channel() -> None:
    photo = as_float32(skimage_photo("astronaut")[:20, :20])
    both = side_by_side(photo, "sobel_x", named("sobel_x"), "wrap")
    for channel in range(3):
        expected = correlate_loop(photo[..., channel], named("sobel_x"), "wrap")
        np.testing.assert_allclose(both.by_hand[..., channel], expected, atol=1e-3)
        np.testing.assert_allclose(both.by_opencv[..., channel], expected, atol=1e-3)
    assert both.largest_difference < 1e-3


def test_the_largest_difference_is_seen() -> None:
    image = np.zeros((4, 5), np.float32)
    other = image.copy()
    other[3, 1] = 2.5
    assert SideBySide("mine", named("identity"), image, other).largest_difference == 2.5


@pytest.mark.parametrize(
    ("name", "signed"),
    [("sobel_x", True), ("laplacian_of_gaussian(9, 1.4)", True), ("emboss", False)],
)
def test_signed_results_are_shown_around_mid_grey(name: str, signed: bool) -> None:
    flat = np.full((30, 30), 100, np.float32)
    both = side_by_side(flat, name, named(name), "replicate")
    assert both.signed == signed
    if name == "emboss":
        assert [(shown == 100).all() for shown in both.shown()] == [True, True]


@pytest.mark.parametrize(
    ("photo", "expected"),
    [
        (CROP, CROP),
        (np.array([[0, 65535]], np.uint16), [[0, 255]]),
        (np.array([[-3.5, 300.25]]), [[-3.5, 300.25]]),
        (np.dstack([CROP] * 4), np.dstack([CROP] * 3)),
    ],
)
def test_photos_become_grey_levels(photo: NDArray[Any], expected: Any) -> None:
    levels = to_grey_levels(photo)
    np.testing.assert_array_equal(levels, expected)
    assert levels.dtype == np.float64
    assert not np.shares_memory(levels, photo)


@pytest.mark.parametrize("name", ["small_blur", "sharpen"])
def test_the_reason_why_the_tutorial_differs_is_true(name: str) -> None:
    """Its own loop and its own call of filter2D, taken apart into border and interior."""
    kernel = named(name)
    loop = correlate_loop(CROP, kernel, "replicate").astype("float32")
    tutorial = (rescale_intensity(loop, in_range=(0, 255)) * 255).astype("uint8").astype(int)
    difference = np.abs(tutorial - cv2.filter2D(CROP, -1, kernel))
    stated = re.search(
        r"up to (\d+) grey levels apart here\).*up to (\d+)% of the pixels off by one",
        why_the_tutorial_differs(as_float32(CROP), {name: kernel}),
    )
    assert stated is not None
    assert int(stated[1]) == pytest.approx(difference.max(), abs=1)
    rim = kernel.shape[0] // 2
    interior = difference[rim:-rim, rim:-rim]
    assert interior.max() <= 1
    assert int(stated[2]) == pytest.approx(100 * interior.mean(), abs=5)


def test_file_names() -> None:
    assert file_name("box(1, 5)") != file_name("box(15)")
    assert file_name("motion(5, -30)") != file_name("motion(5, 30)")
    assert file_name(" sobel_x() ") == "sobel_x"


def test_the_figure_has_a_row_for_each_kernel_and_says_the_difference() -> None:
    photo = as_float32(CROP)
    found = [side_by_side(photo, name, named(name), "wrap") for name in ("small_blur", "sobel_x")]
    found.append(SideBySide("mine", named("identity"), photo, photo + np.float32(3)))
    titles = [axis.get_title() for axis in plot(photo, found, "title").axes]
    assert [title for title in titles if "×" in title] == [
        "small_blur, 7 × 7", "sobel_x, 3 × 3", "mine, 3 × 3",
    ]  # fmt: skip
    assert "by hand (mid-grey = 0)" in titles
    assert titles.count("original") == len(found)
    assert "by OpenCV: at most 3e+00 off" in titles
    assert "by OpenCV: the same to the last digit" in titles


def test_a_drawn_kernel_has_its_taps_written_in_place() -> None:
    axis = Figure().subplots()
    draw_kernel(axis, np.array([[1.0, -2], [0, 0.5]]), 2)
    written = {text.get_position(): text.get_text() for text in axis.texts}  # by column and row
    assert written == {(0, 0): "1", (1, 0): "-2", (0, 1): "0", (1, 1): "0.5"}
    assert format_tap(-0.0) == "0"
    large = Figure().subplots()
    draw_kernel(large, np.arange(900.0).reshape(30, 30), 899)
    assert len(large.texts) == 0
    (scale,) = large.child_axes  # in place of the numbers
    assert [label.get_text() for label in scale.get_yticklabels()] == ["-899", "0", "899"]
    alike = Figure().subplots()
    draw_kernel(alike, np.full((9, 3), 0.25), 0.25)
    assert [text.get_text() for text in alike.texts] == ["27 × 1/4"]

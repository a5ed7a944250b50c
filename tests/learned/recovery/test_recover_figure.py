"""A `Recovery` for people: printed, drawn, shown by a notebook, used on other pictures."""

import cv2
import numpy as np
import pytest

from handconv.kernels import named
from handconv.pictures import skimage_photo
from learned import recover
from learned.recovery.report import report

CAMERA = skimage_photo("camera")[100:200, 200:310]
COLOURS = skimage_photo("astronaut")[50:130, 150:240]
MIX = np.array([[0.5, 0.25, 0.25], [0, 1, 0], [0.25, 0.5, 0.25]])


def emboss(picture):
    """Taps around the pixel, and a bias."""
    total = cv2.filter2D(picture.astype(np.float64), -1, named("roberts_anti"), anchor=(1, 1))
    return np.clip(np.rint(total + 128), 0, 255).astype(np.uint8)


def titles(figure):
    parts = [figure, *figure.subfigs]
    return [axis.get_title() for part in parts for axis in part.axes]


@pytest.fixture(scope="module")
def found():
    return recover(CAMERA, emboss(CAMERA))


def test_it_prints_as_the_report(found):
    assert str(found) == report(found)
    assert "bias 128" in f"{found}"


def test_the_figure_says_orientation_bias_and_what_differs(found):
    words = "\n".join(titles(found.figure()))
    match = found.matches[0]
    assert f"{match['name']}, {match['orientation']}, times 1" in words
    assert "bias 128" in words
    difference = found.figure().subfigs[0].axes[3]
    assert [text.get_text() for text in difference.texts] == ["none"]


def test_a_notebook_gets_picture_and_words(found):
    assert found._repr_png_().startswith(b"\x89PNG")
    page = found._repr_html_()
    assert page.startswith('<img src="data:image/png;base64,')
    assert "bias 128" in page


def test_it_filters_other_pictures_alike(found):
    other = skimage_photo("moon")[:70, :60]
    np.testing.assert_array_equal(found.apply(other), emboss(other))
    np.testing.assert_array_equal(found.apply(COLOURS), emboss(COLOURS))  # each channel alike
    with pytest.raises(ValueError, match="picture is float64 with 1 channels"):
        found.apply(other / 255)


def test_channels_are_named_and_a_wrong_number_of_them_refused():
    mixed = recover(COLOURS, np.rint(COLOURS @ MIX.T).astype(np.uint8))
    axis = mixed.figure().subfigs[1].axes[0]
    labels = [label.get_text() for label in (*axis.get_xticklabels(), *axis.get_yticklabels())]
    assert labels == ["from red", "from green", "from blue", "to red", "to green", "to blue"]
    with pytest.raises(ValueError, match="with 1 channels"):
        mixed.apply(CAMERA)


@pytest.mark.slow
def test_the_scale_of_the_difference_is_labelled_to_its_end(found):
    painted = emboss(CAMERA)
    painted[40:44, 50:54] ^= 1
    figure = recover(CAMERA, painted).figure()
    (bar,) = (axis for axis in figure.subfigs[0].axes if axis.get_label() == "<colorbar>")
    assert bar.get_ylabel() == "after − reproduced, grey levels"
    assert [label.get_text() for label in bar.get_yticklabels()] == ["-1", "0", "1"]


def test_an_explanation_is_what_is_applied():
    median = recover(CAMERA, cv2.medianBlur(CAMERA, 3))
    other = skimage_photo("moon")[:70, :60]
    np.testing.assert_array_equal(median.apply(other), cv2.medianBlur(other, 3))

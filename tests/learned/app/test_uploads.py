"""Strangers' files, in a real browser."""

import re

import cv2
import numpy as np
import pytest
from browser import bring, open_tab

from handconv.kernels import named
from handconv.pictures import write_picture

pytestmark = pytest.mark.slow
FIELDS = {"Filter": "filter-file", "Learn": "learn-file", "Recover": "before", "Undo": "undo-after", "Own pair": "pair-after"}  # fmt: skip


def upload(page, field, path):
    """Bring a file; the Learn tab looks at it when it is to learn from it."""
    page.locator(f"#{field} input[type=file]").set_input_files(path)
    if field == FIELDS["Learn"]:
        page.locator(f"#{field} img").wait_for(state="attached")
        page.wait_for_timeout(1000)
        page.locator("#learn").click()


@pytest.mark.parametrize("tab", FIELDS)
def test_a_broken_picture_is_one_sentence(visit, tab, tmp_path):
    path = tmp_path / "broken.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    page = open_tab(visit(), tab)
    upload(page, FIELDS[tab], path)
    note = page.locator(".toast-body, .note").first
    note.wait_for()
    words = note.inner_text()
    assert re.search(r"broken\.png .*Save it as PNG", words), words
    assert "/" not in words.replace("and/or", "")  # not where it lies here
    assert "Traceback" not in page.content()


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """12 megapixels, before and after a filter."""
    folder = tmp_path_factory.mktemp("large")
    photo = np.random.default_rng(0).integers(0, 256, (3000, 4000), dtype=np.uint8)
    write_picture(folder / "before.png", photo)
    write_picture(folder / "after.png", cv2.filter2D(photo, -1, named("sharpen")))
    return folder


def test_twelve_megapixels_are_filtered(visit, large):
    page = open_tab(visit(), "Filter")
    upload(page, "filter-file", large / "before.png")
    page.get_by_text("3000 × 4000 pixels").wait_for()
    page.locator("#filter-picture img.after").wait_for()


def test_twelve_megapixels_are_recovered(visit, large):
    page = open_tab(visit(), "Recover")
    bring(page, before=large / "before.png", after=large / "after.png")
    page.locator("#recover").click()
    page.locator("#recover-figure img").wait_for()
    assert page.locator("#recover-outcome h2").inner_text() == "linear"
    assert "sharpen" in page.locator("#recover-outcome").inner_text()

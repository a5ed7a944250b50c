"""Strangers' files, in a real browser."""

import re

import pytest
from browser import open_tab

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

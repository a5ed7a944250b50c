"""The Undo tab in a real browser, against the script."""

import json
from pathlib import Path

import numpy as np
import pytest
from browser import bring, copied, open_tab, run_copied

from handconv.pictures import read_picture, skimage_photo, write_picture
from learned.undoing.known import known_filter

pytestmark = pytest.mark.slow


def undone(page):
    page.locator("#undo").click()
    page.locator("#undo-proof img").wait_for()
    return page.locator("#undo-outcome pre").inner_text()


def saved(page, name):
    with page.expect_download() as saving:
        page.get_by_role("link", name=name).click()
    return Path(saving.value.path()).read_bytes()


def test_an_example_is_undone_as_by_the_copied_command(visit, tmp_path):
    page = open_tab(visit(), "Undo")
    page.get_by_label("a sharpened photo").check()
    page.locator("img.preview").nth(1).wait_for()
    words = undone(page)
    assert "proved 97" in words
    assert "filter undone:  PSNR" in words
    assert page.locator("#undo-picture .compare img").count() == 2
    keys = page.locator("#undo-proof li").all_inner_texts()
    assert [key.split()[0] for key in keys] == ["proved", "probable", "guessed"]
    assert "kernel=sharpen" in page.locator("#undo-link textarea, #undo-link input").input_value()
    (tmp_path / "page.png").write_bytes(saved(page, "before.png"))
    assert saved(page, "figure").startswith(b"\x89PNG")
    photo = skimage_photo("camera")
    write_picture(tmp_path / "original.png", photo)
    sharpened = known_filter([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]).apply(photo[None])[0]
    write_picture(tmp_path / "after.png", sharpened)
    for part in ("undo-command", "undo-python"):
        assert run_copied(page, part, tmp_path).strip() == words
        found = read_picture(tmp_path / "before.png")
        assert np.array_equal(found, read_picture(tmp_path / "page.png"))


def test_typed_taps_with_all_that_goes_with_them(visit, tmp_path):
    """In 16 bits, and another kernel than the photo's: no symmetry hides a mistake."""
    rng = np.random.default_rng(1)
    photo = rng.integers(2000, 9000, (40, 50), dtype=np.uint16)
    taps = [[0, 1, 0], [-2, 12, 0], [0, 0, 3]]
    made_by = known_filter(taps, divisor=8, bias=3, border="wrap", rounding="floor", dtype="uint16")
    write_picture(tmp_path / "mine.tif", made_by.apply(photo[None])[0])
    query = "?tab=undo&divisor=8&bias=3&border=wrap&rounding=floor&kernel=" + json.dumps(taps)
    page = visit().open(query)
    bring(page, undo_after=tmp_path / "mine.tif")
    words = undone(page)
    assert "proved 100 %" in words
    found = saved(page, "before.png")
    (tmp_path / "page.png").write_bytes(found)
    assert np.array_equal(read_picture(tmp_path / "page.png"), photo)
    assert run_copied(page, "undo-command", tmp_path).strip() == words
    assert np.array_equal(read_picture(tmp_path / "before.tif"), photo)


def test_an_example_is_not_undone_by_the_findings_before(visit, tmp_path):
    found = {
        "kernel": [[-1]], "anchor": [0, 0], "bias": 255, "rounding": ["nearest"],
        "border": ["wrap"], "exact_pixels": 1.0,
    }  # fmt: skip
    (tmp_path / "found.json").write_text(json.dumps(found))
    page = open_tab(visit(), "Undo")
    page.locator("#undo-found input[type=file]").set_input_files(tmp_path / "found.json")
    page.locator("#undo-kernel").wait_for(state="hidden")
    assert page.locator("#noise").is_visible()  # of which findings say nothing
    page.get_by_label("a sharpened photo").check()
    page.locator("img.preview").nth(1).wait_for()
    page.locator("#undo-kernel").wait_for()
    assert "--filter" not in copied(page, "undo-command")
    assert "filter undone:  PSNR" in undone(page)


def test_emptied_fields_are_as_they_were(visit):
    page = open_tab(visit(), "Undo")
    page.get_by_label("a sharpened photo").check()
    page.locator("img.preview").nth(1).wait_for()
    for field in ("divisor", "bias"):
        page.locator(f"#{field} input").fill("")
        page.locator(f"#{field} input").press("Tab")
    assert "proved 97" in undone(page)

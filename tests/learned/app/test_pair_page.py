"""The Own pair tab in a real browser, against `learned.learn` and the script."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from browser import bring, open_tab, run_copied

from handconv.pictures import skimage_photo, write_picture

pytestmark = pytest.mark.slow


def learned(page):
    """What the tab learned, as its metrics."""
    page.locator("#pair").click()
    page.locator("#pair-outcome img").wait_for()
    with page.expect_download() as saving:
        page.get_by_role("link", name="metrics").click()
    return json.loads(Path(saving.value.path()).read_text())


@pytest.mark.parametrize("seed", [1, 2])
def test_own_pictures_are_learned_from_as_by_the_copied_command(visit, tmp_path, seed):
    rng = np.random.default_rng(seed)
    taps = rng.integers(-4, 5, (3, 3)) / 8
    taps[1, 1] += 1 - taps.sum()  # as bright after as before
    photo = skimage_photo("moon")[100:300, 100:300]
    write_picture(tmp_path / "before.png", photo)
    write_picture(tmp_path / "after.png", cv2.filter2D(photo, -1, taps))
    page = open_tab(visit(), "Own pair")
    bring(page, pair_before=tmp_path / "before.png", pair_after=tmp_path / "after.png")
    page.locator("#pair-size input").fill("3 × 3")
    page.locator("#pair-size input").press("Enter")
    metrics = learned(page)
    shown = page.locator("#pair-outcome table").first.locator("td").all_inner_texts()
    found = np.array([float(tap.replace("−", "-")) for tap in shown]).reshape(3, 3)
    np.testing.assert_allclose(found, taps, atol=0.005)
    report = page.locator("#pair-outcome pre").inner_text()
    assert "away from the border are reproduced" in report
    printed = run_copied(page, "pair-python", tmp_path).replace("[", "").replace("]", "").split()
    np.testing.assert_allclose(np.array(printed[:9], float), found.ravel(), atol=0.005)
    run_copied(page, "pair-command", tmp_path)
    (by_command,) = tmp_path.glob("runs/*/metrics.json")
    same = ("bias", "proven", "relative_error", "loss", "steps")
    by_page = metrics["kernels"]["own_pairs"]
    found_there = json.loads(by_command.read_text())["kernels"]["own_pairs"]
    for key in set(same) & set(found_there):
        assert by_page[key] == pytest.approx(found_there[key], rel=1e-6)


def test_pictures_of_two_sizes_are_one_sentence(visit, tmp_path):
    write_picture(tmp_path / "before.png", np.zeros((40, 50), np.uint8))
    write_picture(tmp_path / "after.png", np.zeros((41, 47), np.uint8))
    page = open_tab(visit(), "Own pair")
    bring(page, pair_before=tmp_path / "before.png", pair_after=tmp_path / "after.png")
    page.locator("#pair").click()
    note = page.locator(".toast-body, .note").first
    note.wait_for()
    assert "40 × 50" in note.inner_text()
    assert "Traceback" not in page.content()

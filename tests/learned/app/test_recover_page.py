"""The Recover tab in a real browser."""

import json
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
from browser import bring, children, copied, cpu_seconds, open_tab, run_copied

from handconv.pictures import read_picture, skimage_photo, write_picture
from learned.app.recovering import example_files

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("example", "verdict"),
    [
        ("a linear filter", "linear"),
        ("a median", "not linear"),
        ("a blur, saved as JPEG", "linear"),
        ("a photo too dull to tell", "undetermined"),
    ],
)
def test_examples_are_recovered(visit, example, verdict, tmp_path):
    page = open_tab(visit(), "Recover")
    page.locator("#recover-example").get_by_label(example).check()
    page.locator("img.preview").nth(1).wait_for()
    page.locator("#recover").click()
    page.locator("#recover-figure img").wait_for()
    assert page.locator("#recover-outcome h2").inner_text() == verdict
    with page.expect_download() as saving:
        page.get_by_role("link", name="JSON").click()
    found = json.loads(Path(saving.value.path()).read_text())
    assert found["verdict"] == verdict
    assert "--" not in page.locator("#recover-outcome").inner_text()  # no words of the script
    for each in example_files(example):
        shutil.copy(each, tmp_path)
    said = run_copied(page, "recover-python", tmp_path)
    assert said.startswith(f"{verdict} {np.array(found['kernel'])} ")
    if example == "a linear filter":
        assert found["rational"]["denominator"] == 256
        assert page.locator("#library input").count() == 4


def test_own_pictures_are_recovered_and_the_code_runs(visit, tmp_path):
    rng = np.random.default_rng(3)
    photo = rng.integers(0, 256, (90, 110, 3), dtype=np.uint8)
    write_picture(tmp_path / "before.png", photo)
    write_picture(tmp_path / "after.tif", np.roll(photo, 2, axis=1)[:, ::1])
    page = open_tab(visit(), "Recover")
    bring(page, before=tmp_path / "before.png", after=tmp_path / "after.tif")
    page.locator("#recover").click()
    page.locator("#recover-figure img").wait_for()
    assert page.locator("#recover-outcome h2").inner_text() == "linear"
    run_copied(page, "program", tmp_path)
    reproduced = read_picture(tmp_path / "reproduced.png")
    assert np.array_equal(reproduced, read_picture(tmp_path / "after.tif"))


def test_a_recovery_without_pictures_is_one_sentence(visit):
    page = open_tab(visit(), "Recover")
    page.locator("#recover").click()
    page.get_by_text("two pictures are needed").wait_for()


def test_pictures_that_do_not_go_together_are_one_sentence(visit, tmp_path):
    write_picture(tmp_path / "one.png", skimage_photo("camera"))
    write_picture(tmp_path / "two.png", skimage_photo("coins"))
    page = open_tab(visit(), "Recover")
    bring(page, before=tmp_path / "one.png", after=tmp_path / "two.png")
    page.locator("#recover").click()
    page.get_by_text("before has 512 × 512 pixels and after 303 × 384").wait_for()
    assert "Traceback" not in page.content()


def test_closing_the_page_stops_a_recovery(visit, server, tmp_path):
    rng = np.random.default_rng(5)
    for name in ("one", "two"):
        noise = rng.integers(0, 256, (2000, 2000, 3), dtype=np.uint8)
        write_picture(tmp_path / f"{name}.png", noise)
    one = visit()
    page = open_tab(one, "Recover")
    bring(page, before=tmp_path / "one.png", after=tmp_path / "two.png")
    page.locator("#recover").click()
    page.get_by_text("exact kernel").wait_for()
    working = max(children(server[0].pid), key=cpu_seconds)
    one.page.close()
    for _ in range(10):
        time.sleep(1)
        if working not in children(server[0].pid):
            return
    pytest.fail("the recovery goes on")


def test_own_pictures_stay_when_the_rim_was_left_out(visit, tmp_path):
    photo = skimage_photo("camera")
    write_picture(tmp_path / "whole.png", photo)
    write_picture(tmp_path / "inside.png", 255 - photo[1:-1, 1:-1])
    page = open_tab(visit(), "Recover")
    bring(page, before=tmp_path / "whole.png", after=tmp_path / "inside.png")
    page.get_by_label("The rim was left out").check()
    page.get_by_text("--crop").wait_for()
    assert "whole.png inside.png" in copied(page, "recover-command")
    page.locator("#recover").click()
    page.locator("#recover-figure img").wait_for()
    assert page.locator("#recover-outcome h2").inner_text() == "linear"

"""The Learn and Recover tabs, several people at once, and what strangers may not do."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from browser import ROOT

from handconv.pictures import read_picture, skimage_photo, write_picture

pytestmark = pytest.mark.slow


def children(process):
    """Processes that this one started, and those that they started."""
    found = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True)
    parents = dict(map(int, line.split()) for line in found.stdout.splitlines())
    family = {process}
    for _ in range(4):
        family |= {child for child, parent in parents.items() if parent in family}
    return family - {process}


def cpu_seconds(process):
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def open_tab(visit, tab, query=""):
    page = visit.open(query)
    page.get_by_role("tab", name=tab).click()
    return page


def test_a_kernel_is_learned_while_one_watches(visit):
    page = open_tab(visit(), "Learn")
    page.get_by_label("adam", exact=True).uncheck()
    page.get_by_label("convolution", exact=True).last.check()
    page.locator("#learn").click()
    page.get_by_text("newton: done").wait_for()
    words = page.locator("#learn-watched").inner_text()
    error = float(re.search(r"off by (\S+) of", words)[1])
    assert error < 1e-9
    kernel = page.locator("#learn-watched table").first.locator("td").all_inner_texts()
    assert kernel == ["1", "0", "-1", "2", "0", "-2", "1", "0", "-1"]  # turned by 180°
    assert page.locator("#learn-watched svg polyline").count() == 2
    assert "newton" in page.locator("#learn-watched svg").get_attribute("aria-label")


def test_training_is_stopped(visit, server):
    page = _long_training(visit())
    page.locator("#stop").click()
    _assert_idle_soon(server[0].pid)


def test_closing_the_page_in_mid_training_stops_the_work(visit, server):
    one = visit()
    _long_training(one)
    one.page.close()
    _assert_idle_soon(server[0].pid)


def _long_training(one):
    page = open_tab(one, "Learn")
    page.get_by_label("newton", exact=True).uncheck()
    page.get_by_label("lbfgs", exact=True).uncheck()
    page.locator("#learn-seconds input[type=number]").fill("60")
    page.locator("#learn").click()
    page.get_by_text("adam: learning").wait_for()
    page.get_by_text(re.compile(r"[1-9]\d+ steps")).wait_for()
    return page


def _assert_idle_soon(process):
    """Within ten seconds, long before the training would end, the server does nothing."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        before = cpu_seconds(process)
        time.sleep(1)
        if cpu_seconds(process) - before < 0.15:
            return
    pytest.fail("the server works on")


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
    page.get_by_label(example).check()
    page.locator("img.preview").nth(1).wait_for()
    page.locator("#recover").click()
    page.locator("#recover-figure img").wait_for()
    assert page.locator("#verdict h2").inner_text() == verdict
    with page.expect_download() as saving:
        page.get_by_role("link", name="JSON").click()
    found = json.loads(Path(saving.value.path()).read_text())
    assert found["verdict"] == verdict
    if example == "a linear filter":
        assert found["rational"]["denominator"] == 256
        assert page.locator("#library input").count() == 4


def test_own_pictures_are_recovered_and_the_code_runs(visit, tmp_path):
    rng = np.random.default_rng(3)
    photo = rng.integers(0, 256, (90, 110, 3), dtype=np.uint8)
    write_picture(tmp_path / "before.png", photo)
    write_picture(tmp_path / "after.tif", np.roll(photo, 2, axis=1)[:, ::1])
    page = open_tab(visit(), "Recover")
    page.locator("#before input[type=file]").set_input_files(tmp_path / "before.png")
    page.locator("#after input[type=file]").set_input_files(tmp_path / "after.tif")
    page.locator("img.preview").nth(1).wait_for()
    page.locator("#recover").click()
    page.locator("#recover-figure img").wait_for()
    assert page.locator("#verdict h2").inner_text() == "linear"
    program = "\n".join(page.locator("#program .cm-line").all_inner_texts())
    environment = {"PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True, env=environment)
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
    page.locator("#before input[type=file]").set_input_files(tmp_path / "one.png")
    page.locator("#after input[type=file]").set_input_files(tmp_path / "two.png")
    page.locator("img.preview").nth(1).wait_for()
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
    page.locator("#before input[type=file]").set_input_files(tmp_path / "one.png")
    page.locator("#after input[type=file]").set_input_files(tmp_path / "two.png")
    page.locator("img.preview").nth(1).wait_for()
    page.locator("#recover").click()
    page.get_by_text("exact kernel").wait_for()
    working = max(children(server[0].pid), key=cpu_seconds)
    one.page.close()
    for _ in range(10):
        time.sleep(1)
        if working not in children(server[0].pid):
            return
    pytest.fail("the recovery goes on")


def test_two_people_at_once_see_their_own(visit):
    one, other = visit().open(), visit().open("?tab=filter&kernel=laplacian&photo=skimage:coins")
    other.get_by_text("303 × 384 pixels").wait_for()
    for tab in (one, other):
        tab.get_by_role("tab", name="Learn").click()
        tab.get_by_label("lbfgs", exact=True).uncheck()
    one.locator("#learn").click()
    other.locator("#learn").click()
    for tab in (one, other):
        tab.get_by_text("newton: done").wait_for()
    one.get_by_role("tab", name="Filter").click()
    assert one.get_by_text("512 × 512 pixels").is_visible()
    assert one.locator("#kernel input").first.input_value() == "sobel_x"


def test_it_listens_on_this_computer_only(server):
    port = int(server[1].rstrip("/").rpartition(":")[2])
    socket.create_connection(("127.0.0.1", port), timeout=5).close()
    with pytest.raises(ConnectionRefusedError):  # where 0.0.0.0 would answer
        socket.create_connection(("127.0.0.2", port), timeout=5)


@pytest.mark.parametrize("path", ["/etc/passwd", "README.md", str(ROOT / "README.md")])
def test_nothing_is_served_from_the_disk(server, path):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{server[1]}gradio_api/file={path}", timeout=30)
    refused.value.close()
    assert refused.value.code in (403, 404)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("tab", ["Filter", "Learn", "Recover"])
def test_it_fits_a_phone(visit, tab, scheme):
    page = open_tab(visit(viewport={"width": 400, "height": 800}, color_scheme=scheme), tab)
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    dark = page.evaluate("document.body.classList.contains('dark')")
    assert dark == (scheme == "dark")


def test_taps_are_reached_by_keyboard(visit):
    page = visit().open()
    page.locator("#taps input").first.focus()
    for _ in range(8):
        page.keyboard.press("Tab")
    assert "row 3, column 3" in page.evaluate("document.activeElement.ariaLabel")

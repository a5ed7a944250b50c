"""The Learn tab, several people at once, and what strangers may not do."""

import re
import socket
import time
import urllib.error
import urllib.request

import pytest
from browser import ROOT, cpu_seconds, open_tab

pytestmark = pytest.mark.slow
TABS = ["Filter", "Learn", "Recover", "Undo", "Own pair"]


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
@pytest.mark.parametrize("tab", TABS)
def test_it_fits_a_phone(visit, tab, scheme):
    page = open_tab(visit(viewport={"width": 400, "height": 800}, color_scheme=scheme), tab)
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    dark = page.evaluate("document.body.classList.contains('dark')")
    assert dark == (scheme == "dark")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?tab=filter&kernel=sobel_z", "the link's kernel: 'sobel_z' is not known. Did you mean sobel_y?"),
        ("?tab=filter&row=<b>9</b>", "the link's row: '<b>9</b>' is not a number from 0 to 16,777,216."),
        ("?tab=learn&optimizers=newton,magic", "the link's optimizers: 'magic' is not known."),
        ("?tab=recover&crop=perhaps", "the link's crop: 'perhaps' is not known."),
        ("?tab=undo&bias=nan", "the link's bias: 'nan' is not a number from -1,000,000 to 1,000,000."),
        ("?tab=undo&kernel=" + 4001 * "9", "goes on beyond 4000 characters."),
        ("?tab=pair&steps=0", "the link's steps: '0' is not a number from 1 to 10,000."),
    ],
)  # fmt: skip
def test_a_wrong_link_is_one_sentence(visit, query, sentence):
    one = visit()
    one.page.goto(one.address + query)
    one.page.get_by_text(sentence).wait_for()
    assert "Traceback" not in one.page.content()


def test_the_address_stays_until_the_page_was_filled_by_it(visit):
    one = visit()
    one.page.add_init_script("""
        window.early = [];
        const replace = history.replaceState.bind(history);
        history.replaceState = (state, title, url) => {
          if (!window.wasOpened && String(url).includes("tab=")) window.early.push(String(url));
          replace(state, title, url);
        };
    """)
    page = one.open("?tab=filter&kernel=laplacian")
    assert page.evaluate("window.early") == []
    assert "kernel=laplacian" in page.url


def test_taps_are_reached_by_keyboard(visit):
    page = visit().open()
    page.locator("#taps input").first.focus()
    for _ in range(8):
        page.keyboard.press("Tab")
    assert "row 3, column 3" in page.evaluate("document.activeElement.ariaLabel")


def test_all_tabs_are_reached_and_one_is_worked_by_keyboard(visit):
    page = visit().open()
    page.get_by_role("tab", name="Filter", exact=True).focus()
    for tab in TABS[1:]:
        page.keyboard.press("ArrowRight")
        focused = page.evaluate("document.activeElement.innerText")
        if focused != tab:  # where arrows do not move, Tab does
            page.keyboard.press("Tab")
            focused = page.evaluate("document.activeElement.innerText")
        assert focused.strip() == tab
    page.keyboard.press("Enter")
    page.locator("#pair").wait_for()


def test_the_address_is_that_of_the_tab_that_is_looked_at(visit):
    page = visit().open("?tab=recover&example=a+median&crop=False")
    for tab in ("recover", "learn", "recover", "filter"):
        words = next(words for words in TABS if words.lower() == tab)
        page.get_by_role("tab", name=words, exact=True).click()
        page.wait_for_function(f"location.search.includes('tab={tab}')")
        assert "?tab=" in page.locator(f"#{tab}-link textarea").input_value()
    assert page.locator("#filter-picture img.after").count() == 1

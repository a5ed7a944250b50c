"""Take the pictures of the page that the docs show: python tests/help/screenshots.py [FOLDER]

Each tab with something in it, light and wide beside dark and as narrow as a phone.
"""

import sys
from io import BytesIO
from pathlib import Path

from browser import CHROMIUM, FLAGS, ROOT, Visit, served
from PIL import Image

LOOKS = {
    "light": {"viewport": {"width": 1200, "height": 1000}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1200, "height": 1000}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 400, "height": 1000}, "color_scheme": "dark"},
}
GAP = 24  # pixels
TALLEST = 1900
SCALE = 0.75
COLOURS = 200


def filtering(page):
    page.locator("#filter-picture .compare").click(position={"x": 150, "y": 60})
    page.wait_for_function("location.search.includes('row=')")


def learning(page):
    page.locator("#learn-seconds input[type=number]").fill("3")
    page.locator("#learn").click()
    page.locator("#learn-watched h3").get_by_text("adam: done").wait_for()


def recovering(page):
    page.locator("#recover-example").get_by_label("a median").check()
    page.locator("img.preview").nth(1).wait_for()
    page.locator("#recover").click()
    page.locator("#recover-figure img").wait_for()


def undoing(page):
    page.get_by_label("a sharpened photo").check()
    page.locator("img.preview").nth(1).wait_for()
    page.locator("#undo").click()
    page.locator("#undo-proof img").wait_for()


def pairing(page):
    page.locator("#pair-example").get_by_label("a linear filter").check()
    page.locator("img.preview").nth(1).wait_for()
    page.locator("#pair").click()
    page.locator("#pair-outcome img").wait_for()


TABS = {
    "Filter": filtering,
    "Learn": learning,
    "Recover": recovering,
    "Undo": undoing,
    "Own pair": pairing,
}


def shot(browser, address, tab, look):
    """One tab with something in it, as a picture of the whole page."""
    visit = Visit(browser, address, **LOOKS[look])
    page = visit.open()
    page.get_by_role("tab", name=tab).click()
    TABS[tab](page)
    page.wait_for_timeout(1500)
    picture = Image.open(BytesIO(page.screenshot(full_page=True)))
    visit.close()
    return picture.convert("RGB")


def beside(wide, narrow):
    """Both on white, as far as they fit."""
    height = min(TALLEST, wide.height)
    both = Image.new("RGB", (wide.width + GAP + narrow.width, height), "white")
    both.paste(wide, (0, 0))
    both.paste(narrow, (wide.width + GAP, 0))
    small = both.resize(
        (round(both.width * SCALE), round(both.height * SCALE)), Image.Resampling.LANCZOS
    )
    return small.quantize(COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)


def file_name(tab):
    return f"page_{tab.lower().replace(' ', '_')}.png"


def main():
    from playwright.sync_api import sync_playwright  # here: others need but the names

    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "docs/images")
    wanted = sys.argv[2:] or list(TABS)
    with served() as (_, address), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        for tab in wanted:
            both = beside(*(shot(browser, address, tab, look) for look in ("light", "phone")))
            both.save(folder / file_name(tab), optimize=True)
        browser.close()


if __name__ == "__main__":
    main()

"""Look at the built site: pages as Debian's Chromium shows them, light and dark, narrow and wide.

    make docs
    python docs/take_screenshots.py docs/_build/html runs/screenshots

Needs Playwright and Chromium, as the tests of `make app` do: pip install ".[browser]"
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

CHROMIUM = "/usr/bin/chromium"
PAGES = {
    "home": "index.html",
    "gallery": "gallery_built/index.html",
    "example": "gallery_built/07_bounds.html",
    "notebook": "learn_a_filter.html",
    "function": "api_built/handconv.correlate.html",
}
WIDTHS = (400, 1400)


def take(site: Path, folder: Path) -> None:
    """PAGE_SCHEME_WIDTH.png of every page, the first screens of it; says what is too wide."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as programs:
        browser = programs.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        for scheme in ("light", "dark"):
            for width in WIDTHS:
                page = browser.new_page(
                    viewport={"width": width, "height": 1000}, color_scheme=scheme
                )
                page.route("http*://**", lambda route: route.abort())  # the site needs no network
                for name, file in PAGES.items():
                    page.goto((site / file).absolute().as_uri())
                    page.screenshot(path=folder / f"{name}_{scheme}_{width}.png")
                    inside = page.evaluate("document.documentElement.scrollWidth")
                    if inside > width:
                        print(f"{name} is {inside} pixels wide in a window of {width}")
                page.close()
        browser.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]), Path(sys.argv[2]))

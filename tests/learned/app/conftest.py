"""One server and one browser for all tests of the page."""

import pytest
from browser import CHROMIUM, FLAGS, Visit, missing, served


@pytest.fixture(scope="session")
def server():
    if missing():
        pytest.skip(f"needs {missing()}")
    with served() as (process, address):
        yield process, address


@pytest.fixture(scope="session")
def browser(server):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def visit(server, browser):
    """Opens windows of their own at the page; checks at the end that none asked elsewhere."""
    visits = []

    def open_one(**looks):
        visits.append(Visit(browser, server[1], **looks))
        return visits[-1]

    yield open_one
    for each in visits:
        each.close()

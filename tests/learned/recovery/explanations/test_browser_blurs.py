"""Blurs of browsers are told, by Chromium itself where it is installed."""

import base64
from pathlib import Path

import cv2
import numpy as np
import pytest
from browser import CHROMIUM, FLAGS
from recover_pairs import photo

from learned import recover
from learned.recovery.explanations.browser_blurs import three_boxes

WHITE_PAGE = (
    '<body style="margin:0"><img style="display:block;{style}" src="{source}">{more}</body>'
)
LIGHT = (
    '<svg width="0" height="0" style="position:absolute"><filter id="f" x="0" y="0" width="100%"'
    ' height="100%"><feGaussianBlur stdDeviation="{sigma}"/></filter></svg>'
)


def by_loops(picture, width):
    """Boxes of ``width`` pixels one after the other, exact sums, then one division, which Skia does
    by the reciprocal in fixed point: exact multiples may end one lower."""
    for _ in range(2):
        sums = np.pad(picture.astype(object), ((0, 0), (2 * width, 2 * width)), "edge")
        shift = 0
        for box in (width, width, width + 1 - width % 2):
            lines = range(sums.shape[1] - box + 1)
            sums = np.stack([sums[:, x : x + box].sum(axis=1) for x in lines], axis=1)
            shift += box - 1
        first = 2 * width - shift // 2
        sums = sums[:, first : first + picture.shape[1]]
        divisor = width * width * (width + 1 - width % 2)
        reciprocal = round(2**32 / divisor)
        picture = ((sums + (divisor + 1) // 2) * reciprocal // 2**32).astype(np.int64).T
    return picture


@pytest.mark.parametrize("width", [2, 3, 4, 7])
def test_the_boxes_are_those_of_a_loop(width):
    before = photo("cat", rows=40, columns=50)
    ours = three_boxes(before[None], width, None, "nearest")[0]
    np.testing.assert_array_equal(ours, by_loops(before, width))


@pytest.mark.parametrize("width", [2, 5])
def test_they_are_told(width):
    before = photo("camera")
    after = three_boxes(before[None], width, None, "white")[0]
    best = recover(before, after).explanations[0]
    assert (best.kind, best.exact_pixels) == ("chain", 1)
    assert (best.parameters["width"], best.parameters["outside"]) == (width, "white")


@pytest.fixture(scope="module")
def shot():
    """Takes a picture and a page around it, gives what Chromium shows of it."""
    playwright_api = pytest.importorskip("playwright.sync_api")
    if not Path(CHROMIUM).exists():
        pytest.skip(f"needs {CHROMIUM}")
    with playwright_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))

        def take(picture, style, more=""):
            rows, columns = picture.shape[:2]
            page = browser.new_page(viewport={"width": columns, "height": rows})
            data = base64.b64encode(cv2.imencode(".png", picture[..., ::-1])[1]).decode()
            source = f"data:image/png;base64,{data}"
            page.set_content(WHITE_PAGE.format(style=style, source=source, more=more))
            shown = cv2.imdecode(np.frombuffer(page.screenshot(), np.uint8), cv2.IMREAD_COLOR)
            page.close()
            return np.ascontiguousarray(shown[:rows, :columns, ::-1])

        yield take
        browser.close()


@pytest.mark.slow
@pytest.mark.parametrize("sigma", [1, 2.5])
def test_css_blurs_of_chromium_are_told_to_the_pixel(shot, sigma):
    before = photo("coffee", colour=True)
    best = recover(before, shot(before, f"filter:blur({sigma}px)")).explanations[0]
    assert (best.kind, best.exact_pixels) == ("chain", 1)
    lowest, highest = best.parameters["sigma"]
    assert lowest <= sigma <= highest


@pytest.mark.slow
@pytest.mark.parametrize("sigma", [1.5, 4])
def test_svg_blurs_of_chromium_are_told(shot, sigma):
    """In light of 8 bits; Chromium's curve differs from sRGB's at a level or two."""
    before = photo("coffee", colour=True)
    after = shot(before, "filter:url(#f)", LIGHT.format(sigma=sigma))
    best = recover(before, after).explanations[0]
    assert (best.kind, best.parameters["name"]) == ("light", "browser blur")
    assert best.exact_pixels >= 0.99

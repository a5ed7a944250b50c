"""Blurs in several passes with 8 bits between are told, with every pass."""

import cv2
import numpy as np
import pytest
from PIL import Image, ImageFilter
from recover_pairs import photo
from thorough import slow_except

from learned.recovery.explanations import chains
from learned.recovery.explanations.explain import explain_all
from learned.recovery.fit_noisy import least_squares
from learned.recovery.reading import read
from learned.window import Window


def chained(before, after):
    """The best explanation around the least-squares kernel; its code was run."""
    seen = read(before, after)
    fit = least_squares(seen.pairs, Window.centred(13, 13), fixed=False)
    found = explain_all([seen], fit.filter.one_for_all(), 0.0, lambda step: None)
    if not found:
        return None
    names = {"before": before}
    exec(found[0].code(seen), names)
    assert np.mean(names["after"] == after) == found[0].exact_pixels
    return found[0]


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        (ImageFilter.GaussianBlur(2), {"name": "boxes", "sigma": 2, "passes": 3}),
        (ImageFilter.GaussianBlur(1.3), {"name": "boxes", "sigma": 1.3, "passes": 3}),
        (ImageFilter.BoxBlur(3), {"name": "boxes", "radius": 3, "passes": 1}),
        (ImageFilter.BoxBlur(1.5), {"name": "boxes", "radius": 1.5, "passes": 1}),
    ],
)
def test_blurs_of_pillow(kind, wanted):
    before = photo("camera")
    found = chained(before, np.array(Image.fromarray(before).filter(kind)))
    assert found.exact_pixels > 0.999
    assert {key: found.parameters[key] for key in wanted} == wanted


@pytest.mark.parametrize("columns_first", slow_except([True, False], False))
@pytest.mark.parametrize("border", ["reflect_101", "replicate"])
def test_two_passes_of_opencv(columns_first, border):
    before, flag = photo("grass"), getattr(cv2, f"BORDER_{border.upper()}")
    down, across = np.array([[1], [4], [6], [4], [1]]) / 16, np.array([[1, 2, 1]]) / 4
    after = before
    for kernel in (down, across) if columns_first else (across, down):
        after = cv2.filter2D(after, -1, kernel, borderType=flag)
    found = chained(before, after)
    assert found.exact_pixels == 1
    assert found.parameters["border"] == border
    assert found.parameters["first"].startswith("columns" if columns_first else "rows")


@pytest.mark.parametrize(
    "make", [lambda x: cv2.blur(x, (5, 5)), lambda x: cv2.medianBlur(x, 3), lambda x: cv2.GaussianBlur(x, (0, 0), 1.5)]
)  # fmt: skip
def test_one_pass_is_no_chain_of_every_pixel(make):
    before = photo("camera")
    seen = read(before, make(before))
    fit = least_squares(seen.pairs, Window.centred(13, 13), fixed=False)
    for each in chains.explain(seen, fit.filter.one_for_all()):
        assert (each.apply(seen.before) == seen.after).mean() < 0.99

"""Bilateral filters are told, with both sigmas."""

import cv2
import pytest
from explained import best, explain
from recover_pairs import photo

from learned.recovery.explanations import bilateral
from learned.recovery.reading import read


@pytest.mark.parametrize(
    ("name", "diameter", "colour", "space"), [("camera", 9, 40, 3), ("brick", 5, 25, 1.5), ("coins", 11, 60, 2.5)]
)  # fmt: skip
def test_both_sigmas(name, diameter, colour, space):
    before = photo(name)
    found = best(before, cv2.bilateralFilter(before, diameter, colour, space))
    assert found.kind == "bilateral"
    assert found.exact_pixels > 0.99
    assert found.parameters["sigma_colour"] == pytest.approx(colour, rel=0.05)
    assert found.parameters["sigma_space"] == pytest.approx(space, rel=0.05)
    assert found.parameters["border"] == "reflect_101"


@pytest.mark.parametrize(
    "make",
    [
        lambda x: cv2.fastNlMeansDenoising(x, h=8),
        lambda x: cv2.edgePreservingFilter(cv2.merge([x, x, x]), sigma_s=20, sigma_r=0.2)[..., 0],
        lambda x: cv2.medianBlur(x, 5),
    ],
)
def test_what_smooths_otherwise_is_none(make):
    before = photo("camera")
    assert list(bilateral.explain(read(before, make(before)))) == []
    assert all(each.kind != "bilateral" for each in explain(before, make(before)))

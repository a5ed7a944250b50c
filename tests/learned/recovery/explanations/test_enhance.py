"""Pillow's ImageEnhance is told with its factor."""

import numpy as np
import pytest
from PIL import Image, ImageEnhance
from recover_pairs import photo

from learned import recover
from learned.recovery.explanations import enhance
from learned.recovery.reading import read


def explained(before, after):
    """The explanation, if there is one; its code was run."""
    seen = read(before, after)
    (found,) = enhance.explain(seen)
    names = {"before": before}
    exec(found.code(seen), names)
    np.testing.assert_array_equal(names["after"], after)
    return found.kind, found.parameters["factor"]


@pytest.mark.parametrize("factor", [0.25, 0.5, 1.6, 2.35, -0.5])
def test_the_factor_of_a_saturation(factor):
    before = photo("coffee", colour=True)
    after = np.asarray(ImageEnhance.Color(Image.fromarray(before)).enhance(factor))
    assert explained(before, after) == ("colour", pytest.approx(factor, abs=1e-3))


@pytest.mark.parametrize("factor", [0.0, 0.3, 0.75, 1.7, 3.0])
@pytest.mark.parametrize(("name", "colour"), [("camera", False), ("cat", True)])
def test_the_factor_of_a_sharpening(name, colour, factor):
    before = photo(name, colour=colour)
    after = np.asarray(ImageEnhance.Sharpness(Image.fromarray(before)).enhance(factor))
    assert explained(before, after) == ("unsharp", pytest.approx(factor, abs=1e-3))


@pytest.mark.parametrize("name", ["Color", "Sharpness"])
def test_the_whole_answer(name):
    before = photo("coffee", colour=True)[:120, :140]
    after = np.asarray(getattr(ImageEnhance, name)(Image.fromarray(before)).enhance(0.4))
    best = recover(before, after).explanations[0]
    assert best.parameters == {"name": f"ImageEnhance.{name}", "factor": 0.4}
    assert best.exact_pixels == 1


def test_what_is_no_blend_is_not_called_one():
    before = photo("coffee", colour=True)
    for after in (before[:, ::-1].copy(), 255 - before, np.zeros_like(before), before):
        assert list(enhance.explain(read(before, after))) == []

"""Filters in linear light: curve, kernel and code are told; a wrong curve never."""

import cv2
import numpy as np
import pytest
from recover_pairs import photo, stored
from scipy import ndimage
from thorough import slow_except

from learned import recover
from learned.filter import Filter
from learned.recovery.explanations import light
from learned.recovery.reading import read
from learned.window import Window

# From the standards, written down again: what decodes a level from 0 to 1, and what encodes light
CURVES = {
    "sRGB": (
        lambda v: np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4),
        lambda x: np.where(x <= 0.0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - 0.055),
    ),
    "BT.709": (
        lambda v: np.where(v < 0.081, v / 4.5, ((v + 0.099) / 1.099) ** (1 / 0.45)),
        lambda x: np.where(x < 0.018, 4.5 * x, 1.099 * x**0.45 - 0.099),
    ),
    "L*": (
        lambda v: np.where(v > 0.08, ((100 * v + 16) / 116) ** 3, 2700 * v / 24389),
        lambda x: np.where(x > 216 / 24389, 1.16 * np.cbrt(x) - 0.16, 24389 / 2700 * x),
    ),
    "logarithm": (
        lambda v: np.log(1 + 255 * v) / np.log(256),
        lambda x: (256**x - 1) / 255,
    ),
    **{
        f"gamma {g:g}": (lambda v, g=g: v**g, lambda x, g=g: x ** (1 / g))
        for g in (1.8, 2.0, 2.2, 2.4)
    },
}  # fmt: skip
SHARPEN = np.array([[0, -1, 0], [-1, 8, -1], [0, -1, 0]]) / 4
UNEVEN = np.array([[0.07, 0.11, 0.02], [0.13, 0.31, 0.09], [0.05, 0.19, 0.03]])
GAUSSIAN = np.outer(*[cv2.getGaussianKernel(7, 1.3)[:, 0]] * 2)


def in_light(before, name, kernel, top=255, mode="nearest"):
    """Levels after the filter, before they are rounded."""
    decode, encode = CURVES[name]
    planes = decode(np.atleast_3d(before) / np.iinfo(before.dtype).max)
    summed = ndimage.correlate(planes, kernel[..., None], mode=mode)
    return top * encode(np.clip(summed, 0, 1)).reshape(before.shape)


def told(before, after):
    """What is found, and the share of the pixels that its code reproduces."""
    seen = read(before, after)
    found = list(light.explain(seen, Filter(np.zeros((7, 7)), Window.centred(7, 7), (0.0,))))
    if not found:
        return None, 0.0
    names = {"before": before}
    exec(found[0].code(seen), names)
    assert names["after"].dtype == after.dtype
    return found[0].parameters, float(np.mean(names["after"] == after))


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize(
    "kernel", [pytest.param(SHARPEN, marks=pytest.mark.slow), UNEVEN], ids=["sharpen", "uneven"]
)
def test_curve_and_taps(name, kernel):
    before = photo("camera")
    found, share = told(before, stored(in_light(before, name, kernel)))
    assert (found["curve"], found["border"]) == (name, "replicate")
    np.testing.assert_allclose(found["kernel"], kernel, atol=3e-4)
    assert share > 0.99  # in the straight toe, quarters lie half-way and rounding errors decide


@pytest.mark.parametrize("picture", ["coffee", "cat"])
def test_colours(picture):
    before = photo(picture, colour=True)
    after = stored(in_light(before, "sRGB", GAUSSIAN, mode="mirror"))
    found, share = told(before, after)
    assert (found["curve"], found["border"]) == ("sRGB", "reflect_101")
    np.testing.assert_allclose(found["kernel"], GAUSSIAN, atol=1e-3)
    assert share > 0.99


def test_simple_taps_are_fractions():
    before = photo("moon")
    binomial = np.outer([1, 2, 1], [1, 2, 1])
    found, share = told(before, stored(in_light(before, "sRGB", binomial / 16)))
    assert found["denominator"] == 16
    np.testing.assert_array_equal(np.array(found["kernel"]) * 16, binomial)
    assert share == 1


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_sixteen_bits(dtype):
    before = photo("coins")
    before = before if dtype == np.uint8 else before.astype(np.uint16) * 257
    after = np.rint(in_light(before, "gamma 2.2", UNEVEN, top=65535)).astype(np.uint16)
    found, share = told(before, after)
    assert found["curve"] == "gamma 2.2"
    np.testing.assert_allclose(found["kernel"], UNEVEN, atol=1e-5)
    assert share > 0.99


def test_truncation_is_told_from_rounding():
    before = photo("cat")
    after = np.floor(in_light(before, "sRGB", UNEVEN)).astype(np.uint8)
    found, share = told(before, after)
    assert (found["curve"], found["rounding"]) == ("sRGB", "floor")
    assert share > 0.99


def test_eight_bits_between_as_browsers_keep_them():
    before, (decode, encode) = photo("cat"), CURVES["sRGB"]
    steps = np.rint(255 * decode(before / 255))
    summed = np.rint(ndimage.correlate(steps, SHARPEN, mode="nearest").clip(0, 255))
    found, share = told(before, stored(255 * encode(summed / 255)))
    assert (found["curve"], found["light"]) == ("sRGB", "8 bits")
    np.testing.assert_array_equal(np.array(found["kernel"]) * found["denominator"], 4 * SHARPEN)
    assert share == 1


def test_a_table_of_levels_on_the_way_back_as_libvips_has_it():
    before, (decode, encode) = photo("cat"), CURVES["sRGB"]
    summed = 255 * ndimage.correlate(decode(before / 255), UNEVEN, mode="nearest").clip(0, 1)
    table = np.rint(255 * encode(np.arange(256) / 255))
    found, share = told(before, stored(np.interp(summed, np.arange(256), table)))
    assert (found["curve"], found["light"]) == ("sRGB", "8 bits by table")
    assert share > 0.99


@pytest.mark.parametrize(
    "make",
    [
        lambda x: cv2.medianBlur(x, 3),
        lambda x: stored(255 * (x / 255) ** 2.2),
        lambda x: stored(ndimage.correlate(x.astype(float), UNEVEN)),
        lambda x: cv2.bilateralFilter(x, 5, 40, 3),
        lambda x: stored(ndimage.uniform_filter(x + np.random.default_rng(0).normal(0, 3, x.shape), 3)),
        lambda x: cv2.dilate(x, np.ones((3, 3))),
        lambda x: np.full_like(x, 7),
    ],
)  # fmt: skip
def test_what_is_not_in_linear_light_is_not_called_so(make):
    assert told(photo("camera"), make(photo("camera"))) == (None, 0.0)


def test_tiny_pictures_tell_nothing():
    rng = np.random.default_rng(0)
    before, after = rng.integers(0, 256, (2, 12, 12), np.uint8)
    assert told(before, after) == (None, 0.0)


@pytest.mark.slow
def test_recover_tells_it_beside_the_linear_answer():
    before = photo("coffee", colour=True)
    after = stored(in_light(before, "sRGB", GAUSSIAN))
    found = recover(before, after)
    best = found.explanations[0]
    assert (best.kind, best.parameters["curve"]) == ("light", "sRGB")
    assert best.exact_pixels == np.mean(found.apply(before) == after) > 0.99


@pytest.mark.parametrize("gamma", slow_except([1.4, 1.6, 2.6, 3.0], 2.6))
def test_a_curve_that_is_not_known_is_not_taken_for_another(gamma):
    before = photo("coffee", 128, 160)
    after = stored(255 * cv2.blur((before / 255) ** gamma, (3, 3)) ** (1 / gamma))
    assert recover(before, after).explanations == []

"""Curves are found, named, and told from what is no curve."""

import cv2
import numpy as np
import pytest
from explained import best, explain
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps
from recover_pairs import photo, stored
from thorough import examples

from learned import recover
from learned.recovery.explanations.curve_files import write_curve

RAMP = np.arange(256) / 255


@settings(max_examples=examples(15))
@given(
    name=st.sampled_from(["camera", "moon", "brick"]),
    exponent=st.decimals("0.3", "3.5", places=2).map(float),
    inverted=st.booleans(),
    floor=st.booleans(),
)
def test_gamma_to_the_last_digit(name, exponent, inverted, floor):
    power = 1 / exponent if inverted else exponent
    table = np.floor(255 * RAMP**power + (0 if floor else 0.5)).astype(np.uint8)
    found = best(photo(name), table[photo(name)])
    assert found.exact_pixels == 1
    if abs(exponent - 1) > 0.1:  # nearer to 1, few levels of a dull photo change at all
        assert found.parameters["name"] == "gamma"
        assert found.parameters["exponent"] == pytest.approx(power, rel=0.02)


def test_levels_with_a_black_and_a_white_point():
    before = photo("camera")
    after = np.floor(255 * np.clip((before.astype(float) - 20) / 180, 0, 1) ** 0.7 + 0.5)
    found = best(before, after.astype(np.uint8)).parameters
    wanted = {"name": "levels", "exponent": 0.7, "low": 20, "high": 200, "rounding": "nearest"}
    assert {key: found[key] for key in wanted} == wanted


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("threshold", lambda x: cv2.threshold(x, 99, 255, cv2.THRESH_BINARY)[1]),
        ("threshold", lambda x: cv2.threshold(x, 60, 200, cv2.THRESH_BINARY_INV)[1]),
        ("posterised", lambda x: np.array(ImageOps.posterize(Image.fromarray(x), 3))),
        ("posterised", lambda x: stored(np.rint(x / 255 * 4) / 4 * 255)),
        ("solarised", lambda x: np.array(ImageOps.solarize(Image.fromarray(x), 100))),
        ("equalised", cv2.equalizeHist),
        ("equalised", lambda x: np.array(ImageOps.equalize(Image.fromarray(x)))),
        ("logarithm", lambda x: stored(255 * np.log(1.0 + x) / np.log(256))),
        (None, lambda x: stored(128 + 100 * np.sin(x / 20))),
    ],
)  # fmt: skip
def test_curves_of_libraries_are_named(name, make):
    before = photo("camera")
    found = best(before, make(before))
    assert (found.kind, found.parameters["name"], found.exact_pixels) == ("curve", name, 1)


def test_srgb_both_ways():
    encoded = np.where(RAMP <= 0.0031308, 12.92 * RAMP, 1.055 * RAMP ** (1 / 2.4) - 0.055)
    decoded = np.where(RAMP <= 0.04045, RAMP / 12.92, ((RAMP + 0.055) / 1.055) ** 2.4)
    for name, curve in (("encode sRGB", encoded), ("decode sRGB", decoded)):
        after = stored(255 * curve)[photo("camera")]
        assert best(photo("camera"), after).parameters["name"] == name


def test_colours_may_have_a_curve_each():
    before = photo("coffee", colour=True)
    tables = [stored(255 * RAMP**power) for power in (0.5, 0.8, 1.7)]
    after = np.stack([table[before[..., i]] for i, table in enumerate(tables)], axis=-1)
    found = best(before, after)
    assert found.exact_pixels == 1
    for table, listed in zip(tables, found.parameters["table"], strict=True):
        assert all(entry in (None, truth) for entry, truth in zip(listed, table, strict=True))


def test_a_curve_of_sixteen_bits():
    before = photo("camera").astype(np.uint16) * 257 + np.arange(320, dtype=np.uint16) % 200
    before[photo("camera") == 255] = 65535
    after = np.rint(65535 * (before / 65535) ** 0.6).astype(np.uint16)
    found = best(before, after)
    assert found.parameters["exponent"] == 0.6
    assert found.exact_pixels == 1


@pytest.mark.parametrize("make", [lambda x: cv2.medianBlur(x, 5), lambda x: x[:, ::-1].copy()])
def test_what_is_no_curve_is_not_called_one(make):
    found = explain(photo("camera"), make(photo("camera")))
    assert all(each.kind != "curve" for each in found)


def test_noise_on_a_tiny_picture_is_no_curve():
    rng = np.random.default_rng(0)
    before, after = rng.integers(0, 256, (2, 12, 12), np.uint8)
    assert explain(before, after) == []


def test_recover_tells_it_beside_the_linear_answer():
    before = photo("camera")
    found = recover(before, stored(255 * (before / 255) ** 2.2))
    assert found.verdict == "not linear"
    (explanation,) = found.as_json()["explanations"]
    assert explanation["kind"] == "curve"
    assert explanation["parameters"]["exponent"] == 2.2
    assert explanation["exact_pixels"] == 1


def test_a_linear_filter_needs_no_explanation():
    before = photo("camera")
    assert recover(before, cv2.blur(before, (3, 3))).explanations == []


def test_curves_become_files(tmp_path):
    before = photo("coffee", colour=True)
    tables = [stored(255 * RAMP**power) for power in (0.5, 0.8, 1.7)]
    after = np.stack([table[before[..., i]] for i, table in enumerate(tables)], axis=-1)
    write_curve(best(before, after), tmp_path / "curve.csv")
    head, *lines = (tmp_path / "curve.csv").read_text().splitlines()
    assert (head, len(lines)) == ("before,red,green,blue", 256)
    seen = np.unique(before[..., 1])
    assert all(int(lines[level].split(",")[2]) == tables[1][level] for level in seen)
    grey = photo("camera")
    write_curve(best(grey, tables[0][grey]), tmp_path / "curve.cube")
    head, *lines = (tmp_path / "curve.cube").read_text().splitlines()
    assert (head, len(lines)) == ("LUT_1D_SIZE 256", 256)
    values = np.loadtxt(lines)
    np.testing.assert_allclose(values, np.repeat(tables[0][:, None] / 255, 3, axis=1), atol=1e-6)
    with pytest.raises(ValueError, match="only 8-bit curves"):
        write_curve(best(grey, cv2.medianBlur(grey, 3)), tmp_path / "none.csv")

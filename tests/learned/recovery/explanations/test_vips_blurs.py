"""Gaussian blurs of libvips are told to the pixel, by libvips itself where it is installed."""

import shutil
import subprocess

import cv2
import numpy as np
import pytest
from recover_pairs import photo

from learned import recover
from learned.recovery.explanations.vips_blurs import (
    VERSIONS,
    blur_in_whole_numbers,
    mask_of,
    seven_bits,
)


def by_loops(picture, taps, each_by, sum_by):
    """Pixel by pixel, in Python's own numbers."""
    rows, columns = picture.shape
    for _ in range(2):
        made = np.zeros_like(picture)
        for y in range(rows):
            for x in range(columns):
                total = 0
                for place, tap in enumerate(taps):
                    there = min(max(x + place - len(taps) // 2, 0), columns - 1)
                    product = int(picture[y, there]) * tap
                    total += (product + (1 << each_by >> 1)) >> each_by
                made[y, x] = min(max((total + (1 << sum_by >> 1)) >> sum_by, 0), 255)
        picture, rows, columns = made.T, columns, rows
    return picture


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("sigma", [0.8, 2])
def test_the_blur_is_that_of_a_loop(version, sigma):
    before = photo("cat", rows=20, columns=30)
    settings = seven_bits(mask_of(sigma), VERSIONS[version])
    ours = blur_in_whole_numbers(before[None], *settings)[0]
    np.testing.assert_array_equal(ours, by_loops(before, *settings))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("name", "sigma"), [("camera", 1), ("brick", 2.3), ("moon", 4)])
def test_sigma_and_version_are_told(name, sigma, version):
    before = photo(name)
    settings = seven_bits(mask_of(sigma), VERSIONS[version])
    best = recover(before, blur_in_whole_numbers(before[None], *settings)[0]).explanations[0]
    assert (best.kind, best.exact_pixels) == ("chain", 1)
    assert best.parameters["version"] == version
    lowest, highest = best.parameters["sigmas"]
    assert lowest <= sigma <= highest


@pytest.mark.parametrize("sigma", [0.8, 1.7, 3, 6])
def test_what_the_program_makes_is_told(sigma, tmp_path):
    if shutil.which("vips") is None:
        pytest.skip("needs the program vips")
    before = photo("coins")
    cv2.imwrite(str(tmp_path / "before.png"), before)
    command = ["vips", "gaussblur", tmp_path / "before.png", tmp_path / "after.png", str(sigma)]
    subprocess.run(command, check=True)
    after = cv2.imread(str(tmp_path / "after.png"), cv2.IMREAD_UNCHANGED)
    best = recover(before, after).explanations[0]
    assert (best.parameters["name"], best.exact_pixels) == ("libvips", 1)
    lowest, highest = best.parameters["sigmas"]
    assert lowest <= sigma <= highest

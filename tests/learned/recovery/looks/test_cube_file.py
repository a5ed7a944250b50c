"""A .cube file, read again, and by FFmpeg and Pillow."""

import shutil
import subprocess

import numpy as np
import pytest
from looks import after_of, smooth_table
from PIL import Image, ImageFilter
from thorough import slow_except

from handconv.pictures import read_picture, skimage_photo, write_picture
from learned.recovery.looks import find_look
from learned.recovery.looks.cube_file import write_cube

PHOTO = skimage_photo("coffee")[100:180, 200:320]


def test_red_changes_fastest_and_nine_digits_stay(tmp_path):
    table = np.random.default_rng(0).uniform(0, 1, (17, 17, 17, 3))
    write_cube(table, tmp_path / "a.cube", ["one", "two"])
    lines = (tmp_path / "a.cube").read_text().splitlines()
    assert lines[:3] == ["# one", "# two", "LUT_3D_SIZE 17"]
    values = np.array([line.split() for line in lines[3:]], float)
    np.testing.assert_allclose(values[1], table[1, 0, 0], atol=1e-9)
    np.testing.assert_allclose(
        values.reshape(17, 17, 17, 3), table.transpose(2, 1, 0, 3), atol=1e-9
    )


def test_another_suffix_and_folder_are_told(tmp_path):
    table = np.zeros((2, 2, 2, 3))
    with pytest.raises(ValueError, match=r"must end in \.cube"):
        write_cube(table, tmp_path / "a.txt")
    with pytest.raises(ValueError, match="cannot be written"):
        write_cube(table, tmp_path / "no" / "a.cube")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="FFmpeg is not installed")
@pytest.mark.parametrize("interpolation", slow_except(["tetrahedral", "trilinear"], "trilinear"))
def test_ffmpeg_makes_the_after_picture(interpolation, tmp_path):
    after = after_of(smooth_table(17, 6), PHOTO, interpolation)
    look = find_look([PHOTO], [after], 17)
    assert look.interpolation == interpolation
    look.write(tmp_path / "look.cube")
    write_picture(tmp_path / "before.png", PHOTO)
    command = ["ffmpeg", "-v", "error", "-i", "before.png", "-vf"]
    command += [f"lut3d=file=look.cube:interp={interpolation}", "-pix_fmt", "rgb24", "made.png"]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=60)
    off = np.abs(read_picture(tmp_path / "made.png").astype(int) - after)
    # FFmpeg truncates to 8 bits where we round
    assert off.max() <= 1


def test_pillow_makes_nearly_the_after_picture():
    after = after_of(smooth_table(17, 6), PHOTO, "trilinear")
    look = find_look([PHOTO], [after], 17)
    flat = look.table.transpose(2, 1, 0, 3).ravel().tolist()
    made = Image.fromarray(PHOTO).filter(ImageFilter.Color3DLUT(17, flat))
    off = np.abs(np.asarray(made).astype(int) - after)
    assert off.max() <= 1
    assert (off == 0).mean() > 0.95

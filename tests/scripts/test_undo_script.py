"""scripts/undo.py as a user runs it, and `learned.undo` on every kind of picture."""

import re

import cv2
import numpy as np
import pytest
from PIL import Image, ImageFilter
from running import assert_one_line, run_script

import learned
from handconv.borders import BORDERS
from handconv.pictures import read_picture, skimage_photo, write_picture
from learned.undoing.known import known_filter

SHARPEN = [[0, -1, 0], [-1, 6, -1], [0, -1, 0]]


@pytest.fixture
def sharpened(tmp_path):
    """By Pillow, which leaves the rim as it was."""
    before = skimage_photo("cat")[60:160, 100:220]
    write_picture(tmp_path / "before.png", before)
    after = np.asarray(Image.fromarray(before).filter(ImageFilter.SHARPEN))
    write_picture(tmp_path / "after.png", after)
    return tmp_path


def test_from_what_recover_wrote(sharpened):
    done = run_script("recover", "before.png", "after.png", "--json", "found.json", cwd=sharpened)
    assert done.returncode == 0
    options = ["--filter", "found.json", "--out", "undone.png", "--figure", "undone_figure.png"]
    done = run_script("undo", "after.png", *options, "--compare", "before.png", cwd=sharpened)
    assert (done.returncode, done.stderr) == (0, "")
    assert "It can be undone" in done.stdout
    exact = re.search(r"filter undone:  PSNR .* exact ([\d.]+) %", done.stdout)
    assert exact is not None
    before, undone = (read_picture(sharpened / name) for name in ("before.png", "undone.png"))
    assert float(exact[1]) == pytest.approx(100 * (before == undone).mean(), abs=0.01)
    assert float(exact[1]) > 99
    picture = cv2.imread(str(sharpened / "undone_figure.png"))
    assert picture is not None
    assert picture.std() > 10


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--kernel", "sharpn"], "Did you mean sharpen"),
        (["--kernel", "[[0, 1], [1]]"], "ragged"),
        (["--kernel", "[[0, 1"], "cannot be read"),
        (["--kernel", "sharpen", "--border", "edge"], "means 'replicate' by 'edge'"),
        (["--kernel", "sharpen", "--rounding", "up"], "nearest, halves up, floor"),
        (["--kernel", "sharpen", "--divisor", "0"], "divisor is 0"),
        (["--filter", "missing.json"], "missing.json does not exist"),
        (["--filter", "after.png"], "after.png is not JSON"),
        (["--filter", "empty.json"], "empty.json: this is not what recover writes"),
    ],
)
def test_bad_arguments_are_one_line(options, message, sharpened):
    (sharpened / "empty.json").write_text("{}")
    done = run_script("undo", "after.png", *options, "--out", "x.png", cwd=sharpened)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert message in done.stderr
    assert not (sharpened / "x.png").exists()


def test_the_after_picture_is_never_overwritten(sharpened):
    done = run_script(
        "undo", "after.png", "--kernel", "sharpen", "--out", "after.png", cwd=sharpened
    )
    assert (done.returncode, "one of the pictures" in done.stderr) == (2, True)


@pytest.mark.parametrize("border", BORDERS)
def test_where_nothing_was_clipped_every_pixel_is_proved(border):
    before = (skimage_photo("moon")[100:140, 200:260] // 2 + 60).astype(np.uint8)
    made_by = known_filter(SHARPEN, divisor=2, border=border, rounding="halves up")
    undone = learned.undo(made_by.apply(before[None])[0], made_by)
    assert (undone.picture == before).all()
    assert undone.shares["proved"] == 1
    assert undone.same == 1


def test_sixteen_bits_colour_and_alpha():
    before = skimage_photo("coffee")[100:140, 200:250].astype(np.uint16) * 150 + 9000
    alpha = np.arange(40 * 50, dtype=np.uint16).reshape(40, 50, 1)
    made_by = known_filter(SHARPEN, divisor=2, rounding="floor", dtype="uint16")
    after = made_by.apply(before.transpose(2, 0, 1)).transpose(1, 2, 0)
    undone = learned.undo(np.concatenate([after, alpha], axis=2), made_by)
    assert undone.picture.dtype == np.uint16
    assert (undone.picture[..., :3] == before).mean() > 0.999
    assert (undone.picture[..., 3:] == alpha).all()
    proved = undone.sure.transpose(1, 2, 0) == 2
    assert (undone.picture[..., :3][proved] == before[proved]).all()


def test_floating_point_is_inverted():
    before = skimage_photo("brick")[:60, :70] / 255
    made_by = known_filter(SHARPEN, divisor=2, rounding="exact", dtype="float64")
    undone = learned.undo(made_by.apply(before[None])[0], made_by)
    assert np.abs(undone.picture - before).max() < 0.01
    assert undone.shares["proved"] == 0


def test_a_blur_is_said_to_be_lost_and_made_sharper():
    before = skimage_photo("brick")[:120, :130]
    made_by = known_filter(np.full((5, 5), 1), divisor=25)
    after = made_by.apply(before[None])[0]
    undone = learned.undo(after, made_by)
    assert "cannot be undone exactly" in undone.spectrum.sentences()[0]
    errors = [np.square(each.astype(float) - before).mean() for each in (after, undone.picture)]
    assert errors[1] < errors[0] / 5


def test_a_picture_that_the_filter_cannot_have_made_proves_nothing():
    noise = np.random.default_rng(0).integers(0, 256, (40, 40), dtype=np.uint8)
    undone = learned.undo(noise, known_filter(SHARPEN, divisor=2))
    assert not undone.made
    assert undone.shares["proved"] == 0
    with pytest.raises(ValueError, match="rounding is exact; name how"):
        learned.undo(noise, known_filter(SHARPEN, rounding="exact"))


@pytest.mark.parametrize("noise", ["-1", "nan", "inf"])
def test_noise_that_cannot_be_is_one_line(noise, tmp_path):
    write_picture(tmp_path / "a.png", np.eye(20, dtype=np.uint8))
    options = ("--kernel", "sharpen", f"--noise={noise}", "--out", "b.png")
    done = run_script("undo", "a.png", *options, cwd=tmp_path)
    (tmp_path / "a.png").unlink()
    assert_one_line(done, f"noise is {noise} grey levels; it must be 0 or more", tmp_path)

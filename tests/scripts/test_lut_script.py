"""scripts/recover.py --lut as a user runs it."""

import cv2
import numpy as np
import pytest
from looks import after_of, smooth_table
from PIL import Image
from running import run_script

from handconv.pictures import read_picture, skimage_photo, write_picture


@pytest.fixture
def pair(tmp_path):
    table = smooth_table(17, 2)
    for name, rows in (("", 100), ("other_", 200)):
        photo = skimage_photo("coffee")[rows : rows + 80, 200:300]
        write_picture(tmp_path / f"{name}before.png", photo)
        write_picture(tmp_path / f"{name}after.png", after_of(table, photo, "tetrahedral"))
    return tmp_path


def test_table_figure_and_another_pair(pair):
    options = ["--lut", "look.cube", "--lut-size", "17", "--figure", "look.png"]
    options += ["--apply", "other_before.png", "other_after.png"]
    done = run_script("recover", "before.png", "after.png", *options, cwd=pair)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == (
        "Colour table 17 × 17 × 17, tetrahedral: all of the pixels are reproduced exactly."
    )
    assert "all pixels: " in done.stdout
    assert "whose colour is proved" in done.stdout
    cube = (pair / "look.cube").read_text(encoding="utf-8").splitlines()
    assert cube[0] == "# " + lines[0]
    assert sum(not line.startswith(("#", "LUT")) for line in cube) == 17**3
    assert cv2.imread(str(pair / "look.png")).std() > 10


@pytest.mark.slow
def test_several_pairs(pair):
    befores, afters = ["before.png", "other_before.png"], ["after.png", "other_after.png"]
    done = run_script(
        "recover", *befores, "--after", *afters, "--lut", "a.cube", "--lut-size", "17", cwd=pair
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "all of the pixels" in done.stdout


def test_a_simple_look_is_named(pair):
    write_picture(pair / "after.png", 255 - read_picture(pair / "before.png"))
    done = run_script("recover", "before.png", "after.png", "--lut", "a.cube", cwd=pair)
    assert done.stdout.startswith("That is all it was: one curve for all channels: inverted")
    assert (pair / "a.cube").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--lut", "look.txt"], "must end in .cube"),
        (["--lut", "look.cube", "--lut-size", "20"], "--lut-size"),
        (["--lut-size", "17"], "go with --lut"),
        (["--apply", "before.png", "after.png"], "go with --lut"),
        (["--lut", "look.cube", "--json", "a.json"], "go with filters"),
        (["--lut", "look.cube", "--apply", "before.png", "small.png"], "before is 80×100"),
        (["--lut", "no/look.cube", "--lut-size", "17"], "cannot be written"),
    ],
)
def test_bad_options_are_one_line(options, message, pair):
    write_picture(pair / "small.png", read_picture(pair / "after.png")[:-1])
    assert_refused(pair, ["before.png", "after.png", *options], message)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("grey", "is grey"),
        ("alpha", "has alpha"),
        ("size", "(rows×columns)"),
        ("blurred", "not a function of the colour alone"),
    ],
)
def test_bad_pictures_are_one_line(kind, message, pair):
    before = read_picture(pair / "before.png")
    if kind == "grey":
        Image.fromarray(before[..., 0]).save(pair / "bad.png")
    elif kind == "alpha":
        Image.fromarray(np.dstack([before, before[..., :1]])).save(pair / "bad.png")
    elif kind == "size":
        write_picture(pair / "bad.png", before[:, :-1])
    else:
        write_picture(pair / "bad.png", cv2.blur(before, (5, 5)))
    assert_refused(pair, ["before.png", "bad.png", "--lut", "look.cube"], message)


def test_no_picture_is_overwritten(pair):
    (pair / "before.png").rename(pair / "before.cube")
    assert_refused(
        pair, ["before.cube", "after.png", "--lut", "before.cube"], "one of the pictures"
    )


def assert_refused(folder, arguments, message):
    before = sorted(folder.iterdir())
    done = run_script("recover", *arguments, cwd=folder)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert sorted(folder.iterdir()) == before

"""scripts/recover.py as a user runs it, with good and bad files."""

import json
import re
import struct
import subprocess
import sys
import zlib
from itertools import product
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageFilter
from running import ROOT, run_script
from thorough import slow_except

from handconv.pictures import read_picture, skimage_photo, write_picture


@pytest.fixture
def pair(tmp_path):
    before = skimage_photo("camera")[100:300, 150:350]
    after = cv2.filter2D(before, -1, np.array([[0, 1, 0], [1, 2, 3], [0, 1, 0]]) / 8)
    cv2.imwrite(str(tmp_path / "before.png"), before)
    cv2.imwrite(str(tmp_path / "after.png"), after)
    return tmp_path


def test_report_json_and_figure(pair):
    options = ["--json", "found.json", "--figure", "found.png"]
    done = run_script("recover", "before.png", "after.png", *options, cwd=pair)
    assert (done.returncode, done.stderr) == (0, "")
    assert "linear" in done.stdout
    assert "reflect_101" in done.stdout
    found = json.loads((pair / "found.json").read_text())
    assert found["verdict"] == "linear"
    np.testing.assert_allclose(
        found["kernel"], np.array([[0, 1, 0], [1, 2, 3], [0, 1, 0]]) / 8, atol=1e-6
    )
    assert found["anchor"] == [1, 1]
    assert found["bias"] == pytest.approx(0, abs=1e-6)
    assert "nearest" in found["rounding"]
    assert found["border"] == ["reflect_101"]
    assert found["exact_pixels"] == 1.0
    assert found["rational"] == {"numerator": [[0, 1, 0], [1, 2, 3], [0, 1, 0]], "denominator": 8}
    assert set(found["code"]) == {"opencv", "scipy", "torch", "numpy"}
    assert isinstance(found["matches"], list)
    picture = cv2.imread(str(pair / "found.png"))
    assert picture is not None
    assert picture.std() > 10


def test_of_jpegs_it_is_said_what_made_the_pixels_and_that_there_were_two(tmp_path):
    before, once, again = (tmp_path / f"{name}.jpg" for name in ("before", "once", "again"))
    Image.fromarray(skimage_photo("camera")).save(before, quality=95)
    Image.open(before).filter(ImageFilter.SHARPEN).save(once, quality=50)
    Image.open(once).save(again, quality=90)
    told = [run_script("recover", before, after, cwd=tmp_path).stdout for after in (once, again)]
    assert all("those that libjpeg" in each for each in told)
    assert ["compressed twice" in each for each in told] == [False, True]
    assert "divided by 8" in told[0]  # which the numbers of the first one tell


def test_it_starts_without_torch():
    program = (
        "import sys, numpy as np; from learned import recover;"
        "x = np.random.default_rng(0).integers(0, 256, (64, 64), np.uint8);"
        "recover(x, 255 - x);"
        "assert not {'torch', 'matplotlib', 'skimage'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)


def test_sixteen_bits_colour_and_exif(tmp_path):
    rng = np.random.default_rng(0)
    before = cv2.GaussianBlur(rng.integers(0, 65536, (90, 110, 3), np.uint16), (5, 5), 1.0)
    after = cv2.filter2D(before, cv2.CV_64F, np.array([[1, 2, 1]]) / 4)
    cv2.imwrite(str(tmp_path / "b.png"), before)
    cv2.imwrite(str(tmp_path / "a.png"), np.rint(after).astype(np.uint16))
    done = run_script("recover", "b.png", "a.png", "--json", "f.json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads((tmp_path / "f.json").read_text())
    np.testing.assert_allclose(found["kernel"], [[0.25, 0.5, 0.25]], atol=1e-6)


def test_several_pairs_are_pooled_and_crop_aligns(tmp_path):
    rng = np.random.default_rng(1)
    for i in range(2):
        before = rng.integers(0, 256, (40, 50), np.uint8)
        cv2.imwrite(str(tmp_path / f"b{i}.png"), before)
        cv2.imwrite(str(tmp_path / f"a{i}.png"), cv2.blur(before, (3, 3))[1:-1, 1:-1])
    done = run_script("recover", "b0.png", "a0.png", cwd=tmp_path)
    assert done.returncode == 2
    assert "--crop" in done.stderr
    names = ["b0.png", "b1.png", "--after", "a0.png", "a1.png", "--crop", "--json", "f.json"]
    done = run_script("recover", *names, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads((tmp_path / "f.json").read_text())
    np.testing.assert_allclose(found["kernel"], np.full((3, 3), 1 / 9), atol=1e-6)


def huge_header():
    """A PNG whose header promises 60000 × 60000 pixels."""
    header = struct.pack(">IIBBBBB", 60000, 60000, 8, 0, 0, 0, 0)
    chunk = b"IHDR" + header
    crc = struct.pack(">I", zlib.crc32(chunk))
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + crc


BAD = [
    "missing",
    "empty",
    "text",
    "truncated.png",
    "truncated.jpg",
    "huge",
    "nan",
    "pickled",
    "folder",
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "place"),
    slow_except(
        product(BAD, ["before", "after"]),
        *(
            ("missing", "before"),
            ("truncated.png", "after"),
            ("nan", "before"),
            ("folder", "after"),
        ),
    ),
)
def test_a_bad_file_is_one_line_and_nothing_is_written(kind, place, pair):
    name = {"nan": "bad.npy", "pickled": "bad.npy", "truncated.jpg": "bad.jpg"}.get(kind, "bad.png")
    bad = pair / name
    if kind == "empty":
        bad.write_bytes(b"")
    elif kind == "text":
        bad.write_text("not a picture at all")
    elif kind.startswith("truncated"):
        Image.open(pair / "before.png").save(pair / f"whole{bad.suffix}")
        whole = (pair / f"whole{bad.suffix}").read_bytes()
        bad.write_bytes(whole[: len(whole) // 2])
    elif kind == "huge":
        bad.write_bytes(huge_header())
    elif kind == "nan":
        np.save(bad, np.full((200, 200), np.nan))
    elif kind == "pickled":
        np.save(bad, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    elif kind == "folder":
        bad.mkdir()
    files = ["before.png", name] if place == "after" else [name, "after.png"]
    before = sorted(path.name for path in pair.iterdir())
    done = run_script("recover", *files, "--json", "f.json", "--figure", "f.png", cwd=pair)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert name in done.stderr
    assert sorted(path.name for path in pair.iterdir()) == before


def test_wrong_arguments_are_one_line(pair):
    both = ["before.png", "after.png"]
    for arguments in (["before.png"], [*both, "--max-size", "x"], [*both, "--figure", "x"]):
        done = run_script("recover", *arguments, cwd=pair)
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1


def pillow(before, step):
    return np.asarray(Image.fromarray(before).filter(step))


def grey_outside(before):
    """A blur that takes the outside of the picture for the grey level 77."""
    padded = np.pad(before, 1, constant_values=77)
    return cv2.blur(padded, (3, 3))[1:-1, 1:-1]


PROGRAMS = {
    "a rim left as it was": ("grey.png", lambda b: pillow(b, ImageFilter.EMBOSS), "after.png"),
    "in colour": ("colour.png", lambda b: pillow(b, ImageFilter.SHARPEN), "after.png"),
    "a rim of black": (
        "grey.png",
        lambda b: np.pad(cv2.blur(b, (3, 3))[1:-1, 1:-1], 1),
        "after.png",
    ),
    "a rim that is a copy": (
        "grey.png",
        lambda b: np.pad(cv2.blur(b, (5, 3))[1:-1, 2:-2], ((1, 1), (2, 2)), mode="edge"),
        "after.tif",
    ),
    "grey outside": ("grey.png", grey_outside, "after.png"),
    "16 bits": ("deep.png", lambda b: cv2.blur(b, (3, 3)), "after.png"),
    "floating point": ("grey.npy", lambda b: cv2.blur(b, (3, 1)), "after.npy"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_code_runs_as_it_is_and_does_what_is_claimed(name, tmp_path):
    before_name, make, after_name = PROGRAMS[name]
    colour = skimage_photo("coffee")[100:160, 200:270]
    befores = {
        "grey.png": colour[..., 1],
        "colour.png": colour,
        "deep.png": colour[..., 1].astype(np.uint16) * 257,
        "grey.npy": colour[..., 1].astype(np.float64),
    }
    before = np.ascontiguousarray(befores[before_name])
    after = make(before)
    write_picture(tmp_path / before_name, before)
    write_picture(tmp_path / after_name, after)
    done = run_script("recover", before_name, after_name, "--json", "found.json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads((tmp_path / "found.json").read_text())
    assert found["exact_pixels"] > 0.999
    for program in found["code"].values():
        run = subprocess.run(
            [sys.executable, "-c", program],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (run.returncode, run.stderr) == (0, "")
        ours = read_picture(tmp_path / f"reproduced{Path(after_name).suffix}")
        assert ours.dtype == after.dtype
        alike = np.abs(ours.astype(float) - after) <= (1e-9 if after.dtype.kind == "f" else 0)
        assert alike.mean() == found["exact_pixels"]


@pytest.mark.parametrize("value", [1.7e308, 1e300])
def test_huge_values_are_one_line(value, tmp_path):
    np.save(tmp_path / "b.npy", value * np.random.default_rng(0).uniform(-1, 1, (30, 30)))
    done = run_script("recover", "b.npy", "b.npy", "--json", "x.json", cwd=tmp_path)
    assert done.returncode == 2
    assert re.fullmatch(r"error: picture holds values up to .*\n", done.stderr)
    assert not (tmp_path / "x.json").exists()


@pytest.mark.parametrize("arguments", [["--max-size", "151"], ["--size", "200", "200"]])
def test_more_taps_than_memory_are_refused_in_one_line(arguments, tmp_path):
    pair = ("skimage:camera", "skimage:camera")
    done = run_script("recover", *pair, *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert re.fullmatch(
        r"error: .*size asks for .* GiB of memory; at most 6561 taps .*\n", done.stderr
    )


def test_an_input_picture_is_never_overwritten(tmp_path):
    write_picture(tmp_path / "a.png", skimage_photo("coins"))
    done = run_script("recover", "a.png", "a.png", "--json", "a.png", cwd=tmp_path)
    assert (done.returncode, "one of the pictures" in done.stderr) == (2, True)
    assert (read_picture(tmp_path / "a.png") == skimage_photo("coins")).all()

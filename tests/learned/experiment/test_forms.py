"""Kernels and photos in every form, in configs and on the command line."""

import io
import json
import os
import subprocess
import sys

import cv2
import numpy as np
import pytest
from PIL import Image
from running import ROOT
from safetensors.numpy import load_file

from handconv.kernels import named
from handconv.pictures import read_picture
from learned.experiment.config_file import load_config
from learned.experiment.photos import find_photos
from learned.experiment.run import hand_kernel

SKEW = np.array([[1.0, 2, 0], [-3, 5, 1], [0, -2, 4]])
TYPED = json.dumps(SKEW.tolist())


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A place with the kernel in every kind of file, and three photos."""
    monkeypatch.chdir(tmp_path)
    np.savetxt("skew.csv", SKEW, delimiter=",")
    np.save("skew.npy", SKEW)
    found = {"verdict": "linear", "kernel": SKEW.tolist(), "anchor": [1, 1]}
    (tmp_path / "found.json").write_text(json.dumps(found), encoding="utf-8")
    for suffix in ("yml", "xml"):
        storage = cv2.FileStorage(f"skew.{suffix}", cv2.FILE_STORAGE_WRITE)
        storage.write("skew", SKEW)
        storage.release()
    (tmp_path / "photos").mkdir()
    random = np.random.default_rng(0)
    for name in ("a.png", "b.tif", "photos/c.png"):
        Image.fromarray(random.integers(0, 256, (40, 50), np.uint8)).save(name)
    (tmp_path / "config.toml").write_text("name = 'forms'\n", encoding="utf-8")
    return tmp_path


KERNELS = {
    "a name": ("sobel_x", "sobel_x", named("sobel_x")),
    "a name in a list": ("['sobel_x']", "sobel_x", named("sobel_x")),
    "a family": ("gaussian(5, 1.2)", "gaussian(5, 1.2)", named("gaussian(5, 1.2)")),
    "taps": (TYPED, "kernel", SKEW),
    "taps in a list": (f"[{TYPED}]", "kernel", SKEW),
    "taps as a text": (f"'{TYPED}'", "kernel", SKEW),
    "a table": (f"[{{name='mine', values={TYPED}}}]", "mine", SKEW),
    "CSV": ("skew.csv", "skew", SKEW),
    "NumPy": ("['skew.npy']", "skew", SKEW),
    "what recover wrote": ("found.json", "found", SKEW),
    "OpenCV's YAML": ("skew.yml", "skew", SKEW),
    "OpenCV's XML": ("skew.xml", "skew", SKEW),
}


@pytest.mark.parametrize("form", KERNELS)
def test_a_config_takes_a_kernel_in_any_form(form, folder):
    text, name, taps = KERNELS[form]
    (spec,) = load_config("config.toml", [f"kernels={text}"]).kernels
    assert spec.name == name
    np.testing.assert_array_equal(hand_kernel(spec, colour=False)[0], taps)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("skimage:moon", ["skimage:moon"]),
        ("a.png", ["a.png"]),
        ("['a.png', 'b.tif']", ["a.png", "b.tif"]),
        ("photos", ["photos/c.png"]),
        ("*.tif", ["b.tif"]),
        ("['**/*.png', 'skimage:coins']", ["a.png", "photos/c.png", "skimage:coins"]),
        ("-", ["-"]),
    ],
)
def test_a_config_takes_photos_in_any_form(text, expected, folder):
    config = load_config("config.toml", ["kernels=sobel_x", f"photos={text}"])
    found = [os.path.normpath(photo) for photo in find_photos(config.photos)]
    assert found == [os.path.normpath(photo) for photo in expected]


def run(*arguments, cwd, picture):
    """``handconv`` with a PNG of the picture as standard input."""
    content = io.BytesIO()
    Image.fromarray(picture).save(content, "PNG")
    return subprocess.run(
        [sys.executable, "-m", "handconv", *arguments],
        cwd=cwd,
        input=content.getvalue(),
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )


def test_filter_reads_standard_input_and_any_kernel(folder):
    picture = read_picture("a.png")
    arguments = ["--image", "-", "--kernel", TYPED, "skew.csv", "found.json", "skew.xml", "sharpen"]
    done = run("filter", *arguments, cwd=folder, picture=picture)
    assert (done.returncode, done.stderr) == (0, b"")
    names = {"kernel", "skew", "found", "sharpen"}  # of two of the same name the last
    folder = folder / "runs" / "convolve"
    assert {path.stem for path in folder.glob("*_by_hand.png")} == {f"{n}_by_hand" for n in names}
    shown = [read_picture(folder / f"{name}_by_hand.png") for name in ("kernel", "skew", "found")]
    np.testing.assert_array_equal(shown[0], shown[1])
    np.testing.assert_array_equal(shown[0], shown[2])


@pytest.mark.slow
def test_train_recover_and_undo_read_standard_input(folder):
    picture = read_picture("a.png")
    done = run("train", "my_kernel", "photos=-", "kernels=skew.npy", cwd=folder, picture=picture)
    assert (done.returncode, done.stderr) == (0, b"")
    kernels = load_file(folder / "runs" / "my_kernel" / "kernels.safetensors")
    np.testing.assert_allclose(kernels["learned/skew"], SKEW, atol=1e-9)
    after = cv2.filter2D(picture, -1, SKEW / 8)
    done = run("recover", "a.png", "-", "--json", "again.json", cwd=folder, picture=after)
    assert (done.returncode, done.stderr) == (0, b"")
    found = json.loads((folder / "again.json").read_text(encoding="utf-8"))
    assert found["rational"] == {"numerator": SKEW.tolist(), "denominator": 8}
    words = ["--filter", "again.json", "--out", "undone.png"]
    done = run("undo", "-", *words, cwd=folder, picture=after)
    assert (done.returncode, done.stderr) == (0, b"")
    assert read_picture("undone.png").shape == picture.shape


def test_what_others_call_keys_is_understood(folder):
    with pytest.raises(ValueError, match=r"Did you mean train\.lr\?"):
        load_config("config.toml", ["kernels=sobel_x", "learning_rate=0.1"])

"""Kernels by name, typed in, and from files of this and other programs."""

import json

import cv2
import numpy as np
import pytest

from handconv import correlate
from handconv.kernels import named, read_kernels
from learned import recover

SKEW = np.array([[1.0, 2, 0], [-3, 5, 1], [0, -2, 4]])


def write(form, path):
    if form == "csv":
        np.savetxt(path, SKEW, delimiter=",")
    elif form == "npy":
        np.save(path, SKEW)
    else:
        storage = cv2.FileStorage(str(path), cv2.FILE_STORAGE_WRITE)
        storage.write("border", "wrap")
        storage.write("skew", SKEW)
        storage.release()


@pytest.mark.parametrize("form", ["csv", "npy", "yml", "xml", "json"])
def test_files_give_the_taps_back(form, tmp_path):
    path = tmp_path / f"skew.{form}"
    write(form, path)
    (name, kernel), *rest = read_kernels(str(path)).items()
    assert (name, rest) == ("skew", [])
    np.testing.assert_array_equal(kernel, SKEW)


def test_words_and_typed_taps():
    np.testing.assert_array_equal(read_kernels("sobel_x")["sobel_x"], named("sobel_x"))
    np.testing.assert_array_equal(*read_kernels(" [[0,1],[2,-3.5]]").values(), [[0, 1], [2, -3.5]])


def test_what_recover_found_keeps_its_anchor(tmp_path):
    photo = np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8)
    found = recover(photo, np.roll(photo, (2, -1), (0, 1)))
    (tmp_path / "found.json").write_text(json.dumps(found.as_json()))
    kernel = read_kernels(str(tmp_path / "found.json"))["found"]
    shifted = correlate(photo, kernel, border="wrap")
    np.testing.assert_array_equal(shifted[4:-4, 4:-4], np.roll(photo, (2, -1), (0, 1))[4:-4, 4:-4])


BAD = {
    "a.csv": (b"1,2\n3,x\n", "holds other than numbers"),
    "b.csv": (b"1,2\n3\n", "ragged"),
    "c.npy": (b"\x93NUMPY\x01\x00nothing", "is not an array"),
    "d.json": (b'{"kernel": [[1]], "anchor": [900000, 900000]}', "too far from the taps"),
    "e.json": (b'{"kernel": "x"}', "is not what recover writes"),
    "f.json": (b"[[[", "cannot be read"),
    "g.yml": (b"%YAML:1.0\na: !!opencv-matrix\n  rows: 90000\n  cols: 90000\n  dt: d\n  data: []\n", "promises"),
    "h.yml": (b"hello", "h.yml"),
    "i.xml": (b"<x", "i.xml"),
    "j.json": (b'{"kernel": [[[[1]]]]}', "a kernel for each channel"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_one_message_that_names_them(name, tmp_path):
    content, message = BAD[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=message) as caught:
        read_kernels(str(tmp_path / name))
    assert name in str(caught.value)


def test_a_missing_file_and_a_name_for_an_array_are_said():
    with pytest.raises(ValueError, match=r"none\.csv does not exist"):
        read_kernels("none.csv")
    with pytest.raises(ValueError, match=r"Pass named\('sobel_x'\)"):
        correlate(np.zeros((4, 4)), "sobel_x")

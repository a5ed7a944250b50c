"""scripts/benchmark.py --undo: every case is undone, counted, and compared."""

import json

import numpy as np
import pytest
from benchmarks import undoing
from running import assert_one_line, run_script

from handconv.pictures import skimage_photo

FACE = skimage_photo("camera")[100:164, 200:250]


def test_all_cases_are_undone_and_written(tmp_path, monkeypatch):
    monkeypatch.setattr(undoing, "skimage_photo", lambda name: FACE)
    table = undoing.benchmark(tmp_path / "out", quick=True)
    everything = json.loads((tmp_path / "out" / "benchmark.json").read_text("utf-8"))
    results = {each["case"]: each for each in everything["results"]}
    assert len(results) == 11 == table.count("camera")
    assert all(each["wrong"] == 0 for each in results.values())
    assert results["sharpen, nothing clipped"]["psnr"] is None  # all pixels exact
    assert results["sharpen, nothing clipped"]["exact"] == 1
    assert results["box(5), noise 0"]["psnr"] > results["box(5), noise 0"]["best"]
    assert (tmp_path / "out" / "benchmark.png").is_file()


def test_a_proved_pixel_that_is_wrong_is_counted(monkeypatch):
    original, after, made_by = next(undoing._cases("camera"))[1:]
    small = original[:64, :64], after[:64, :64]
    true = undoing.undo
    monkeypatch.setattr(undoing, "undo", lambda *given: _changed(true(*given)))
    assert undoing._measure("camera", ("sharpened", *small, made_by)).wrong >= 1


def _changed(found):
    sure = np.full_like(found.sure, 2)
    return type(found)(**{**vars(found), "picture": found.picture + np.uint8(1), "sure": sure})


@pytest.mark.parametrize(("options", "words"), [(["--threads", "2"], "--threads"), (["--learning"], "--learning")])  # fmt: skip
def test_what_does_not_go_with_it_is_one_line(options, words, tmp_path):
    done = run_script("benchmark", "--undo", *options, cwd=tmp_path)
    assert_one_line(done, f"{words} is not for --undo", tmp_path)

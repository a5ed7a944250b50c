"""What was trained is kept, whatever happens meanwhile."""

import cv2
import numpy as np
import pytest
from inside import run_here
from running import ROOT

from handconv.pictures import skimage_photo
from learned.experiment import run as run_module
from learned.experiment.config_file import load_config
from learned.experiment.folder import read_run
from learned.experiment.run import run_experiment

CONFIG = ROOT / "configs" / "my_kernel.toml"
FEW = ["photos=['a.png']", "kernels=['scharr_x']"]


@pytest.fixture(autouse=True)
def photo(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cv2.imwrite("a.png", np.ascontiguousarray(skimage_photo("camera")[200:260, 200:280]))


@pytest.mark.slow
def test_a_sweep_stands_beside_the_run_of_its_config(tmp_path):
    sweep = ["--sweep", "seed=0,1"]
    for more in (sweep, [], sweep):
        done = run_here("train", CONFIG, *FEW, *more, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
    assert {path.name for path in (tmp_path / "runs").iterdir()} == {"my_kernel", "my_kernel_sweep"}
    assert (tmp_path / "runs" / "my_kernel_sweep" / "sweep.csv").exists()
    into = ["--sweep", "seed=0,1", "--out", "runs/my_kernel"]
    done = run_here("train", CONFIG, *FEW, *into, cwd=tmp_path)
    assert done.returncode == 2
    assert "runs/my_kernel holds a run. Name a folder of its own" in done.stderr
    assert read_run("runs/my_kernel").names == ["scharr_x"]


def test_a_file_that_appears_while_training_costs_nothing(tmp_path, monkeypatch):
    real, out = run_module.learn, tmp_path / "runs" / "my_kernel"

    def learn(*arguments):
        out.mkdir(exist_ok=True)
        (out / "sweep.csv").write_text("of another program")
        return real(*arguments)

    monkeypatch.setattr(run_module, "learn", learn)
    done = run_here("train", CONFIG, *FEW, cwd=tmp_path)
    assert done.returncode == 0
    assert "runs/my_kernel could not be written any more" in done.stderr
    (kept,) = (tmp_path / "runs").glob("my_kernel_*")
    assert f"Wrote runs/{kept.name}: look" in done.stdout
    assert read_run(kept).names == ["scharr_x"]
    assert [path.name for path in out.iterdir()] == ["sweep.csv"]


def test_a_figure_that_fails_costs_no_numbers(tmp_path, monkeypatch):
    def broken(run):
        raise ZeroDivisionError

    monkeypatch.setattr(run_module, "plot_convergence", broken)
    with pytest.raises(RuntimeError, match=r"all numbers are in .*kept"):
        run_experiment(load_config(CONFIG, FEW), tmp_path / "kept")
    assert read_run(tmp_path / "kept").names == ["scharr_x"]


@pytest.mark.slow
def test_an_entrant_that_diverges_costs_no_race(tmp_path):
    race = 'race=[{optimizer="sgd", lr=1e9, steps=200}, {optimizer="newton"}]'
    done = run_here("train", CONFIG, *FEW, race, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "runs" / "my_kernel" / "race.json").exists()


def test_own_pairs_are_swept_too(tmp_path):
    more = ["before=a.png", "after=a.png", "size=1", "train.finish=none", "train.bias=false"]
    done = run_here(
        "train", ROOT / "configs" / "own_pair.toml", *more, "--sweep", "seed=0,1", cwd=tmp_path
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "runs" / "own_pair_sweep" / "sweep.png").exists()

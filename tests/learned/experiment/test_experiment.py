"""scripts/train.py, scripts/plot_kernels.py and scripts/check_flip.py as a user runs them."""

import json
import re

import cv2
import numpy as np
import pytest
from inside import run_here
from running import ROOT, run_script
from safetensors.numpy import load_file
from thorough import slow_except

from handconv.kernels import BANK, named
from handconv.pictures import skimage_photo
from learned.experiment.folder import RUN_FILES

# files that only some runs have
PAIRS, FINISH, RACE = ["own_pairs.png"], ["bounds.png"], ["race.json", "race.png"]


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bank")
    done = run_script("train", ROOT / "configs" / "bank.toml", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    return folder / "runs" / "bank", done.stdout


def test_the_bank_is_learned_to_the_contract(bank):
    folder, output = bank
    assert {path.name for path in folder.iterdir()} == set(RUN_FILES) - {*PAIRS, *FINISH, *RACE}
    metrics = json.loads((folder / "metrics.json").read_text())
    kernels = load_file(folder / "kernels.safetensors")
    assert list(metrics["kernels"]) == list(BANK)
    for name, entry in metrics["kernels"].items():
        hand, learned = named(name), kernels[f"learned/{name}"]
        assert learned.dtype == np.float64
        np.testing.assert_array_equal(kernels[f"hand/{name}"], hand)
        largest = np.abs(learned - hand).max()
        assert entry["max_abs_error"] == pytest.approx(largest)
        assert entry["relative_error"] == pytest.approx(largest / np.abs(hand).max())
        assert entry["relative_error"] <= 1e-6
        assert entry["orientation"] == "as defined"
        assert {"loss", "steps", "seconds"} <= entry.keys()
        assert name in output


def test_a_log_has_a_line_for_each_kernel_before_the_table(bank):
    lines = bank[1].split("kernel  ")[0].splitlines()
    assert [line.split(": ")[0] for line in lines] == list(BANK)
    assert all(re.fullmatch(r"\w+: \d+ steps, \d+\.\d{3} s", line) for line in lines)


def test_the_bank_agrees_with_lstsq_by_numpy(bank):
    kernels = load_file(bank[0] / "kernels.safetensors")
    photo = skimage_photo("camera").astype(np.float64)
    for name in ("small_blur", "sharpen", "sobel_y"):
        hand = named(name)
        after = cv2.filter2D(photo, cv2.CV_64F, hand, borderType=cv2.BORDER_REPLICATE)
        rim = hand.shape[0] // 2
        padded = np.pad(photo, rim, mode="edge")
        patches = np.lib.stride_tricks.sliding_window_view(padded, hand.shape)
        patches = patches[::3, ::3].reshape(-1, hand.size)
        taps = np.linalg.lstsq(patches, after[::3, ::3].ravel(), rcond=None)[0]
        np.testing.assert_allclose(
            kernels[f"learned/{name}"].ravel(), taps, atol=1e-9 * np.abs(hand).max()
        )


@pytest.mark.parametrize("name", ["kernels.png", "convergence.png", "outputs.png"])
def test_figures_are_pictures_with_something_on_them(bank, name):
    picture = cv2.imread(str(bank[0] / name))
    assert picture is not None
    assert min(picture.shape[:2]) >= 500
    assert picture.std() > 10


def test_plot_kernels_draws_a_run_again(bank, tmp_path):
    done = run_here("plot_kernels", bank[0], "--out", tmp_path / "again.png", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    again, first = (cv2.imread(str(p)) for p in (tmp_path / "again.png", bank[0] / "kernels.png"))
    np.testing.assert_array_equal(again, first)
    done = run_here("plot_kernels", bank[0], "--kernel", "sobel", "--out", "a.png", cwd=tmp_path)
    assert done.returncode == 2
    assert "kernel 'sobel' is not in the run" in done.stderr
    assert not (tmp_path / "a.png").exists()


@pytest.mark.slow
def test_the_same_seed_gives_the_same_history(tmp_path):
    def history(*overrides):
        config = ROOT / "configs" / "adam.toml"
        options = ("kernels=['sobel_x']", "train.steps=20", *overrides)
        done = run_script("train", config, *options, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        lines = (tmp_path / "runs" / "adam" / "history.jsonl").read_text().splitlines()
        return [(r["loss"], r["kernel_error"]) for r in map(json.loads, lines)]

    first = history()
    assert history() == first
    assert history("seed=1") != first


QUICK = {  # what keeps the teaching configs short enough for a test
    "sgd_fails_on_blur": ["train.steps=20"],
    "adam": ["train.steps=20"],
    "lbfgs": ["train.steps=5"],
    "race": [
        'race=[{optimizer = "lbfgs", steps = 2}, {optimizer = "newton"}]',
        "kernels=['sobel_x']",
    ],
    "eight_bit": ["kernels=['sobel_x', 'small_blur']"],
    "tutorial_uint8": ["kernels=['sharpen', 'small_blur']"],
}


@pytest.mark.parametrize(
    "name",
    slow_except(
        sorted(
            path.stem
            for path in (ROOT / "configs").glob("*.toml")
            if path.stem not in ("bank", "own_pair", "own_inverse")
            and "\ntask =" not in path.read_text("utf-8")
        ),
        "my_kernel",
    ),
)
def test_every_config_runs(name, tmp_path):
    config = ROOT / "configs" / f"{name}.toml"
    done = run_here("train", config, *QUICK.get(name, []), cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    left_out = {*PAIRS}
    left_out |= {*FINISH} if "finish" not in config.read_text() else set()
    left_out |= {*RACE} if "[[race]]" not in config.read_text() else set()
    written = {path.name for path in (tmp_path / "runs" / name).iterdir()}
    assert written == set(RUN_FILES) - left_out


def test_colour_learns_grey_mix_and_filter_as_one(tmp_path):
    config = ROOT / "configs" / "colour.toml"
    assert run_here("train", config, "kernels=['sobel_x']", cwd=tmp_path).returncode == 0
    learned = load_file(tmp_path / "runs/colour/kernels.safetensors")["learned/sobel_x"]
    mix = np.array([0.299, 0.587, 0.114])[:, None, None]
    np.testing.assert_allclose(learned, mix * named("sobel_x"), atol=1e-9)


def test_true_convolution_is_found_rotated(tmp_path):
    assert run_here("train", ROOT / "configs" / "flip.toml", cwd=tmp_path).returncode == 0
    metrics = json.loads((tmp_path / "runs/flip/metrics.json").read_text())["kernels"]
    assert metrics["sobel_x"]["orientation"] == "rotated 180"
    assert metrics["sobel_x"]["oriented_error"] < 1e-6 < metrics["sobel_x"]["relative_error"]
    assert metrics["laplacian"]["orientation"] == "as defined"


def test_check_flip_says_what_it_found(tmp_path):
    done = run_here("check_flip", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "learned from true correlation: as defined" in done.stdout
    assert "learned from true convolution: rotated 180" in done.stdout
    can, cannot = (
        next(line for line in done.stdout.splitlines() if line.startswith(start))
        for start in ("can tell", "cannot")
    )
    assert "sobel_x" in can
    assert "laplacian" in cannot
    assert (tmp_path / "runs" / "flip.png").exists()


@pytest.mark.slow
def test_check_flip_on_a_symmetric_kernel_expects_no_turn(tmp_path):
    done = run_here("check_flip", "--kernel", "gaussian(5, 1.0)", cwd=tmp_path)
    assert done.returncode == 0
    assert "learned from true convolution: as defined" in done.stdout


BAD = {
    "a missing photo": (["photos=['none.png']"], "none.png is no file"),
    "a truncated photo": (["photos=['short.png']"], "short.png"),
    "a folder without pictures": (["photos=['empty']"], "empty is a folder without pictures"),
    "an unknown photo": (["photos=['skimage:camra']"], "Did you mean camera"),
    "an unknown kernel": (["kernels=['sobel_z']"], "sobel_x"),
    "an unknown key": (["train.step=3"], "Did you mean steps?"),
    "an even kernel": (["kernels=[{name='a', values=[[1,2]]}]"], "(1, 2); an even side"),
    "an empty kernel": (["kernels=[{name='a', values=[]}]"], "kernel"),
    "a NaN": (["kernels=[{name='a', values=[[nan]]}]"], "nan"),
    "a zero kernel": (["kernels=[{name='a', values=[[0]]}]"], "zero throughout"),
    "a small photo": (["photos=['small.png']"], "8 × 9 pixels, fewer than the 21 × 21 taps"),
    "a constant photo": (["photos=['flat.png']"], "every kernel"),
    "a device that is not there": (["device='cuda:7'"], "device is cuda:7"),
    "a name that leads elsewhere": (["name='../x'"], "name"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_line_and_nothing_is_written(case, tmp_path):
    overrides, message = BAD[case]
    (tmp_path / "empty").mkdir()
    rng = np.random.default_rng(0)
    whole = cv2.imencode(".png", rng.integers(0, 255, (64, 64), np.uint8))[1].tobytes()
    (tmp_path / "short.png").write_bytes(whole[: len(whole) // 2])
    cv2.imwrite(str(tmp_path / "small.png"), rng.integers(0, 255, (8, 9), np.uint8))
    cv2.imwrite(str(tmp_path / "flat.png"), np.full((64, 64), 7, np.uint8))
    done = run_here("train", ROOT / "configs" / "bank.toml", *overrides, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "runs").exists()


def test_a_folder_of_other_things_is_never_replaced(tmp_path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "to_mum.txt").write_text("Dear mum")
    config = ROOT / "configs" / "my_kernel.toml"
    done = run_here("train", config, "--out", "letters", cwd=tmp_path)
    assert done.returncode == 2
    assert "to_mum.txt" in done.stderr
    assert [path.name for path in (tmp_path / "letters").iterdir()] == ["to_mum.txt"]


def test_an_unwritable_place_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    config = ROOT / "configs" / "my_kernel.toml"
    done = run_here("train", config, "--out", "file/run", cwd=tmp_path)
    assert done.returncode == 2
    assert "file" in done.stderr
    assert len(done.stderr.splitlines()) == 1

"""Runs that are cut off go on with the same digits, and never lose their last checkpoint."""

import errno
import os
import resource
import shutil
import subprocess
import sys
import time
from itertools import product

import cv2
import numpy as np
import pytest
import torch
from running import ROOT, result, run_script
from thorough import slow_except

from handconv.kernels import named
from handconv.pictures import skimage_photo
from learned.experiment.checkpoint import Checkpoint, open_checkpoint
from learned.experiment.config import Config, TrainConfig
from learned.experiment.config_file import load_config
from learned.experiment.photos import Photos
from learned.experiment.run import run_experiment
from learned.experiment.task import from_photos
from learned.train.batches import Crops
from learned.train.loop import train

CROPS = {"batch_size": 3, "crop": 24}
WAYS = {
    "sgd": {"optimizer": "sgd"},
    "adam on crops": {"optimizer": "adam", **CROPS},
    "lbfgs": {"optimizer": "lbfgs"},
    "whitened adam": {"optimizer": "adam", "precondition": "whiten"},
    "whitened lbfgs on crops": {"optimizer": "lbfgs", "precondition": "whiten", **CROPS},
    "newton": {"optimizer": "newton", "checkpoint_every": 3},
    "newton, photo by photo": {"optimizer": "newton"},
}


def task(target, **options):
    images = [skimage_photo("camera")[None, a : a + 40, a : a + 50] / 1.0 for a in (0, 99, 200)]
    photos = Photos(images, ["a", "b", "c"], [(40, 50)] * 3, {})
    config = Config(kernels=["sobel_x"], target=target, train=TrainConfig(**options))
    return from_photos("sobel_x", named("sobel_x")[None], photos, config, torch.device("cpu"))


QUICK = ("adam on crops", "uint8"), ("lbfgs", "float64"), ("newton, photo by photo", "uint8")


@pytest.mark.parametrize(
    ("way", "target"), slow_except(product(WAYS, ["float64", "uint8"]), *QUICK)
)
def test_training_goes_on_with_the_same_digits_from_anywhere(way, target, tmp_path):
    it = task(target, **{"steps": 12, "checkpoint_every": 1, **WAYS[way]})
    options, samples = it.config.train, it.samples()
    whole = list(train(it.net(options), samples, options, it.batches(options)))
    assert len(whole) >= 3
    checkpoint = Checkpoint(tmp_path / "run.checkpoint", it.config.to_toml(), ["a", "b", "c"])
    stored = []
    for progress in whole:  # only now: a state stays what it was while training goes on
        checkpoint.write("sobel_x", [], progress)
        stored.append(open_checkpoint(tmp_path / "run", it.config, ["a", "b", "c"], True))
    for start in range(0, len(whole), 3):
        # a net with other weights: all that counts is in the checkpoint
        net = it.net(options)
        net.kernel = np.full((1, 3, 3), 7.0)
        again = list(train(net, samples, options, it.batches(options), stored[start].progress))
        assert [(p.step, p.loss) for p in again] == [(p.step, p.loss) for p in whole[start + 1 :]]
        for one, other in zip(again, whole[start + 1 :], strict=True):
            np.testing.assert_array_equal(one.kernel, other.kernel)


@pytest.mark.parametrize("optimizer", ["adam", "newton"])
def test_states_are_copied_only_where_a_checkpoint_is_due(optimizer):
    due = {}
    for every in (None, 2):
        it = task("uint8", optimizer=optimizer, steps=5, checkpoint_every=every)
        options = it.config.train
        steps = train(it.net(options), it.samples(), options)
        due[every] = [progress.state is not None for progress in steps]
    assert due[None] == [False] * 6
    # newton counts photos, two of three and then all
    assert due[2] == ([True, False] * 3 if optimizer == "adam" else [True] * 12)


def test_crops_are_a_pure_function_of_seed_and_step():
    images = [np.arange(1200.0).reshape(1, 30, 40) + 2000 * i for i in range(5)]

    def crops(step, seed=1):
        return np.array(Crops(images, lambda crop: crop, 8, 3, seed)(step))

    seen = [crops(step) for step in range(10)]
    for step in (7, 2, 0):
        np.testing.assert_array_equal(crops(step), seen[step])
    assert not np.array_equal(crops(0, seed=2), seen[0])
    drawn = np.concatenate(seen)[:, 0].reshape(6, 5, 64)  # 30 crops of 5 photos: 6 times through
    for epoch in drawn // 2000:
        assert sorted(epoch[:, 0]) == [0, 1, 2, 3, 4]
    steps = {
        (int(c[1] - c[0]), int(c[8] - c[0])) for c in np.concatenate(seen)[:, 0].reshape(30, 64)
    }
    assert steps == {(1, 40), (-1, 40), (1, -40), (-1, -40)}  # all four ways to mirror


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three small photos, a config that writes checkpoints all the time, and what comes out."""
    folder = tmp_path_factory.mktemp("cut_off")
    (folder / "photos").mkdir()
    for i in range(3):
        crop = skimage_photo("camera")[50 * i : 50 * i + 64, 90 * i : 90 * i + 80]
        cv2.imwrite(str(folder / "photos" / f"{i}.png"), np.ascontiguousarray(crop))
    (folder / "config.toml").write_text(
        f'kernels = ["sobel_x", "sharpen"]\nphotos = ["{folder}/photos"]\ntarget = "uint8"\n'
        '[train]\noptimizer = "adam"\nsteps = 60\nbatch_size = 2\ncrop = 32\ncheckpoint_every = 1\n'
    )
    run_experiment(load_config(folder / "config.toml"), folder / "adam_whole")
    assert not list(folder.glob("*.checkpoint*"))
    return folder


OTHERS = [
    (["seed=3"], "belongs to another config: it has 'seed = 0' where this one has 'seed = 3'"),
    (["photos=['skimage:cell']"], "belongs to another config"),
    (["train.seconds=3"], "belongs to another config"),
]


def test_an_interrupted_run_goes_on_with_the_same_digits(folder, monkeypatch):
    config, out, left = load_config(folder / "config.toml"), folder / "interrupted", iter(range(80))

    def interrupted(*arguments):
        for progress in train(*arguments):
            if next(left, None) is None:  # in the middle of the second kernel
                raise KeyboardInterrupt
            yield progress

    with monkeypatch.context() as patch:
        patch.setattr("learned.experiment.learn.train", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run_experiment(config, out)
    checkpoint = folder / "interrupted.checkpoint"
    content = checkpoint.read_bytes()
    assert not out.exists()
    with pytest.raises(ValueError, match=r"holds an unfinished run\. Go on with it by --resume"):
        run_experiment(config, out)
    for overrides, message in OTHERS:
        with pytest.raises(ValueError, match=message):
            run_experiment(load_config(folder / "config.toml", overrides), out, resume=True)

    def full(_):
        raise OSError(errno.EFBIG, "File too large")

    with monkeypatch.context() as patch:
        patch.setattr("learned.experiment.checkpoint.os.fsync", full)
        with pytest.raises(OSError, match=r"be written: File too large\. The one before is intact"):
            run_experiment(config, out, resume=True)
    assert checkpoint.read_bytes() == content
    run_experiment(config, out, resume=True)
    assert result(out) == result(folder / "adam_whole")
    assert not list(folder.glob("interrupted.checkpoint*"))


def test_a_checkpoint_without_a_folder_is_named(tmp_path):
    checkpoint = Checkpoint(tmp_path / "away" / "run.checkpoint", "", [])
    with pytest.raises(OSError, match=r"run.checkpoint cannot be written: No such file"):
        checkpoint.write("", [], None)


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", ["adam", "newton"])
def test_killed_at_random_moments_it_ends_with_the_same_digits(optimizer, folder):
    overrides = [f"train.optimizer={optimizer}"]
    if optimizer != "adam":
        config = load_config(folder / "config.toml", overrides)
        run_experiment(config, folder / f"{optimizer}_whole")
    cut = subprocess.run(
        [sys.executable, ROOT / "tests" / "help" / "cut_off.py", "config.toml", optimizer, "5", *overrides],
        cwd=folder, capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    assert cut.returncode == 0, cut.stderr
    assert int(cut.stdout) >= 5
    assert result(folder / optimizer) == result(folder / f"{optimizer}_whole")
    assert not list(folder.glob(f"{optimizer}.checkpoint*"))


def start(folder, out, *arguments, **options):
    """Start a run that takes minutes, and come back once it has written a checkpoint."""
    process = subprocess.Popen(
        [sys.executable, ROOT / "scripts" / "train.py", "config.toml", "--out", out, *arguments],
        cwd=folder, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, **options,
    )  # fmt: skip
    for _ in range(1000):
        if folder.joinpath(f"{out}.checkpoint").exists():
            return process
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.05)
    raise AssertionError("no checkpoint after 50 seconds")


@pytest.mark.slow
def test_a_cut_off_run_is_not_started_again_by_mistake(folder):
    process = start(folder, "cut", "train.steps=60")
    process.kill()
    process.communicate()
    checkpoint = folder / "cut.checkpoint"
    content = checkpoint.read_bytes()
    done = run_script("train", "config.toml", "--out", "cut", cwd=folder)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "holds an unfinished run. Go on with it by --resume" in done.stderr
    for overrides, message in OTHERS:
        with pytest.raises(ValueError, match=message):
            run_experiment(load_config(folder / "config.toml", overrides), folder / "cut", True)
    assert checkpoint.read_bytes() == content

    def small_files_only():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))  # as on a full disk

    process = subprocess.run(
        [sys.executable, ROOT / "scripts/train.py", "config.toml", "--out", "cut", "--resume"],
        cwd=folder, capture_output=True, text=True, preexec_fn=small_files_only, check=False,
        env={**os.environ, "NUMBA_CACHE_DIR": str(folder)},
    )  # fmt: skip
    assert process.returncode == 2
    assert len(process.stderr.splitlines()) == 1
    assert "cannot be written: File too large. The one before is intact." in process.stderr
    assert checkpoint.read_bytes() == content
    done = run_script("train", "config.toml", "--out", "cut", "--resume", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert result(folder / "cut") == result(folder / "adam_whole")


@pytest.mark.slow
def test_a_folder_removed_in_mid_run_is_named(folder):
    (folder / "away").mkdir()
    process = start(folder, "away/run", "train.steps=1_000_000")
    shutil.rmtree(folder / "away", ignore_errors=True)
    shutil.rmtree(folder / "away", ignore_errors=True)  # a file may have come in between
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 2
    assert len(stderr.splitlines()) == 1
    assert "run.checkpoint cannot be written: No such file or directory" in stderr


@pytest.mark.parametrize("damage", ["empty", "cut short", "noise", "a picture", "pickle"])
def test_damaged_checkpoints_are_refused(damage, tmp_path):
    config = Config(kernels=["sobel_x"])
    path = tmp_path / "run.checkpoint"
    Checkpoint(path, config.to_toml(), ["a"]).write("", [], None)
    whole = path.read_bytes()
    contents = {
        "empty": b"",
        "cut short": whole[: len(whole) // 2],
        "noise": np.random.default_rng(0).bytes(1000),
        "a picture": cv2.imencode(".png", np.zeros((9, 9), np.uint8))[1].tobytes(),
        "pickle": b"cposix\nsystem\n(S'touch harm'\ntR.",  # what torch.load could run
    }
    path.write_bytes(contents[damage])
    with pytest.raises(ValueError, match=r"run.checkpoint is damaged or no checkpoint.*Delete it"):
        open_checkpoint(tmp_path / "run", config, ["a"], resume=True)
    assert not list(tmp_path.glob("harm"))

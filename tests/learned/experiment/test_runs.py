import contextlib
import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import safe_open

from learned.experiment.config import Config
from learned.experiment.folder import Run, read_run, write_run


@pytest.fixture
def run():
    hand = {"sobel_x": np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])}
    learned = {"sobel_x": hand["sobel_x"][::-1].T + 1e-9}  # a transposed view: not contiguous
    entry = {"max_abs_error": 1.0, "relative_error": 0.5, "orientation": "none"}
    history = [{"kernel": "sobel_x", "step": 0, "seconds": 0.1, "loss": 3.0, "kernel_error": 1.0}]
    kernels = {f"hand/{k}": v for k, v in hand.items()}
    kernels |= {f"learned/{k}": v for k, v in learned.items()}
    return Run(Config(kernels=["sobel_x"]), kernels, {"kernels": {"sobel_x": entry}}, history)


def test_a_run_comes_back_as_it_was_written(run, tmp_path):
    write_run(tmp_path, run)
    back = read_run(tmp_path)
    assert (back.config, back.metrics, back.history) == (run.config, run.metrics, run.history)
    assert back.kernels.keys() == run.kernels.keys()
    for name, kernel in run.kernels.items():
        np.testing.assert_array_equal(back.kernels[name], kernel)


def test_the_files_are_what_others_expect(run, tmp_path):
    write_run(tmp_path, run)
    with safe_open(tmp_path / "kernels.safetensors", "numpy") as file:
        assert set(file.keys()) == {"learned/sobel_x", "hand/sobel_x"}
        assert file.get_tensor("learned/sobel_x").dtype == np.float64
        np.testing.assert_array_equal(file.get_tensor("learned/sobel_x"), run.learned("sobel_x"))
    assert json.loads((tmp_path / "metrics.json").read_text()) == run.metrics
    assert len((tmp_path / "history.jsonl").read_text().splitlines()) == 1


def test_only_keeps_the_kernels_asked_for(run):
    assert run.only(["sobel_x"]).names == ["sobel_x"]
    with pytest.raises(ValueError, match="kernel 'blur' is not in the run; it has sobel_x"):
        run.only(["blur"])


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(ValueError, match="is not a run folder"):
        read_run(tmp_path)


def test_kernels_that_are_not_numbers_are_refused(run, tmp_path):
    run.kernels["learned/sobel_x"] = np.full((3, 3), np.nan)  # safetensors accepts it
    write_run(tmp_path, run)
    with pytest.raises(ValueError, match=r"kernels.safetensors holds learned/sobel_x .* finite"):
        read_run(tmp_path)


ENTRY = {"max_abs_error": 0.0, "orientation": "as defined"}
FILES = ["kernels.safetensors", "metrics.json", "history.jsonl", "config.toml"]


@given(st.sampled_from(FILES), st.integers(0, 2000), st.binary(min_size=1, max_size=8))
@settings(deadline=None, max_examples=150)
def test_damaged_files_are_refused_or_harmless(name, place, noise):
    kernels = {"hand/sobel_x": np.eye(3), "learned/sobel_x": np.eye(3)}
    metrics = {"kernels": {"sobel_x": ENTRY}}
    with tempfile.TemporaryDirectory() as folder:
        write_run(
            Path(folder),
            Run(Config(kernels=["sobel_x"]), kernels, metrics, [{"kernel": "sobel_x"}]),
        )
        file = Path(folder) / name
        content = file.read_bytes()
        place %= len(content)
        file.write_bytes(content[:place] + noise + content[place + len(noise) :])
        with contextlib.suppress(ValueError):  # any other exception fails the test
            read_run(folder)

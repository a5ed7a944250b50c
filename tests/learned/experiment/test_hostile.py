"""Damaged state and numbers beyond all measure: one line, never a traceback, nothing half-made."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch
from inside import run_here
from running import ROOT
from safetensors.torch import save_file
from thorough import slow_except

from learned.experiment import checkpoint as module
from learned.experiment.checkpoint import read_checkpoint
from learned.experiment.config import Config
from learned.experiment.folder import read_run
from learned.experiment.run import run_experiment


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A run that was cut off: its config, and the bytes of its checkpoint."""
    folder = tmp_path_factory.mktemp("saved")
    train = {"optimizer": "adam", "steps": 3, "checkpoint_every": 1}
    config = Config(photos=["skimage:cell"], kernels=["sharpen"], train=train)
    kept = []
    write = module.Checkpoint.write
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            module.Checkpoint,
            "write",
            lambda self, *what: (write(self, *what), kept.append(self.path.read_bytes())),
        )
        run_experiment(config, folder / "run")
    return config, kept[1]


def test_every_flipped_bit_in_a_checkpoint_is_noticed(saved, tmp_path):
    _, data = saved
    chance = random.Random(0)
    for _ in range(300):
        flipped = bytearray(data)
        flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
        (tmp_path / "run.checkpoint").write_bytes(flipped)
        with pytest.raises(ValueError, match=r"run.checkpoint is damaged or no checkpoint"):
            read_checkpoint(tmp_path / "run.checkpoint")


WRONG = {  # what a checkpoint with a right checksum may hold all the same
    "no progress": lambda v: v | {"progress": None, "name": 3},
    "a list for finished": lambda v: v | {"finished": [1]},
    "finished without kernels": lambda v: v | {"finished": {"sharpen": {}}},
    "finished in another shape": lambda v: (
        v
        | {
            "finished": {
                "sharpen": {
                    "kernels": {"learned": {"array": torch.zeros(1, 5, 5)}},
                    "entry": {},
                    "history": [],
                }
            }
        }
    ),
    "history of numbers": lambda v: v | {"history": [1, 2]},
    "a progress of two": lambda v: v | {"progress": (1, 2.0)},
    "no state": lambda v: v | {"progress": (1, 0.1, 2.0, {"array": torch.zeros(1, 3, 3)}, {})},
    "the state of another net": lambda v: (
        v
        | {
            "progress": (
                *v["progress"][:4],
                {**v["progress"][4], "net": {"weight": torch.zeros(3)}},
            )
        }
    ),
    "no dictionary": lambda v: [1, 2, 3],
}


@pytest.mark.parametrize("name", WRONG)
def test_a_checkpoint_of_wrong_content_is_one_error(name, saved, tmp_path):
    import hashlib
    import io

    config, data = saved
    content = io.BytesIO(data[len(module.START) + 32 :])
    values = torch.load(content, weights_only=True)
    changed = io.BytesIO()
    torch.save(WRONG[name](values), changed)
    whole = module.START + hashlib.sha256(changed.getvalue()).digest() + changed.getvalue()
    (tmp_path / "run.checkpoint").write_bytes(whole)
    with pytest.raises(ValueError, match=r"run.checkpoint .*Delete it"):
        run_experiment(config, tmp_path / "run", resume=True)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="flock")
def test_a_second_run_into_the_same_folder_is_told_at_once(tmp_path):
    config = ROOT / "configs" / "adam.toml"
    command = [sys.executable, ROOT / "scripts/train.py", config, "train.steps=1000000"]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL) as first:
        while not list(tmp_path.glob("runs/.adam.lock")):
            assert first.poll() is None
            time.sleep(0.05)
        second = run_here("train", config, cwd=tmp_path)
        first.send_signal(signal.SIGKILL)
    assert second.returncode == 2
    assert f"is being written by another run (process {first.pid})" in second.stderr
    assert len(second.stderr.splitlines()) == 1
    third = run_here("train", config, "train.steps=2", "kernels=['sobel_x']", cwd=tmp_path)
    assert third.returncode == 0
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["adam"]


BEYOND = {
    "sgd beyond all": ["train.optimizer='sgd'", "train.lr=1e308", "train.steps=3"],
    "lbfgs below all": ["train.optimizer='lbfgs'", "train.lr=5e-324", "train.steps=3"],
    "adam beyond all": ["train.optimizer='adam'", "train.lr=1e308", "train.steps=3"],
    "huge taps": ["kernels=[{name='k', values=[[1e160, 0, -1e160]]}]"],
    "huger taps": ["kernels=[{name='k', values=[[1e307, 1, -1e307]]}]"],
    "tiny taps": ["kernels=[{name='k', values=[[1e-320, 0, 2e-320]]}]"],
    "a huge bias": ["bias=1e306", "train.finish='chebyshev'"],
    "a huge kernel": ["kernels=['box(511, 511)']"],
    "a huge batch": ["train.optimizer='adam'", "train.batch_size=100000", "train.crop=512"],
    "a long sweep value": ["--sweep", "train.lr=0." + "1" * 300],
}


@pytest.mark.parametrize("name", BEYOND)
def test_numbers_beyond_all_measure_are_at_most_one_line(name, tmp_path):
    options = ["photos=['skimage:coins']", *BEYOND[name]]
    if "kernels" not in " ".join(options):
        options.append("kernels=['sobel_x']")
    done = run_here("train", ROOT / "configs" / "my_kernel.toml", *options, cwd=tmp_path)
    assert done.returncode in (0, 2), done.stderr
    assert len(done.stderr.splitlines()) <= 1, done.stderr
    assert "Traceback" not in done.stderr
    if done.returncode:
        assert done.stderr.startswith("error: ")
        assert not list(tmp_path.glob("runs/*"))


def run_folder(folder, kernels, entry):
    folder.mkdir()
    (folder / "config.toml").write_text('kernels = ["sharpen"]\n')
    (folder / "metrics.json").write_text(json.dumps({"kernels": entry}))
    (folder / "history.jsonl").write_text("")
    save_file(kernels, folder / "kernels.safetensors")


ENTRY = {"max_abs_error": 0.0, "orientation": "as defined"}
RUNS = {
    "numbers of 16 bits": (torch.zeros(3, 3, dtype=torch.bfloat16), {"sharpen": ENTRY}),
    "numbers of 8 bits": (torch.zeros(3, 3).to(torch.float8_e4m3fn), {"sharpen": ENTRY}),
    "no rows": (torch.zeros(0, 3, dtype=torch.float64), {"sharpen": ENTRY}),
    "channels in a grey run": (torch.zeros(3, 3, 3, dtype=torch.float64), {"sharpen": ENTRY}),
    "another kernel": (torch.zeros(3, 3, dtype=torch.float64), {"box": ENTRY}),
    "null": (torch.zeros(3, 3, dtype=torch.float64), {"sharpen": None}),
    "null inside": (torch.zeros(3, 3, dtype=torch.float64), {"sharpen": {**ENTRY, "steps": None}}),
}


@pytest.mark.parametrize("name", RUNS)
def test_a_run_folder_of_wrong_content_is_one_error(name, tmp_path):
    kernel, entry = RUNS[name]
    run_folder(tmp_path / "run", {"hand/sharpen": kernel, "learned/sharpen": kernel.clone()}, entry)
    with pytest.raises(ValueError, match="run"):
        read_run(tmp_path / "run")


@pytest.mark.slow
@pytest.mark.parametrize("to", slow_except(["opencv", "npz", "pt2", "onnx"], "opencv"))
def test_a_full_disk_is_named_by_export(to, tmp_path):
    """A file system of 64 KiB would need root; a limit on the size of files does the same."""
    kernel = torch.from_numpy(np.arange(9.0).reshape(3, 3))
    run_folder(
        tmp_path / "run",
        {"hand/sharpen": kernel, "learned/sharpen": kernel.clone()},
        {"sharpen": ENTRY},
    )
    program = f"""
import resource, runpy, signal, sys
sys.argv = ["export.py", "run", "--to", "{to}"]
import numpy, torch, onnx
import torch.export, torch._export
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))
runpy.run_path({str(ROOT / "scripts" / "export.py")!r}, run_name="__main__")
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == 2, done.stdout + done.stderr
    assert "cannot be written: File too large" in done.stderr.splitlines()[-1]
    assert [path.name for path in tmp_path.iterdir()] == ["run"]

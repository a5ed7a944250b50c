"""The history on TensorBoard: written by the package where it is there, else by a stand-in."""

import json
import sys
from importlib.util import find_spec
from types import ModuleType

import pytest
from inside import run_here
from running import ROOT

from learned.experiment.board import Board

RECORDS = [
    {"kernel": "blur", "step": 0, "seconds": 0.1, "loss": 9.0, "kernel_error": 1.0},
    {"kernel": "sobel_x", "step": 0, "seconds": 0.1, "loss": 4.0, "kernel_error": 0.5},
    {"kernel": "blur", "step": 7, "seconds": 0.2, "loss": 1.0, "kernel_error": 0.25},
]


@pytest.fixture
def written(monkeypatch):
    """A stand-in for the package: folder -> what its writer was told, "closed" at last."""
    written = {}

    class SummaryWriter:
        def __init__(self, folder):
            self.told = written.setdefault(folder, [])

        def add_scalar(self, quantity, value, step):
            self.told.append((quantity, value, step))

        def close(self):
            self.told.append("closed")

    module = ModuleType("torch.utils.tensorboard")
    module.SummaryWriter = SummaryWriter
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", module)
    return written


def test_each_kernel_has_a_folder_of_its_own(written, tmp_path):
    with Board(tmp_path) as board:
        for record in RECORDS:
            board.log(record)
    assert written == {
        str(tmp_path / "blur"): [
            *[("loss", 9.0, 0), ("kernel_error", 1.0, 0)],
            *[("loss", 1.0, 7), ("kernel_error", 0.25, 7), "closed"],
        ],
        str(tmp_path / "sobel_x"): [("loss", 4.0, 0), ("kernel_error", 0.5, 0), "closed"],
    }


def test_a_run_writes_its_history_there_too(written, tmp_path):
    config = ROOT / "configs" / "my_kernel.toml"
    done = run_here("train", config, "train.tensorboard=true", "--out", "out", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    lines = (tmp_path / "out" / "history.jsonl").read_text().splitlines()
    history = [json.loads(line) for line in lines]
    for name in {record["kernel"] for record in history}:
        told = written[f"out.tensorboard/{name}"]
        own = [record for record in history if record["kernel"] == name]
        assert told == [
            *[
                (what, each[what], each["step"])
                for each in own
                for what in ("loss", "kernel_error")
            ],
            "closed",
        ]


@pytest.mark.skipif(not find_spec("tensorboard"), reason="needs the package tensorboard")
def test_the_package_reads_what_was_written(tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    with Board(tmp_path) as board:
        for record in RECORDS:
            board.log(record)
    events = EventAccumulator(str(tmp_path / "blur"))
    events.Reload()
    assert [(each.step, each.value) for each in events.Scalars("loss")] == [(0, 9.0), (7, 1.0)]


def test_without_the_package_it_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(ValueError, match=r"not installed\. Run: pip install tensorboard"):
        Board(tmp_path)

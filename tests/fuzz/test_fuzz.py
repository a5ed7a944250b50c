"""A short round of `make fuzz`, with a fixed budget of time, and the inputs that once broke something."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from fuzz import attempt, fuzz
from picture_files import by_tifffile, with_tags
from targets import TARGETS

PIXELS = np.zeros((9, 13, 3), np.uint8)
HUGE_TILES = with_tags(
    by_tifffile(PIXELS, tile=(16, 16), compression="zlib"), {322: 2**25 + 16}
)  # 1.6 GB for 700 bytes
BROKE = {
    "configs": [b"kernels = " + b"[" * 20_000 + b"]" * 20_000, b"a=" + b"{a=" * 5000],
    "overrides": [b"kernels=" + b"[" * 20_000, b"train.lr=" + b"[" * 5000],
    "runs": [b"metrics.json\0|\0" + b"[" * 100_000],
    "checkpoints": [b"", b"handconv checkpoint 1\n", b"PK\x03\x04"],
    "pictures": [
        b"\x89PNG\r\n\x1a\n",
        b"II*\0\x08\0\0\0",
        b"\x93NUMPY\x01\x00\x10\x00{",
        HUGE_TILES,
    ],
    "correlate": [],
}


@pytest.mark.parametrize("name", TARGETS)
def test_what_once_broke_a_reader_is_refused(name, tmp_path):
    for data in BROKE[name]:
        assert attempt(TARGETS[name], data, tmp_path) == "refused"


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_mutated_inputs_break_no_reader(name, tmp_path):
    compiles = name == "correlate"  # a loop for each new shape, which takes seconds: a few inputs
    seconds, inputs = (300.0, 12) if compiles else (6.0, 10**9)
    counts, findings = fuzz(name, seconds, inputs, 1, tmp_path, 1)
    assert findings == []
    assert counts["refused"] > (0 if compiles else 100)
    assert counts["read"] > 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        ("filters.py", "--count", "60", "--seed", "5000"),
        ("odd_pictures.py", "--count", "120", "--seed", "5000"),
        ("kills.py", "--kills", "8"),
    ],
    ids=lambda command: command[0],
)
def test_a_short_round_finds_nothing(command):
    """Of random filters and odd pictures, told truly; of programs killed and run again."""
    script = Path(__file__).with_name(command[0])
    done = subprocess.run(
        [sys.executable, script, *command[1:]], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr

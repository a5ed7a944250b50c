"""Consoles that know few characters."""

import io
import os
import subprocess
import sys

import pytest
from running import ROOT

from handconv.cli import errors_end_with_status_2
from handconv.consoles import plain

SOURCES = [
    path for name in ("handconv", "learned", "scripts") for path in (ROOT / name).rglob("*.py")
]
NEVER_PRINTED = set("⌊⌋写")
POOR = {
    "encoding": {"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"},
    "locale": {"PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"},
}


def test_every_character_of_ours_has_a_plain_one():
    used = {each for path in SOURCES for each in path.read_text(encoding="utf-8")}
    strange = {each for each in used if not each.isascii()} - NEVER_PRINTED
    assert {"×", "–", "…"} <= strange
    assert not {each for each in strange if "?" in plain(each)}


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("ascii", "3 x 3 - 1/2, 2^2 +-, naive ? ?"),
        ("cp437", "3 x 3 - ½, 2² ±, naïve ? ?"),
        ("utf-8", "3 × 3 – ½, 2² ±, naïve 写 ?"),
    ],
)
def test_what_a_console_lacks_is_plain(encoding, shown, monkeypatch):
    for name in ("stdout", "stderr"):
        stream = io.TextIOWrapper(io.BytesIO(), encoding, "strict", newline="\n")
        monkeypatch.setattr(sys, name, stream)
    text = "3 × 3 – ½, 2² ±, naïve 写 \udcff"  # the last: of a file name that is not UTF-8

    @errors_end_with_status_2()
    def main():
        print(text)
        raise ValueError(text)

    with pytest.raises(SystemExit):
        main()
    for stream, start in ((sys.stdout, ""), (sys.stderr, "error: ")):
        stream.flush()
        assert stream.buffer.getvalue().decode(encoding) == f"{start}{shown}\n"


def run(*arguments, cwd, poor):
    return subprocess.run(
        [sys.executable, "-m", "handconv", *arguments],
        cwd=cwd,
        capture_output=True,
        encoding="ascii",
        env={**os.environ, "PYTHONPATH": str(ROOT), **POOR[poor]},
        check=False,
    )


@pytest.mark.parametrize("poor", POOR)
def test_help_on_a_poor_console(poor, tmp_path):
    done = run("filter", "--help", cwd=tmp_path, poor=poor)
    assert (done.returncode, done.stderr) == (0, "")
    done = run("train", "--help", cwd=tmp_path, poor=poor)
    assert "--sweep key=a,b,..." in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("poor", POOR)
def test_runs_on_a_poor_console(poor, tmp_path):
    """All that is printed, and the files that are written, wherever the console is poor."""
    photo = "skimage:moon"
    for line, expected in (
        (["filter", "--image", photo, "--kernel", "sharpen"], "512 x 512 pixels"),
        (["train", "eight_bit", "kernels=['sharpen']", f"photos='{photo}'"], "sharpen: "),
        (
            ["recover", photo, "runs/convolve/sharpen_by_hand.png", "--json", "found.json"],
            "kernel, 3 x 3",
        ),
        (
            [
                "undo",
                "runs/convolve/sharpen_by_hand.png",
                "--filter",
                "found.json",
                "--out",
                "b.png",
            ],
            "proved",
        ),
    ):
        done = run(*line, cwd=tmp_path, poor=poor)
        assert (done.returncode, done.stderr) == (0, ""), line
        assert expected in done.stdout

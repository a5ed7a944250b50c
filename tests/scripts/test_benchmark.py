"""The benchmark: its arithmetic, its figure, and its script on a few small cases."""

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from benchmarks import filtering
from benchmarks.contestants import COPY, LOOP, OPENCV, OURS, QUICK, SLOW
from benchmarks.filtering import Result, as_text, bars, cases, measure, summary
from benchmarks.timing import interleaved

from handconv import correlate

SCRIPT = [sys.executable, "scripts/benchmark.py"]


def test_all_take_turns() -> None:
    calls: list[str] = []
    contestants = {name: lambda name=name: calls.append(name) for name in "abc"}
    timings = interleaved(contestants, rounds=4)
    rounds = ["".join(calls[i : i + 3]) for i in range(0, 15, 3)]  # one of them to warm up
    assert all(sorted(one) == ["a", "b", "c"] for one in rounds)
    assert len(set(rounds)) > 1, "nobody always follows the same other one"
    assert {name: len(seconds) for name, seconds in timings.items()} == dict.fromkeys("abc", 4)


def test_the_slow_drop_out() -> None:
    slow = interleaved(
        {"slow": lambda: time.sleep(0.02), "quick": lambda: None}, rounds=50, patience=0.05
    )
    assert len(slow["quick"]) == 50
    assert 1 <= len(slow["slow"]) <= 5
    assert min(slow["slow"]) >= 0.02


def result(group: str, kernel: str, dtype: str, ours: float, opencv: float) -> Result:
    times = {OURS: ours, OPENCV: opencv, COPY: 1.0, LOOP: 1000 * ours}
    return Result(group, kernel, 1000, 1000, dtype, times)


def test_summary() -> None:
    results = [
        result("bank", "sharpen", "float32", 1.25, 5.0),
        result("bank", "small_blur", "float32", 2.0, 2.0),
        result("bank", "sharpen", "uint8", 1.0, 16.0),
        result("random", "random 5x5", "float32", 1.0, 1.5),
        result("sizes", "sharpen", "float32", 3.0, 1.0),
    ]
    brief = summary(results)
    assert brief["bank_opencv_over_ours_geometric_mean"] == pytest.approx(4.0)  # 4, 1 and 16
    assert brief["bank_opencv_over_ours_least"] == 1.0
    assert brief["3x3_float32_ours_over_copy_most"] == 1.25
    assert brief["random_opencv_over_ours"] == {"random 5x5 float32": 1.5}
    assert brief["nanoseconds_per_pixel"] == {"sharpen": {"1000x1000": pytest.approx(3.0)}}


def test_everyone_is_measured_and_agrees(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a small image; what each contestant returns is what `correlate` returns."""
    monkeypatch.setattr(filtering, "SHAPE", (50, 60))
    random = np.random.default_rng(0)
    image = random.integers(0, 256, (50, 60)).astype(np.float32)
    kernel = random.normal(size=(5, 5))
    expected = correlate(image, kernel)
    agreeing = {name: make for name, make in {**QUICK, **SLOW}.items() if name not in (COPY, LOOP)}
    assert len(agreeing) == 5
    for make in agreeing.values():
        out = np.zeros(image.shape, np.float32)
        found = make(image, kernel, out, 1)()
        result = out if found is None else np.squeeze(np.asarray(found))
        np.testing.assert_allclose(result, expected, atol=0.01)

    small = [each for each in cases(quick=True) if each[0].group != "sizes"][:7:6]
    assert len(small) == 2
    for case, taps in small:
        milliseconds = measure(case, taps, threads=1, rounds=1, slow=SLOW).milliseconds
        assert list(milliseconds) == [*QUICK, *SLOW]
        assert all(ms > 0 for ms in milliseconds.values())


def test_text_and_figure_show_every_case() -> None:
    results = [
        result("bank", "sharpen", "float32", 1.25, 5.0),
        result("random", "random 5x5", "float32", 1.0, 1.5),
    ]
    head, *lines = as_text(results).splitlines()
    assert head.split()[:3] == ["kernel", "image", "ms"]
    assert lines[0].split() == [
        "sharpen",
        "1000",
        "x",
        "1000",
        "float32",
        "1.25",
        "4.00",
        "0.80",
        "1000",
    ]
    assert len(lines) == 2
    above, below = bars(results, "a test").axes
    assert [label.get_text() for label in above.get_xticklabels()] == [
        "sharpen\nOpenCV takes 4.0 ×"
    ]
    assert [label.get_text() for label in below.get_xticklabels()] == [
        "random 5x5\nOpenCV takes 1.5 ×"
    ]


def test_help_is_quick_to_say_what_there_is() -> None:
    run = subprocess.run([*SCRIPT, "--help"], capture_output=True, text=True, check=True)
    assert "--quick" in run.stdout
    assert "examples:" in run.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--rounds", "0"], "--rounds is 0; it must be at least 1"),
        (["--threads", "0"], "threads is 0; it must be at least 1"),
        (["--threads", "two"], "invalid int value: 'two'"),
    ],
)
def test_bad_arguments_end_with_one_line(
    arguments: list[str], message: str, tmp_path: Path
) -> None:
    run = subprocess.run(
        [*SCRIPT, *arguments, "--out", str(tmp_path / "x")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 2
    assert message in run.stderr
    assert run.stderr.count("\n") == 1
    assert not (tmp_path / "x").exists()


@pytest.mark.slow
def test_the_script_writes_figures_and_numbers(tmp_path: Path) -> None:
    run = subprocess.run(
        [*SCRIPT, "--quick", "--rounds", "1", "--without", "torch", "--out", str(tmp_path / "out")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "On the bank OpenCV takes" in run.stdout
    saved = json.loads((tmp_path / "out" / "benchmark.json").read_text())
    assert saved["conditions"]["threads"] >= 1
    assert saved["summary"]["bank_opencv_over_ours_least"] > 0
    assert {one["group"] for one in saved["results"]} == {"bank", "random", "sizes"}
    assert (tmp_path / "out" / "benchmark.png").stat().st_size > 10_000

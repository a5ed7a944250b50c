"""A crash or a hang costs one answer; answers are kept; the script says what is wrong in a line."""

import json
import multiprocessing
import os
import time
from types import SimpleNamespace

import numpy as np
import pytest
from benchmarks.pairs import running, worker
from benchmarks.pairs.records import Answer, Pair, Truth
from benchmarks.pairs.storing import read_answer, read_question
from running import assert_one_line, run_script

KERNEL = np.array([[0.0, 1, 0], [0, 0, 0], [0, 0, 2]])
TRUTH = Truth(KERNEL, 0.0, "reflect", None, "its definition")


def pair(name="one", **changes):
    before = np.random.default_rng(0).integers(0, 256, (12, 14), dtype=np.uint8)
    return Pair(name, "easy", "none", "none", "none", before, before, TRUTH, **changes)


def crash(question):
    os._exit(3)


def busy(question):
    while True:
        pass


FINDS = {
    "right": lambda question: Answer(KERNEL, error=np.zeros((3, 3)), borders=("reflect",)),
    "raises": lambda question: 1 / 0,
    "crashes": crash,
    "is busy": busy,
    "sleeps": lambda question: time.sleep(60),
}


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize(
    ("how", "failed"),
    [
        ("right", None),
        ("raises", "ZeroDivisionError: division by zero"),
        ("crashes", "ended with status 3"),
        ("is busy", "took more than 1 s"),
        ("sleeps", "took more than 1 s"),
    ],
)
def test_what_a_contestant_does_costs_one_answer(how, failed, tmp_path, monkeypatch):
    monkeypatch.setattr(worker, "import_module", lambda name: SimpleNamespace(find=FINDS[how]))
    monkeypatch.setattr(worker, "HANG", 3)
    running.write_pairs(tmp_path, [pair()])
    (tmp_path / "answers" / "anyone").mkdir(parents=True)
    context = multiprocessing.get_context("fork")
    worker.in_a_process(context, "anyone", tmp_path, "one", 1, "some code")
    came = json.loads((tmp_path / "answers" / "anyone" / "one.json").read_text())
    assert (came["failed"], came["code"]) == (failed, "some code")
    score = running.scored(pair(), "anyone", came)
    assert (score.contestant, score.failed) == ("anyone", failed)
    assert score.error == (0 if failed is None else np.inf)
    if how == "right":
        assert came["seconds"] < 1
        assert came["megabytes"] > 10
        answer = read_answer(came["answer"])
        assert np.array_equal(answer.kernel, KERNEL)
        assert answer.borders == ("reflect",)


def test_questions_come_back_as_they_were(tmp_path):
    for each in (pair(), pair("two", file=b"\xff\xd8 some bytes")):
        running.write_pairs(tmp_path, [each])
        read, told = read_question(tmp_path / "pairs" / f"{each.name}.npz"), each.question()
        assert np.array_equal(read.before, told.before)
        assert (read.shape, read.file) == (told.shape, told.file)


def test_answers_are_kept_until_question_or_code_change(tmp_path, monkeypatch):
    asked = []

    def work(out, contestant, missing, limit, jobs):
        asked.append(list(missing))
        for name, code in missing.items():
            nothing = {"seconds": None, "megabytes": None, "failed": "no", "answer": None}
            path = out / "answers" / contestant / f"{name}.json"
            path.write_text(json.dumps({"code": code, **nothing}))

    monkeypatch.setattr(running, "_work", work)
    pairs = [pair(), pair("two", file=b"a")]
    for _ in range(2):
        running.answers(tmp_path, "least_squares", pairs, 30, 1)
    assert asked == [["one", "two"]]
    running.answers(tmp_path, "least_squares", [pairs[0], pair("two", file=b"b")], 30, 1)
    assert asked[1:] == [["two"]]
    (tmp_path / "answers" / "least_squares" / "one.json").write_text("{")
    running.answers(tmp_path, "least_squares", pairs[:1], 30, 1)
    assert asked[2:] == [["one"]]
    running.answers(tmp_path, "least_squares", pairs[:1], 20, 1)
    assert asked[3:] == [["one"]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--contestant", "minmax"], "Did you mean minimax?"),
        (["--split", "easi"], "Did you mean easy?"),
        (["--count", "0"], "--count is 0; it must be at least 1"),
        (["--limit", "-1"], "--limit is -1; it must be at least 1"),
    ],
)
def test_bad_arguments_end_with_one_line(arguments, message, tmp_path):
    done = run_script("benchmark_pairs", *arguments, cwd=tmp_path)
    assert_one_line(done, message, tmp_path)


def test_contestants_and_splits_are_listed(tmp_path):
    done = run_script("benchmark_pairs", "--list", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "ours\nminimax\n" in done.stdout
    assert "not linear, undetermined" in done.stdout


@pytest.mark.slow
def test_the_script_writes_table_figure_and_numbers(tmp_path):
    command = ("benchmark_pairs", "--count", "1", "--contestant", "least_squares")
    done = run_script(*command, "--contestant", "ours", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    out = tmp_path / "runs" / "pairs"
    saved = json.loads((out / "results.json").read_text())
    assert len(saved["scores"]) == 2 * len(saved["pairs"]) == 20
    floats = [e for e in saved["scores"] if e["split"] == "float"]
    assert all(each["error"] < 1e-6 for each in floats)
    assert "least squares" in done.stdout
    assert (out / "results.png").stat().st_size > 10_000
    first = sorted((out / "answers" / "least_squares").iterdir())
    times = [path.stat().st_mtime_ns for path in first]
    first[0].unlink()
    again = run_script(*command, cwd=tmp_path)
    assert (again.returncode, again.stderr) == (0, "")
    assert [path.stat().st_mtime_ns == time for path, time in zip(first, times, strict=True)] == [
        False,
        *[True] * 9,
    ]


def test_a_worker_that_fails_says_why(tmp_path):
    with pytest.raises(ValueError, match=r"of nobody ended with 1: ValueError: too many values"):
        running._work(tmp_path, "nobody", {"two words": "code"}, 1, 1)


def test_what_cannot_be_imported_says_why(tmp_path):
    (tmp_path / "answers" / "nobody").mkdir(parents=True)
    running.write_pairs(tmp_path, [pair()])
    running._work(tmp_path, "nobody", {"one": "code"}, 1, 1)
    came = json.loads((tmp_path / "answers" / "nobody" / "one.json").read_text())
    assert came["failed"].startswith("ModuleNotFoundError: No module named")

"""Scores of hand-made answers: each question counts what it says."""

from dataclasses import replace

import numpy as np
import pytest
from benchmarks.pairs.records import Answer, Pair, Truth
from benchmarks.pairs.scoring import Score, right, score, share, typical
from benchmarks.pairs.showing import heat_map, split_table, summary_table

KERNEL = np.array([[0.0, 1, 2], [3, 4, 0], [1, 0, -2]]) / 4
BEFORE = np.random.default_rng(0).integers(0, 256, (20, 24), dtype=np.uint8)
TRUTH = Truth(KERNEL, 10.0, "reflect_101", "nearest", "its definition")
PAIR = Pair("one", "easy", "none", "none", "none", BEFORE, BEFORE, TRUTH)
RIGHT = Answer(
    KERNEL, bias=10.0, borders=("reflect_101",), roundings=("nearest",), verdict="linear"
)


def test_a_right_answer():
    found = score(PAIR, RIGHT)
    assert (found.error, found.bias, found.border, found.rounding) == (0, True, True, True)
    assert (found.verdict, found.holds, found.false_claim) == (True, None, False)


@pytest.mark.parametrize(
    ("change", "question"),
    [
        ({"bias": 12.0}, "bias"),
        ({"bias": None}, "bias"),
        ({"borders": ("replicate",)}, "border"),
        ({"borders": ("replicate", "reflect_101")}, "border"),
        ({"borders": None}, "border"),
        ({"roundings": ("floor",)}, "rounding"),
        ({"verdict": "undetermined"}, "verdict"),
    ],
)
def test_one_thing_wrong(change, question):
    found = score(PAIR, replace(RIGHT, **change))
    for each in ("bias", "border", "rounding", "verdict"):
        assert getattr(found, each) == (each != question)


def test_the_error_is_relative_to_the_largest_tap():
    off = KERNEL.copy()
    off[0, 0] += 0.003
    assert score(PAIR, Answer(off)).error == pytest.approx(0.003)  # the largest is 1
    assert score(PAIR, Answer(2 * KERNEL)).error == pytest.approx(1)


def test_taps_lie_where_the_anchor_says():
    wide = np.pad(KERNEL, ((0, 2), (0, 0)))
    assert score(PAIR, Answer(wide, anchor=(1, 1))).error == 0
    assert score(PAIR, Answer(wide)).error > 0.5  # its middle is one row lower
    assert score(PAIR, Answer(KERNEL, anchor=(1, 2))).error > 0.5
    cut = Answer(KERNEL[:, 1:], anchor=(1, 0))
    assert score(PAIR, cut).error == pytest.approx(0.75)  # the tap 3/4 that is left out


def test_stated_errors_hold_or_not():
    off = KERNEL + 0.02
    for error, holds in ((0.03, True), (0.01, False)):
        said = replace(RIGHT, kernel=off, error=np.full((3, 3), error))
        found = score(PAIR, said)
        assert (found.holds, found.false_claim) == (holds, not holds)


def test_false_claims():
    assert score(PAIR, replace(RIGHT, kernel=KERNEL + 0.02)).false_claim
    assert not score(PAIR, replace(RIGHT, kernel=KERNEL + 0.005)).false_claim
    assert not score(PAIR, Answer(KERNEL + 0.02)).false_claim  # nothing was claimed
    median = replace(PAIR, split="not linear", truth=None)
    found = score(median, RIGHT)
    assert (found.false_claim, found.verdict, found.error) == (True, False, None)
    assert score(median, replace(RIGHT, verdict="not linear")).verdict
    dull = replace(PAIR, split="undetermined")
    assert score(dull, replace(RIGHT, verdict="undetermined")).verdict


def test_channels_alike_and_mixed():
    colour = np.dstack([BEFORE] * 3)
    pair = replace(PAIR, before=colour, after=colour)
    each = np.eye(3)[..., None, None] * KERNEL
    assert score(pair, Answer(each)).error == 0
    assert score(replace(pair, truth=replace(TRUTH, kernel=each)), Answer(KERNEL)).error == 0
    each[0, 1, 0, 0] = 0.5
    assert score(pair, Answer(each)).error == pytest.approx(0.5)
    grey = replace(TRUTH, kernel=np.ones((1, 3, 1, 1)) / 3)
    assert score(replace(pair, truth=grey), Answer(np.eye(3)[..., None, None])).error == np.inf


def test_borders_that_do_the_same_are_one_border():
    """Of a 3 × 3 kernel, replicate and reflect see the same pixels."""
    pair = replace(PAIR, truth=replace(TRUTH, border="reflect"))
    assert score(pair, replace(RIGHT, borders=("reflect", "replicate"))).border
    assert score(pair, replace(RIGHT, borders=("replicate",))).border
    rim = replace(PAIR, truth=replace(TRUTH, border="unfiltered"))
    assert score(rim, replace(RIGHT, borders=("unfiltered",))).border
    assert not score(rim, RIGHT).border
    assert score(replace(PAIR, truth=replace(TRUTH, border=None)), RIGHT).border is None


def test_no_numbers_are_no_kernel():
    assert score(PAIR, Answer(np.full((3, 3), np.nan))).error == np.inf


SCORES = [
    Score("a", "ours", "easy", 0.0, True, True, True, True, True, seconds=1.0, megabytes=100.0),
    Score("b", "ours", "easy", 5e-3, False, True, False, None, True, seconds=3.0, megabytes=90.0),
    Score("c", "ours", "not linear", None, verdict=True, seconds=2.0, megabytes=80.0),
    Score("a", "torch_adam", "easy", 5e-4, bias=False, border=False, rounding=False, seconds=9.0),
    Score("b", "torch_adam", "easy", np.inf, failed="took more than 30 s"),
    Score("c", "torch_adam", "not linear", None, seconds=9.0),
]


def test_sums():
    ours = SCORES[:2]
    assert [share(ours, near) for near in (1e-6, 1e-3, 1e-2)] == [1, 1, 2]
    assert right(ours, "holds") == (1, 2)
    assert right(ours, "rounding") == (1, 1)
    assert typical([3.0, None, 1.0, 2.0]) == (2.0, 3.0)
    assert typical([None]) is None


def test_tables_and_figure():
    lines = split_table(SCORES, 1e-3).splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert cells[0] == ["", "easy", "not linear"]
    assert cells[2:] == [["pairs", "2", "1"], ["ours", "1", "1"], ["torch adam", "1", "–"]]
    ours, adam = summary_table(SCORES).splitlines()[2:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in (ours, adam)]
    assert cells[0] == [
        *("ours", "1", "1", "2", "1 of 2", "2 of 2", "1 of 2", "1 of 1", "0", "0"),
        *("2.00", "3.00", "100"),
    ]
    assert cells[1][:4] == ["torch adam", "0", "1", "1"]
    assert cells[1][-5:] == ["0", "1", "9.00", "9.00", "–"]
    texts = [each.get_text() for each in heat_map(SCORES).axes[0].texts]
    assert texts == ["1/2", "1/1", "1/2", "–"]

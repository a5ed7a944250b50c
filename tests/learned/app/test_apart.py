"""Work in a process of its own ends when it is done, too long, or not wanted any more."""

import os
import signal
import time

import pytest

pytest.importorskip("gradio")

from waiting import fail, mistake, run_out, vanish, wait

from learned.app.apart import apart


def process_of(steps):
    return int(next(words for kind, words in steps if kind == "step" and words.isdigit()))


def assert_gone(process):
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_what_it_returns_comes_last():
    *steps, (kind, found) = apart(wait, 0.1, seconds=60)
    assert (kind, found) == ("done", 0.1)
    assert {kind for kind, _ in steps} <= {"step"}


@pytest.mark.slow
def test_it_is_killed_after_its_time():
    steps = apart(wait, 600, seconds=8)
    process = process_of(steps)
    with pytest.raises(ValueError, match="more than 8 seconds, and was stopped"):
        list(steps)
    assert_gone(process)


def test_it_is_killed_where_nobody_waits():
    steps = apart(wait, 600, seconds=60)
    process, start = process_of(steps), time.monotonic()
    steps.close()
    assert_gone(process)
    assert time.monotonic() - start < 5


def test_what_it_says_of_wrong_input_is_passed_on():
    with pytest.raises(ValueError, match="a sentence"):
        list(apart(fail, "a sentence", seconds=60))


def test_an_early_end_is_told():
    with pytest.raises(ValueError, match="ended early, with status 1"):
        list(apart(vanish, seconds=60))


def test_a_kill_by_the_system_is_told():
    steps = apart(wait, 600, seconds=60)
    os.kill(process_of(steps), signal.SIGKILL)
    with pytest.raises(ValueError, match="for want of memory"):
        list(steps)


def test_a_want_of_memory_is_told():
    with pytest.raises(ValueError, match=r"^Not enough memory\.$"):
        list(apart(run_out, seconds=60))


def test_a_mistake_of_ours_is_not_told_as_something_else(capfd):
    with pytest.raises(ValueError, match=r"has a mistake.*TypeError: no number"):
        list(apart(mistake, seconds=60))

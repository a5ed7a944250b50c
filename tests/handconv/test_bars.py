"""Progress bars: on a terminal, and nowhere else."""

import io
import sys
import time

import pytest

from handconv.bars import progress_bar


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("stderr", "quiet", "shown"),
    [(Terminal(), False, True), (Terminal(), True, False), (io.StringIO(), False, False)],
    ids=["terminal", "quiet", "file"],
)
def test_it_shows_how_much_is_done(stderr, quiet, shown, monkeypatch):
    monkeypatch.setattr(sys, "stderr", stderr)
    with progress_bar("counting", "stone", quiet) as progress:
        progress(1, 4)
        time.sleep(1.05)  # what is done within a second needs no bar
        progress(3, 4)
    assert ("counting:  75%" in stderr.getvalue()) == shown
    assert (stderr.getvalue() != "") == shown

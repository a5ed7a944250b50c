"""Where memory runs out, each tab says so in a sentence; without a browser."""

from types import SimpleNamespace

import pytest

gr = pytest.importorskip("gradio")

from learned.app import filter_tab, job, learn_tab  # noqa: E402 (needs gradio)


def run_out(*_):
    raise MemoryError


@pytest.fixture
def warned(monkeypatch):
    """What the toasts say."""
    said = []
    monkeypatch.setattr(gr, "Warning", lambda words, **_: said.append(words))
    return said


def test_in_a_note_of_the_filter_tab():
    shown = filter_tab.noted(run_out)(SimpleNamespace(facts="facts"))
    assert "Not enough memory." in shown["facts"]


def test_in_a_toast_of_long_work(warned):
    runs = []
    button = SimpleNamespace(click=lambda run, *_, **__: runs.append(run))
    work = SimpleNamespace(start=button, stop=button, outcome="outcome")
    job.Job.on_start(work, run_out, run_out, [], [])
    assert list(runs[0]()) == [{"outcome": ""}]
    assert warned == ["Not enough memory."]


def test_in_a_toast_of_the_learn_tab(warned):
    steps = learn_tab.LearnTab.learn(SimpleNamespace(parts=NoParts()))
    assert list(steps)[1:] == [""]
    assert warned == ["Not enough memory."]


class NoParts:
    __iter__ = run_out

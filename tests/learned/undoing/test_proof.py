"""Not one pixel that is called proved is wrong, whatever the filter and the photo."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from thorough import examples
from undone import filters, photos

from learned.undoing.equations import equations
from learned.undoing.intervals import Intervals, propagate
from learned.undoing.search import Search
from learned.undoing.undo import undo


@given(filters(dominant=True), st.data())
@settings(max_examples=examples(100))
def test_what_is_proved_is_right(made_by, data):
    before = data.draw(photos(made_by.kernel.shape[1]))
    after = made_by.apply(before)
    whole = tuple(slice(0, length) for length in before.shape[1:])
    told = equations(after, made_by, whole)
    known = propagate(told, Intervals(np.zeros(before.shape), np.full(before.shape, 255.0)))
    assert ((known.lowest <= before) & (before <= known.highest)).all()
    search = Search(told, known)
    search.probe()
    narrower = search.known
    assert ((narrower.lowest <= before) & (before <= narrower.highest)).all()
    assert (narrower.lowest >= known.lowest).all()
    assert (narrower.highest <= known.highest).all()
    if after.shape[0] not in (1, 3):
        return
    found = undo(after[0] if len(after) == 1 else after.transpose(1, 2, 0), made_by)
    planes = np.atleast_3d(found.picture).transpose(2, 0, 1)
    assert found.made
    assert (planes[found.sure == 2] == before[found.sure == 2]).all()

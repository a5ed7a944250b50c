"""The most natural picture: how near it comes where the after picture was clipped."""

import numpy as np
from recover_pairs import photo

from handconv.kernels import named
from learned.undoing.equations import equations
from learned.undoing.intervals import Intervals, propagate
from learned.undoing.known import known_filter
from learned.undoing.natural import Levels, guess
from learned.undoing.undo import _problems


def test_the_guess_is_near_the_picture_where_many_pixels_were_clipped():
    """34.8 dB with overshoots taken as evenly spread up to 100 grey levels."""
    before = photo("coins")[None, 40:168, 40:168]
    made_by = known_filter(named("sharpen"))
    ((after, filter_, _),) = _problems(made_by.apply(before), made_by)
    given = equations(after, filter_, (slice(0, 128), slice(0, 128)))
    known = propagate(given, Intervals(np.zeros(before.shape), np.full(before.shape, 255.0)))
    likely = guess(given, known, Levels(255.0, 1.0, 0.0))
    assert 10 * np.log10(255**2 / np.mean((likely - before) ** 2)) > 36.5

"""Filters and photos for the tests of undo."""

import numpy as np
from hypothesis import strategies as st
from recover_pairs import photo

from handconv.borders import BORDERS
from learned.filter import Filter
from learned.solve.fractions import Rational
from learned.window import Window


@st.composite
def filters(draw, dominant=False):
    """A filter of whole numbers over a denominator, with any border, bias and rounding."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    outs, ins = draw(
        st.sampled_from([(1, 1), (3, 3), (2, 3)] if not dominant else [(1, 1), (2, 2)])
    )
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    window = Window(draw(st.integers(-3, 1)), draw(st.integers(-3, 1)), rows, columns)
    taps = rng.integers(-3, 4, (outs, ins, rows, columns))
    if dominant:
        for channel in range(outs):
            place = channel, channel, rng.integers(rows), rng.integers(columns)
            taps[place] = 0
            taps[place] = (np.abs(taps[channel]).sum() + 1 + rng.integers(4)) * rng.choice([-1, 1])
    denominator = int(draw(st.sampled_from([1, 2, 3, 6, 16])))
    fraction = Rational(taps, denominator)
    whole = draw(st.booleans())
    return Filter(
        fraction.kernel, window, tuple(rng.integers(-40, 200, outs) / draw(st.sampled_from([1, 2]))),
        draw(st.sampled_from(["nearest", "halves up", "floor"])), draw(st.sampled_from(BORDERS)),
        fraction if whole else None, "uint8", outside=float(draw(st.sampled_from([0, 77]))),
    )  # fmt: skip


@st.composite
def parts(draw, rows, columns):
    top, left = draw(st.integers(0, rows - 1)), draw(st.integers(0, columns - 1))
    return (
        slice(top, draw(st.integers(top + 1, rows))),
        slice(left, draw(st.integers(left + 1, columns))),
    )


@st.composite
def photos(draw, channels):
    """A part of a photo with more contrast, or noise, or both: some of it black and white."""
    name = draw(st.sampled_from(["camera", "cat", "coffee", "moon", "brick", "grass", "coins"]))
    rows, columns = draw(st.integers(3, 24)), draw(st.integers(3, 24))
    top, left = draw(st.integers(0, 230)), draw(st.integers(0, 250))
    part = photo(name)[top : top + rows, left : left + columns].astype(float)
    part = np.stack([np.roll(part, 3 * channel, 0) for channel in range(channels)])
    noise = np.random.default_rng(draw(st.integers(0, 99))).normal(size=part.shape)
    contrast, grain = draw(st.sampled_from([1, 2, 5])), draw(st.sampled_from([0, 10, 60]))
    part = 128 + contrast * (part - part.mean()) + grain * noise
    return part.clip(0, 255).astype(np.uint8)

"""What the before pictures leave open, whatever the after pictures say."""

from collections.abc import Sequence

from learned.pairs import Pair
from learned.recovery.fit import neighbourhoods
from learned.recovery.window import Window
from learned.solve.directions import directions

REPEATED = 3  # different neighbourhoods for each unknown, at least


def unexcited(pairs: Sequence[Pair], window: Window) -> str:
    """What the photos say nothing about in a window a little larger than the kernel's."""
    around = window.union(Window.centred(3, 3))
    try:
        dull = directions([around.samples(pair) for pair in pairs], True).dull
    except ValueError:  # no pixel with bounds, or a picture smaller than the window
        return "The pictures have too few pixels to tell one kernel from another."
    if dull.shape[1] == 0:
        return repeated(pairs, window)
    return (
        f"The before picture does not excite {dull.shape[1]} of the {len(dull)} directions that "
        f"a bias and {around.rows} × {around.columns} taps have: kernels that differ in those "
        f"reproduce it as well. Use a picture with more texture."
    )


def repeated(pairs: Sequence[Pair], window: Window) -> str:
    """Whether the before picture has too few different neighbourhoods, as a sentence."""
    unknowns = len(pairs[0].before) * window.rows * window.columns + 1
    different = neighbourhoods([window.samples(pair) for pair in pairs])
    if unknowns == 2 or different >= REPEATED * unknowns:
        return ""
    return (
        f"The before picture repeats itself: it has only {different} different neighbourhoods for "
        f"{unknowns} unknowns, so a quite different kernel may do the same there."
    )

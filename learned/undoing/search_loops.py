"""The compiled loops of the search: suppose something of one pixel, and follow what comes of it."""

from typing import NamedTuple

import numpy as np

from handconv.arrays import Array, Floats
from handconv.engine.jit import compiled

HELD, REFUTED, UNSETTLED = 0, 1, 2  # what a supposition came to


class Net(NamedTuple):
    """The equations of one part of a picture, as compiled loops take them."""

    lower: Floats  # (out-channels, rows, columns) of the sums
    upper: Floats
    terms: Array  # (terms, 4) out-channel, in-channel, row and column of each tap, sorted
    taps: Floats  # (terms,)
    first: Array  # (out-channels + 1,) the first term of each out-channel
    rows: Array  # the unknown's row at each padded row; -1: outside
    columns: Array
    corner: Array  # (2,) the padded place of the first unknown
    outside: float
    margin: float


class State(NamedTuple):
    """Intervals, what is to be looked at again, and how to take back what was supposed."""

    lowest: Floats  # (in-channels, rows, columns)
    highest: Floats
    queue: Array  # (equations,) a ring of those to look at
    queued: Array  # (equations,) whether it is in there
    trail: Array  # (entries, 3) where an interval was narrowed, and its ends before
    counts: Array  # (3,) entries of the trail, equations waiting in the queue, and looked at so far
    head: Array  # (1,) the place of the first of the queue


@compiled
def suppose(
    net: Net, state: State, c: int, r: int, x: int, low: float, high: float, patience: int
) -> int:
    """Narrow one unknown to low … high, and follow that through at most ``patience`` equations.

    Returns what it came to; where that is `REFUTED`, all is as it was before.
    """
    state.counts[0] = 0
    _set(net, state, c, r, x, low, high)
    came_to: int = _follow(net, state, patience)
    if came_to == REFUTED:
        take_back(state)
    return came_to


@compiled
def take_back(state: State) -> None:
    """Undo all that came of the last supposition."""
    _, rows, columns = state.lowest.shape
    for entry in range(state.counts[0] - 1, -1, -1):
        place = int(state.trail[entry, 0])
        c, rest = place // (rows * columns), place % (rows * columns)
        state.lowest[c, rest // columns, rest % columns] = state.trail[entry, 1]
        state.highest[c, rest // columns, rest % columns] = state.trail[entry, 2]
    state.counts[0] = 0


@compiled
def _set(net: Net, state: State, c: int, r: int, x: int, low: float, high: float) -> None:
    """Narrow an unknown, note that, and queue the equations that it is in."""
    _, rows, columns = state.lowest.shape
    entry = state.counts[0]
    state.trail[entry, 0] = (c * rows + r) * columns + x
    state.trail[entry, 1], state.trail[entry, 2] = state.lowest[c, r, x], state.highest[c, r, x]
    state.counts[0] += 1
    state.lowest[c, r, x], state.highest[c, r, x] = low, high
    for t in range(len(net.taps)):
        if net.terms[t, 1] != c:
            continue
        y_there, x_there = r + net.corner[0] - net.terms[t, 2], x + net.corner[1] - net.terms[t, 3]
        if 0 <= y_there < rows and 0 <= x_there < columns:
            out = net.terms[t, 0]
            number = (out * rows + y_there) * columns + x_there
            known = net.lower[out, y_there, x_there] > -np.inf
            if not state.queued[number] and (known or net.upper[out, y_there, x_there] < np.inf):
                state.queued[number] = 1
                state.queue[(state.head[0] + state.counts[1]) % len(state.queue)] = number
                state.counts[1] += 1


@compiled
def _follow(net: Net, state: State, patience: int) -> int:
    """Look at the queued equations until none is left, one has no room, or patience ends."""
    came_to = HELD
    while state.counts[1] > 0:
        number = state.queue[state.head[0]]
        state.head[0] = (state.head[0] + 1) % len(state.queue)
        state.counts[1] -= 1
        state.queued[number] = 0
        if came_to != HELD:
            continue  # only empties the queue
        patience -= 1
        state.counts[2] += 1
        if patience < 0 or state.counts[0] + len(net.taps) >= len(state.trail):
            came_to = UNSETTLED
        elif not _apply(net, state, number):
            came_to = REFUTED
    return came_to


@compiled
def _apply(net: Net, state: State, number: int) -> bool:
    """Narrow the unknowns of one equation; whether it can still be met."""
    _, rows, columns = state.lowest.shape
    out, y, x = number // (rows * columns), number // columns % rows, number % columns
    above, below = net.upper[out, y, x] + net.margin, net.margin - net.lower[out, y, x]
    for t in range(net.first[out], net.first[out + 1]):
        r, column = net.rows[y + net.terms[t, 2]], net.columns[x + net.terms[t, 3]]
        low = high = net.outside
        if r >= 0 and column >= 0:
            low = state.lowest[net.terms[t, 1], r, column]
            high = state.highest[net.terms[t, 1], r, column]
        tap = net.taps[t]
        above -= tap * (low if tap > 0 else high)
        below += tap * (high if tap > 0 else low)
    if above < 0 or below < 0:
        return False
    for t in range(net.first[out], net.first[out + 1]):
        r, column = net.rows[y + net.terms[t, 2]], net.columns[x + net.terms[t, 3]]
        if r < 0 or column < 0:
            continue
        c, size = net.terms[t, 1], abs(net.taps[t])
        low, high = state.lowest[c, r, column], state.highest[c, r, column]
        if low == high:
            continue
        up, down = (above, below) if net.taps[t] > 0 else (below, above)
        if up >= (high - low) * size and down >= (high - low) * size:
            continue
        most, least = min(high, low + np.floor(up / size)), max(low, high - np.floor(down / size))
        if most < high or least > low:
            _set(net, state, c, r, column, least, most)
            if least > most:
                return False
    return True


@compiled
def probe(net: Net, state: State, c: int, r: int, x: int, patience: int, halvings: int) -> None:
    """Cut off the ends of an unknown's interval that are refuted, halves to small parts of it."""
    low, high = state.lowest, state.highest
    for half in range(1, halvings + 1):
        moved = True
        while moved and low[c, r, x] < high[c, r, x]:
            moved = False
            for upper_end in range(2):
                step = np.floor((high[c, r, x] - low[c, r, x]) / 2**half)
                a = high[c, r, x] - step if upper_end else low[c, r, x]
                if suppose(net, state, c, r, x, a, a + step, patience) != REFUTED:
                    take_back(state)
                    continue
                if upper_end:
                    suppose(net, state, c, r, x, low[c, r, x], a - 1, patience)
                else:
                    suppose(net, state, c, r, x, a + step + 1, high[c, r, x], patience)
                moved = True
                if low[c, r, x] >= high[c, r, x]:
                    break
        if high[c, r, x] - low[c, r, x] < 2**half:
            break


@compiled
def probe_all(net: Net, state: State, patience: int, halvings: int, effort: int) -> None:
    """Probe every open unknown, while no more than ``effort`` equations have been looked at."""
    channels, rows, columns = state.lowest.shape
    for c in range(channels):
        for r in range(rows):
            for x in range(columns):
                if state.counts[2] > effort:
                    return
                if state.lowest[c, r, x] < state.highest[c, r, x]:
                    probe(net, state, c, r, x, patience, halvings)


@compiled
def settle(net: Net, state: State, order: Array, guess: Floats, patience: int, tries: int) -> int:
    """Give the open unknowns, in this order, the whole number nearest their guess that holds.

    Parameters
    ----------
    order : (unknowns,) their numbers
    guess : (in-channels, rows, columns) grey levels
    tries : how many numbers to try; an unknown for which none holds stays open

    Returns how many are open still.
    """
    _, rows, columns = state.lowest.shape
    left = 0
    for number in order:
        c, r, x = number // (rows * columns), number // columns % rows, number % columns
        for turn in range(tries):
            low, high = state.lowest[c, r, x], state.highest[c, r, x]
            if low >= high:
                break
            level = min(max(np.rint(guess[c, r, x]), low), high)
            # next nearest: one above, one below, two above, …
            aside = (turn + 1) // 2
            level += aside if (turn % 2 == 1) == (guess[c, r, x] >= level) else -aside
            if level < low or level > high:
                continue
            if suppose(net, state, c, r, x, level, level, patience) != REFUTED:
                break
            if level == low:
                state.lowest[c, r, x] = low + 1
            elif level == high:
                state.highest[c, r, x] = high - 1
        left += state.lowest[c, r, x] < state.highest[c, r, x]
    return left

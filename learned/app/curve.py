"""Errors that fall, as a drawing in the page: both axes logarithmic."""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from learned.experiment.turns import Learner

WIDTH, HEIGHT, LEFT, BELOW = 640, 300, 60, 44
COLOURS = ("#ea580c", "#2563eb", "#16a34a", "#9333ea", "#ca8a04", "#0891b2", "#db2777")
SMALLEST, LARGEST = 1e-16, 1e2  # kernel errors that are drawn
MOST_POINTS = 200  # of a line


def curve(learners: Sequence["Learner"]) -> str:
    """Kernel error against seconds of training, one line a learner, in the page's own colours."""
    points = [[(s, e) for s, e in each.points if s > 0] for each in learners]
    seconds = [s for line in points for s, _ in line] or [1.0]
    low, high = math.floor(math.log10(min(seconds))), math.ceil(math.log10(max(seconds)))
    high = max(high, low + 1)

    def x(value: float) -> float:
        return LEFT + (math.log10(value) - low) / (high - low) * (WIDTH - LEFT - 10)

    def y(value: float) -> float:
        top, bottom = math.log10(LARGEST), math.log10(SMALLEST)
        at = (top - math.log10(min(max(value, SMALLEST), LARGEST))) / (top - bottom)
        return 10 + at * (HEIGHT - BELOW - 10)

    parts = [_line(x, y, line, n) for n, line in enumerate(points)]
    for power in range(low, high + 1):
        parts.append(_tick(x(10.0**power), HEIGHT - BELOW + 16, f"{10.0**power:g}", "middle"))
    for power in range(-16, 3, 3):
        parts.append(_rule(y(10.0**power)))
        parts.append(_tick(LEFT - 6, y(10.0**power) + 4, f"1e{power}", "end"))
    parts.append(_tick(WIDTH / 2, HEIGHT - 8, "seconds of training", "middle"))
    parts.append(_tick(LEFT + 6, 24, "error of the kernel", "start"))
    words = ", ".join(f"{each.label} {each.points[-1][1]:.1e}" for each in learners if each.points)
    return (
        f'<svg class="curve" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="kernel error: {words}">{"".join(parts)}</svg>'
    )


def _line(
    x: Callable[[float], float],
    y: Callable[[float], float],
    line: Sequence[tuple[float, float]],
    number: int,
) -> str:
    every = max(1, len(line) // MOST_POINTS)
    kept = [*line[::every], *line[-1:]]
    colour = COLOURS[number % len(COLOURS)]
    places = " ".join(f"{x(s):.1f},{y(e):.1f}" for s, e in kept)
    dots = "".join(
        f'<circle cx="{x(s):.1f}" cy="{y(e):.1f}" r="3" fill="{colour}"/>'
        for s, e in (kept if len(kept) < 20 else kept[-1:])
    )
    return f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="2"/>{dots}'


def _tick(x: float, y: float, words: str, anchor: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="13" text-anchor="{anchor}" '
        f'fill="currentColor">{words}</text>'
    )


def _rule(y: float) -> str:
    return (
        f'<line x1="{LEFT}" x2="{WIDTH - 10}" y1="{y:.1f}" y2="{y:.1f}" '
        f'stroke="currentColor" stroke-opacity="0.2"/>'
    )

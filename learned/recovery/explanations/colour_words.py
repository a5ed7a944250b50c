"""What was done to the channels of a colour space, in words and as parameters."""

from typing import Any

from learned.recovery.explanations.colour_changes import Change, change_channels
from learned.recovery.explanations.colour_spaces import Space
from learned.recovery.explanations.explanation import Explanation

KEYS = {
    "unchanged": (),
    "equalised": (),
    "table": ("levels",),
    "shift": ("by", "period"),
    "gamma": ("exponent", "rounding"),
    "linear": ("factor", "offset", "rounding"),
    "kernel": ("taps", "denominator"),
    "median": ("side",),
    "minimum": ("side",),
    "maximum": ("side",),
    "clahe": ("clip", "tiles"),
}
"""What the numbers of a change are."""
AROUND = ("kernel", "median", "minimum", "maximum")


def explanation_of(space: Space, changes: list[Change], mode: str = "edge") -> Explanation:
    """The explanation, without the border of what looks around."""
    described = zip(space.channels, changes, strict=True)
    parameters = {
        "space": space.name,
        "channels": {name: _described(change) for name, change in described},
    }
    settings: dict[str, Any] = {"there": space.there, "back": space.back, "changes": changes}
    if any(change[0] in AROUND for change in changes):
        settings["mode"] = mode
    reaches = [_reach(change) for change in changes]
    reach = None if None in reaches else max(each for each in reaches if each is not None)
    sentence = _sentence(space, changes)
    return Explanation("colour", sentence, parameters, change_channels, settings, reach)


def _described(change: Change) -> dict[str, Any]:
    name, *numbers = change
    return {"change": name, **dict(zip(KEYS[name], numbers, strict=True))}


def _reach(change: Change) -> int | None:
    """How far it looks; None where it looks at the whole picture."""
    name, *numbers = change
    if name in ("equalised", "clahe"):
        return None
    if name == "kernel":
        return max(len(numbers[0]), len(numbers[0][0])) // 2
    return int(numbers[0]) // 2 if name in AROUND else 0


def _sentence(space: Space, changes: list[Change]) -> str:
    """Those that were changed, then the others."""
    parts = [
        f"{name} {_words(change)}"
        for name, change in zip(space.channels, changes, strict=True)
        if change[0] != "unchanged"
    ]
    kept = [
        name
        for name, change in zip(space.channels, changes, strict=True)
        if change[0] == "unchanged"
    ]
    if kept:
        parts.append(f"{' and '.join(kept)} as {'it was' if len(kept) == 1 else 'they were'}")
    library = space.name.split("(")[1].rstrip(")")
    return f"in {library}'s {space.name.split(' (')[0]}, {'; '.join(parts)}"


def _words(change: Change) -> str:
    name, *numbers = change
    if name == "equalised":
        return "equalised"
    if name == "clahe":
        return f"equalised locally (CLAHE, clip limit {numbers[0]:g}, {numbers[1]}² tiles)"
    if name == "table":
        return "by a curve"
    if name == "shift":
        return f"moved by {numbers[0]} of {numbers[1]}"
    if name == "gamma":
        return f"to the power of {numbers[0]:g}"
    if name == "linear":
        return _linear_words(*numbers)
    if name == "kernel":
        return f"filtered by a kernel of {len(numbers[0])} × {len(numbers[0][0])} taps"
    return f"the {name} of {numbers[0]} × {numbers[0]}"


def _linear_words(factor: float, offset: float, rounding: str) -> str:
    if factor == 0:
        return f"set to {offset:g}"
    if (factor, offset) == (-1, 255):
        return "inverted"
    times = "" if factor == 1 else f"times {factor:.6g}"
    more = "" if offset == 0 else f"{'plus' if offset > 0 else 'minus'} {abs(offset):g}"
    return f"{times} {more}".strip()

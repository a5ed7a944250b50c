"""One explanation: what was done, how to do it again, and as code.

The code that is shown is the source of the very function that was run and counted: the two
cannot differ.
"""

import ast
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from handconv.arrays import Array
from learned.recovery.reading import Reading

MODULES = {
    "cv2": "import cv2",
    "np": "import numpy as np",
    "ndimage": "from scipy import ndimage",
    "Image": "from PIL import Image",
}
"""What functions that make after images may use, and how to import it."""


@dataclass(frozen=True)
class Explanation:
    """What a program may have done, and how to do it again.

    Attributes
    ----------
    kind : of explanation, as "curve" or "rank"
    sentence : for a person, without a full stop
    parameters : what describes it, as `json.dumps` takes it
    make : takes (channels, rows, columns) as stored, and the settings; gives the after image. A
        function of this package that uses nothing but `MODULES` and other such functions.
    settings : keyword arguments of ``make``: numbers, strings, lists, arrays
    reach : how many rows and columns around a pixel ``make`` looks at, at most; None where it
        looks at the whole picture
    least : share of the pixels without which it is none
    exact_pixels : share of the after-pixels that ``make`` reproduces: equal stored values
    """

    kind: str
    sentence: str
    parameters: dict[str, Any]
    make: Callable[..., Array]
    settings: dict[str, Any]
    reach: int | None = None
    least: float = 0.0
    exact_pixels: float = 0.0

    def apply(self, before: Array) -> Array:
        """The after image of a (channels, rows, columns) before image, as stored."""
        return self.make(before, **self.settings)

    def sees(self) -> int | None:
        """The reach; None too where one side of the picture sees the other, around the edges."""
        return None if self.settings.get("mode") == "wrap" else self.reach

    def code(self, reading: Reading) -> str:
        """Code that makes ``after`` of ``before``, arrays as `handconv.pictures.read_picture` gives
        them, for pictures like these."""
        functions = list(_with_all_it_calls(self.make))
        body = "\n\n\n".join(map(_source, functions))
        settings = "".join(f", {key}={_literal(each)}" for key, each in self.settings.items())
        call = f"{self.make.__name__}(planes{settings})"
        body += f"\n\n\n{_planes(reading)}\nafter = {_picture(call, reading)}\n"
        used = {node.id for node in ast.walk(ast.parse(body)) if isinstance(node, ast.Name)}
        imports = [line for name, line in MODULES.items() if name in used]
        return "\n".join(imports) + "\n\n\n" + body


def _with_all_it_calls(function: Callable[..., Array]) -> Iterator[Callable[..., Any]]:
    """The functions of this package that it calls, each before those that call it; then itself."""
    done: list[str] = []
    names = {n.id for n in ast.walk(_parsed(function)) if isinstance(n, ast.Name)}
    for name in sorted(names - {function.__name__}):
        other = inspect.getmodule(function).__dict__.get(name)
        if inspect.isfunction(other) and other.__module__.startswith(__package__ or ""):
            for each in _with_all_it_calls(other):
                if each.__name__ not in done:
                    done.append(each.__name__)
                    yield each
    yield function


def _parsed(function: Callable[..., Any]) -> ast.FunctionDef:
    (parsed,) = ast.parse(inspect.getsource(function)).body
    assert isinstance(parsed, ast.FunctionDef)
    return parsed


def _source(function: Callable[..., Any]) -> str:
    """Without the types, which would need more imports."""
    parsed = _parsed(function)
    parsed.returns = None
    for node in ast.walk(parsed):
        if isinstance(node, ast.arg):
            node.annotation = None
    return ast.unparse(parsed)


def _literal(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"np.array({value.tolist()}, np.{value.dtype.name})"
    return repr(value)


def _planes(reading: Reading) -> str:
    """Code from ``before`` to ``planes`` (channels, rows, columns)."""
    if not reading.colour:
        return "planes = before[None]"
    channels = len(reading.before)
    return f"planes = before[..., :{channels}].transpose(2, 0, 1)"


def _picture(planes: str, reading: Reading) -> str:
    """Code from planes to the picture."""
    if not reading.after_colour:
        return f"{planes}[0]"
    if len(reading.after) == 1:
        return f"np.repeat({planes}[0][..., None], 3, axis=-1)"
    return f"{planes}.transpose(1, 2, 0)"

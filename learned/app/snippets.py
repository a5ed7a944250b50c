"""What a tab did, as a command for the shell and as Python, to copy."""

import json
import shlex
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from learned.app.filtering import OWN, STORED, Request


def filter_command(asked: Request) -> str:
    """The script that filters so; a comment where there is none."""
    if asked.kernel == OWN or asked.operation == "convolution":
        return "# No script takes taps or true convolution: use the Python."
    words = ["python", "scripts/convolve.py", "--image", asked.source, "--kernel", asked.kernel]
    return shlex.join([*words, "--border", asked.border])


def filter_python(asked: Request) -> str:
    """A program that writes the picture that the page shows as after.png."""
    call = "correlate" if asked.operation == "correlation" else "convolve"
    own = asked.kernel == OWN
    kernel = repr([list(row) for row in asked.taps]) if own else f"named({asked.kernel!r})"
    show = STORED[asked.stored].__name__
    grey = "" if asked.colour else ", grey=True"
    return "\n".join(
        [
            f"from handconv import {call}",
            *([] if own else ["from handconv.kernels import named"]),
            "from handconv.pictures import read_picture, to_grey_levels, write_picture",
            f"from handconv.pictures.show import {show}",
            "",
            f"photo = read_picture({asked.source!r}{grey})",
            f"kernel = {kernel}",
            'levels = to_grey_levels(photo).astype("float32")',
            f"after = {call}(levels, kernel, border={asked.border!r})",
            f'write_picture("after.png", {show}(after))',
        ]
    )


def recover_command(before: str, after: str, crop: bool) -> str:
    """The script that recovers the same."""
    words = ["python", "scripts/recover.py", before, after]
    return shlex.join([*words, "--json", "found.json", "--figure", "found.png", *["--crop"] * crop])


def recover_python(before: str, after: str, crop: bool) -> str:
    """A program that recovers the same, and prints its verdict and kernel."""
    return "\n".join(
        [
            "from handconv.pictures import read_picture",
            "from handconv.pictures.jpeg import read_stored",
            "from learned import recover",
            "",
            f"before, after = read_picture({before!r}), read_picture({after!r})",
            f"jpegs = [read_stored({after!r})]  # what a JPEG tells beyond its pixels",
            f"found = recover(before, after{', crop=True' * crop}, jpegs=jpegs)",
            "print(found.verdict, found.kernel, found.border, found.findings)",
        ]
    )


def undo_command(
    after: str, original: str | None, found: str | None, settings: Mapping[str, Any]
) -> str:
    """The script that takes the same filter off.

    found : the file of recover's findings, which say all but the noise
    settings : of a kernel, by the names of the script's options
    """
    options = dict(settings) if found is None else {"filter": found, **_noise(settings)}
    options |= {"out": _before(after), "figure": "undone.png"}
    if original is not None:
        options["compare"] = original
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    return shlex.join(["python", "scripts/undo.py", after, *words])


def undo_python(
    after: str, original: str | None, found: str | None, settings: Mapping[str, Any]
) -> str:
    """A program that takes the same filter off, writes the picture and prints the report."""
    noise = _arguments(_noise(settings))
    if found is None:
        kernel = {name: value for name, value in settings.items() if name != "noise"}
        said = f"{_arguments(kernel)[2:]}, dtype=after.dtype.name"
        use, made_by = "typed_filter", f"made_by = typed_filter({said})"
    else:
        use, made_by = "read_filter", f"made_by, error = read_filter({found!r}, after.dtype.name)"
        noise = f", error=error{noise}"
    beside = "" if original is None else f", read_picture({original!r})"
    return "\n".join(
        [
            "from handconv.pictures import read_picture, write_picture",
            "from learned import undo",
            f"from learned.undoing.known import {use}",
            "from learned.undoing.report import report",
            "",
            f"after = read_picture({after!r})",
            made_by,
            f"undone = undo(after, made_by{noise})",
            f"write_picture({_before(after)!r}, undone.picture)",
            f"print(report(undone{beside}))",
        ]
    )


def pair_command(before: str, after: str, settings: Mapping[str, Any]) -> str:
    """The script that learns from the same pair.

    settings : arguments of `learned.learn` that are other than by default
    """
    keys = {"truncated": ("target", "uint8_floor"), "colour": ("colour", True)}
    of_config = ("size", "border")
    words = [f"before={before}", f"after={after}"]
    for name, value in settings.items():
        plain = name if name in of_config else f"train.{name}"
        key, value = keys.get(name, (plain, value))
        words.append(f"{key}={toml(value)}")
    return shlex.join(["python", "scripts/train.py", "own_pair", *words])


def pair_python(before: str, after: str, settings: Mapping[str, Any]) -> str:
    """A program that learns from the same pair, and prints the kernel and its proof."""
    return "\n".join(
        [
            "from handconv.pictures import read_picture",
            "from learned import learn",
            "",
            f"before, after = read_picture({before!r}), read_picture({after!r})",
            f"found = learn(before, after{_arguments(settings)})",
            "print(found.kernel, found.lower, found.upper, found.nearest)",
        ]
    )


def toml(value: object) -> str:
    """A value on one line.

    >>> toml([{"lr": 0.1, "optimizer": "adam"}])
    '[{lr = 0.1, optimizer = "adam"}]'
    """
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml, value))}]"
    return json.dumps(value)  # which writes words and numbers as TOML does


def _arguments(settings: Mapping[str, Any]) -> str:
    """Behind others.

    >>> _arguments({"size": (3, 3), "optimizer": "adam"})
    ", size=(3, 3), optimizer='adam'"
    """
    return "".join(f", {name}={value!r}" for name, value in settings.items())


def _before(after: str) -> str:
    """A name for the picture before: of a format that holds all that the after picture can hold."""
    suffix = PurePath(after).suffix.lower()
    return f"before{suffix if suffix in ('.npy', '.tif', '.tiff') else '.png'}"


def _noise(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {"noise": settings["noise"]} if "noise" in settings else {}

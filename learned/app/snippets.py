"""What a tab did, as a command for the shell and as Python, to copy."""

import shlex

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
            "from learned import recover",
            "",
            f"before, after = read_picture({before!r}), read_picture({after!r})",
            f"found = recover(before, after{', crop=True' * crop})",
            "print(found.verdict, found.kernel, found.border, found.findings)",
        ]
    )

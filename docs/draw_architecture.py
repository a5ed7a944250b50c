"""Draw docs/images/architecture.svg: the floors of the code and the files on each.

The floors are those that `make lint` checks, in pyproject.toml; what stands in each box is the
first sentence of the package and the names of its files.

    python docs/draw_architecture.py
"""

import ast
import textwrap
import tomllib
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "images" / "architecture.svg"
WIDTH, GAP, LINE, LETTERS = 980, 10, 21, 112
COLOURS = ["#eeeeee", "#fbe3d6", "#fbe3d6", "#fbe3d6", "#fbe3d6", "#fff2cc", "#e2f0d9", "#dae8fc"]
NOT_SHOWN = {"__init__", "__main__"}


def floors() -> list[list[str]]:
    """The packages, top floor first; those of one floor do not import each other."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    (layers,) = (each["layers"] for each in contracts["contracts"] if each["type"] == "layers")
    inside = [
        ["learned"] if ":" in layer else [f"learned/{name.strip()}" for name in layer.split("|")]
        for layer in layers
    ]
    return [["scripts"], *inside, ["handconv"]]


def says(package: str) -> str:
    """The first sentence of a package's docstring, without its end."""
    if package == "scripts":
        return "One command each: arguments and printing"
    if package == "learned":
        return "What all of them speak of"
    text = ast.get_docstring(ast.parse((ROOT / package / "__init__.py").read_text("utf-8"))) or ""
    return text.split("\n\n")[0].replace("\n", " ").rstrip(".")


def files(package: str) -> list[str]:
    """The names in a package's folder: files, then folders where those are no floors themselves."""
    folder = ROOT / package
    names = {path.stem for path in folder.glob("*.py")} - NOT_SHOWN
    folders = {path.parent.name for path in folder.glob("*/__init__.py")}
    if package == "learned":
        folders = set()
    return sorted(names) + [f"{name}/" for name in sorted(folders)]


def box(package: str, floor: int, colour: str, top: int) -> tuple[list[str], int]:
    """A package's part of the picture, and where the next may begin."""
    lines = textwrap.wrap(" · ".join(files(package)), LETTERS)
    height = 46 + LINE * len(lines)
    shown = "learned/*.py" if package == "learned" else package
    parts = [
        f'<rect x="10" y="{top}" width="{WIDTH - 20}" height="{height}" rx="6" fill="{colour}" '
        'stroke="#888"/>',
        f'<text x="24" y="{top + 28}" font-size="19" font-weight="bold">{shown}</text>',
        f'<text x="{WIDTH - 26}" y="{top + 28}" font-size="15" fill="#555" text-anchor="end">'
        f"floor {floor}</text>",
        f'<text x="230" y="{top + 28}" font-size="15" fill="#333">{escape(says(package))}</text>',
    ]
    for number, line in enumerate(lines):
        y = top + 53 + LINE * number
        parts.append(
            f'<text x="24" y="{y}" font-size="14" font-family="monospace" fill="#222">{line}</text>'
        )
    return parts, top + height + GAP


def picture() -> str:
    """The picture as SVG."""
    parts, top, all_floors = [], GAP, floors()
    for number, packages in enumerate(all_floors):
        colour = COLOURS[min(number, len(COLOURS) - 1)]
        for package in packages:
            drawn, top = box(package, len(all_floors) - 1 - number, colour, top)
            parts += drawn
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" '
    return "\n".join(
        [head + 'font-family="sans-serif">', '<rect width="100%" height="100%" fill="white"/>']
        + parts
        + ["</svg>\n"]
    )


if __name__ == "__main__":
    PICTURE.write_text(picture(), "utf-8")

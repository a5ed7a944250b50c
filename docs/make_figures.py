"""Draw the pictures in docs/images again, by the commands that the pages show.

Needs the extra `conventions`: all libraries that docs/conventions.md compares.

    python docs/make_figures.py             # all: on an idle machine, as some show times
    python docs/make_figures.py bank flip   # some

A test fails where a picture there is not made here, or is shown on no page.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image, ImageFilter
from scipy.interpolate import RegularGridInterpolator
from skimage import data

from handconv.arrays import Array
from handconv.cli import Parser, choices, errors_end_with_status_2
from handconv.files import complete_file
from handconv.words import did_you_mean

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"


class Recipe(NamedTuple):
    """What draws some of the pictures."""

    commands: list[list[str]]
    """Arguments of ``handconv``; they find the pictures that `_write_pairs` makes."""
    made: dict[str, str]
    """A picture in docs/images -> the file that they leave."""


def _recover(name: str) -> Recipe:
    """Of ``recover NAME_before.png NAME_after.png``."""
    pair = [f"{name}_before.png", f"{name}_after.png"]
    return Recipe([["recover", *pair, "--figure", "found.png"]], {f"{name}.png": "found.png"})


FLIP = {each: f"runs/{each}" for each in ("flip.png", "conventions.png", "conventions_learned.png")}
LOOK = ["recover", "look_before.png", "look_after.png", "--lut", "l.cube", "--lut-size", "17"]
UNDO = [
    ["recover", "skimage:camera", "sharpened.png", "--json", "found.json"],
    *[["undo", "sharpened.png", "--filter", "found.json", "--out", "o.png", "--figure", "f.png"]],
]
INVERSE = {
    "inverse.png": "runs/inverse/inverse.png",
    "inverse_response.png": "runs/inverse/response.png",
}
RECIPES = {
    "bank": Recipe([["train", "bank"]], {"kernels.png": "runs/bank/kernels.png"}),
    # the table as well: that is refused where a library is missing, which the figures need too
    "flip": Recipe([["flip", "--markdown", str(ROOT / "docs" / "conventions.md")]], FLIP),
    "curve": Recipe([["curve"]], {"learning_curve.png": "runs/learning_curve.png"}),
    "race": Recipe([["train", "race"]], {"race.png": "runs/race/race.png"}),
    "learning": Recipe(
        [["benchmark", "--learning"]], {"learning.png": "runs/benchmark_learning/benchmark.png"}
    ),
    "inverse": Recipe([["train", "inverse"]], INVERSE),
    "marked": Recipe([["train", "marked"]], {"marked.png": "runs/marked/marked.png"}),
    "scratches": Recipe([["train", "scratches"]], {"scratches.png": "runs/scratches/marked.png"}),
    "labels": Recipe([["train", "labels"]], {"labels.png": "runs/labels/labels.png"}),
    "digits": Recipe([["train", "digits"]], {"digits.png": "runs/digits/digits.png"}),
    "recover_linear": _recover("recover_linear"),
    "recover_median": _recover("recover_median"),
    "recover_local": _recover("recover_local"),
    "look": Recipe([[*LOOK, "--figure", "f.png"]], {"look.png": "f.png"}),
    "steps": Recipe(
        [["benchmark", "--steps"]], {"seven_steps.png": "runs/benchmark_steps/benchmark.png"}
    ),
    "undo": Recipe(UNDO, {"undo.png": "f.png"}),
}


def _write_pairs(folder: Path) -> None:
    """The pictures that some recipes start from, filtered by other programs."""
    cat = Image.fromarray(data.chelsea()).convert("L")
    embossed = cat.filter(ImageFilter.EMBOSS)
    median = Image.fromarray(cv2.medianBlur(np.asarray(cat), 5))
    local = cat.copy()
    local.paste(cat.crop((130, 60, 300, 200)).filter(ImageFilter.BoxBlur(6)), (130, 60))
    for name, after in (("linear", embossed), ("median", median), ("local", local)):
        cat.save(folder / f"recover_{name}_before.png")
        after.save(folder / f"recover_{name}_after.png")
    sharpened = Image.fromarray(data.camera()).filter(ImageFilter.SHARPEN)
    sharpened.save(folder / "sharpened.png")
    coffee = data.coffee()
    Image.fromarray(coffee).save(folder / "look_before.png")
    Image.fromarray(_teal_and_orange(coffee)).save(folder / "look_after.png")


def _teal_and_orange(picture: Array) -> Array:
    """Shadows towards teal, lights towards orange: by a table of 17³ colours, trilinear."""
    grid = np.linspace(0, 1, 17)
    colours = np.stack(np.meshgrid(grid, grid, grid, indexing="ij"), axis=-1)
    bright = colours @ [0.299, 0.587, 0.114]
    way = np.cos(np.pi * bright)[..., None] * [-0.12, 0.04, 0.10]
    table = np.clip(bright[..., None] + 0.9 * (colours - bright[..., None]) + way, 0, 1)
    made = RegularGridInterpolator([grid] * 3, table)(picture / 255)
    return np.asarray(np.rint(255 * made), np.uint8)


def _draw(recipe: Recipe, folder: Path) -> None:
    for command in recipe.commands:
        print("handconv", *command, flush=True)
        done = subprocess.run(
            [sys.executable, "-m", "handconv", *command],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            check=False,
        )
        if done.returncode != 0:
            raise ValueError(f"handconv {command[0]} failed: see above.")
    for image, file in recipe.made.items():
        with complete_file(IMAGES / image) as draft:
            shutil.copy(folder / file, draft)
        print(f"Wrote docs/images/{image}.", flush=True)


@errors_end_with_status_2()
def main() -> None:
    parser = Parser("Draw the pictures of the docs again.", "  python docs/make_figures.py bank")
    known = f"{', '.join(RECIPES)}; default: all"
    choices(parser.add_argument("name", nargs="*", help=known), RECIPES)
    names = parser.parse_args().name or [*RECIPES]
    for name in names:
        if name not in RECIPES:
            raise ValueError(f"{name} is not drawn here. {did_you_mean(name, [*RECIPES])}")
    with TemporaryDirectory() as folder:
        _write_pairs(Path(folder))
        for name in names:
            _draw(RECIPES[name], Path(folder))


if __name__ == "__main__":
    main()

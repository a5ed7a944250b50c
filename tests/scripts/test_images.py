"""The pictures of the docs: one script draws them, and pages show them."""

import re
from importlib.util import module_from_spec, spec_from_file_location

import pytest
from running import ROOT
from screenshots import TABS, file_name

IMAGES = ROOT / "docs" / "images"
BY_OTHER_SCRIPTS = {
    "architecture.svg",
    "kinds.png",
    "pairs.png",
    "site_gallery.png",
    "site_narrow.png",
}
OF_THE_PAGE = {file_name(tab) for tab in TABS}  # taken by tests/help/screenshots.py


def script(name):
    """A script in docs/, imported."""
    spec = spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def recipes():
    return script("make_figures").RECIPES


def test_the_floors_are_drawn_as_they_are():
    drawing = script("draw_architecture")
    fresh = drawing.picture() == drawing.PICTURE.read_text(encoding="utf-8")
    assert fresh, "files were added or moved: run python docs/draw_architecture.py"


def test_every_picture_is_drawn_by_the_script(recipes):
    drawn = [image for recipe in recipes.values() for image in recipe.made]
    there = {path.name for path in IMAGES.iterdir()}
    assert sorted(drawn) == sorted(there - BY_OTHER_SCRIPTS - OF_THE_PAGE)


def test_every_picture_is_shown_and_every_one_shown_is_there():
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "docs").glob("*.rst")]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    shown = set(re.findall(r"images/([\w.]+\.(?:png|svg))", text))
    assert shown == {path.name for path in IMAGES.iterdir()}

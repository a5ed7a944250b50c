"""The site builds without warnings, nothing in it leads nowhere, and it needs no network."""

import json
import re
import subprocess
import sys
from importlib import import_module

import pytest
from running import ROOT
from site_check import Page, mistakes

EXAMPLES = sorted((ROOT / "docs" / "gallery").glob("*.py"))


@pytest.mark.slow
def test_the_site_builds_and_holds_together(tmp_path):
    """All examples and the notebook are run on the way; any warning fails."""
    site = tmp_path / "site"
    options = ["--builder", "html", "--fail-on-warning", "--keep-going", "--quiet"]
    built = subprocess.run(
        [sys.executable, "-m", "sphinx", *options, "-d", str(tmp_path / "trees")]
        + [str(ROOT / "docs"), str(site)],
        capture_output=True,
        encoding="utf-8",
        timeout=1500,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    assert mistakes(site) == []
    gallery = Page((site / "gallery_built" / "index.html").read_text("utf-8")).links
    assert {f"{example.stem}.html" for example in EXAMPLES} <= set(gallery)
    assert (site / "searchindex.js").is_file()


def test_every_page_is_listed():
    listed = (ROOT / "docs" / "index.md").read_text("utf-8").splitlines()
    pages = {page.stem for page in (ROOT / "docs").glob("*.md")} - {"index"}
    assert pages - set(listed) == set()
    assert not [page for page in pages if listed.count(page) > 1]


def test_the_notebook_is_kept_without_what_it_printed():
    cells = json.loads((ROOT / "docs" / "learn_a_filter.ipynb").read_text("utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert 25 <= len(cells) <= 40
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_each_example_has_a_number_a_title_and_words(example):
    """The gallery is in the order of the numbers, and a script without a title is left out of it."""
    assert re.match(r"\d\d_[a-z_]+$", example.stem)
    title, line, blank, *words = example.read_text("utf-8").removeprefix('"""\n').split("\n")
    assert line == "=" * len(title)
    assert blank == ""
    assert len(words[0]) > 40


def test_there_are_a_dozen_examples():
    numbers = [int(example.stem[:2]) for example in EXAMPLES]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 12


@pytest.mark.parametrize(
    "package", ["handconv", "handconv.kernels", "handconv.pictures", "learned"]
)
def test_every_public_name_is_in_the_reference(package):
    page = (ROOT / "docs" / "api.rst").read_text("utf-8")
    sections = page.split(f".. currentmodule:: {package}\n")[1:]
    listed = {
        line.strip()
        for section in sections
        for line in section.split("\n.. current")[0].splitlines()
    }
    assert set(import_module(package).__all__) <= listed


def test_a_link_that_leads_nowhere_is_seen(tmp_path):
    (tmp_path / "a.html").write_text(
        '<a id="here" href="b.html">x</a><a href="#there">x</a><a href="#here">x</a>'
        '<script src="https://example.org/x.js"></script><img src="c.png">'
        '<a href="https://example.org">x</a>'
    )
    (tmp_path / "d.css").write_text("@import url('https://example.org/font.css');")
    assert mistakes(tmp_path) == [
        "a.html: b.html is not there",
        "a.html: #there has no such anchor",
        "a.html: https://example.org/x.js is loaded from elsewhere",
        "a.html: c.png is not there",
        "d.css: https://example.org/font.css is loaded from elsewhere",
    ]

"""README and docs/commands.md: all of its commands are known, its Python runs, and what it links is there."""

import re
import subprocess

import pytest
from readme import BLOCKS, COMMAND_LINES, PAGES, SHELL_LINES
from running import ROOT


def test_all_commands_are_known_here():
    """A command that no test runs must not slip into the README unseen."""
    others = [line.split("#")[0].strip() for line in SHELL_LINES if line not in COMMAND_LINES]
    assert others == [
        "make train",
        "make app",
        "make docs",
        "make test",
        "make test-all",
        "python3 -m venv .venv",
        ".venv/bin/pip install --constraint constraints.txt .",
        ".venv/bin/handconv train bank",
    ]


@pytest.mark.parametrize("target", ["train", "app", "docs", "test", "test-all", "lint"])
def test_make_knows_its_targets(target):
    done = subprocess.run(
        ["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert ".venv/bin/" in done.stdout


def test_the_python_example_runs():
    examples = [block for kind, block in BLOCKS if kind == "python"]
    assert examples
    for example in examples:
        names: dict[str, object] = {}
        exec(example, names)


def test_linked_files_are_there():
    for page, text in PAGES.items():
        for link in re.findall(r"""(?:\]\(|src=")([^)#"]+)""", text):
            assert ((ROOT / page).parent / link).exists(), (page, link)


def test_the_readme_is_short():
    assert len(PAGES["README.md"].splitlines()) < 150


def test_each_config_is_explained():
    for config in (ROOT / "configs").glob("*.toml"):
        assert f"`{config.name}`" in PAGES["docs/commands.md"]

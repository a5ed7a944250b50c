"""Every command that the README shows works, and the images that it shows are there."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageFilter
from running import ROOT, run_script
from skimage import data

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, re.DOTALL)
SHELL_LINES = [
    line for kind, block in BLOCKS if kind == "sh" for line in block.splitlines() if line.strip()
]
SCRIPT_LINES = [line for line in SHELL_LINES if "scripts/" in line or "python -c" in line]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A place where the README's commands find what they name, in the order that it shows them."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "configs").symlink_to(ROOT / "configs")
    photo = Image.fromarray(data.camera())  # a pair of one's own
    photo.save(folder / "a.png")
    photo.filter(ImageFilter.SHARPEN).save(folder / "b.png")
    return folder


@pytest.mark.slow
def test_the_scripts_run_as_shown(folder):
    """In one test, as some need what others leave: tests may run apart, and in any order."""
    for line in SCRIPT_LINES:
        program, script, *arguments = shlex.split(line, comments=True)
        assert Path(program).name == "python"
        if script == "-c":
            done = subprocess.run(
                [sys.executable, "-c", *arguments],
                cwd=folder,
                capture_output=True,
                text=True,
                check=False,
            )
        else:
            done = run_script(Path(script).stem, *arguments, cwd=folder)
        assert (done.returncode, done.stderr) == (0, ""), line


def test_all_commands_are_known_here():
    """A command that no test runs must not slip into the README unseen."""
    others = [line.split("#")[0].strip() for line in SHELL_LINES if line not in SCRIPT_LINES]
    assert others == [
        "make train",
        "make app",
        "make test",
        "make test-all",
        "python3 -m venv .venv",
        '.venv/bin/pip install --constraint constraints.txt --editable ".[test]"',
    ]


@pytest.mark.parametrize("target", ["train", "app", "test", "test-all", "lint"])
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
    for link in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / link).exists(), link


def test_each_config_is_explained():
    for config in (ROOT / "configs").glob("*.toml"):
        assert f"`{config.name}`" in README

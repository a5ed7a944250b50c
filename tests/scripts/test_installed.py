"""A wheel, installed outside the checkout, does all that the README shows."""

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from PIL import Image, ImageFilter
from readme import COMMAND_LINES
from running import ROOT
from skimage import data

SOURCES = ("handconv", "learned", "scripts", "configs", "pyproject.toml", "setup.py")
HEAVY = sysconfig.get_path("purelib")
"""Where torch and the like are: the new environment borrows them."""


def run(*command, cwd, **variables):
    """Run it as outside of any checkout; gives the finished process, output as text."""
    surroundings = {key: text for key, text in os.environ.items() if key != "PYTHONPATH"}
    return subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        capture_output=True,
        encoding="utf-8",
        env={**surroundings, **variables},
        check=False,
    )


def copied(folder):
    """The sources, copied: building leaves things beside them."""
    copy = folder / "copy"
    copy.mkdir()
    for name in (*SOURCES, "README.md", "LICENSE"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, copy / name)
    return copy


def environment(folder):
    """The folder of programs of a fresh environment, which has torch and the like, and not us."""
    made = run(sys.executable, "-m", "venv", "--without-pip", folder / "environment", cwd=folder)
    assert made.returncode == 0, made.stderr
    programs = folder / "environment" / ("Scripts" if os.name == "nt" else "bin")
    where = [programs / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    packages = Path(run(*where, cwd=folder).stdout.strip())
    (packages / "heavy.pth").write_text(HEAVY, encoding="utf-8")
    return programs


def pip(*arguments, cwd):
    done = run(sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments, cwd=cwd)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """The folder of programs of a fresh environment that has the wheel."""
    folder = tmp_path_factory.mktemp("installed")
    build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder]
    pip(*build, copied(folder), cwd=folder)
    (wheel,) = folder.glob("handconv-*.whl")
    programs = environment(folder)
    pip("--python", programs / "python", "install", "--no-deps", "--no-index", wheel, cwd=folder)
    return programs


@pytest.mark.slow
def test_an_editable_install_uses_the_checkout(tmp_path):
    copy, programs = copied(tmp_path), environment(tmp_path)
    options = ["--no-deps", "--no-index", "--no-build-isolation", "--editable", copy]
    pip("--python", programs / "python", "install", *options, cwd=tmp_path)
    (copy / "configs" / "mine.toml").write_text("kernels = ['sobel_x']\n", encoding="utf-8")
    done = run(programs / "handconv", "train", "mine", "--show-config", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert 'kernels = [\n    "sobel_x",\n]\n' in done.stdout


@pytest.mark.slow
def test_the_readme_by_its_installed_name(programs, tmp_path):
    """In one test, as some commands need what others leave."""
    photo = Image.fromarray(data.camera())  # a pair of one's own
    photo.save(tmp_path / "a.png")
    photo.filter(ImageFilter.SHARPEN).save(tmp_path / "b.png")
    for line in COMMAND_LINES:
        program, *arguments = shlex.split(line, comments=True)
        done = run(programs / program, *arguments, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, ""), line
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["a.png", "b.png", "runs"], "commands leave files under runs/ only"


@pytest.mark.slow
def test_what_is_installed(programs, tmp_path):
    packages = next((programs.parent / "lib").glob("*/site-packages"), programs.parent)
    names = {path.name for path in packages.iterdir() if path.suffix not in (".pth", ".dist-info")}
    assert names == {"handconv", "learned"}
    done = run(
        *(programs / "python", "-m", "handconv", "train", "bnk"), cwd=tmp_path
    )  # from the configs that came along
    assert done.stderr == "error: bnk does not exist. Did you mean bank?\n"
    where = "import handconv, learned; print(handconv.__file__, learned.__file__)"
    found = run(programs / "python", "-c", where, cwd=tmp_path).stdout.split()
    assert all(Path(file).is_relative_to(packages) for file in found)


@pytest.mark.slow
def test_several_processes(programs, tmp_path):
    done = run(
        *(programs / "python", "-m", "torch.distributed.run", "--nproc-per-node", "2"),
        *("-m", "handconv", "train", "bank", "kernels=['sobel_x']"),
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert "Wrote runs" in done.stdout
    assert (tmp_path / "runs" / "bank" / "kernels.png").exists()

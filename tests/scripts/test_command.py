"""The command ``handconv``: it finds scripts and configs, and speaks of them by its own names."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from running import ROOT, run_script

from handconv.cli import errors_end_with_status_2
from handconv.commands import COMMANDS
from handconv.shipped import config_names, find_config, shipped

HANDCONV = [sys.executable, "-m", "handconv"]


def run(*arguments, cwd, **variables):
    """``handconv`` as it is in this checkout."""
    return subprocess.run(
        [*HANDCONV, *arguments],
        cwd=cwd,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
        check=False,
    )


def test_every_script_is_a_command():
    scripts = {path.stem for path in (ROOT / "scripts").glob("*.py")}
    assert {command.script for command in COMMANDS.values()} == scripts


@pytest.mark.parametrize("arguments", [[], ["--help"]])
def test_help_lists_all_commands(arguments, tmp_path):
    done = run(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: handconv ")
    for name, command in COMMANDS.items():
        assert f"  {name:10} {command.does}" in done.stdout
    assert "examples:\n  handconv train bank" in done.stdout


def test_version(tmp_path):
    done = run("--version", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "handconv 0.1.0\n")


def test_a_wrong_command_is_one_line(tmp_path):
    done = run("trian", "bank", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: 'trian' is not a command. Did you mean train?\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_help_names_the_command_as_it_was_called(name, tmp_path):
    done = run(name, "--help", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"usage: handconv {name} ")
    assert f"\n  handconv {name}" in done.stdout, "an example"
    assert "scripts/" not in done.stdout
    assert "configs/" not in done.stdout


def test_the_script_still_speaks_of_scripts(tmp_path):
    done = run_script("train", "--help", cwd=tmp_path)
    assert done.stdout.startswith("usage: train.py ")
    assert "  python scripts/train.py configs/bank.toml\n" in done.stdout


def test_help_imports_nothing_heavy(tmp_path):
    program = (
        "import sys; from handconv.__main__ import main; sys.argv = ['handconv', *sys.argv[1:]]\n"
        "try: main()\n"
        "finally: print([m for m in ('torch', 'numba', 'cv2', 'matplotlib') if m in sys.modules])"
    )
    for arguments in (["--help"], ["train", "--help"], ["trian"]):
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            cwd=tmp_path,
            capture_output=True,
            encoding="utf-8",
            check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert done.stdout.endswith("[]\n")


@pytest.mark.parametrize(
    ("program", "shown"), [("handconv plot", "handconv train"), ("plot.py", "scripts/train.py")]
)
def test_errors_name_the_command_as_it_was_called(program, shown, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", [program])
    with pytest.raises(SystemExit), errors_end_with_status_2():
        raise ValueError("Name a run that scripts/train.py wrote.")
    assert capsys.readouterr().err == f"error: Name a run that {shown} wrote.\n"


def test_configs_are_found_by_name_and_by_file(tmp_path, monkeypatch):
    assert "bank" in config_names()
    assert find_config("bank") == shipped("configs") / "bank.toml" == ROOT / "configs/bank.toml"
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=r"bnk does not exist\. Did you mean bank\?"):
        find_config("bnk")
    with pytest.raises(ValueError, match=r"configs/bank.toml does not exist\. Did you mean bank\?"):
        find_config("configs/bank.toml")
    (tmp_path / "adam").mkdir()  # a folder of that name does not hide it
    assert find_config("adam") == ROOT / "configs/adam.toml"
    (tmp_path / "bank").write_text("", encoding="utf-8")
    assert find_config("bank") == Path("bank")


def test_another_package_of_the_name_learned_is_refused(tmp_path):
    other = tmp_path / "other" / "learned"
    other.mkdir(parents=True)
    (other / "__init__.py").write_text("raise SystemExit('it ran')", encoding="utf-8")
    done = run("train", "bank", cwd=tmp_path, PYTHONPATH=f"{tmp_path / 'other'}{os.pathsep}{ROOT}")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"error: the package learned at {other} is not that of handconv, but hides it. "
        "Install handconv in a virtual environment of its own.\n"
    )


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("handconv ", {*COMMANDS}),
        ("handconv ex", {"export"}),
        ("handconv train ba", {"bank"}),
        ("handconv train bank --re", {"--resume"}),
        ("handconv export runs/bank --to ", {"onnx", "npz", "pt2", "opencv"}),
    ],
)
def test_a_shell_completes_it(line, expected, tmp_path):
    """As `register-python-argcomplete` has the shell ask; argcomplete answers in a file."""
    pytest.importorskip("argcomplete")
    answer = tmp_path / "answer"
    done = run(
        cwd=tmp_path,
        _ARGCOMPLETE="1",
        _ARGCOMPLETE_STDOUT_FILENAME=str(answer),
        _ARGCOMPLETE_SUPPRESS_SPACE="1",
        COMP_LINE=line,
        COMP_POINT=str(len(line)),
    )
    assert (done.returncode, done.stderr) == (0, "")
    words = set(answer.read_text(encoding="utf-8").split("\v"))
    assert {word for word in words if line[-1] != " " or word[0] != "-"} == expected

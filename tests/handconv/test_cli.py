"""Scripts end with one line and a status."""

import subprocess
import sys
from pathlib import Path

import pytest
from matplotlib import rc_context
from matplotlib.figure import Figure
from running import ROOT

from handconv.cli import (
    Mistakes,
    Parser,
    add_dark,
    errors_end_with_status_2,
    figure_file,
    write_figure,
)


@pytest.mark.parametrize(
    ("error", "line", "status"),
    [
        (ValueError("kernel is empty.\nPass one tap."), "error: kernel is empty. Pass one tap.", 2),
        (FileNotFoundError(2, "No such file", "a.png"), "error: a.png: No such file.", 2),
        (OSError("disk on fire"), "error: disk on fire", 2),
        (MemoryError("Unable to\nallocate"), "error: not enough memory. Unable to allocate", 2),
        (MemoryError(), "error: not enough memory.", 2),
        (KeyboardInterrupt(), "interrupted", 130),
    ],
)
def test_what_a_person_can_mend_is_one_line(
    error: BaseException, line: str, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end, errors_end_with_status_2():
        raise error
    assert end.value.code == status
    assert capsys.readouterr() == ("", line + "\n")


def test_too_little_memory_is_one_line_of_a_script(tmp_path: Path) -> None:
    program = (
        "import runpy, sys, numpy\n"
        "import handconv.pictures as pictures\n"
        "pictures.read_picture = lambda path: numpy.empty((10**7, 10**7))\n"
        "sys.argv = ['convolve.py', '--out', 'run']\n"
        f"runpy.run_path({str(ROOT / 'scripts' / 'convolve.py')!r}, run_name='__main__')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: not enough memory. Unable to allocate 728. TiB")
    assert done.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_several_mistakes_are_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end, errors_end_with_status_2():
        raise Mistakes("a.toml: no kernel.", "a.toml: no photo.")
    assert end.value.code == 2
    assert capsys.readouterr().err == "error: a.toml: no kernel.\nerror: a.toml: no photo.\n"


def test_mistakes_of_ours_keep_their_traceback() -> None:
    with pytest.raises(ZeroDivisionError), errors_end_with_status_2():
        _ = 1 / 0


def test_a_wrong_argument_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    parser = Parser("Does a thing.", "  python thing.py --size 3\n  python thing.py")
    parser.add_argument("--size", type=int)
    with pytest.raises(SystemExit) as end, errors_end_with_status_2():
        parser.parse_args(["--size", "large"])
    assert end.value.code == 2
    assert capsys.readouterr().err == (
        "error: argument --size: invalid int value: 'large'. Run it with --help.\n"
    )
    assert "examples:\n  python thing.py --size 3\n  python thing.py" in parser.format_help()


@pytest.mark.parametrize("name", ["kernels", "kernels.npz", "a.folder/kernels"])
def test_a_figure_of_no_known_format_is_refused(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = Parser("Draws.", "")
    parser.add_argument("--out", type=figure_file)
    assert parser.parse_args(["--out", "new/kernels.SVG"]).out == Path("new/kernels.SVG")
    with pytest.raises(SystemExit) as end, errors_end_with_status_2():
        parser.parse_args(["--out", name])
    assert end.value.code == 2
    assert capsys.readouterr().err == (
        f"error: argument --out: {name} must end in .png, .pdf, .svg or another format of matplotlib. "
        "Run it with --help.\n"
    )


def test_a_figure_makes_its_folder_and_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "figure.png"
    write_figure(path, Figure((1, 1)))
    whole = path.read_bytes()
    assert whole.startswith(b"\x89PNG")

    class Fails(Figure):
        def savefig(self, fname: object, **options: object) -> None:
            Path(str(fname)).write_bytes(b"half")
            raise ValueError("the disk is full")

    with pytest.raises(ValueError, match="the disk is full"):
        write_figure(path, Fails())
    assert path.read_bytes() == whole
    assert list(path.parent.iterdir()) == [path]


def test_a_closed_pipe_is_quiet() -> None:
    program = (
        "from handconv.cli import errors_end_with_status_2\n"
        "with errors_end_with_status_2():\n"
        "    for line in range(100_000): print(line)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 141


def test_dark_figures_are_light_on_black() -> None:
    parser = Parser("", "")
    add_dark(parser)
    with rc_context():
        parser.parse_args([])
        assert Figure().get_facecolor()[:3] == (1, 1, 1)
        parser.parse_args(["--dark"])
        figure = Figure()
        assert figure.get_facecolor()[:3] == (0, 0, 0)
        assert figure.text(0, 0, "light").get_color() == "white"

"""Scripts end with one line and a status."""

import subprocess
import sys

import pytest

from handconv.cli import Mistakes, Parser, errors_end_with_status_2


@pytest.mark.parametrize(
    ("error", "line", "status"),
    [
        (ValueError("kernel is empty.\nPass one tap."), "error: kernel is empty. Pass one tap.", 2),
        (FileNotFoundError(2, "No such file", "a.png"), "error: a.png: No such file.", 2),
        (OSError("disk on fire"), "error: disk on fire", 2),
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

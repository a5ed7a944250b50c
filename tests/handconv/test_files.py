"""Files and folders are complete or not there at all."""

import errno
import os
import re
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from handconv.files import complete_file, complete_folder, locked, read_whole

as_root = hasattr(os, "geteuid") and os.geteuid() == 0


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_file_is_written_and_replaced(tmp_path: Path) -> None:
    for text in ("first", "second"):
        with complete_file(tmp_path / "a.txt") as draft:
            assert draft.suffix == ".txt"
            draft.write_text(text)
        assert (tmp_path / "a.txt").read_text() == text
    assert names(tmp_path) == ["a.txt"]


def test_file_stays_as_it_was_when_writing_fails(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("old")

    def fail_half_way() -> None:
        with complete_file(tmp_path / "a.txt") as draft:
            draft.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail_half_way()
    assert (tmp_path / "a.txt").read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


def test_file_in_a_missing_folder_or_in_place_of_a_folder(tmp_path: Path) -> None:
    with (
        pytest.raises(ValueError, match=r"nowhere/a\.txt cannot be written: No such file"),
        complete_file(tmp_path / "nowhere" / "a.txt"),
    ):
        pass
    (tmp_path / "folder" / "inside").mkdir(parents=True)
    with (
        pytest.raises(ValueError, match=r"folder cannot be written: Is a directory"),
        complete_file(tmp_path / "folder") as draft,
    ):
        draft.write_text("text")
    assert names(tmp_path) == ["folder", "folder/inside"]


def test_folder_is_made_with_those_above_it_and_replaced_whole(tmp_path: Path) -> None:
    target = tmp_path / "runs" / "bank"
    for name in ("one.png", "two.png"):
        with complete_folder(target, owned=["*.png"]) as draft:
            (draft / name).write_text(name)
            assert not (target / name).exists()
        assert names(tmp_path / "runs") == ["bank", f"bank/{name}"]


def test_folder_stays_as_it_was_when_filling_fails(tmp_path: Path) -> None:
    target = tmp_path / "bank"
    target.mkdir()
    (target / "one.png").write_text("old")

    def fail_half_way() -> None:
        with complete_folder(target, owned=["*.png"]) as draft:
            (draft / "one.png").write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail_half_way()
    assert (target / "one.png").read_text() == "old"
    assert names(tmp_path) == ["bank", "bank/one.png"]


@pytest.mark.parametrize("stranger", ["holiday.jpg", "album/"])
def test_folder_with_files_of_others_is_left_alone(tmp_path: Path, stranger: str) -> None:
    target = tmp_path / "photos"
    target.mkdir()
    (target / "one.png").touch()
    (target / stranger).mkdir() if stranger.endswith("/") else (target / stranger).touch()
    before = names(tmp_path)
    with (
        pytest.raises(ValueError, match=r"photos holds '(holiday.jpg|album)', which this program"),
        complete_folder(target, owned=["*.png"]),
    ):
        pytest.fail("the block must not be entered")
    assert names(tmp_path) == before


def test_a_stranger_that_came_while_the_block_ran_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "bank"

    def fill() -> None:
        with complete_folder(target, owned=["*.png"]):
            target.mkdir()
            (target / "notes.txt").touch()

    with pytest.raises(ValueError, match=r"holds 'notes\.txt'"):
        fill()
    assert names(tmp_path) == ["bank", "bank/notes.txt"]


def test_folder_in_place_of_a_file_or_a_link(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path)
    for name in ("file", "link"):
        with (
            pytest.raises(ValueError, match=rf"{name} exists and is not a folder"),
            complete_folder(tmp_path / name, owned=["*"]),
        ):
            pytest.fail("the block must not be entered")
    with (
        pytest.raises(
            ValueError,
            match=r"inside: Not a directory|inside cannot be made: (Not a directory|File exists)",
        ),
        complete_folder(tmp_path / "file" / "inside", owned=["*"]),
    ):
        pytest.fail("the block must not be entered")


@pytest.mark.skipif(as_root, reason="root may write anywhere")
def test_unwritable_place(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with (
        pytest.raises(ValueError, match=r"bank cannot be written: Permission denied"),
        complete_folder(tmp_path / "bank", owned=["*"]),
    ):
        pytest.fail("the block must not be entered")


def test_what_may_never_end_is_not_read(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").write_bytes(bytes(11))
    for path, reason in {
        "/dev/zero": "is not a regular file",
        tmp_path / "pipe": "is not a regular file",
        tmp_path: "is a folder",
        tmp_path / "large": "has 11 bytes; at most 10 are read",
        tmp_path / "none": "does not exist",
    }.items():
        with pytest.raises(ValueError, match=f"^{re.escape(str(path))} {reason}"):
            read_whole(path, 10)
    assert read_whole(tmp_path / "large", 11) == bytes(11)


def test_a_second_run_is_told_at_once_and_a_killed_one_locks_nobody_out(tmp_path):
    hold = "import sys, time; from handconv.files import locked\n"
    hold += f"with locked({str(tmp_path / 'run')!r}): print('held', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", hold], stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"held\n"
        with (
            pytest.raises(ValueError, match=rf"run is being written .* \(process {other.pid}\)"),
            locked(tmp_path / "run"),
        ):
            pass
        other.kill()
    with locked(tmp_path / "run"):
        pass
    assert not list(tmp_path.iterdir())


def test_what_a_killed_run_left_is_swept_by_the_next(tmp_path):
    leave = "import os; from handconv.files import complete_file\n"
    leave += f"with complete_file({str(tmp_path / 'a.txt')!r}) as draft:\n"
    leave += "    draft.write_text('half'); os.kill(os.getpid(), 9)"
    subprocess.run([sys.executable, "-c", leave], check=False)
    assert len(list(tmp_path.iterdir())) == 1
    (tmp_path / ".a.txt-holiday").mkdir()  # not ours
    with complete_file(tmp_path / "a.txt") as draft:
        draft.write_text("whole")
    assert {path.name for path in tmp_path.iterdir()} == {"a.txt", ".a.txt-holiday"}


@pytest.mark.parametrize("inner", [False, True])
def test_a_full_disk_names_the_file(inner, tmp_path):
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    message = r"/{} cannot be written: No space left on device\.$"
    with (
        pytest.raises(ValueError, match=message.format(r"a\.txt")),
        complete_file(tmp_path / "a.txt"),
    ):
        raise full
    with (
        pytest.raises(ValueError, match=message.format("run")),
        complete_folder(tmp_path / "run", ["*"]) as draft,
        complete_file(draft / "a.txt") if inner else nullcontext(),
    ):
        raise full
    with (
        pytest.raises(FileNotFoundError, match="elsewhere"),
        complete_file(tmp_path / "a.txt"),
    ):
        (tmp_path / "elsewhere").read_text()
    assert not list(tmp_path.iterdir())

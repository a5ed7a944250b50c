"""Files and folders are complete or not there at all."""

import os
from pathlib import Path

import pytest

from handconv.files import complete_file, complete_folder

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

"""Files and folders that are complete or not there at all."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path


@contextmanager
def complete_file(path: str | Path) -> Iterator[Path]:
    """A name to write to, beside ``path`` and with its suffix; becomes ``path`` at the end.

    Where the block raises, ``path`` stays as it was and nothing is left behind.

    Raises ``ValueError`` where the folder of ``path`` does not exist or cannot be written to.
    """
    path = Path(path)
    with _scratch_folder_beside(path) as scratch:
        draft = scratch / path.name
        yield draft
        _flush_to_disk(draft)
        try:
            os.replace(draft, path)
        except OSError as error:
            raise ValueError(f"{path} cannot be written: {error.strerror}.") from None


@contextmanager
def complete_folder(path: str | Path, owned: Sequence[str]) -> Iterator[Path]:
    """An empty folder to fill, beside ``path``; becomes ``path`` at the end of the block.

    Where the block raises, ``path`` stays as it was and nothing is left behind. Missing folders
    above ``path`` are made.

    A folder that exists is replaced as a whole, but only where every file in it has a name that
    fits one of ``owned``, the names that the program writes, such as ``["metrics.json", "*.png"]``:
    so ``--out`` never costs a user other files.

    Raises ``ValueError``, before the block is entered, if ``path`` is a file, holds files of other
    names, or is in a place that cannot be written to.
    """
    check_folder(path, owned)
    path = Path(os.path.abspath(path))  # keeps a link a link, and gives '.' a name
    with _scratch_folder_beside(path) as scratch:
        draft = scratch / "new"
        draft.mkdir()
        yield draft
        for file in draft.rglob("*"):
            _flush_to_disk(file)
        _refuse_to_replace(path, owned)  # the block may have taken minutes
        if path.exists():
            os.replace(path, scratch / "old")
        try:
            os.replace(draft, path)
        except OSError:
            if (scratch / "old").exists():
                os.replace(scratch / "old", path)
            raise


def check_folder(path: str | Path, owned: Sequence[str]) -> None:
    """Raise what `complete_folder` would raise, before hours of work whose result goes there.

    Missing folders above ``path`` are made.
    """
    path = Path(os.path.abspath(path))
    _refuse_to_replace(path, owned)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(
            f"{path} cannot be made: {error.strerror}. Name a folder in a place you can write to."
        ) from None
    with _scratch_folder_beside(path):
        pass


def _refuse_to_replace(path: Path, owned: Sequence[str]) -> None:
    """Raise ``ValueError`` unless ``path`` is free, or a folder of nothing but owned files."""
    if path.is_symlink() or (path.exists() and not path.is_dir()):
        raise ValueError(f"{path} exists and is not a folder. Name another folder.")
    if not path.exists():
        return
    try:
        entries = sorted(path.iterdir())
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}. Name another folder.") from None
    for entry in entries:
        if not entry.is_file() or not any(fnmatch(entry.name, name) for name in owned):
            raise ValueError(
                f"{path} holds {entry.name!r}, which this program did not write. "
                f"Name a new folder, or move that away."
            )


@contextmanager
def _scratch_folder_beside(path: Path) -> Iterator[Path]:
    """A hidden folder on the same disk as ``path``, so that a rename from it is one step."""
    try:
        scratch = Path(tempfile.mkdtemp(prefix=f".{path.name[:60]}-", dir=path.parent))
    except OSError as error:
        raise ValueError(
            f"{path} cannot be written: {error.strerror}. "
            f"Name a file or folder in a place that exists and that you can write to."
        ) from None
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _flush_to_disk(file: Path) -> None:
    """Make sure that the bytes are on the disk before the name is."""
    if file.is_file():
        with file.open("rb") as opened:
            os.fsync(opened.fileno())

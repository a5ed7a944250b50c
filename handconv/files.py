"""Files and folders that are complete or not there at all, and files that one need not trust."""

import glob
import os
import platform
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path


def read_whole(path: str | Path, most: int) -> bytes:
    """The bytes of a regular file of at most ``most`` bytes.

    Raises ``ValueError`` naming the file for whatever else it is: missing, a folder, a device or
    pipe, which might never end, or a larger file.
    """
    try:
        found = os.stat(path)
        if stat.S_ISDIR(found.st_mode):
            raise ValueError(f"{path} is a folder. Name a file in it.")
        if not stat.S_ISREG(found.st_mode):
            raise ValueError(f"{path} is not a regular file. Copy what it holds to one.")
        if found.st_size > most:
            raise ValueError(f"{path} has {found.st_size} bytes; at most {most} are read.")
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise ValueError(f"{path} does not exist. Check the name and the folder.") from None
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}.") from None


@contextmanager
def locked(path: str | Path) -> Iterator[None]:
    """Keep other processes from writing to ``path`` meanwhile.

    The lock is a hidden file beside it, which is gone at the end; one that a killed process left
    locks nobody out. Where the system knows no such locks, nothing happens.

    Raises ``ValueError`` at once where another process is writing there.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    path = Path(os.path.abspath(path))
    lock = path.parent / (os.fsdecode(os.fsencode(f".{path.name}")[:240]) + ".lock")
    try:
        file = lock.open("a+", encoding="utf-8")
    except OSError as error:
        raise _NotWritten(path, error.strerror) from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not _is_at(lock, file.fileno()):  # the other run ended between the lines above
                raise BlockingIOError
        except BlockingIOError:
            file.seek(0)
            raise ValueError(
                f"{path} is being written by another run (process {file.read() or 'unknown'}). "
                f"Wait for it, or name another folder."
            ) from None
        except OSError:  # a disk without locks
            lock.unlink(missing_ok=True)
            yield
            return
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)


class _NotWritten(ValueError):
    def __init__(self, path: Path, reason: str | None) -> None:
        super().__init__(f"{path} cannot be written: {reason}.")
        self.path, self.reason = path, reason


@contextmanager
def complete_file(path: str | Path) -> Iterator[Path]:
    """A name to write to, beside ``path`` and with its suffix; becomes ``path`` at the end.

    Where the block raises, ``path`` stays as it was and nothing is left behind.

    Raises ``ValueError`` where the folder of ``path`` does not exist or cannot be written to.
    """
    path = Path(path)
    with _scratch_folder_beside(path) as scratch:
        draft = scratch / path.name
        with _errors_name(path, scratch):
            yield draft
            _flush_to_disk(draft)
            os.replace(draft, path)


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
        with _errors_name(path, scratch):
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
def _errors_name(path: Path, scratch: Path) -> Iterator[None]:
    """Let errors of writing to ``scratch``, such as a full disk, name ``path`` instead."""
    try:
        yield
    except OSError as error:
        if not str(error.filename or scratch).startswith(str(scratch)):
            raise  # of another file
        raise _NotWritten(path, error.strerror or str(error)) from None
    except _NotWritten as error:
        if scratch not in error.path.parents:
            raise
        raise _NotWritten(path, error.reason) from None


@contextmanager
def _scratch_folder_beside(path: Path) -> Iterator[Path]:
    """A hidden folder on the same disk as ``path``, so that a rename from it is one step.

    Its name tells process and computer; those that processes killed here have left are removed.
    """
    hidden, here = f".{path.name[:60]}-", f"@{platform.node()[:60]}-"
    for left in path.parent.glob(f"{glob.escape(hidden)}*"):
        number = re.fullmatch(rf"(\d+){re.escape(here)}\w+", left.name.removeprefix(hidden))
        if number and not _is_alive(int(number[1])):
            shutil.rmtree(left, ignore_errors=True)
    try:
        scratch = Path(tempfile.mkdtemp(prefix=f"{hidden}{os.getpid()}{here}", dir=path.parent))
    except OSError as error:
        raise ValueError(
            f"{path} cannot be written: {error.strerror}. "
            f"Name a file or folder in a place that exists and that you can write to."
        ) from None
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _is_alive(process: int) -> bool:
    if os.name == "nt":  # where a signal of 0 would end it
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # of another user
        return True
    return True


def _is_at(path: Path, descriptor: int) -> bool:
    """Whether an open file is still the one of that name."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except OSError:
        return False


def _flush_to_disk(file: Path) -> None:
    """Make sure that the bytes are on the disk before the name is."""
    if file.is_file():
        with file.open("r+b") as opened:  # Windows flushes only what can be written to
            os.fsync(opened.fileno())

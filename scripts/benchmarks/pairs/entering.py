"""Which contestants there are: the files of the folder, read but not imported."""

import ast
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from importlib.metadata import packages_distributions, version
from importlib.util import find_spec
from pathlib import Path

from handconv.words import did_you_mean

FOLDER = Path(__file__).parent / "contestants"
ORDER = (
    *("ours", "minimax", "unclipped_least_squares", "ois_kernel", "least_squares", "torch_lbfgs"),
    *("torch_adam", "sfft_kernel", "fourier_ratio", "skimage_wiener", "simpleitk_deconvolution"),
    *("photutils_kernel", "pypher_kernel"),
)
"""Of the table, from top to bottom; others follow."""
OURS = ("handconv", "learned")
COMMON = ("numpy", "scipy", "numba", "cv2", "PIL", "skimage", "torch")
"""What anyone may use without saying so."""


def contestants() -> list[str]:
    """All files that have a ``find``."""
    files = sorted(FOLDER.glob("*.py"))
    names = [file.stem for file in files if "\ndef find(" in file.read_text(encoding="utf-8")]
    return sorted(names, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER))


def chosen(names: Sequence[str]) -> list[str]:
    """These, or all; raises ``ValueError`` for one that is not there."""
    known = contestants()
    for name in names:
        if name not in known:
            raise ValueError(f"contestant {name!r} is not known. {did_you_mean(name, known)}")
    return [name for name in known if name in (names or known)]


def needs(contestant: str) -> tuple[str, ...]:
    """The modules that its file says in ``NEEDS``."""
    tree = ast.parse((FOLDER / f"{contestant}.py").read_text(encoding="utf-8"))
    for line in tree.body:
        if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == "NEEDS":
            return tuple(ast.literal_eval(line.value))
    return ()


def is_installed(contestant: str) -> bool:
    return all(find_spec(module) is not None for module in needs(contestant))


def _folder(module: str) -> Path:
    """Where one of our packages lies, installed or not."""
    return Path(str(import_module(module).__file__)).parent


@cache
def _packages() -> Mapping[str, list[str]]:
    return packages_distributions()


def versions(contestant: str) -> dict[str, str]:
    """Of the packages that its modules belong to, and of those that all may use."""
    packages = _packages()
    named = [packages.get(module, []) for module in (*COMMON, *needs(contestant))]
    return {name: version(name) for each in named for name in each[:1]}


def _imported(file: Path) -> set[Path]:
    """It and the files of this benchmark that it imports, and so on."""
    tree, package = ast.parse(file.read_text(encoding="utf-8")), __package__
    named = [each.module or "" for each in ast.walk(tree) if isinstance(each, ast.ImportFrom)]
    inside = [name.removeprefix(f"{package}.") for name in named if name.startswith(f"{package}.")]
    paths = [Path(__file__).parent / f"{name.replace('.', '/')}.py" for name in inside]
    return {file}.union(*map(_imported, paths))


@cache
def fingerprint(contestant: str) -> str:
    """A number that changes with its code, and with the versions of what it needs."""
    files = sorted(_imported(FOLDER / f"{contestant}.py"))
    if "learned" in needs(contestant):
        files += sorted(file for module in OURS for file in _folder(module).rglob("*.py"))
    whole = b"".join(file.read_bytes() for file in files) + repr(versions(contestant)).encode()
    return hashlib.sha256(whole).hexdigest()

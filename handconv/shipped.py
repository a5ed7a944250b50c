"""Scripts and configs that come along: beside the package in a checkout, inside it once installed.

`setup.py` puts them there.
"""

from pathlib import Path
from typing import Literal

from handconv.words import did_you_mean


def shipped(kind: Literal["scripts", "configs"]) -> Path:
    """The folder that holds them."""
    package = Path(__file__).parent
    inside = package / f"_{kind}"
    return inside if inside.is_dir() else package.parent / kind


def config_names() -> list[str]:
    """What `find_config` knows: "adam", "bank", …

    >>> "bank" in config_names()
    True
    """
    return sorted(path.stem for path in shipped("configs").glob("*.toml"))


def find_config(name: str | Path) -> Path:
    """The config of that name: a file, or else one that comes along.

    Raises ``ValueError`` where there is neither.

    >>> find_config("bank").name
    'bank.toml'
    """
    path, known = Path(name), config_names()
    if str(name) in known and not path.is_file():
        return shipped("configs") / f"{name}.toml"
    if not path.exists():
        raise ValueError(f"{name} does not exist. {did_you_mean(path.stem, known)}")
    return path

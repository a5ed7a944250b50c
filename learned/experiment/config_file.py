"""Reading a config: a TOML file with `key=value` laid over it, and what is wrong with either."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import ValidationError

from handconv.cli import Mistakes
from handconv.files import read_whole
from handconv.shipped import find_config
from handconv.words import did_you_mean
from learned.experiment.config import Config
from learned.train.options import Checked, TrainConfig

SYNONYMS = {
    **{"learning_rate": "lr", "epochs": "steps", "iterations": "steps", "method": "optimizer"},
    **{"image": "photos", "images": "photos", "padding": "border", "filters": "kernels"},
}
"""What others call keys -> what they are called here."""


def load_config(path: str | Path, overrides: Sequence[str] = ()) -> Config:
    """Read a TOML file, lay ``key=value`` overrides (``train.steps=200``) over it, and check it.

    Raises
    ------
    Mistakes
        (a ``ValueError``) naming every mistake at once, each on a line of its own: the file or
        override, the key, what arrived, and the nearest known key.
    ValueError
        where the file cannot be read, or is no TOML file of at most 1 MiB.
    """
    return check_config(*read_values(path, overrides), Config)


def read_values(
    path: str | Path, overrides: Sequence[str] = ()
) -> tuple[dict[str, Any], str, dict[str, str]]:
    """What a TOML file and the overrides say, before it is checked.

    The file is one, or the name of one that comes along, as ``bank``. Returns the values, the name
    of the file, and of each overridden key which override it was.
    Raises as `load_config`.
    """
    path = find_config(path)
    try:
        values = tomllib.loads(read_whole(path, 2**20).decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is not a TOML file: {error}") from None
    except RecursionError:
        raise ValueError(f"{path} is not a config: it is nested too deep.") from None
    origin: dict[str, str] = {}
    for override in overrides:
        key, value = _parse_override(override)
        _lay_over(values, key, value, override)
        origin[key] = f"override {override!r}"
    return values, str(path), origin


Model = TypeVar("Model", bound=Checked)


def check_config(
    values: dict[str, Any], where: str, origin: dict[str, str], model: type[Model]
) -> Model:
    """The config of these values, as `read_values` gives them.

    Raises ``Mistakes``; ``origin`` says of keys that do not come from ``where`` where they do.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        lines = [_explain(problem, where, origin, model) for problem in error.errors()]
        raise Mistakes(*lines) from None


def _parse_override(override: str) -> tuple[str, Any]:
    key, equals, text = override.partition("=")
    if not equals or not key.strip():
        raise ValueError(f"override {override!r} is not of the form key=value, as train.steps=200.")
    try:
        return key.strip(), tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return key.strip(), text  # a bare word: the shell has eaten the quotes
    except RecursionError:
        raise ValueError(f"override {override[:60]!r}… is nested too deep.") from None


def _lay_over(values: dict[str, Any], key: str, value: Any, override: str) -> None:
    *tables, last = key.split(".")
    for table in tables:
        values = values.setdefault(table, {})
        if not isinstance(values, dict):
            raise ValueError(f"override {override!r}: {table} is a value, not a table.")
    values[last] = value


def _explain(problem: Any, path: str, origin: dict[str, str], model: type[Checked]) -> str:
    """One line for one of pydantic's errors."""
    location = [str(part) for part in problem["loc"]]
    key = ".".join(location)
    where = next((origin[k] for k in origin if f"{key}.".startswith(f"{k}.")), path)
    if problem["type"] == "extra_forbidden":
        known = _known_keys(model, location[:-1])
        word = SYNONYMS.get(location[-1], location[-1])
        of_train = model is Config and word in TrainConfig.model_fields
        if len(location) == 1 and word not in known and of_train:
            return f"{where}: unknown key {key!r}. Did you mean train.{word}?"
        meant = did_you_mean(word, known, most=1)
        return f"{where}: unknown key {key!r}. {meant}"
    if problem["type"] == "missing":
        return f"{where}: key {key!r} is missing."
    message = problem["msg"].removeprefix("Value error, ").replace("valid tuple", "list")
    message = re.sub("a valid dictionary or instance of .*", "a table of keys and values", message)
    if problem["type"] == "literal_error":
        known = re.findall("'([^']*)'", problem["ctx"]["expected"])
        message = did_you_mean(str(problem["input"]), known, most=1)
    if not location:
        return f"{where}: {message}."
    arrived = "missing" if problem["input"] == () else repr(problem["input"])
    arrived = arrived if len(arrived) < 80 else arrived[:77] + "…"
    return f"{where}: key {key!r} is {arrived}. {message[0].upper()}{message[1:]}"


def _known_keys(model: type[Checked], tables: Iterable[str]) -> list[str]:
    """The keys of a table within a config: ``["train"]``, or ``["race", "0"]`` of a list."""
    for table in tables:
        field = model.model_fields.get(table)
        kinds = (field.annotation, *get_args(field.annotation)) if field else ()
        inner = (each for each in kinds if isinstance(each, type) and issubclass(each, Checked))
        model = next(inner, model)
    return list(model.model_fields)

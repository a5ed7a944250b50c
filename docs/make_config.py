"""Write docs/config.md, the reference of all keys of a config, from the models that check them.

    python docs/make_config.py

A test fails where the page is not what this writes.
"""

import json
from pathlib import Path
from typing import Any

from handconv.cli import errors_end_with_status_2
from handconv.files import complete_file
from handconv.words import table
from learned.experiment.config import Config
from learned.tasks.run import TASKS
from learned.train.options import Checked

PAGE = Path(__file__).with_name("config.md")
WORDS = [
    *(("``", "`"), (". None:", ". Left out:"), ("None:", "left out:")),
    *(("True:", "true:"), ("False:", "false:")),
]
HEAD = ("key", "type and range", "default", "what it says")
INTRODUCTION = """\
# Every key of a config

Made by `python docs/make_config.py` from the models that check configs; do not edit it by hand.

A config is a TOML file, as those in `configs/`. `handconv train NAME key=value` lays values over
it, those of a table as `train.steps=200`. `handconv train NAME --show-config` prints the result and
trains nothing. Unknown keys, wrong types and values out of range end the program with one line for
each, before anything is trained. In the column *default*, – is a key that is left out.

## Filters

`before = "a.png"` and `after = "b.png"` at the top are short for one table `[[pairs]]`.
"""


def page() -> str:
    """The whole page."""
    parts = [INTRODUCTION, *_tables(Config)]
    for name, model in TASKS.items():
        parts += [f'## `task = "{name}"`\n', _words(model.__doc__), *_tables(model)]
    return "\n".join(parts)


def _tables(model: type[Checked]) -> list[str]:
    """The keys of a model, and then those of the tables within it, under a heading each."""
    schema = model.model_json_schema()
    parts = [_table(schema)]
    for name, inner in schema.get("$defs", {}).items():
        uses = [key for key, field in schema["properties"].items() if name in str(field)]
        parts += [f"### {_heading(uses, schema)}\n", _words(inner["description"]), _table(inner)]
    return parts


def _heading(uses: list[str], schema: dict[str, Any]) -> str:
    """A table's name as it stands in a TOML file: `[train]`, `[[race]]`."""
    lists = [schema["properties"][key].get("type") == "array" for key in uses]
    names = zip(uses, lists, strict=True)
    return " and ".join(f"`[[{name}]]`" if many else f"`[{name}]`" for name, many in names)


def _table(schema: dict[str, Any]) -> str:
    needed = schema.get("required", [])
    rows = [
        (
            f"`{key}`",
            f"{_kind(field)}{_range(field)}",
            "needed" if key in needed else _default(field),
            _words(field["description"]).rstrip("\n"),
        )
        for key, field in schema["properties"].items()
    ]
    return table(HEAD, rows, "github") + "\n"


def _kind(field: dict[str, Any]) -> str:
    """The type of a value in plain words."""
    if "anyOf" in field:  # null is what a key has that is left out
        kinds = [_kind(each) + _range(each) for each in field["anyOf"] if each != {"type": "null"}]
        return " or ".join(kinds)
    if "$ref" in field:
        return "table"
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if "const" in field:
        return f"`{field['const']}`"
    if "prefixItems" in field:
        return f"[{', '.join(map(_kind, field['prefixItems']))}]"
    if field["type"] == "array":
        return f"list of {_kind(field['items'])}{_range(field['items'])}"
    names = {"string": "text", "integer": "whole number", "number": "number"}
    return names.get(field["type"], "true or false")


def _range(field: dict[str, Any]) -> str:
    """The range of a value, where it has one: " 1 … 100", " > 0", ", at least 1"."""
    low, high = field.get("minimum"), field.get("maximum")
    words = [f"{low:,} … {high:,}"] if low is not None and high is not None else []
    if not words:
        signs = {"minimum": "≥", "maximum": "≤", "exclusiveMinimum": ">", "exclusiveMaximum": "<"}
        words = [f"{sign} {field[key]:,}" for key, sign in signs.items() if key in field]
    if "pattern" in field:
        words.append(f"that matches `{field['pattern']}`".replace("|", "\\|"))
    counts = [("minItems", "at least {}"), ("maxItems", "at most {:,}")]
    counts = [] if "prefixItems" in field else [*counts, ("maxLength", "at most {} characters")]
    more = [f", {text.format(field[key])}" for key, text in counts if field.get(key)]
    return "".join([f" {', '.join(words)}" if words else "", *more])


def _default(field: dict[str, Any]) -> str:
    value = field.get("default")
    if value is None or value == [] or isinstance(value, dict):
        return "–"
    return f"`{json.dumps(value)}`"


def _words(text: str | None) -> str:
    """A docstring in the words of TOML and Markdown, on one line for each paragraph."""
    assert text, "every key has a docstring"
    for python, toml in WORDS:
        text = text.replace(python, toml)
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n")) + "\n"


@errors_end_with_status_2()
def main() -> None:
    with complete_file(PAGE) as draft:
        draft.write_text(page(), encoding="utf-8")
    print(f"Wrote {PAGE}.")


if __name__ == "__main__":
    main()

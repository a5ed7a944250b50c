"""Pairs and answers as files: arrays as .npz, all else as JSON."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.pairs.records import Answer, Pair, Question
from handconv.files import complete_file


def write_pair(folder: Path, pair: Pair) -> None:
    """NAME.npz, what contestants are told; and NAME.json, the truth."""
    told = pair.question()
    jpeg = np.frombuffer(told.file or b"", dtype=np.uint8)
    with complete_file(folder / f"{pair.name}.npz") as draft:
        np.savez_compressed(
            draft, before=told.before, after=told.after, shape=told.shape, jpeg=jpeg
        )
    truth = None if pair.truth is None else asdict(pair.truth)
    about = {key: getattr(pair, key) for key in ("split", "library", "program", "photo")}
    write_json(folder / f"{pair.name}.json", {**about, "digest": pair.digest(), "truth": truth})


def read_question(path: Path) -> Question:
    with np.load(path, allow_pickle=False) as arrays:
        shape = tuple(arrays["shape"].tolist())
        file = arrays["jpeg"].tobytes() or None
        return Question(arrays["before"], arrays["after"], shape, file)


def write_json(path: Path, content: Any) -> None:
    """Arrays as lists; whole or not at all."""
    with complete_file(path) as draft:
        draft.write_text(json.dumps(content, default=_plain) + "\n", encoding="utf-8")


def _plain(each: Any) -> Any:
    return each.tolist() if hasattr(each, "tolist") else list(each)


def read_answer(written: dict[str, Any]) -> Answer:
    """From what `write_json` made of one."""
    named = dict(written)
    for name in ("kernel", "error"):
        named[name] = None if named[name] is None else np.array(named[name], dtype=np.float64)
    for name in ("anchor", "borders", "roundings"):
        named[name] = None if named[name] is None else tuple(named[name])
    return Answer(**named)

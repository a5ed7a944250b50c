"""The table, the figure and the numbers of the pairs benchmark."""

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from benchmarks.pairs.entering import needs, versions
from benchmarks.pairs.making import SEED
from benchmarks.pairs.records import LINEAR, SPLITS, Pair, Split
from benchmarks.pairs.scoring import NEAR, Score, right, share, typical
from benchmarks.pairs.storing import write_json
from benchmarks.report import conditions
from handconv.cli import write_figure
from handconv.words import table

ASKED = {"error": "holds", "bias": "bias", "border": "border", "rounding": "rounding"}
DARK = 0.6  # share of the pairs, from which on a cell is written in white


def names(scores: Sequence[Score]) -> list[str]:
    return list(dict.fromkeys(each.contestant for each in scores))


def spoken(contestant: str) -> str:
    """As people read it: ``torch_adam`` → "torch adam"."""
    return contestant.replace("_", " ")


def of(scores: Sequence[Score], contestant: str, *splits: Split) -> list[Score]:
    return [each for each in scores if each.contestant == contestant and each.split in splits]


def split_table(scores: Sequence[Score], near: float) -> str:
    """How many of each split are within ``near``; of the last two, told for what they are."""
    splits = [split for split in SPLITS if any(each.split == split for each in scores)]
    rows = [[spoken(name), *_cells(scores, name, near)] for name in names(scores)]
    counts = [len(of(scores, names(scores)[0], split)) for split in splits]
    return table(["", *splits], [["pairs", *counts], *rows], "github")


def _cells(scores: Sequence[Score], name: str, near: float) -> list[str]:
    return [
        "–" if found is None else str(found)
        for split in SPLITS
        if (own := of(scores, name, split))
        for found in [_count(own, split, near)]
    ]


def _count(own: Sequence[Score], split: Split, near: float) -> int | None:
    """None where the contestant never says what kind of program it was."""
    if split in LINEAR:
        return share(own, near)
    correct, told = right(own, "verdict")
    return correct if told else None


def summary_table(scores: Sequence[Score]) -> str:
    """Over all linear splits."""
    head = ["", *(f"{near:g}" for near in NEAR), *ASKED, "false claims", "no answer"]
    rows = []
    for name in names(scores):
        linear, every = of(scores, name, *LINEAR), of(scores, name, *SPLITS)
        asked = [right(linear, question) for question in ASKED.values()]
        rows.append(
            [
                spoken(name),
                *(share(linear, near) for near in NEAR),
                *(f"{correct} of {told}" if told else "–" for correct, told in asked),
                sum(each.false_claim for each in every),
                sum(each.failed is not None for each in every),
            ]
        )
    return table([*head, "seconds", "most", "MB"], _with_cost(rows, scores), "github")


def _with_cost(rows: list[list[Any]], scores: Sequence[Score]) -> list[list[Any]]:
    """Seconds of processor time, median and most; megabytes, most."""
    for row, name in zip(rows, names(scores), strict=True):
        own = of(scores, name, *SPLITS)
        seconds, memory = (
            typical([getattr(each, what) for each in own]) for what in ("seconds", "megabytes")
        )
        row += ["–", "–"] if seconds is None else [f"{each:.2f}" for each in seconds]
        row.append("–" if memory is None else f"{memory[1]:.0f}")
    return rows


def heat_map(scores: Sequence[Score], near: float = NEAR[1]) -> Figure:
    """Contestants down, splits across; how many pairs of each were found."""
    splits = [split for split in SPLITS if any(each.split == split for each in scores)]
    rows = names(scores)
    figure = Figure(figsize=(2.5 + 0.9 * len(splits), 1.7 + 0.42 * len(rows)), layout="constrained")
    axis = figure.add_subplot()
    shares = np.full((len(rows), len(splits)), np.nan)
    for row, name in enumerate(rows):
        for column, split in enumerate(splits):
            own = of(scores, name, split)
            found = _count(own, split, near)
            shares[row, column] = np.nan if found is None else found / len(own)
            text = "–" if found is None else f"{found}/{len(own)}"
            colour = "white" if shares[row, column] > DARK else "black"
            axis.text(column, row, text, ha="center", va="center", color=colour, fontsize=9)
    axis.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    axis.set_xticks(range(len(splits)), [split.replace(" ", "\n") for split in splits])
    axis.set_yticks(range(len(rows)), [spoken(name) for name in rows])
    axis.xaxis.tick_top()
    axis.tick_params(length=0)
    told = sum(split not in LINEAR for split in splits)
    if told:
        axis.axvline(len(splits) - told - 0.5, color="black", linewidth=1.5)
    title = f"Pairs whose kernel is found: all taps within {near:g} of the largest."
    beyond = "\nRight of the line: pairs that are told for what they are." if told else ""
    figure.suptitle(title + beyond, fontsize=10)
    return figure


def write_results(
    out: Path, pairs: Sequence[Pair], scores: Sequence[Score], limit: int, absent: Sequence[str]
) -> None:
    """results.json and results.png."""
    libraries = sorted({pair.library for pair in pairs} | {"numpy", "handconv"})
    everything = {
        "date": datetime.now(UTC).date().isoformat(),
        "processor": conditions(1, 1)["processor"],
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in libraries},
        "contestants": {name: versions(name) for name in names(scores)},
        "not installed": {name: needs(name) for name in absent},
        "seed": SEED,
        "limit": limit,
        "pairs": {pair.name: pair.digest() for pair in pairs},
        "scores": [
            asdict(each) | ({"error": None} if each.error == np.inf else {}) for each in scores
        ],
    }
    write_json(out / "results.json", everything)
    write_figure(out / "results.png", heat_map(scores))

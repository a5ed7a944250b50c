"""The whole benchmark: make the pairs, let everyone answer, count, show."""

import os
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from benchmarks.pairs.making import make_pairs
from benchmarks.pairs.records import Split
from benchmarks.pairs.running import answers, write_pairs
from benchmarks.pairs.scoring import NEAR
from benchmarks.pairs.showing import split_table, summary_table, write_results
from handconv.files import locked


def benchmark(
    out: Path,
    taking_part: Sequence[str],
    splits: Sequence[Split],
    absent: Sequence[str] = (),
    *,
    count: int | None = None,
    limit: int = 30,
    jobs: int | None = None,
) -> str:
    """Measure these contestants on these splits, write to the folder ``out``; gives the report.

    Raises ``ValueError`` where nobody can take part, or another run writes to ``out``.
    """
    if not taking_part:
        raise ValueError(f"nobody can take part: install what {', '.join(absent)} needs.")
    out.parent.mkdir(parents=True, exist_ok=True)
    with locked(out):
        with tqdm(desc="making pairs", total=len(splits), disable=None) as bar:
            pairs = make_pairs(splits, count, lambda split: bar.update())
        write_pairs(out, pairs)
        at_once = jobs or os.cpu_count() or 1
        scores = [
            each for name in taking_part for each in answers(out, name, pairs, limit, at_once)
        ]
        write_results(out, pairs, scores, limit, absent)
    parts = [
        f"Kernels found, all taps within {NEAR[1]:g} of the largest; right: pairs told rightly",
        split_table(scores, NEAR[1]),
        "All linear pairs: within …, and what else was right; seconds and memory of one answer",
        summary_table(scores),
        *(f"not installed: {name}" for name in absent),
    ]
    return "\n\n".join(parts)

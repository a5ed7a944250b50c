"""A round of random pairs, checked on all cores; status 1 where something is wrong."""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Callable
from multiprocessing import get_context


def run(description: str, check: Callable[[int], tuple[int, str, str]]) -> None:
    """``check`` gives the seed, what became of it, and what is wrong, if anything is."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    seeds = range(arguments.seed, arguments.seed + arguments.count)
    outcomes, bad = Counter(), 0
    with get_context("spawn").Pool(os.cpu_count()) as pool:
        for seed, outcome, wrong in pool.imap_unordered(check, seeds, 10):
            outcomes[outcome] += 1
            if wrong:
                bad += 1
                print(f"seed {seed}, {outcome}: {wrong}", flush=True)
    for outcome, count in sorted(outcomes.items()):
        print(f"{count:6}  {outcome}")
    print(f"{bad} of {arguments.count} wrong")
    sys.exit(bad > 0)

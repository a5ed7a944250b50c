"""Time handconv beside OpenCV, SciPy, torch, a plain copy and the tutorial's own loop.

With --learning, time what learns a kernel from a photo beside torch's optimizers and least squares.
With --undo, tell how near undo comes to the picture before, beside scikit-image's restorations.
With --steps, time the seven steps from the double loop to correlate.
"""

from argparse import Namespace
from pathlib import Path

from handconv.cli import Parser, errors_end_with_status_2

EXAMPLES = """\
  python scripts/benchmark.py
  python scripts/benchmark.py --quick
  python scripts/benchmark.py --threads 1 --out runs/one_thread --without torch
  python scripts/benchmark.py --learning
  python scripts/benchmark.py --learning --quick
  python scripts/benchmark.py --undo
  python scripts/benchmark.py --steps

The output folder holds benchmark.json (conditions, summary and all medians) and benchmark.png.
One that this script wrote before is replaced. Take the times on an idle machine; the ratios hold
on a busy one too, as all contestants are measured in turn.
"""


@errors_end_with_status_2()
def main() -> None:
    parser = Parser(__doc__, EXAMPLES)
    add = parser.add_argument
    add("--quick", action="store_true", help="fewer cases and rounds: half a minute")
    add("--threads", type=int, metavar="N", help="of each contestant (default: one for each core)")
    add("--rounds", type=int, metavar="N", help="times each is run (default: 61; --learning: 5)")
    add("--without", choices=["torch"], help="leave torch out")
    add("--out", metavar="DIR", type=Path, help="default: runs/benchmark…")
    add("--learning", action="store_true", help="measure learning instead of filtering")
    add("--undo", action="store_true", help="measure undo instead of filtering")
    add("--steps", action="store_true", help="measure the seven steps from the double loop")
    add(
        "--limit",
        type=float,
        metavar="S",
        help="--learning: seconds after which torch's optimizers give up (default: 20)",
    )
    arguments = parser.parse_args()
    if arguments.rounds is not None and arguments.rounds < 1:
        raise ValueError(f"--rounds is {arguments.rounds}; it must be at least 1.")
    kind = next((name for name in KINDS if getattr(arguments, name, False)), "filtering")
    arguments.out = arguments.out or Path(f"runs/benchmark_{kind}".removesuffix("_filtering"))
    print(KINDS[kind](arguments))
    print(f"see {arguments.out}/benchmark.png")


def _steps(given: Namespace) -> str:
    _refuse(given, "--steps", ("learning", "undo", "threads", "without", "limit"))

    from benchmarks import steps

    return steps.benchmark(given.out, given.rounds or (11 if given.quick else 61))


def _undo(given: Namespace) -> str:
    _refuse(given, "--undo", ("learning", "threads", "rounds", "without", "limit"))

    from benchmarks import undoing

    return undoing.benchmark(given.out, given.quick)


def _learning(given: Namespace) -> str:
    if given.threads is not None:
        raise ValueError("--threads is not for --learning. Set OMP_NUM_THREADS=1 instead.")
    if given.without is not None:
        raise ValueError("--without is not for --learning, which needs torch.")
    if given.limit is not None and not given.limit > 0:
        raise ValueError(f"--limit is {given.limit}; it must be more than 0 seconds.")

    from benchmarks import learning

    return learning.benchmark(given.out, given.quick, given.rounds, given.limit)


def _filtering(given: Namespace) -> str:
    if given.limit is not None:
        raise ValueError("--limit is for --learning; leave it out.")

    from benchmarks import filtering

    with_torch = given.without != "torch"
    return filtering.benchmark(given.out, given.quick, given.threads, given.rounds, with_torch)


def _refuse(given: Namespace, kind: str, options: tuple[str, ...]) -> None:
    for name in options:
        if getattr(given, name):
            raise ValueError(f"--{name} is not for {kind}; leave it out.")


KINDS = {"steps": _steps, "undo": _undo, "learning": _learning, "filtering": _filtering}


if __name__ == "__main__":
    main()

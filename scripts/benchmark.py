"""Time handconv beside OpenCV, SciPy, torch, a plain copy and the tutorial's own loop.

With --learning, time what learns a kernel from a photo beside torch's optimizers and least squares.
With --undo, tell how near undo comes to the picture before, beside scikit-image's restorations.
"""

from pathlib import Path

from handconv.cli import Parser, errors_end_with_status_2

EXAMPLES = """\
  python scripts/benchmark.py
  python scripts/benchmark.py --quick
  python scripts/benchmark.py --threads 1 --out runs/one_thread --without torch
  python scripts/benchmark.py --learning
  python scripts/benchmark.py --learning --quick
  python scripts/benchmark.py --undo

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
    add(
        "--limit",
        type=float,
        metavar="S",
        help="--learning: seconds after which torch's optimizers give up (default: 20)",
    )
    arguments = parser.parse_args()
    quick, rounds, limit = arguments.quick, arguments.rounds, arguments.limit
    if rounds is not None and rounds < 1:
        raise ValueError(f"--rounds is {rounds}; it must be at least 1.")
    if arguments.undo:
        for name in ("learning", "threads", "rounds", "without", "limit"):
            if getattr(arguments, name):
                raise ValueError(f"--{name} is not for --undo; leave it out.")
        out = arguments.out or Path("runs/benchmark_undo")

        from benchmarks import undoing

        print(undoing.benchmark(out, quick))
    elif arguments.learning:
        if arguments.threads is not None:
            raise ValueError("--threads is not for --learning. Set OMP_NUM_THREADS=1 instead.")
        if arguments.without is not None:
            raise ValueError("--without is not for --learning, which needs torch.")
        if limit is not None and not limit > 0:
            raise ValueError(f"--limit is {limit}; it must be more than 0 seconds.")
        out = arguments.out or Path("runs/benchmark_learning")

        from benchmarks import learning

        print(learning.benchmark(out, quick, rounds, limit))
    else:
        if limit is not None:
            raise ValueError("--limit is for --learning; leave it out.")
        out = arguments.out or Path("runs/benchmark")

        from benchmarks import filtering

        with_torch = arguments.without != "torch"
        print(filtering.benchmark(out, quick, arguments.threads, rounds, with_torch))
    print(f"see {out}/benchmark.png")


if __name__ == "__main__":
    main()

"""Find the filter from a pair of pictures: `recover` beside what else could, on pairs of programs.

More than 200 pairs, made by Pillow, OpenCV, SciPy, scikit-image and torch, and by pyvips,
SimpleITK, kornia and albumentations where they are installed. See docs/pairs.md.
"""

from pathlib import Path

from handconv.cli import Parser, errors_end_with_status_2
from handconv.words import did_you_mean

EXAMPLES = """\
  python scripts/benchmark_pairs.py
  python scripts/benchmark_pairs.py --count 2
  python scripts/benchmark_pairs.py --contestant ours --contestant minimax --split large
  python scripts/benchmark_pairs.py --list

The output folder holds results.json, results.png, the pairs (what contestants are told as .npz, the
truth as .json) and all answers. Answers that are there already are not given again: start an
interrupted run once more, and it goes on. More contestants: pip install ".[benchmark]"
"""


@errors_end_with_status_2()
def main() -> None:
    parser = Parser(__doc__, EXAMPLES)
    add = parser.add_argument
    add("--contestant", action="append", metavar="NAME", help="only this one; may be given again")
    add("--split", action="append", metavar="NAME", help="only this one; may be given again")
    add("--count", type=int, metavar="N", help="at most so many pairs of each split")
    add("--out", type=Path, metavar="DIR", default=Path("runs/pairs"), help="default: runs/pairs")
    add("--limit", type=int, metavar="S", default=30, help="seconds for one answer (default: 30)")
    add("--jobs", type=int, metavar="N", help="answers at a time (default: one for each core)")
    add("--list", action="store_true", help="name contestants and splits, and end")
    arguments = parser.parse_args()
    for name in ("count", "limit", "jobs"):
        if (number := getattr(arguments, name)) is not None and number < 1:
            raise ValueError(f"--{name} is {number}; it must be at least 1.")

    from benchmarks.pairs import entering
    from benchmarks.pairs.records import SPLITS

    taking_part = entering.chosen(arguments.contestant or [])
    for name in arguments.split or []:
        if name not in SPLITS:
            raise ValueError(f"split {name!r} is not known. {did_you_mean(name, SPLITS)}")
    absent = [name for name in taking_part if not entering.is_installed(name)]
    if arguments.list:
        for name in taking_part:
            print(f"{name}{' (not installed)' if name in absent else ''}")
        print("splits:", ", ".join(SPLITS))
        return
    splits = [split for split in SPLITS if split in (arguments.split or SPLITS)]

    from benchmarks.pairs.benchmark import benchmark

    able = [name for name in taking_part if name not in absent]
    print(
        benchmark(
            arguments.out,
            able,
            splits,
            absent,
            count=arguments.count,
            limit=arguments.limit,
            jobs=arguments.jobs,
        )
    )
    print(f"see {arguments.out}/results.png")


if __name__ == "__main__":
    main()

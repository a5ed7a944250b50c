"""Time handconv beside OpenCV, SciPy, torch, a plain copy and the tutorial's own loop.

With --learning, time what learns a kernel from a photo beside torch's optimizers and least squares.
"""

import argparse
from typing import Any

from handconv.cli import Parser, errors_end_with_status_2

EXAMPLES = """\
  python scripts/benchmark.py
  python scripts/benchmark.py --quick
  python scripts/benchmark.py --threads 1 --out runs/one_thread --without torch
  python scripts/benchmark.py --learning
  python scripts/benchmark.py --learning --quick

The output folder holds benchmark.json (conditions, summary and all medians) and benchmark.png.
One that this script wrote before is replaced. Take the times on an idle machine; the ratios hold
on a busy one too, as all contestants are measured in turn.
"""
OWNED = ("benchmark.json", "benchmark.png")


@errors_end_with_status_2()
def main() -> None:
    parser = Parser(__doc__, EXAMPLES)
    parser.add_argument(
        "--quick", action="store_true", help="fewer cases and rounds: half a minute"
    )
    parser.add_argument(
        "--threads", type=int, metavar="N", help="threads for everyone (default: one for each core)"
    )
    parser.add_argument(
        "--rounds", type=int, metavar="N", help="times each is run (default: 61; --learning: 5)"
    )
    parser.add_argument("--without", choices=["torch"], help="leave torch out")
    parser.add_argument(
        "--out",
        metavar="DIR",
        help="output folder (default: runs/benchmark, or runs/benchmark_learning)",
    )
    parser.add_argument(
        "--learning", action="store_true", help="measure learning instead of filtering"
    )
    parser.add_argument(
        "--limit",
        type=float,
        metavar="S",
        help="--learning: seconds after which torch's optimizers give up (default: 20)",
    )
    arguments = parser.parse_args()
    if arguments.rounds is not None and arguments.rounds < 1:
        raise ValueError(f"--rounds is {arguments.rounds}; it must be at least 1.")
    if arguments.learning:
        _learning(arguments)
    else:
        _filtering(arguments)


def _filtering(arguments: argparse.Namespace) -> None:

    import json  # what takes long to import is imported here: not for --help

    from benchmarks.chart import draw
    from benchmarks.filtering import COPY, LOOP, OPENCV, OURS, as_json, cases, measure
    from tqdm import tqdm

    from handconv.engine.threads import get_threads, set_threads
    from handconv.files import complete_folder

    if arguments.limit is not None:
        raise ValueError("--limit is for --learning; leave it out.")
    set_threads(get_threads() if arguments.threads is None else arguments.threads)
    threads = get_threads()
    rounds = (15 if arguments.quick else 61) if arguments.rounds is None else arguments.rounds
    out = arguments.out or "runs/benchmark"
    others = {} if arguments.without == "torch" else {"torch conv2d": _torch}
    with complete_folder(out, OWNED) as folder:
        results = [
            measure(case, threads, rounds, others)
            for case in tqdm(list(cases(arguments.quick)), "measuring", disable=None)
        ]
        everything = as_json(results, threads, rounds)
        (folder / "benchmark.json").write_text(json.dumps(everything, indent=1) + "\n")
        title = f"1640 × 1190 float32, {threads} threads, {everything['conditions']['processor']}"
        draw(results, title, folder / "benchmark.png")

    print(f"{'kernel':<14}{'image':<20}{'ms':>8}  times as long:  cv2    copy    loop")
    for one in results:
        image = f"{one.columns} x {one.rows} {one.dtype}"
        loop = f"{one.ratio(LOOP):8.0f}" if LOOP in one.milliseconds else ""
        print(
            f"{one.kernel:<14}{image:<20}{one.milliseconds[OURS]:8.2f}"
            f"{one.ratio(OPENCV):21.2f}{one.ratio(COPY):8.2f}{loop}"
        )
    brief = everything["summary"]
    print(
        f"\nOn the bank OpenCV takes {brief['bank_opencv_over_ours_geometric_mean']:.1f} times as"
        f" long (geometric mean), at least {brief['bank_opencv_over_ours_least']:.2f} times;"
        f" the tutorial's loop {brief['bank_loop_over_ours_geometric_mean']:,.0f} times."
    )
    print(f"see {out}/benchmark.png")


def _learning(arguments: argparse.Namespace) -> None:
    import json

    if arguments.threads is not None:
        raise ValueError("--threads is not for --learning. Set OMP_NUM_THREADS=1 instead.")
    if arguments.without is not None:
        raise ValueError("--without is not for --learning, which needs torch.")
    limit = (3.0 if arguments.quick else 20.0) if arguments.limit is None else arguments.limit
    if not limit > 0:
        raise ValueError(f"--limit is {limit}; it must be more than 0 seconds.")
    rounds = arguments.rounds or 5
    out = arguments.out or "runs/benchmark_learning"

    from benchmarks.learning import (
        KERNELS,
        QUICK_KERNELS,
        as_json,
        contestants,
        draw,
        measure,
        table,
    )
    from tqdm import tqdm

    from handconv.files import complete_folder

    taking_part, skipped = contestants()
    with complete_folder(out, OWNED) as folder:
        results = [
            result
            for name in tqdm(
                QUICK_KERNELS if arguments.quick else KERNELS, "learning", disable=None
            )
            for result in measure(name, taking_part, rounds, limit)
        ]
        everything = as_json(results, skipped, rounds, limit)
        (folder / "benchmark.json").write_text(json.dumps(everything, indent=1) + "\n")
        where = everything["conditions"]
        title = f"{where['photo']}, 512 × 512, {where['threads']} threads, {where['processor']}"
        draw(results, title, folder / "benchmark.png")
    print(table(results))
    for name, reason in skipped.items():
        print(f"left out: {name} ({reason})")
    print(f"see {out}/benchmark.png")


def _torch(image: Any, kernel: Any, out: Any, threads: int) -> Any:
    import torch
    from torch.nn import functional

    torch.set_num_threads(threads)
    pixels = torch.from_numpy(image)[None, None]
    taps = torch.from_numpy(kernel).float()[None, None]
    below, right = kernel.shape[0] // 2, kernel.shape[1] // 2

    def call() -> object:
        padded = functional.pad(pixels.float(), (right, right, below, below), mode="replicate")
        with torch.no_grad():
            return functional.conv2d(padded, taps)

    return call


if __name__ == "__main__":
    main()

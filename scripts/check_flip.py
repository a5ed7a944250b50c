"""Show the flip: a network trained on true convolution finds the kernel turned by 180°."""

import sys
from pathlib import Path

from handconv.commandline import Parser, errors_end_with_status_2

EXAMPLES = """\
  python scripts/check_flip.py
  python scripts/check_flip.py --kernel sobel_x --photo my_photo.jpg --out flip.png
  python scripts/check_flip.py --kernel 'gaussian(5, 1.0)'     # cannot tell: it is symmetric

Exit status: 0 as expected, 1 if a kernel came back in another orientation, 2 for bad input.
"""
COUNTING = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]


@errors_end_with_status_2()
def main() -> None:
    parser = Parser(__doc__, EXAMPLES)
    parser.add_argument("--kernel", metavar="NAME", help="default: 1 … 9, which has no symmetry")
    parser.add_argument("--photo", default="skimage:camera", help="default: %(default)s")
    parser.add_argument("--out", type=Path, default=Path("runs/flip.png"), metavar="FILE")
    arguments = parser.parse_args()

    import numpy as np

    from handconv.kernels import named
    from handconv.outputs import complete_file
    from learned.flip import learn_flip, named_kernels_that_tell, plot_flip
    from learned.photos import load_photo

    kernel = named(arguments.kernel) if arguments.kernel else np.array(COUNTING, dtype=np.float64)
    flip = learn_flip(kernel, load_photo(arguments.photo))
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    with complete_file(arguments.out) as draft:
        plot_flip(flip).savefig(draft)

    print(f"kernel that made the targets:\n{_table(kernel)}")
    learned = {"correlation": flip.from_correlation, "convolution": flip.from_convolution}
    for operation, found in flip.comparisons.items():
        print(f"\nlearned from true {operation}: {found.orientation}", end="")
        print(f" (relative error {found.oriented_error:.1e})\n{_table(learned[operation])}")
    tells = named_kernels_that_tell()
    print(f"\ncan tell the two apart:    {', '.join(n for n, yes in tells.items() if yes)}")
    print(f"cannot (same turned by 180°): {', '.join(n for n, yes in tells.items() if not yes)}")
    print(f"Wrote {arguments.out}.")
    if not flip.as_expected():
        print("NOT as expected: see the orientations above.", file=sys.stderr)
        raise SystemExit(1)


def _table(kernel: "object") -> str:
    import numpy as np

    return np.array2string(np.asarray(kernel), precision=4, suppress_small=True)


if __name__ == "__main__":
    main()
